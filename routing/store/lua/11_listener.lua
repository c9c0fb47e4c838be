-- What a listener does: availability, answers, one more, wrap-up.

-- set_availability. The caller has checked the clearance. An explicit act is the only way to become available.
-- args: 3 listener, 4 availability (1, 2, 0), 5 capacity, 6 maximum, 7 languages csv, 8 '1' in several shards, 9 reason,
--       10 the name that seekers see
-- answer: 'done'
function OPS.set_availability(keys, args)
  local S, id, av = keys[1], args[3], num(args[4])
  begin(args)
  local old = read_listener(S, id)
  each_language(old.lg, function(language) -- languages may have changed: leave every old index first
    for _, name in ipairs({ 'free', 'available', 'paused' }) do
      redis.call(name == 'free' and 'ZREM' or 'SREM', K[name](S, language), id)
    end
  end)
  local key = K.listener(S, id)
  if av == 0 and redis.call('SCARD', K.units(S, id)) == 0 then
    redis.call('DEL', key)
    redis.call('ZREM', K.gap_ends(S), id)
    redis.call('ZREM', K.grace_ends(S), id)
    redis.call('SREM', K.several(S), id)
    hint(id)
    return finish(S, 'done')
  end
  redis.call('HSETNX', key, 've', T.now) -- from the clock: a later life's version is above all of an earlier one's
  redis.call('HSET', key, 'av', av, 'cap', args[5], 'max', args[6], 'lg', args[7], 'wy', args[9], 'sev', args[8],
    'nm', args[10])
  if args[8] == '1' then redis.call('SADD', K.several(S), id) end
  if av > 0 and old.av == 0 then redis.call('HSET', key, 'fs', T.now, 'du', T.now, 'gap', 0) end
  if av ~= 1 then redis.call('HSET', key, 'tn', 0) end
  if is_present(S, id) then
    redis.call('HDEL', key, 'lost')
  else -- a socket that closed while this was under way: nobody would ever say that this person is gone
    redis.call('HSETNX', key, 'lost', T.now)
    redis.call('ZADD', K.grace_ends(S), 'NX', T.now + LISTENER_GRACE_MS, id)
  end
  local l = read_listener(S, id)
  set_misses(S, l, 0)
  local c = l.po and read_chat(S, l.po)
  hint(id)
  if c and c.st == 'O' and (av ~= 1 or not speaks(l, c.la)) then
    release(S, c, l, 'not_available')
    refresh(S, l)
    requeue(S, c, 'listener_not_available')
  end
  match_listener(S, l)
  return finish(S, 'done')
end

-- answer_offer: accept (1) or decline (0). A repeat of an answer that had its effect is 'done'.
-- args: 3 listener, 4 offer id, 5 accept. answer: 'done' | 'gone' | 'no_such_offer'
function OPS.answer_offer(keys, args)
  local S, id, accept = keys[1], args[3], args[5] == '1'
  begin(args)
  local chat, turn = parse_offer(args[4])
  local c = chat and read_chat(S, chat)
  local l = read_listener(S, id)
  if not c then return finish(S, 'no_such_offer') end
  if not (c.st == 'O' and c.l == id and c.turn == turn and c.vis ~= '0') then
    local answered = redis.call('HGET', K.chat(S, chat), 'an:' .. turn)
    if answered == id .. (accept and ':1' or ':0') then return finish(S, 'done') end
    return finish(S, turn <= c.turn and 'gone' or 'no_such_offer')
  end
  redis.call('HSET', K.chat(S, chat), 'an:' .. turn, id .. (accept and ':1' or ':0'))
  set_misses(S, l, 0)
  if not accept then
    release(S, c, l, 'declined')
    redis.call('SADD', K.excluded(S, c.id), id)
    redis.call('ZADD', K.tried_ends(S), T.now + TRIED_MS, c.id .. '|' .. id)
    requeue(S, c, 'declined')
    match_listener(S, l)
  elseif is_present(S, c.pe) and T.now - num(c.at) <= ACTED_MS then
    open_chat(S, c, l)
  else
    local deadline = T.now + T.confirm
    c.turn = c.turn + 1
    redis.call('ZREM', K.offer_ends(S), c.id)
    redis.call('ZADD', K.confirm_ends(S), deadline, c.id)
    redis.call('HSET', K.chat(S, c.id), 'st', 'H', 'turn', c.turn, 'dl', deadline)
    hint(c.pe)
    hint(id)
  end
  return finish(S, 'done')
end

-- take_next: one more chat, once, up to the personal maximum; skips the start gap. A repeat before it came changes nothing.
-- args: 3 listener. answer: 'done' | 'not_available' | 'at_maximum'
function OPS.take_next(keys, args)
  local S, id = keys[1], args[3]
  begin(args)
  local l = read_listener(S, id)
  if l.av ~= 1 then return finish(S, 'not_available') end
  if l.tn == 1 then return finish(S, 'done') end
  if redis.call('SCARD', K.units(S, id)) + l.xe >= l.max then return finish(S, 'at_maximum') end
  redis.call('HSET', K.listener(S, id), 'tn', 1)
  l.tn = 1
  hint(id)
  match_listener(S, l)
  return finish(S, 'done')
end

-- finish_wrap_up: the note is written, the unit is free. args: 3 listener, 4 chat
-- answer: 'done' | 'no_wrap_up'
function OPS.finish_wrap_up(keys, args)
  local S, id = keys[1], args[3]
  begin(args)
  local c = read_chat(S, args[4])
  if c and c.st == 'U' and c.l == id then
    end_wrap_up(S, c, read_listener(S, id))
    return finish(S, 'done')
  end
  if c and c.st == 'E' and redis.call('HGET', K.chat(S, c.id), 'was:' .. id) then return finish(S, 'done') end
  return finish(S, 'no_wrap_up')
end

local function last_listener(S, id)
  local flat, last, last_at = redis.call('HGETALL', K.chat(S, id)), nil, -1
  for i = 1, #flat, 2 do
    local listener = string.match(flat[i], '^was:(.+)$')
    if listener and math.abs(num(flat[i + 1])) > last_at then last, last_at = listener, math.abs(num(flat[i + 1])) end
  end
  return last
end

-- Keep two people apart for as long as the token is good, in what the seeker waits for right now too.
local function block(S, seeker, listener)
  redis.call('SADD', K.blocks(S, seeker), listener)
  local own = redis.call('GET', K.own(S, seeker))
  local c = own and read_chat(S, own)
  if not c then
    redis.call('PEXPIRE', K.blocks(S, seeker), TOKEN_MS)
    return
  end
  redis.call('SADD', K.excluded(S, c.id), listener)
  if c.st == 'W' then
    redis.call('SADD', K.excluding(S, listener), c.id)
  elseif (c.st == 'O' or c.st == 'H') and c.l == listener then
    local l = read_listener(S, listener)
    release(S, c, l, 'withdrawn') -- not "blocked": that would tell the listener what the seeker did
    refresh(S, l)
    requeue(S, c, 'listener_not_available', listener)
    match_listener(S, l)
  end
end

-- end_chat: a participant ends an open chat; the seeker may also end it while the next listener is looked for.
-- args: 3 person, 4 chat, 5 by (role), 6 reason, 7 '1': these two shall not meet again while the seeker's token lives
-- answer: 'done' | 'no_such_chat' | 'not_participant' | 'chat_not_open'
function OPS.end_chat(keys, args)
  local S, person = keys[1], args[3]
  begin(args)
  local c = read_chat(S, args[4])
  if not c then return finish(S, 'no_such_chat') end
  local was = redis.call('HGET', K.chat(S, c.id), 'was:' .. person)
  if c.pe ~= person and not was then return finish(S, 'no_such_chat') end
  if args[7] == '1' then
    local listener = c.pe ~= person and person or c.l or last_listener(S, c.id)
    if listener then block(S, c.pe, listener) end
  end
  if c.st == 'E' or c.st == 'U' then return finish(S, 'done') end
  if c.st == 'A' and (c.pe == person or c.l == person) then
    end_open_chat(S, c, args[5], args[6])
    return finish(S, 'done')
  end
  if c.pe ~= person then return finish(S, 'not_participant') end
  if not c.op then return finish(S, 'chat_not_open') end
  local l = c.l and read_listener(S, c.l)
  if l then release(S, c, l, 'seeker_left') end
  end_request(S, c, args[5], args[6])
  if l then match_listener(S, l) end
  return finish(S, 'done')
end
