-- block: these two shall not meet again, for as long as the token is good; a request of theirs that waits or was offered
-- to this listener goes on without. Called in each shard. args: 3 listener, 4 seeker. answer: 'done'
function OPS.block(keys, args)
  begin(args)
  block(keys[1], args[4], args[3])
  return finish(keys[1], 'done')
end
