-- Refilling: everything derived was thrown away (damaged, or a release that derives something else) and is made again from
-- what is true, page by page, behind a barrier. Nothing is asked for first, so it costs a tenth of looking for differences.

do -- as in 16_rebuild.lua

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

local gathered -- key -> the one command that adds to it all that this page has for it, `n` words so far

local function gather(command, key)
  local all = gathered[key]
  if not all then
    all = { command, key, n = 2 }
    gathered[key] = all
  end
  return all
end

local function add(command, key, ...)
  local all, n = gather(command, key), select('#', ...)
  for i = 1, n do all[all.n + i] = (select(i, ...)) end
  all.n = all.n + n
end

-- One score and one member, both as text: most of what there is.
local function add_scored(key, score, member)
  local all = gather('ZADD', key)
  local n = all.n
  all[n + 1], all[n + 2], all.n = score, member, n + 2
end

-- In a list of heads a member stands with the lowest score that anybody has said.
local function add_head(key, score, member)
  local heads = gathered[key]
  if not heads then
    heads = { is_heads = true }
    gathered[key] = heads
  end
  local lowest = heads[member]
  if not lowest or score + 0 < lowest + 0 then heads[member] = score end
end

local function add_all(S)
  for key, all in pairs(gathered) do
    if all.is_heads then
      all.is_heads = nil
      for member, score in pairs(all) do redis.call('ZADD', key, 'LT', score, member) end
    else
      redis.call(unpack(all, 1, all.n))
    end
  end
  return finish(S, 'done')
end

local function refill_line(S, language, id, cell, arrival, mask)
  add_scored(K.line(S, language .. ':' .. cell), arrival, id .. '/' .. mask)
  add_head(K.cells(S, language), arrival, cell)
end

-- Nothing that was read is counted with, so nothing is converted; and what few have is asked for only where it matters.
local function refill_waiting(S, id, key, language)
  local v = redis.call('HMGET', key, 'ce', 'ar', 'mk', 'pf', 'nx', 'wi')
  local cell, arrival, mask, preferred = v[1], v[2], v[3] or '0', some(v[4])
  if preferred then add_scored(K.preferring(S, preferred), arrival, id) end
  if preferred and num(redis.call('HGET', key, 'hu')) > T.now then
    add_scored(K.held(S, language), arrival, id)
  elseif some(v[6]) then
    each_language(redis.call('HGET', key, 'ls'), function(one) refill_line(S, one, id, cell, arrival, mask) end)
  else
    refill_line(S, language, id, cell, arrival, mask)
  end
  if not some(v[5]) then return end
  for _, listener in ipairs(redis.call('SMEMBERS', K.excluded(S, id))) do add('SADD', K.excluding(S, listener), id) end
end

-- refill_chats: put these chats wherever their state says. args: 3... chats. answer: 'done'
function OPS.refill_chats(keys, args)
  local S = begin(keys, args)
  gathered = {}
  for i = 3, #args do
    local id = args[i]
    local key = K.chat(S, id)
    local v = redis.call('HMGET', key, 'st', 'la', 'ob') -- of most of them nothing more is needed
    local state, language = v[1], v[2]
    if state == 'W' then refill_waiting(S, id, key, language)
    elseif state == 'A' then
      add('SADD', K.open(S, language), id)
      if some(v[3]) then add('SADD', K.observing(S, v[3]), id) end
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
      add_scored(K[index](S, part), score, member_of(l.id, l.mk))
      add_head(K.first(S, index .. ':' .. language), score, class)
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

end
