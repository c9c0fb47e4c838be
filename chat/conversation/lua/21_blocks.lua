-- block: these two shall not meet again, for as long as the token is good; a request of theirs that waits or was offered
-- to this listener goes on without. Called in each shard. args: 3 listener, 4 seeker. answer: 'done'
function OPS.block(keys, args)
  local S = begin(keys, args)
  block(S, args[4], args[3])
  return finish(S, 'done')
end
