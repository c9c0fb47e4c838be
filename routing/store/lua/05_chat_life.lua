-- A chat's life between people: opened, listener gone, ended.

-- Who reads along, or false. `send_message` and the end of a chat read the field with the others.
local function observer_of(c)
  local asked = rawget(c, 'ob')
  if asked == nil then asked = redis.call('HGET', c.key, 'ob') end
  return some(asked)
end

-- `is_chosen`: by themselves, and in the audit log by now. Of any other end `ox` tells the archiver: `<who>:<when>,...`.
local function end_observing(S, c, is_chosen)
  local observer = observer_of(c)
  if not observer then return end
  redis.call('HDEL', c.key, 'ob', 'on')
  if not is_chosen then
    local before = redis.call('HGET', c.key, 'ox')
    redis.call('HSET', c.key, 'ox', string.format('%s%s:%d', before and before .. ',' or '', observer, T.now))
  end
  c.ob = false
  redis.call('SREM', K.observing(S, observer), c.id)
  hint(observer)
end

-- This person reads along nowhere any more.
local function end_all_observing(S, observer)
  for _, id in ipairs(redis.call('SMEMBERS', K.observing(S, observer))) do
    local c = read_chat(S, id)
    if c and observer_of(c) == observer then
      end_observing(S, c)
      hint(c.pe)
      hint(c.l)
    end
  end
  redis.call('DEL', K.observing(S, observer))
end

-- The listener has one open chat less in this pool. What is counted here is for the board; nobody is matched by it.
-- A supervisor was near this listener: whoever comes next may have done this for years, and was not told.
local function close_books(S, c, l_id)
  end_observing(S, c)
  redis.call('SREM', K.open(S, c.la), c.id)
  if redis.call('HINCRBY', K.chatting(S, c.la), l_id, -1) <= 0 then redis.call('HDEL', K.chatting(S, c.la), l_id) end
end

-- Waits of those who had to wait, newest first: whoever was offered at once tells nothing to somebody in line (in the
-- simulation a band from all waits was too short for 12-46 % of those who waited, one from these for 5-11 %). Danger apart
-- from the rest. The list outlives its last eighth entry by 6 h; with fewer in 3 h nothing is said about waits anyway.
local function waits_key(S, language, risk) return K.waits(S, language .. (risk == URGENT and ':urgent' or ':ordinary')) end

local function remember_wait(S, c)
  if not c.wt then return end
  local waits = waits_key(S, c.la, cell_of(c.ce).risk)
  local length = redis.call('LPUSH', waits, string.format('%d:%d', T.now, T.now - c.ar))
  if length == 1 or length % 8 == 0 then redis.call('PEXPIRE', waits, 6 * HOUR_MS) end
  if length >= 128 then redis.call('LTRIM', waits, 0, 63) end
end

local function open_chat(S, c, l, is_seeker_here)
  redis.call('ZREM', K.due(S), c.id)
  redis.call('SMOVE', K.offered(S, c.la), K.open(S, c.la), c.id)
  redis.call('HINCRBY', K.chatting(S, c.la), l.id, 1)
  local is_first = not c.op
  c.st, c.turn = 'A', c.turn + 1
  write(c, 'st', 'A', 'turn', c.turn, 'was:' .. l.id, PACKED.was(T.now, l.nm))
  put(l, 'po', '', 'gap', T.now + T.gap)
  note('offer:accepted')
  if is_first then
    put(c, 'op', T.now)
    note(string.format('joined:%s:%d:%d', c.la, cell_of(c.ce).risk, T.now - c.ar))
    remember_wait(S, c)
  end
  if not is_seeker_here then redis.call('ZADD', K.grace_ends(S), T.now + GRACE_MS.chat, c.pe) end
  units_moved(S, l)
  hint(c.pe)
  hint(l.id)
  match_listener(S, l) -- the open offer held the listener back; room may be left, once the start gap is over
end

-- The seeker's part of the end: the request is over, the token's clock starts. `wrap_up` is the end of the listener's.
local function end_request(S, c, by, reason, wrap_up)
  if c.st == 'W' then leave_line(S, c) end
  set_due(S, c, wrap_up)
  redis.call('SET', K.own(S, c.pe), '', 'PX', TOKEN_MS)
  if c.nx then
    redis.call('DEL', K.excluded(S, c.id))
    redis.call('PEXPIRE', K.blocks(S, c.pe), TOKEN_MS)
  end
  c.st, c.turn = wrap_up and 'U' or 'E', c.turn + 1
  if wrap_up then
    write(c, 'st', 'U', 'turn', c.turn, 'en', T.now, 'eb', by, 'er', reason, 'wu', wrap_up)
  else -- who was only offered the chat took no part in it
    write(c, 'st', 'E', 'turn', c.turn, 'en', T.now, 'eb', by, 'er', reason, 'l', c.l or '')
  end
  redis.call('ZADD', K.recent(S, c.pe), T.now, c.id)
  redis.call('ZADD', K.ended(S), T.now, c.id)
  redis.call('SADD', K.unwritten(S), c.id)
  note(string.format('%s:%s:%s:%d', c.op and 'chat' or 'request', by, c.la, cell_of(c.ce).risk))
  hint(c.pe)
end

local function end_wrap_up(S, c, l)
  if c.st == 'U' then set_due(S, c, nil) end
  c.st = 'E'
  write(c, 'st', 'E', 'wd', T.now)
  release(S, c, l)
  match_listener(S, l)
end

-- End an open chat; the unit stays in use through the wrap-up.
local function end_open_chat(S, c, by, reason)
  local listener = c.l
  close_books(S, c, listener)
  redis.call('ZADD', K.recent(S, listener), T.now, c.id)
  end_request(S, c, by, reason, T.wrap_up > 0 and T.now + T.wrap_up or nil)
  hint(listener)
  if T.wrap_up == 0 then end_wrap_up(S, c, read_listener(S, listener)) end
end

-- The listener of an open chat or an accepted offer is gone: the same chat goes on with the next one, first in line.
local function lose_listener(S, c, l, reason)
  local was_open = c.st == 'A'
  if was_open then
    close_books(S, c, l.id)
    redis.call('ZADD', K.recent(S, l.id), T.now, c.id)
    local name = string.match(redis.call('HGET', c.key, 'was:' .. l.id) or '', ' (.*)$')
    write(c, 'was:' .. l.id, PACKED.was(-T.now, name)) -- negative: left at
  end
  release(S, c, l, not was_open and reason or nil)
  exclude(S, c, l.id)
  redis.call('ZADD', K.tried_ends(S), T.now + TRIED_MS, c.id .. '|' .. l.id)
  if is_present(S, c.pe) then requeue(S, c, reason) else park(S, c, reason) end
end
