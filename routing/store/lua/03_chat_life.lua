-- A chat's life between people: opened, listener gone, ended.

local function close_books(S, c)
  -- Is this listener still in an open chat of this language? Counted from the set, never from a counter.
  redis.call('SREM', K.open(S, c.la), c.id)
  if not c.l then return end
  for _, id in ipairs(redis.call('SMEMBERS', K.units(S, c.l))) do
    if id ~= c.id then
      local other = redis.call('HMGET', K.chat(S, id), 'st', 'la')
      if other[1] == 'A' and other[2] == c.la then return end
    end
  end
  redis.call('SREM', K.chatting(S, c.la), c.l)
end

local function open_chat(S, c, l)
  redis.call('ZREM', K.offer_ends(S), c.id)
  redis.call('ZREM', K.confirm_ends(S), c.id)
  redis.call('SREM', K.offered(S, c.la), c.id)
  c.turn, c.st = c.turn + 1, 'A'
  local first = not c.op
  redis.call('HSET', K.chat(S, c.id), 'st', 'A', 'turn', c.turn, 'rs', '', 'jo', T.now)
  redis.call('HSETNX', K.chat(S, c.id), 'op', T.now)
  redis.call('HSET', K.chat(S, c.id), 'was:' .. l.id, T.now, 'nm:' .. l.id,
    redis.call('HGET', K.listener(S, l.id), 'nm') or '')
  redis.call('HSET', K.listener(S, l.id), 'po', '', 'gap', T.now + T.gap)
  l.po, l.gap = nil, T.now + T.gap
  redis.call('SADD', K.open(S, c.la), c.id)
  redis.call('SADD', K.chatting(S, c.la), l.id)
  redis.call('ZADD', K.recent(S, l.id), '+inf', c.id)
  note('offer', 'accepted')
  if first then
    note('joined', c.la, string.format('%.0f', T.now - num(c.ar)))
    local waits = K.waits(S, c.la)
    redis.call('ZADD', waits, T.now, c.id .. ':' .. (T.now - num(c.ar)))
    redis.call('ZREMRANGEBYSCORE', waits, '-inf', T.now - HOUR_MS)
    redis.call('PEXPIRE', waits, HOUR_MS)
  end
  if not is_present(S, c.pe) then redis.call('ZADD', K.grace_ends(S), T.now + CHAT_GRACE_MS, c.pe) end
  if T.gap > 0 then redis.call('ZADD', K.gap_ends(S), T.now + T.gap, l.id) end
  units_moved(S, l)
  hint(c.pe)
  hint(l.id)
  match_listener(S, l) -- the open offer held the listener back; room may be left (never within the start gap)
end

-- The seeker's part of the end: the request is over, the token's clock starts.
local function end_request(S, c, by, reason)
  leave_line(S, c)
  redis.call('ZREM', K.park_ends(S), c.id)
  redis.call('ZREM', K.grace_ends(S), c.pe)
  redis.call('DEL', K.own(S, c.pe), K.excluded(S, c.id))
  redis.call('SET', K.token(S, c.pe), '1', 'PX', TOKEN_MS)
  redis.call('PEXPIRE', K.blocks(S, c.pe), TOKEN_MS)
  -- Who was only offered the chat took no part in it.
  redis.call('HSET', K.chat(S, c.id), 'st', 'E', 'l', c.l or '', 'en', T.now, 'eb', by, 'er', reason, 'turn', c.turn + 1)
  redis.call('ZADD', K.recent(S, c.pe), T.now, c.id)
  redis.call('ZADD', K.ended(S), T.now, c.id)
  redis.call('SADD', K.unwritten(S), c.id)
  note(c.op and 'chat' or 'request', by, c.la)
  c.st = 'E'
  hint(c.pe)
end

local function end_wrap_up(S, c, l)
  redis.call('ZREM', K.wrap_up_ends(S), c.id)
  redis.call('HSET', K.chat(S, c.id), 'st', 'E', 'l', '', 'wd', T.now)
  release(S, c, l)
  match_listener(S, l)
end

-- End an open chat; the unit stays in use through the wrap-up.
local function end_open_chat(S, c, by, reason)
  local l = read_listener(S, c.l)
  local listener = c.l
  close_books(S, c)
  redis.call('ZADD', K.recent(S, listener), T.now, c.id)
  end_request(S, c, by, reason)
  hint(listener)
  if T.wrap_up > 0 then
    redis.call('HSET', K.chat(S, c.id), 'st', 'U', 'wu', T.now + T.wrap_up)
    redis.call('ZADD', K.wrap_up_ends(S), T.now + T.wrap_up, c.id)
  else
    end_wrap_up(S, c, l)
  end
end

-- The listener of an open chat or an accepted offer is gone: the same chat goes on with the next one, first in line.
local function lose_listener(S, c, l, reason)
  local was_open = c.st == 'A'
  if was_open then
    close_books(S, c)
    redis.call('ZADD', K.recent(S, l.id), T.now, c.id)
    redis.call('HSET', K.chat(S, c.id), 'was:' .. l.id, -T.now) -- negative: left at
  end
  release(S, c, l, not was_open and reason or nil)
  redis.call('SADD', K.excluded(S, c.id), l.id)
  redis.call('ZADD', K.tried_ends(S), T.now + TRIED_MS, c.id .. '|' .. l.id)
  if is_present(S, c.pe) then
    requeue(S, c, reason)
  else
    park(S, c, reason)
  end
end
