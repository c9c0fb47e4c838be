-- Standing: where a listener is listed. Available and paused change by what they do; `free` (may be offered a chat) and
-- `spare` (full, and takes one more who is in danger) with every chat.

local function class_name(l) return class_at(l.lv, l.hd).name end

-- The chats that use a unit of this listener's capacity stand in their row (`un`), with a space between them.
local function units_of(l)
  local units = {}
  for chat in string.gmatch(l.un or '', '[^ ]+') do units[#units + 1] = chat end
  return units
end

-- Units in use here, counted once a call.
local function held_by(l)
  if not l.held then l.held = not l.un and 0 or not string.find(l.un, ' ', 1, true) and 1 or #units_of(l) end
  return l.held
end

-- Units in use here and in the other shards. Load is the size of a list, never a counter.
local function load_of(l) return held_by(l) + l.xe end

local function has_unit_of(l, chat) return l.un and string.find(' ' .. l.un .. ' ', ' ' .. chat .. ' ', 1, true) ~= nil end

-- A chat's end and the next offer come in one call: they are one write.
local function set_units(l, held, units)
  l.held, l.un = held, units ~= '' and units
  if l.un_at then
    l.writes[l.un_at] = units
  else
    note_writes(l, { 'un', units })
    l.un_at = #l.writes
  end
end

local function take_unit(l, chat)
  if has_unit_of(l, chat) then return end
  set_units(l, held_by(l) + 1, l.un and l.un .. ' ' .. chat or chat)
end

local function free_unit(l, chat)
  if l.un == chat then return set_units(l, 0, '') end
  if not has_unit_of(l, chat) then return end
  local others = {}
  for _, other in ipairs(units_of(l)) do
    if other ~= chat then others[#others + 1] = other end
  end
  set_units(l, #others, table.concat(others, ' '))
end

-- What may be offered: '1' any chat, '2' only risk 3 on the emergency unit, '0' nothing; `now`, and once the start gap is over.
-- Sets l.load where it is asked for.
local function room_of(l)
  if l.av ~= 1 or l.lost or l.po or l.xp ~= 0 then return '0', '0' end
  l.load = load_of(l)
  if l.tn == 1 and l.load < l.max then return '1', '1' end
  local later = l.load < l.cap and '1' or l.em == '1' and l.load == l.cap and '2' or '0'
  return l.gap > T.now and '0' or later, later
end

local INDEX = { ['1'] = 'free', ['2'] = 'spare' }

-- A class stands among those that hold somebody by the score of its first one, so that a search begins with the best.
local function set_first(S, index, language, class)
  local first = redis.call('ZRANGE', K[index](S, language .. ':' .. class), 0, 0, 'WITHSCORES')
  if first[2] then redis.call('ZADD', K.first(S, index .. ':' .. language), first[2], class)
  else redis.call('ZREM', K.first(S, index .. ':' .. language), class) end
end

local function unlist(S, l)
  local index = INDEX[l.ix]
  if not index then return end
  local member, class = member_of(l.id, l.mk), class_name(l)
  each_language(l.lg, function(language)
    redis.call('ZREM', K[index](S, language .. ':' .. class), member)
    set_first(S, index, language, class)
  end)
  put(l, 'ix', '0')
end

-- Least utilised first, then the longest free.
local function score_of(l) return math.floor(100 * l.load / math.max(l.cap, 1)) * 1e13 + l.fs end

local function list(S, l, room)
  local was_listed = l.ix == room
  if not was_listed then unlist(S, l) end
  local index = INDEX[room]
  if not index then return end
  local score = string.format('%d', score_of(l))
  local member, class = member_of(l.id, l.mk), class_name(l)
  each_language(l.lg, function(language)
    redis.call('ZADD', K[index](S, language .. ':' .. class), score, member)
    if was_listed then set_first(S, index, language, class)
    else redis.call('ZADD', K.first(S, index .. ':' .. language), 'LT', score, class) end
  end)
  if not was_listed then put(l, 'ix', room) end
end

local function leave_available(S, l, language, class)
  local available = K.available(S, language .. ':' .. class)
  if redis.call('SREM', available, l.id) == 1 and redis.call('EXISTS', available) == 0 then
    redis.call('SREM', K.classes(S, language), class)
  end
end

-- Who is there at all, by what they may serve: a seeker is told the truth from this, and the search reads it.
local function set_standing(S, l)
  local is_available, class = l.av == 1 and not l.lost, class_name(l)
  each_language(l.lg, function(language)
    if is_available then
      local available = K.available(S, language .. ':' .. class)
      if redis.call('SADD', available, l.id) == 1 then redis.call('SADD', K.classes(S, language), class) end
    else
      leave_available(S, l, language, class)
    end
    if l.av == 2 then redis.call('SADD', K.paused(S, language), l.id)
    else redis.call('SREM', K.paused(S, language), l.id) end
  end)
end

-- Out of everything, before languages or clearances change or the listener goes.
local function strike(S, l)
  local av = l.av
  unlist(S, l)
  l.av = 0
  set_standing(S, l)
  l.av = av
end

local function forget_listener(S, l)
  strike(S, l)
  redis.call('DEL', l.key)
  redis.call('ZREM', K.gap_ends(S), l.id)
  if redis.call('EXISTS', K.observing(S, l.id)) == 0 then redis.call('ZREM', K.grace_ends(S), l.id) end
  redis.call('SREM', K.several(S), l.id)
  listeners[l.id] = nil
  hint(l.id)
end

local function pause_for_misses(S, l)
  if l.av ~= 1 then return end
  put(l, 'av', 2)
  write(l, 'wy', 'missed_offers')
  unlist(S, l)
  set_standing(S, l)
  hint(l.id)
end
