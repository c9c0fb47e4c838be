-- Lines: a request waits in one line for each hard requirement (its cell) and language, by arrival. A listener's search
-- compares the heads of the lines that they may serve, so it costs the same however many wait, and nobody whom they may
-- not meet can stand in front of somebody whom they may.

local TARGETS_MS = { [0] = 180000, 120000, 60000, 15000 } -- by risk: the wait at which heads of two lines are level

local LOOK_AGAIN_MS = 30000 -- so often it is asked whether anybody is left who speaks the language of somebody in line

local CELLS = {}   -- `<risk>.<level>.<hard>` -> parsed
local CLASSES = {} -- `<level>.<hard>` -> parsed

local function cell_of(name)
  local cell = CELLS[name]
  if not cell then
    local risk, level, hard = string.match(name, '^(%d+)%.(%d+)%.(%d+)$')
    cell = { name = name, risk = num(risk), level = num(level), hard = num(hard) }
    cell.target = TARGETS_MS[cell.risk]
    CELLS[name] = cell
  end
  return cell
end

local function class_of(name)
  local class = CLASSES[name]
  if not class then
    local level, hard = string.match(name, '^(%d+)%.(%d+)$')
    class = { name = name, level = num(level), hard = num(hard), served = {} }
    CLASSES[name] = class
  end
  return class
end

local CLASSES_AT = {} -- level -> hard -> parsed: to spell a number costs as much as a dozen look-ups

local function class_at(level, hard)
  local of_level = CLASSES_AT[level] or {}
  CLASSES_AT[level] = of_level
  local class = of_level[hard] or class_of(level .. '.' .. hard)
  of_level[hard] = class
  return class
end

-- May whoever holds this level and these hard topics serve this cell? Works for listeners and for classes.
local function serves(level, hard, cell)
  return level >= cell.level and (cell.hard == 0 or bit.band(hard, cell.hard) == cell.hard)
end

-- The same by the cell's name: the cell, or false.
local function served_by(class, name)
  local cell = class.served[name]
  if cell == nil then
    cell = cell_of(name)
    cell = serves(class.level, class.hard, cell) and cell
    class.served[name] = cell
  end
  return cell
end

local function may_serve(l, c) return serves(l.lv, l.hd, cell_of(c.ce)) end

local function member_of(id, mask) return id .. '/' .. string.format('%d', mask) end

-- The same of a chat; who was read to be offered has it at hand (`read_waiting`).
local function member_in_line(c) return rawget(c, 'member') or member_of(c.id, c.mk) end

-- `<id>/<topic mask>`: id, mask
local function parse_member(member)
  local id, mask = string.match(member, '^(.+)/(%d+)$')
  return id, num(mask)
end

local function is_held(c) return c.hu > T.now end

-- The languages in whose lines this request stands: the pool's own, and the second ones once it waited long enough.
local function each_line(c, visit)
  if c.wi then each_language(c.ls, visit) else visit(c.la) end
end

-- How long a request waits for the pool's own language alone; somebody in danger not at all: in the simulation that takes
-- the 95th percentile of their wait from 73 to 13 s, and nobody else notices.
local function overflow_of(c) return cell_of(c.ce).risk == URGENT and 0 or T.overflow end

-- Where a request stands in a line: by arrival, but in the lines of its second languages as if it had come later, by twice
-- the time after which they come in. With its whole wait it would go before all whose only language that is: in the
-- simulation those waited 1.22 times as long as under first come, first served, and so 1.10 times. An earlier version wrote
-- '1' to `wi`, and by arrival was meant.
local function place_in(c, language)
  if language == c.la then return c.ar end
  return math.max(c.ar, num(c.wi))
end

-- Is there somebody on duty, be they busy, for this cell? `classes`: of its language; one that nobody is left of is not listed.
local function is_served(classes, cell)
  for _, name in ipairs(classes) do
    if served_by(class_of(name), cell.name) then return true end
  end
  return false
end

-- Is this listener kept apart from this request for good? Who declined is asked again in a minute.
local function is_apart(S, c, listener) return not redis.call('ZSCORE', K.tried_ends(S), c.id .. '|' .. listener) end

-- Listeners available in a language, busy ones too, who may serve this cell. `c`: a request with exclusions, which count.
local function count_serving(S, language, cell, c)
  local count = 0
  for _, name in ipairs(redis.call('SMEMBERS', K.classes(S, language))) do
    local class = class_of(name)
    if serves(class.level, class.hard, cell) then
      local available = K.available(S, language .. ':' .. name)
      count = count + redis.call('SCARD', available)
      for _, listener in ipairs(c and redis.call('SINTER', available, K.excluded(S, c.id)) or {}) do
        if is_apart(S, c, listener) then count = count - 1 end
      end
    end
  end
  return count
end

-- Do the second languages come in now? After a while, or at once where nobody on duty could take this request in the pool's own.
local function second_come_in(S, c)
  if c.wi or c.ls == c.la then return false end
  if c.ar + overflow_of(c) <= T.now then return true end
  if c.nx then return count_serving(S, c.la, cell_of(c.ce), c) == 0 end
  return not is_served(redis.call('SMEMBERS', K.classes(S, c.la)), cell_of(c.ce))
end

-- When something happens to a request in line by itself: its hold ends, its second languages come in, or it is looked again
-- whether anybody is left who speaks the pool's own. nil: never.
local function next_step(c)
  if is_held(c) then return c.hu end
  if c.wi or c.ls == c.la then return nil end
  local waited = T.now - c.ar
  return c.ar + math.min(overflow_of(c), waited - waited % LOOK_AGAIN_MS + LOOK_AGAIN_MS)
end

-- Language and clearances; not whether there is room, nor who is excluded.
local function may_meet(l, c)
  local speaks_it = false
  each_line(c, function(language) speaks_it = speaks_it or speaks(l, language) end)
  return speaks_it and may_serve(l, c)
end

local function is_excluded(S, c, listener) return c.nx and redis.call('SISMEMBER', K.excluded(S, c.id), listener) == 1 end

local function set_due(S, c, at)
  if at then redis.call('ZADD', K.due(S), at, c.id) else redis.call('ZREM', K.due(S), c.id) end
end

local function enter_line(S, c, language)
  local place = place_in(c, language)
  redis.call('ZADD', K.line(S, language .. ':' .. c.ce), place, member_in_line(c))
  redis.call('ZADD', K.cells(S, language), 'LT', place, c.ce)
end

-- Whoever has looked at a line in this call says who is first there after this one: `line_seen`, `next_at` ('': nobody).
local function exit_line(S, c, language, line_seen, next_at)
  local name = language .. ':' .. c.ce
  local line = K.line(S, name)
  redis.call('ZREM', line, member_in_line(c))
  if name ~= line_seen then next_at = redis.call('ZRANGE', line, 0, 0, 'WITHSCORES')[2] or '' end
  if next_at ~= '' then redis.call('ZADD', K.cells(S, language), next_at, c.ce)
  else redis.call('ZREM', K.cells(S, language), c.ce) end
end

-- Into the lines, or, while the request waits for its own listener only, beside them. `has_deadline`: from the state before.
local function stand_in_line(S, c, has_deadline)
  if second_come_in(S, c) then put(c, 'wi', c.ar + 2 * overflow_of(c)) end
  if is_held(c) and is_excluded(S, c, c.pf) then put(c, 'hu', 0) end -- nobody waits for who won't be asked
  if is_held(c) then redis.call('ZADD', K.held(S, c.la), c.ar, c.id)
  else each_line(c, function(language) enter_line(S, c, language) end) end
  if c.pf then redis.call('ZADD', K.preferring(S, c.pf), c.ar, c.id) end
  local step = next_step(c)
  if step or has_deadline then set_due(S, c, step) end
  if not c.nx then return end
  for _, listener in ipairs(redis.call('SMEMBERS', K.excluded(S, c.id))) do
    redis.call('SADD', K.excluding(S, listener), c.id)
  end
end

-- Out of all lines. The caller gives the chat its next deadline, or none.
local function leave_line(S, c, line_seen, next_at)
  local was_held = c.pf and c.hu > 0 and redis.call('ZREM', K.held(S, c.la), c.id) == 1
  if not was_held then each_line(c, function(language) exit_line(S, c, language, line_seen, next_at) end) end
  if c.pf then redis.call('ZREM', K.preferring(S, c.pf), c.id) end
  if not c.nx then return end
  for _, listener in ipairs(redis.call('SMEMBERS', K.excluded(S, c.id))) do
    redis.call('SREM', K.excluding(S, listener), c.id)
  end
end

local function exclude(S, c, listener)
  redis.call('SADD', K.excluded(S, c.id), listener)
  if not c.nx then put(c, 'nx', '1') end
end

-- How soon the head of a line is served, as a number: risk 3 before all others and among themselves by arrival; else by how
-- much of its target it has waited (accumulating priority: Stanford, Taylor, Ziedins 2014). Over 1 is late; below 0 is
-- somebody whose wait for a second language does not count yet: by place, after all others.
local function urgency(cell, place)
  local wait = T.now - place
  if cell.risk == URGENT then return 1e9 + wait end
  return wait < 0 and wait or wait / cell.target
end

-- 1 + how many of the pool's line would be served before this request if everybody there could serve everybody.
local function place_of(S, c)
  local own, place = cell_of(c.ce), 1
  local wait = T.now - c.ar
  for _, name in ipairs(redis.call('ZRANGE', K.cells(S, c.la), 0, -1)) do
    local cell, line, before = cell_of(name), K.line(S, c.la .. ':' .. name), nil
    if cell == own then
      before = redis.call('ZRANK', line, member_in_line(c)) or redis.call('ZCOUNT', line, '-inf', '(' .. c.ar)
    elseif own.risk == URGENT and cell.risk ~= URGENT then
      before = 0
    elseif cell.risk == URGENT and own.risk ~= URGENT then
      before = redis.call('ZCARD', line)
    else
      before = redis.call('ZCOUNT', line, '-inf', '(' .. string.format('%.0f', T.now - wait * cell.target / own.target))
    end
    place = place + before
  end
  return place
end
