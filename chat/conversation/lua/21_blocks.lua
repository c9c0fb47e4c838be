-- block: these two shall not meet again, for as long as the token is good; a request of theirs that waits or was offered
-- to this listener goes on without. Called in each shard. args: 3 listener, 4 seeker. answer: 'done'
function OPS.block(keys, args)
  local S = begin(keys, args)
  block(S, args[4], args[3])
  return finish(S, 'done')
end

do

-- An older state, from before the block, may have the two in a chat: it goes on without the listener.
local function part(S, seeker, listener)
  local own = own_chat(S, seeker)
  local c = own and read_chat(S, own)
  if not (c and c.st == 'A' and c.l == listener) then return end
  local l = read_listener(S, listener)
  lose_listener(S, c, l, 'listener_not_available')
  match_listener(S, l)
end

-- keep_apart: what the database knows of blocks is said to a life of the engine that may not know it (any more).
-- args: 3 that life, once all is said ('': there is more), 4... seeker, listener, when the token was last in use
function OPS.keep_apart(keys, args)
  local S = begin(keys, args)
  for i = 4, #args, 3 do
    local ms = num(args[i + 2]) + TOKEN_MS - T.now
    if ms > 0 or own_chat(S, args[i]) then
      part(S, args[i], args[i + 1])
      block(S, args[i], args[i + 1], ms)
    end
  end
  if args[3] ~= '' then redis.call('HSET', K.meta(S), 'apart', args[3]) end
  return finish(S, 'done')
end

end
