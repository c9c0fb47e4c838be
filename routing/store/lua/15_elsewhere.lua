-- A listener cleared for teens and adults stands in two shards, which share no slot and so no script. Each shard keeps a
-- mirror of the units in use elsewhere. An offer to such a listener is unseen (vis = 0) until the other shard agreed.

-- units: what this shard would tell the others. args: 3 listener
-- answer: {id of an unseen offer or '', what `elsewhere` takes: version, units in use, open offer 0/1, one more used 0/1,
--          misses in a row, when these last changed}
function OPS.units(keys, args)
  local S, id = keys[1], args[3]
  begin(args)
  local l = redis.call('HMGET', K.listener(S, id), 've', 'po', 'ms', 'mw')
  local po, unseen, used = l[2], '', 0
  if po and po ~= '' then
    local c = redis.call('HMGET', K.chat(S, po), 'st', 'vis', 'oid', 'tu')
    if c[1] == 'O' and c[2] == '0' then unseen = c[3] end
    used = num(c[4])
  end
  -- Versions begin with the clock, so that "not here any more" is newer than all that was told before.
  return finish(S, { unseen, l[1] and num(l[1]) or T.now, redis.call('SCARD', K.units(S, id)),
    (po and po ~= '') and 1 or 0, used, num(l[3]), num(l[4]) })
end

-- elsewhere: mirror another shard's units.
-- args: 3 listener, 4 '1': there wins a tie, 5 version, 6 units there, 7 open offer there 0/1, 8 that offer is "one more",
--       9 misses there, 10 when these last changed
-- answer: 'done' | 'conflict' (there must take its unseen offer back)
function OPS.elsewhere(keys, args)
  local S, id = keys[1], args[3]
  begin(args)
  if not (redis.call('EXISTS', K.listener(S, id)) == 1) then return finish(S, 'done') end
  local known = num(redis.call('HGET', K.listener(S, id), 'xv'))
  if num(args[5]) >= known then
    redis.call('HSET', K.listener(S, id), 'xe', args[6], 'xp', args[7], 'xv', args[5])
    -- "One more" was asked of all shards and came there.
    if args[8] == '1' then redis.call('HSET', K.listener(S, id), 'tn', 0) end
  end
  local l = read_listener(S, id)
  if num(args[10]) > l.mw then
    l.ms, l.mw = num(args[9]), num(args[10])
    redis.call('HSET', K.listener(S, id), 'ms', args[9], 'mw', args[10])
    if l.ms >= MISSES_TO_PAUSE then pause_for_misses(S, l) end
  end
  local verdict = 'done'
  local c = l.po and read_chat(S, l.po)
  local is_unseen = c and c.st == 'O' and c.vis == '0'
  if is_unseen and (l.av ~= 1 or (l.xp == 1 and args[4] == '1')) then
    release(S, c, l)
    refresh(S, l)
    requeue(S, c, 'matched_elsewhere')
  elseif c and l.xp == 1 then
    verdict = 'conflict'
  end
  local limit = args[8] == '1' and l.max or l.cap
  if redis.call('SCARD', K.units(S, id)) + l.xe > limit then verdict = 'conflict' end
  match_listener(S, l)
  return finish(S, verdict)
end

-- show: the other shards agreed; the listener may see the offer, and its time to answer starts now.
-- args: 3 listener, 4 offer id. answer: 'done' | 'gone'
function OPS.show(keys, args)
  local S = keys[1]
  begin(args)
  local chat, turn = parse_offer(args[4])
  local c = chat and read_chat(S, chat)
  if not (c and c.st == 'O' and c.turn == turn and c.l == args[3]) then return finish(S, 'gone') end
  if c.vis == '0' then
    local deadline = T.now + T.offer
    redis.call('HSET', K.chat(S, c.id), 'vis', '1', 'dl', deadline)
    redis.call('ZADD', K.offer_ends(S), deadline, c.id)
    hint(args[3])
  end
  return finish(S, 'done')
end

-- retract: the other shard was quicker; the unseen offer goes back to the line. args: 3 listener, 4 offer id
function OPS.retract(keys, args)
  local S = keys[1]
  begin(args)
  local chat, turn = parse_offer(args[4])
  local c = chat and read_chat(S, chat)
  if not (c and c.st == 'O' and c.turn == turn and c.l == args[3] and c.vis == '0') then return finish(S, 'gone') end
  local l = read_listener(S, c.l)
  release(S, c, l)
  redis.call('HSET', K.listener(S, l.id), 'xp', 1) -- the other shard's offer is why
  l.xp = 1
  refresh(S, l)
  requeue(S, c, 'matched_elsewhere')
  return finish(S, 'done')
end
