-- block: a listener wants no chat with this seeker again, for as long as the token is good; a request of theirs that waits
-- or was offered to this listener goes on without. Called in each shard. args: 3 listener, 4 seeker. answer: 'done'
function OPS.block(keys, args)
  local S, listener, seeker = keys[1], args[3], args[4]
  begin(args)
  redis.call('SADD', K.blocks(S, seeker), listener)
  local own = redis.call('GET', K.own(S, seeker))
  local c = own and read_chat(S, own)
  if not c then
    redis.call('PEXPIRE', K.blocks(S, seeker), TOKEN_MS)
    return finish(S, 'done')
  end
  redis.call('SADD', K.excluded(S, c.id), listener)
  if c.st == 'W' then
    redis.call('SADD', K.excluding(S, listener), c.id)
  elseif (c.st == 'O' or c.st == 'H') and c.l == listener then
    local l = read_listener(S, listener)
    release(S, c, l, 'blocked')
    refresh(S, l)
    requeue(S, c, 'listener_not_available', listener)
    match_listener(S, l)
  end
  return finish(S, 'done')
end
