-- A listener cleared for teens and adults stands in two shards, which share no slot and so no script. Each shard keeps a
-- mirror of the units in use elsewhere. An offer to such a listener is unseen (vis = 0) until the other shard agreed.

-- units: what this shard would tell the others. args: 3 listener
-- answer: {id of an unseen offer or '', what `elsewhere` takes: version, units in use, open offer 0/1, that offer's kind
--          of unit ('0' ordinary, '1' one more, '2' emergency), misses in a row, when these last changed, end of the start
--          gap, who is first in line here for this listener, as `<risk>:<place>`, or ''}: a shard that has a unit free can't
--          see this line, and all chats of a listener would come from the band of their first one
function OPS.units(keys, args)
  local S, id = begin(keys, args), args[3]
  local l = read_listener(S, id)
  local version = redis.call('HGET', l.key, 've')
  local c = l.po and read_chat(S, l.po)
  local unseen = c and c.st == 'O' and c.vis == '0' and offer_id(c) or ''
  local first = l.av == 1 and not l.lost and not T.is_barred and first_line(l, heads_for(S, l), '1', {})
  -- Versions begin with the clock, so that "not here any more" is newer than all that was told before.
  return finish(S, { unseen, version and num(version) or T.now, held_by(l), l.po and 1 or 0,
    c and num(c.xt) or 0, l.ms, l.mw, string.format('%.0f', l.gap),
    first and string.format('%d:%.0f', first.cell.risk, first.at) or '' })
end

-- elsewhere: mirror another shard's units.
-- args: 3 listener, 4 '1': there wins a tie, 5 version, 6 units there, 7 open offer there 0/1, 8 that offer's kind of unit,
--       9 misses there, 10 when these last changed, 11 end of the start gap there, 12 who is first in line there
-- answer: 'done' | 'conflict' (there must take its unseen offer back)
function OPS.elsewhere(keys, args)
  local S, id = begin(keys, args), args[3]
  local l = read_listener(S, id)
  if not l.is_known then return finish(S, 'done') end
  T.is_told = true
  if num(args[5]) >= num(redis.call('HGET', l.key, 'xv')) then
    put(l, 'xe', num(args[6]), 'xp', num(args[7]), 'xv', args[5])
    if args[8] == '1' then put(l, 'tn', 0) end -- "one more" was asked of all shards and came there
    put(l, 'xh', args[12] or '')
  end
  if num(args[11]) > l.gap then put(l, 'gap', num(args[11])) end
  if num(args[10]) > l.mw then
    put(l, 'ms', num(args[9]), 'mw', num(args[10]))
    if l.ms >= MISSES_TO_PAUSE then
      pause_for_misses(S, l)
      end_holds(S, l)
    end
  end
  local verdict = 'done'
  local c = l.po and read_chat(S, l.po)
  local is_unseen = c and c.st == 'O' and c.vis == '0'
  if is_unseen and (l.av ~= 1 or (l.xp == 1 and args[4] == '1')) then
    release(S, c, l)
    requeue(S, c, 'matched_elsewhere')
  elseif c and l.xp == 1 then
    verdict = 'conflict'
  end
  local limit = args[8] == '1' and l.max or args[8] == '2' and l.cap + 1 or l.cap
  if load_of(l) > limit then verdict = 'conflict' end
  match_listener(S, l)
  return finish(S, verdict)
end

-- alone: the other shards are out of reach for long: nobody is waited for, and their lines don't count. args: 3 listener
-- answer: 'done'
function OPS.alone(keys, args)
  local S = begin(keys, args)
  local l = read_listener(S, args[3])
  if l.is_known and l.xh then
    put(l, 'xh', '')
    match_listener(S, l)
  end
  return finish(S, 'done')
end

-- show: the other shards agreed; the listener may see the offer, and its time to answer starts now.
-- args: 3 listener, 4 offer id. answer: 'done' | 'gone'
function OPS.show(keys, args)
  local S = begin(keys, args)
  local chat, turn = parse_offer(args[4])
  local c = chat and read_chat(S, chat)
  if not (c and c.st == 'O' and c.turn == turn and c.l == args[3]) then return finish(S, 'gone') end
  if c.vis == '0' then
    local deadline = T.now + (cell_of(c.ce).risk == URGENT and T.urgent_offer or T.offer)
    put(c, 'vis', '1')
    write(c, 'dl', deadline)
    set_due(S, c, deadline)
    hint(args[3])
  end
  return finish(S, 'done')
end

-- retract: the other shard was quicker; the unseen offer goes back to the line. args: 3 listener, 4 offer id
function OPS.retract(keys, args)
  local S = begin(keys, args)
  local chat, turn = parse_offer(args[4])
  local c = chat and read_chat(S, chat)
  if not (c and c.st == 'O' and c.turn == turn and c.l == args[3] and c.vis == '0') then return finish(S, 'gone') end
  local l = read_listener(S, c.l)
  release(S, c, l)
  put(l, 'xp', 1) -- the other shard's offer is why
  requeue(S, c, 'matched_elsewhere')
  return finish(S, 'done')
end
