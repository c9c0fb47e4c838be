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

-- One member of a set, which many of a page may name.
local function add_once(key, member)
  local all = gather('SADD', key)
  if all[member] then return end
  all[member] = true
  all.n = all.n + 1
  all[all.n] = member
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
local function refill_waiting(S, id, key, language, cell, mask, all)
  local v = redis.call('HMGET', key, 'ar', 'pf', 'nx', 'wi')
  local arrival, preferred = v[1], some(v[2])
  if preferred then add_scored(K.preferring(S, preferred), arrival, id) end
  if preferred and num(redis.call('HGET', key, 'hu')) > T.now then
    add_scored(K.held(S, language), arrival, id)
  elseif some(v[4]) then
    local later = num(v[4]) > 1 and v[4] or arrival -- as `place_in`
    each_language(all, function(one)
      refill_line(S, one, id, cell, one == language and arrival or later, mask)
    end)
  else
    refill_line(S, language, id, cell, arrival, mask)
  end
  if not some(v[3]) then return end
  for _, listener in ipairs(redis.call('SMEMBERS', K.excluded(S, id))) do add('SADD', K.excluding(S, listener), id) end
end

-- refill_chats: put these chats wherever their state says. args: 3... chats. answer: 'done'
function OPS.refill_chats(keys, args)
  local S = begin(keys, args)
  gathered = {}
  for i = 3, #args do
    local id = args[i]
    local key = K.chat(S, id)
    local v = redis.call('HMGET', key, 'st', 'nd', 'ob') -- of most of them nothing more is needed
    local state, language, cell, topics, all = v[1], PACKED.needs_of(v[2], key)
    if state == 'W' then refill_waiting(S, id, key, language, cell, topics, all)
    elseif state == 'A' then
      add('SADD', K.open(S, language), id)
      if some(v[3]) then add('SADD', K.observing(S, v[3]), id) end
    elseif state == 'O' or state == 'H' then add('SADD', K.offered(S, language), id) end
  end
  return add_all(S)
end

-- A listener's row with no more than `room_of` and `score_of` ask for, or nil. What goes on as text stays text.
local function read_for_list(S, id)
  local key = K.listener(S, id)
  local v = redis.call('HMGET', key, 'av', 'can', 'fs', 'po', 'tn', 'gap', 'xe', 'xp', 'lost', 'ix', 'un')
  if not some(v[1]) then return nil end
  local lg, cap, max, lv, hd, mk, em = PACKED.rights_of(v[2], key, true)
  return { id = id, key = key, av = v[1] + 0, lg = lg, cap = cap + 0, max = max + 0, lv = lv, hd = hd, mk = mk,
    em = em, fs = (v[3] or 0) + 0, po = some(v[4]), tn = (v[5] or 0) + 0, gap = (v[6] or 0) + 0, xe = (v[7] or 0) + 0,
    xp = (v[8] or 0) + 0, lost = some(v[9]), ix = v[10] or '0', un = some(v[11]), held = false, load = 0 }
end

local function refill_listener(S, l)
  local id, class, room, score = l.id, class_name(l), room_of(l), nil
  local index, member = INDEX[room], id .. '/' .. l.mk
  if index then score = string.format('%d', score_of(l)) end
  each_language(l.lg, function(language)
    local part = language .. ':' .. class
    if l.av == 1 and not l.lost then
      add_once(K.available(S, part), id)
      add_once(K.classes(S, language), class)
    elseif l.av == 2 then
      add_once(K.paused(S, language), id)
    end
    if index then
      add_scored(K[index](S, part), score, member)
      add_head(K.first(S, index .. ':' .. language), score, class)
    end
  end)
  if l.ix ~= room then redis.call('HSET', l.key, 'ix', room) end
  local open = {}
  for _, chat in ipairs(units_of(l)) do
    local told = redis.call('HMGET', K.chat(S, chat), 'st', 'nd')
    local language = PACKED.needs_of(told[2], K.chat(S, chat))
    if told[1] == 'A' then open[language] = (open[language] or 0) + 1 end
  end
  for language, count in pairs(open) do add('HSET', K.chatting(S, language), id, count) end
end

-- refill_listeners: list these listeners wherever they belong. args: 3... listeners. answer: 'done'
function OPS.refill_listeners(keys, args)
  local S = begin(keys, args)
  gathered = {}
  for i = 3, #args do
    local l = read_for_list(S, args[i])
    if l then refill_listener(S, l) end
  end
  return add_all(S)
end

end
