-- What a seeker does with the line.

-- request_chat: a seeker arrives. Idempotent by chat id (made from person and request_id by the caller).
-- args: 3 chat, 4 person, 5 request_id, 6 language, 7 topics csv, 8 distress or '', 9 avoid csv, 10 preferred or '',
--       11 epoch, 12 first words or '',
--       13 the engine's run id, in which this epoch began
-- answer: {'done' | 'open' (another is open: its chat id, its request id) , chat, request_id}
function OPS.request_chat(keys, args)
  local S, id, person = keys[1], args[3], args[4]
  begin(args)
  local known = read_chat(S, id)
  if known then return finish(S, { 'done', id, known.rq }) end
  local own = redis.call('GET', K.own(S, person))
  if own then
    return finish(S, { 'open', own, redis.call('HGET', K.chat(S, own), 'rq') or '' })
  end
  redis.call('HSET', K.chat(S, id), 'st', 'W', 'turn', 0, 'pe', person, 'rq', args[5], 'la', args[6], 'to', args[7],
    'di', args[8], 'ar', T.now, 'l', '', 'pf', args[10], 'at', T.now, 'ep', args[11], 'sq', 0, 'rs', '',
    'rid', args[13] or '')
  redis.call('SET', K.own(S, person), id)
  redis.call('SET', K.token(S, person), '1')
  redis.call('PERSIST', K.blocks(S, person))
  redis.call('ZADD', K.recent(S, person), '+inf', id)
  local barred = redis.call('SMEMBERS', K.blocks(S, person))
  each_language(args[9], function(listener) barred[#barred + 1] = listener end)
  if #barred > 0 then redis.call('SADD', K.excluded(S, id), unpack(barred)) end
  if args[12] ~= '' then
    redis.call('XADD', K.log(S, id), '1-0', 'f', person, 'i', args[5], 't', T.now, 'x', args[12])
    redis.call('HSET', K.sent(S, id), person .. ':' .. args[5], 1)
    redis.call('HSET', K.chat(S, id), 'sq', 1, 'n:seeker', 1)
  end
  -- A socket that closed while this was under way: nobody would ever say that this person is gone.
  if not is_present(S, person) then redis.call('ZADD', K.grace_ends(S), T.now + SEEKER_GRACE_MS, person) end
  local c = read_chat(S, id)
  join_line(S, c)
  match_seeker(S, c)
  return finish(S, { 'done', id, args[5] })
end

-- leave_line: the seeker gives the wait up, in any state before the chat is open.
-- args: 3 person, 4 chat, 5 reason. answer: 'done' | 'no_such_request' | 'open' (already a chat: end_chat ends it)
function OPS.leave_line(keys, args)
  local S = keys[1]
  begin(args)
  local c = read_chat(S, args[4])
  if not c or c.pe ~= args[3] then return finish(S, 'no_such_request') end
  if c.st == 'E' or c.st == 'U' then return finish(S, 'done') end
  if c.st == 'A' then return finish(S, 'open') end
  local l = c.l and read_listener(S, c.l)
  if l then release(S, c, l, 'seeker_left') end
  end_request(S, c, 'seeker', args[5])
  if l then match_listener(S, l) end
  return finish(S, 'done')
end

-- confirm_here: the seeker is there. Opens an accepted chat, brings a parked request back, else only notes the act.
-- args: 3 person, 4 chat. answer: 'done' | 'no_such_request'
function OPS.confirm_here(keys, args)
  local S = keys[1]
  begin(args)
  local c = read_chat(S, args[4])
  if not c or c.pe ~= args[3] then return finish(S, 'no_such_request') end
  if c.st == 'W' or c.st == 'P' or c.st == 'O' or c.st == 'H' then
    redis.call('HSET', K.chat(S, c.id), 'at', T.now)
    c.at = T.now
  end
  if c.st == 'H' then
    open_chat(S, c, read_listener(S, c.l))
  elseif c.st == 'P' and is_present(S, c.pe) then
    unpark(S, c)
  end
  return finish(S, 'done')
end

-- come_back: the seeker's page said hello again; a parked request goes back to its place. Not an act: a page can do that
-- by itself while nobody looks at it. args: 3 person. answer: 'done'
function OPS.come_back(keys, args)
  local S = keys[1]
  begin(args)
  local own = redis.call('GET', K.own(S, args[3]))
  local c = own and read_chat(S, own)
  if c and c.st == 'P' and is_present(S, c.pe) then unpark(S, c) end
  return finish(S, 'done')
end

-- acted: the seeker did something while waiting (typed, opened the page); so no confirmation is asked for 30 s.
-- args: 3 person
function OPS.acted(keys, args)
  local S = keys[1]
  begin(args)
  local id = redis.call('GET', K.own(S, args[3]))
  if id then redis.call('HSET', K.chat(S, id), 'at', T.now) end
  return finish(S, 'done')
end
