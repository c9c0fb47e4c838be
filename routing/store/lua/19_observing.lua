-- A supervisor reads along in an open chat (docs/supervision.md). They take no part in it: nothing here counts, matches or
-- holds a unit. Who may is the caller's question; that one is there at a time, and never somebody who is kept apart, is ours.

-- observe: from now on this person gets what is written. Ends with the chat, with its listener, or by `stop_observing`.
-- args: 3 chat, 4 person, 5 their name, 6 the listener whose chat it must be
-- answer: 'done' | 'chat_not_open' (or another listener's) | 'already_observed' | 'kept_apart'
function OPS.observe(keys, args)
  local S, id, person = begin(keys, args), args[3], args[4]
  local c = read_chat(S, id)
  if not c or c.st ~= 'A' or c.l ~= args[6] then return finish(S, 'chat_not_open') end
  local observer = observer_of(c)
  if observer then return finish(S, observer == person and 'done' or 'already_observed') end
  if c.pe == person or redis.call('HEXISTS', c.key, 'was:' .. person) == 1
      or redis.call('SISMEMBER', K.excluded(S, id), person) == 1 then
    return finish(S, 'kept_apart')
  end
  write(c, 'ob', person, 'on', args[5])
  redis.call('SADD', K.observing(S, person), id)
  -- Their page may have gone while this was under way: nobody else would ever say so.
  if not is_present(S, person) then redis.call('ZADD', K.grace_ends(S), 'NX', T.now + GRACE_MS.listener, person) end
  hint(person)
  hint(c.pe)
  hint(c.l)
  return finish(S, 'done')
end

-- stop_observing: this person reads along no more, in one chat or anywhere. args: 3 person, 4 chat or ''
-- answer: 'done' | 'not_observed' (they did not)
function OPS.stop_observing(keys, args)
  local S, person = begin(keys, args), args[3]
  if args[4] == '' then
    end_all_observing(S, person)
    return finish(S, 'done')
  end
  local c = read_chat(S, args[4])
  if not c or observer_of(c) ~= person then return finish(S, 'not_observed') end
  end_observing(S, c, true)
  hint(c.pe)
  hint(c.l)
  return finish(S, 'done')
end

-- whispered: so many whispers of this chat are kept by now; the words stand elsewhere. args: 3 chat, 4 how many
-- answer: 'done' | 'no_such_chat'
function OPS.whispered(keys, args)
  local S = begin(keys, args)
  local c = read_chat(S, args[3])
  if not c then return finish(S, 'no_such_chat') end
  -- Two that were kept at once are told in either order.
  if num(args[4]) > num(redis.call('HGET', c.key, 'wh')) then write(c, 'wh', args[4]) end
  local observer = observer_of(c)
  if observer then hint(observer) end
  if c.l then hint(c.l) end
  return finish(S, 'done')
end
