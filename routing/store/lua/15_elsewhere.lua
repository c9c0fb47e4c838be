-- A listener cleared for teens and adults stands in two shards, which share no slot and so no script. Each shard keeps a
-- mirror of the units in use elsewhere. An offer to such a listener is unseen (vis = 0) until the other shard agreed.

-- units: what this shard would tell the others. args: 3 listener
-- answer: {version, units in use, open offer 0/1, id of an unseen offer or ''}
function OPS.units(keys, args)
  local S, id = keys[1], args[3]
  begin(args)
  local l = redis.call('HMGET', K.listener(S, id), 've', 'po')
  local po, unseen = l[2], ''
  if po and po ~= '' then
    local c = redis.call('HMGET', K.chat(S, po), 'st', 'vis', 'oid')
    if c[1] == 'O' and c[2] == '0' then unseen = c[3] end
  end
  return finish(S, { num(l[1]), redis.call('SCARD', K.units(S, id)), (po and po ~= '') and 1 or 0, unseen })
end

-- elsewhere: mirror another shard's units.
-- args: 3 listener, 4 version, 5 units there, 6 open offer there 0/1, 7 '1': there wins a tie
-- answer: 'done' | 'conflict' (there must take its unseen offer back)
function OPS.elsewhere(keys, args)
  local S, id = keys[1], args[3]
  begin(args)
  if not (redis.call('EXISTS', K.listener(S, id)) == 1) then return finish(S, 'done') end
  local known = num(redis.call('HGET', K.listener(S, id), 'xv'))
  if num(args[4]) >= known then
    redis.call('HSET', K.listener(S, id), 'xe', args[5], 'xp', args[6], 'xv', args[4])
  end
  local l = read_listener(S, id)
  local own = redis.call('SCARD', K.units(S, id))
  local verdict = 'done'
  local c = l.po and read_chat(S, l.po)
  if c and l.xp == 1 then
    if c.st == 'O' and c.vis == '0' and args[7] == '1' then
      release(S, c, l)
      refresh(S, l)
      requeue(S, c, 'matched_elsewhere')
      own = own - 1
    else
      verdict = 'conflict'
    end
  end
  if own + l.xe > l.max then verdict = 'conflict' end
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
