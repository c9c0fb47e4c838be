-- What a listener does: availability, answers, one more, wrap-up.

-- Requests that wait for this listener alone go on with everybody, where the listener pauses, goes, or may not take them.
local function end_holds(S, l)
  for _, id in ipairs(redis.call('ZRANGE', K.preferring(S, l.id), 0, -1)) do
    local c = read_chat(S, id)
    if is_held(c) and (l.av ~= 1 or not may_meet(l, c)) then
      leave_line(S, c)
      put(c, 'hu', 0)
      requeue(S, c, 'listener_not_available')
    end
  end
end

-- A listener is gone: others take over whatever they held, a chat with all that was written in it. Answers what it cost.
local function let_go(S, l, why)
  put(l, 'av', 0, 'wy', why, 'tn', 0)
  strike(S, l)
  local units = units_of(l)
  for _, id in ipairs(units) do
    local c = read_chat(S, id)
    if not c then free_unit(l, id) -- the engine lost it
    elseif c.st == 'U' then end_wrap_up(S, c, l)
    elseif c.st == 'O' then
      release(S, c, l, 'listener_away')
      requeue(S, c, 'listener_away')
    else lose_listener(S, c, l, 'listener_lost') end
  end
  forget_listener(S, l)
  end_holds(S, l)
  return 1 + #units
end

-- dismiss: this person is no listener here any more and reads along nowhere, at once and whether they are connected or not;
-- their account was closed. A repeat changes nothing. args: 3 person. answer: 'done'
function OPS.dismiss(keys, args)
  local S, id = begin(keys, args), args[3]
  end_all_observing(S, id)
  local l = read_listener(S, id)
  if l.is_known then let_go(S, l, 'no_clearance') end
  return finish(S, 'done')
end

-- set_availability. The caller has checked the clearance. An explicit act is the only way to become available.
-- args: 3 listener, 4 availability (1, 2, 0), 5 capacity, 6 maximum, 7 languages csv, 8 '1' in several shards, 9 reason,
--       10 the name that seekers see, 11 highest risk level cleared 0-3, 12 mask of the topics cleared that take it,
--       13 mask of the topics they are trained in, 14 '1': takes one more who is in danger, 15 when they chose so, or 0
-- answer: 'done' | 'older' (they have chosen something else since)
function OPS.set_availability(keys, args)
  local S, id, av, said = begin(keys, args), args[3], num(args[4]), num(args[15])
  -- Who says a choice again, after the engine was away, must not undo a newer one that got through meanwhile.
  if said > 0 and said < num(redis.call('GET', K.said(S, id))) then return finish(S, 'older') end
  local l = read_listener(S, id)
  local was = l.av
  if said > 0 then redis.call('SET', K.said(S, id), args[15], 'PX', TOKEN_MS) end
  strike(S, l) -- languages and clearances may have changed: leave every old index first
  if av == 0 and held_by(l) == 0 then
    forget_listener(S, l)
    l.av = 0
    end_holds(S, l)
    return finish(S, 'done')
  end
  redis.call('HSETNX', l.key, 've', T.now) -- from the clock: a later life's version is above all of an earlier one's
  put(l, 'av', av, 'can', PACKED.pack_rights(args[7], args[5], args[6], args[11], args[12], args[13], args[14]), 'nm', args[10],
    'wy', args[9])
  PACKED.unpack_rights(l)
  put_unusual(l, 'sev', args[8], '0')
  if said > 0 then write(l, 'sa', args[15]) end
  if args[8] == '1' then redis.call('SADD', K.several(S), id) end
  if av > 0 and was == 0 then put(l, 'fs', T.now, 'du', T.now) end
  if l.gap ~= 0 and av > 0 and was == 0 then put(l, 'gap', 0) end
  if av ~= 1 then put(l, 'tn', 0) end
  if is_present(S, id) then
    if l.lost then put(l, 'lost', '') end
  else -- a socket that closed while this was under way: nobody would ever say that this person is gone
    if not l.lost then put(l, 'lost', T.now) end
    redis.call('ZADD', K.grace_ends(S), 'NX', T.now + GRACE_MS.listener, id)
  end
  set_misses(l, 0)
  set_standing(S, l)
  hint(id)
  local c = l.po and read_chat(S, l.po)
  if c and c.st == 'O' and (av ~= 1 or not speaks(l, redis.call('HGET', c.key, 'ml') or c.la) or not may_serve(l, c)) then
    release(S, c, l, 'not_available')
    requeue(S, c, 'listener_not_available')
  end
  end_holds(S, l)
  match_listener(S, l)
  return finish(S, 'done')
end

-- answer_offer: accept (1) or decline (0). A repeat of an answer that had its effect is 'done'.
-- args: 3 listener, 4 offer id, 5 accept. answer: 'done' | 'gone' | 'no_such_offer'
function OPS.answer_offer(keys, args)
  local S, id, accept = begin(keys, args), args[3], args[5] == '1'
  local chat, turn = parse_offer(args[4])
  local c = chat and read_offered(S, chat)
  if not c then return finish(S, 'no_such_offer') end
  local answer = id .. (accept and ':1' or ':0')
  if not (c.st == 'O' and c.l == id and c.turn == turn and c.vis ~= '0') then
    if redis.call('HGET', c.key, 'an:' .. turn) == answer then return finish(S, 'done') end
    return finish(S, turn <= c.turn and 'gone' or 'no_such_offer')
  end
  local l = read_answering(S, id)
  set_misses(l, 0)
  if not accept then
    write(c, 'an:' .. turn, answer)
    release(S, c, l, 'declined')
    exclude(S, c, id)
    redis.call('ZADD', K.tried_ends(S), T.now + TRIED_MS, c.id .. '|' .. id)
    requeue(S, c, 'declined')
    match_listener(S, l)
    return finish(S, 'done')
  end
  local is_here = is_present(S, c.pe)
  if is_here and T.now - c.at <= ACTED_MS then
    open_chat(S, c, l, true)
  else
    put(c, 'st', 'H', 'turn', c.turn + 1)
    write(c, 'dl', T.now + T.confirm)
    set_due(S, c, T.now + T.confirm)
    hint(c.pe)
    hint(id)
  end
  write(c, 'an:' .. turn, answer)
  return finish(S, 'done')
end

-- take_next: one more chat, once, up to the personal maximum; skips the start gap. A repeat before it came changes nothing.
-- args: 3 listener. answer: 'done' | 'not_available' | 'at_maximum'
function OPS.take_next(keys, args)
  local S, id = begin(keys, args), args[3]
  local l = read_listener(S, id)
  if l.av ~= 1 then return finish(S, 'not_available') end
  if l.tn == 1 then return finish(S, 'done') end
  if load_of(l) >= l.max then return finish(S, 'at_maximum') end
  put(l, 'tn', 1)
  hint(id)
  match_listener(S, l)
  return finish(S, 'done')
end

-- finish_wrap_up: the note is written, the unit is free. args: 3 listener, 4 chat
-- answer: 'done' | 'no_wrap_up'
function OPS.finish_wrap_up(keys, args)
  local S, id = begin(keys, args), args[3]
  local c = read_wrap_up(S, args[4])
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
    local at = listener and num(string.match(flat[i + 1], '^-?(%d+)')) or -1
    if at > last_at then last, last_at = listener, at end
  end
  return last
end

-- Keep two people apart for as long as the token is good, in what the seeker waits for right now too. `ms`: for how long,
-- where nothing of the seeker's is open.
local function block(S, seeker, listener, ms)
  redis.call('SADD', K.blocks(S, seeker), listener)
  local own = own_chat(S, seeker)
  local c = own and read_chat(S, own)
  if not c then
    redis.call('PEXPIRE', K.blocks(S, seeker), ms or TOKEN_MS)
    return
  end
  exclude(S, c, listener)
  redis.call('ZREM', K.tried_ends(S), c.id .. '|' .. listener) -- who declined as well isn't asked again in a minute
  if c.st == 'W' then
    redis.call('SADD', K.excluding(S, listener), c.id)
    if is_held(c) and c.pf == listener then
      leave_line(S, c)
      put(c, 'hu', 0)
      requeue(S, c, 'any_listener')
    end
  elseif (c.st == 'O' or c.st == 'H') and c.l == listener then
    local l = read_listener(S, listener)
    local is_gone = c.st == 'H' and not is_present(S, c.pe) -- their grace may have passed while they were asked
    release(S, c, l, 'withdrawn') -- not "blocked": that would tell the listener what the seeker did
    if is_gone then park(S, c, 'connection_lost') else requeue(S, c, 'listener_not_available') end
    match_listener(S, l)
  end
end

-- end_chat: a participant ends an open chat; the seeker may also end it while the next listener is looked for.
-- args: 3 person, 4 chat, 5 by (role), 6 reason, 7 '1': these two shall not meet again while the seeker's token lives
-- answer: 'done' | 'no_such_chat' | 'not_participant' | 'chat_not_open'
function OPS.end_chat(keys, args)
  local S, person = begin(keys, args), args[3]
  local c = read_ending(S, args[4])
  if not c then return finish(S, 'no_such_chat') end
  if c.pe ~= person and c.l ~= person and not redis.call('HGET', c.key, 'was:' .. person) then
    return finish(S, 'no_such_chat')
  end
  if c.l == person and c.pe ~= person and (c.st == 'O' or c.st == 'H')
      and not redis.call('HGET', c.key, 'was:' .. person) then
    return finish(S, 'no_such_chat') -- offered it, and never in it
  end
  if args[7] == '1' then
    -- While the next listener is looked for, whom they were with is meant, not who has just been offered the chat.
    local is_with = c.st == 'A' or c.st == 'U'
    local listener = c.pe ~= person and person or is_with and c.l or last_listener(S, c.id)
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
