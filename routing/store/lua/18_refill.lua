-- Refilling: everything derived was thrown away (damaged, or a release that derives something else) and is made again from
-- what is true, page by page, behind a barrier. Nothing is asked for first, so it costs a tenth of looking for differences.

-- pause_matching: nothing is matched for so long, or until `go_on`. args: 3 ms. answer: the end of the pause
function OPS.pause_matching(keys, args)
  local S = begin(keys, args)
  local pause_ends = T.now + num(args[3])
  redis.call('HSET', K.meta(S), 'pau', pause_ends)
  return finish(S, pause_ends)
end

-- go_on: whoever the pause kept waiting is matched by the next sweep, unless the pause is another one by now.
-- args: 3 the end of the pause, as it was answered. answer: 'done' | 'kept'
function OPS.go_on(keys, args)
  local S = begin(keys, args)
  if num(redis.call('HGET', K.meta(S), 'pau')) ~= num(args[3]) then return finish(S, 'kept') end
  lift(S, 'pau', 'bar')
  return finish(S, 'done')
end

local gathered -- key -> the one command that adds to it all that this page has for it

local function add(command, key, ...)
  local all = gathered[key]
  if not all then
    all = { command, key }
    if command == 'ZADD' then all[3] = 'LT' end -- a head is the lowest of all; elsewhere a member has but one score
    gathered[key] = all
  end
  for i = 1, select('#', ...) do all[#all + 1] = (select(i, ...)) end
end

local function add_all(S)
  for _, all in pairs(gathered) do redis.call(unpack(all)) end
  return finish(S, 'done')
end

local function refill_waiting(S, c)
  if is_held(c) then add('ZADD', K.held(S, c.la), c.ar, c.id)
  else
    each_line(c, function(language)
      add('ZADD', K.line(S, language .. ':' .. c.ce), c.ar, member_of(c.id, c.mk))
      add('ZADD', K.cells(S, language), c.ar, c.ce)
    end)
  end
  if c.pf then add('ZADD', K.preferring(S, c.pf), c.ar, c.id) end
  for _, listener in ipairs(c.nx and redis.call('SMEMBERS', K.excluded(S, c.id)) or {}) do
    add('SADD', K.excluding(S, listener), c.id)
  end
end

-- refill_chats: put these chats wherever their state says. args: 3... chats. answer: 'done'
function OPS.refill_chats(keys, args)
  local S = begin(keys, args)
  gathered = {}
  for i = 3, #args do
    local id = args[i]
    -- Only what a line is made from, in one read: nobody else needs so little of so many.
    local v = redis.call('HMGET', K.chat(S, id), 'st', 'la', 'ce', 'ar', 'mk', 'pf', 'nx', 'ls', 'wi', 'hu')
    local state, language = v[1], v[2]
    if state == 'W' then
      refill_waiting(S, { id = id, la = language, ce = v[3], ar = num(v[4]), mk = num(v[5]), pf = some(v[6]),
        nx = some(v[7]), ls = v[8], wi = some(v[9]), hu = num(v[10]) })
    elseif state == 'A' then add('SADD', K.open(S, language), id)
    elseif state == 'O' or state == 'H' then add('SADD', K.offered(S, language), id) end
  end
  return add_all(S)
end

local function refill_listener(S, l)
  local units = redis.call('SMEMBERS', K.units(S, l.id))
  l.held = #units
  local class, room, score = class_name(l), room_of(S, l), nil
  local index = INDEX[room]
  if index then score = string.format('%d', score_of(l)) end
  each_language(l.lg, function(language)
    local part = language .. ':' .. class
    if l.av == 1 and not l.lost then
      add('SADD', K.available(S, part), l.id)
      add('SADD', K.classes(S, language), class)
    elseif l.av == 2 then
      add('SADD', K.paused(S, language), l.id)
    end
    if index then
      add('ZADD', K[index](S, part), score, member_of(l.id, l.mk))
      add('ZADD', K.first(S, index .. ':' .. language), score, class)
    end
  end)
  if (l.ix or '0') ~= room then put(l, 'ix', room) end
  local open = {}
  for _, id in ipairs(units) do
    local told = redis.call('HMGET', K.chat(S, id), 'st', 'la')
    if told[1] == 'A' then open[told[2]] = (open[told[2]] or 0) + 1 end
  end
  for language, count in pairs(open) do add('HSET', K.chatting(S, language), l.id, count) end
end

-- refill_listeners: list these listeners wherever they belong. args: 3... listeners. answer: 'done'
function OPS.refill_listeners(keys, args)
  local S = begin(keys, args)
  gathered = {}
  for i = 3, #args do
    local l = read_listener(S, args[i])
    if l.is_known then refill_listener(S, l) end
  end
  return add_all(S)
end
