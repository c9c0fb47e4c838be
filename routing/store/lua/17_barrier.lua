-- After an engine was promoted, restored or came back empty it may know less than those who were answered. So for a short
-- time nothing is matched, every process says again what it holds, and seekers bring the ticket of their last transition.

local STILL_SAYING_MS = 2000 -- so long a process that says what it holds has to say so once more
local BARRIER_MAX_MS = 10000 -- then matching goes on, whoever has not finished

local function raise(S, run, ms, knows_processes)
  redis.call('HSET', K.meta(S), 'run', run, 'barred_run', run, 'bar', T.now + num(ms), 'bat', T.now, 'had', knows_processes and '1' or '0')
  redis.call('DEL', K.asserted(S))
  return finish(S, 'raised')
end

-- raise_barrier: another life of the engine began. Its first caller stops matching; the others find it done. All name the
-- processes that they know to live: an older state may not have heard of them, and what they hold is waited for, too.
-- args: 3 the engine's run id, 4 ms, 5... living processes. answer: 'raised' | 'known'
function OPS.raise_barrier(keys, args)
  local S = begin(keys, args)
  for i = 5, #args do
    if num(redis.call('ZSCORE', K.processes(S), args[i])) <= T.now then redis.call('ZREM', K.processes(S), args[i]) end
    note_process(S, args[i])
  end
  local known = redis.call('HMGET', K.meta(S), 'run', 'barred_run')
  if known[2] == args[3] then return finish(S, 'known') end
  return raise(S, args[3], args[4], known[1] and known[1] ~= args[3])
end

-- note_run: a process that has just started, and holds nothing, met this life of the engine. It raises the barrier only
-- where the shard is of another life: an empty one may as well be its first.
-- args: 3 the engine's run id, 4 ms. answer: 'done' | 'raised'
function OPS.note_run(keys, args)
  local S = begin(keys, args)
  local known = redis.call('HGET', K.meta(S), 'run')
  if known and known ~= args[3] then return raise(S, args[3], args[4], true) end
  redis.call('HSET', K.meta(S), 'run', args[3])
  return finish(S, 'done')
end

-- Matching stops for two reasons that know nothing of each other: the barrier (`bar`) and a rebuilding (`pau`). One of them
-- is over: everybody whom it kept waiting is matched by the next sweep, or at the end of the other one.
local function lift(S, name, other)
  local until_then = string.format('%.0f', T.barred_until)
  redis.call('HSET', K.meta(S), name, 0)
  local from_now_on = string.format('%.0f', math.max(T.now, num(redis.call('HGET', K.meta(S), other))))
  for _, set in ipairs({ K.due(S), K.gap_ends(S) }) do
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', set, until_then, until_then, 'LIMIT', 0, 1000)) do
      redis.call('ZADD', set, from_now_on, member)
    end
  end
end

-- asserted: this process has said all it holds. When all living processes have, matching goes on; an engine that came
-- back without knowing its processes waits the barrier out. With 'compared' it says first that it has compared the logs
-- that it sent from, and written back what this engine lacks; when all have, messages go on. With 'saying' it has not
-- finished, and the barrier stays up for a while.
-- args: 3 process, 4 'compared', 'saying' or none. answer: 'lifted' | 'compared' | 'waiting'
function OPS.asserted(keys, args)
  local S = begin(keys, args)
  if num(redis.call('HGET', K.meta(S), 'bar')) <= T.now then return finish(S, 'lifted') end
  if args[4] == 'saying' then
    local v = redis.call('HMGET', K.meta(S), 'bar', 'bat')
    local until_then = math.min(num(v[2]) + BARRIER_MAX_MS, T.now + STILL_SAYING_MS)
    if until_then > num(v[1]) then redis.call('HSET', K.meta(S), 'bar', string.format('%.0f', until_then)) end
    return finish(S, 'waiting')
  end
  local set, mark = K.asserted(S), args[4] and ' ' .. args[4] or ''
  redis.call('SADD', set, args[3] .. mark)
  redis.call('PEXPIRE', set, 60000)
  if redis.call('HGET', K.meta(S), 'had') ~= '1' then return finish(S, 'waiting') end
  for _, process in ipairs(redis.call('ZRANGEBYSCORE', K.processes(S), T.now, '+inf')) do
    if redis.call('SISMEMBER', set, process .. mark) == 0 and redis.call('SISMEMBER', set, process) == 0 then
      return finish(S, 'waiting')
    end
  end
  if args[4] then return finish(S, args[4]) end
  redis.call('DEL', K.asserted(S))
  lift(S, 'bar', 'pau')
  return finish(S, 'lifted')
end

-- Take a chat out of wherever an older state left it.
local function uproot(S, c)
  if c.st == 'W' then leave_line(S, c) end
  set_due(S, c, nil)
  local l = c.l and read_listener(S, c.l)
  if not l then return end
  if c.st == 'A' then close_books(S, c, l.id) end
  release(S, c, l, (c.st == 'O' or c.st == 'H') and 'withdrawn' or nil)
  if l.is_known then match_listener(S, l) end
end

-- The listener was told that the chat is theirs: it is, even over their capacity.
local function put_back(S, c, l, turn)
  take_unit(l, c.id)
  redis.call('SADD', K.open(S, c.la), c.id)
  redis.call('HINCRBY', K.chatting(S, c.la), l.id, 1)
  unlist(S, l)
  put(c, 'st', 'A', 'turn', turn, 'l', l.id, 'rs', '', 'op', c.op or T.now, 'was:' .. l.id, PACKED.was(T.now, l.nm))
  if not is_present(S, c.pe) then redis.call('ZADD', K.grace_ends(S), T.now + GRACE_MS.chat, c.pe) end
  units_moved(S, l)
  hint(c.pe)
  hint(l.id)
  match_listener(S, l)
end

-- Whom the seeker's device keeps away, from a request that is still open.
local function avoid(S, c, listeners)
  if c.st == 'U' or c.st == 'E' then return end
  each_language(listeners, function(listener)
    exclude(S, c, listener)
    if c.st == 'W' then redis.call('SADD', K.excluding(S, listener), c.id) end
  end)
end

-- resume: what a seeker or a process was told last about a request, from a ticket. Where the shard knows at least as much,
-- but for what it did by itself behind the barrier, it is right; where it knows less, the ticket is; where it knows nothing,
-- the request stands again at its old place.
-- args: 3 chat, 4 person, 5 turn, 6 state, 7 request_id, 8 languages csv, 9 cell, 10 mask, 11 arrival, 12 preferred,
--       13 distress, 14 listener, 15 opened at or 0, 16 epoch for a new log, 17 the engine's run id, 18 avoid csv
-- answer: 'kept' | 'open' (the person has another by now) | 'resumed' | 'ended'
function OPS.resume(keys, args)
  local S, id, person, turn, state = begin(keys, args), args[3], args[4], num(args[5]), args[6]
  local c = read_chat(S, id)
  if c and c.pe ~= person then return finish(S, 'kept') end
  if c and (turn_before(S, c) >= turn or (c.turn == turn and c.st == state)) then
    avoid(S, c, args[18]) -- who said it first may not have known whom the seeker avoids
    return finish(S, 'kept')
  end
  if not c then
    if state == 'U' or state == 'E' then return finish(S, 'ended') end
    local own = own_chat(S, person)
    if own and own ~= id then return finish(S, 'open') end
    local cell = string.match(args[9], '^[0-3]%.[0-3]%.%d+$')
    c = { id = id, key = K.chat(S, id) }
    chats[id] = c
    put(c, 'pe', person, 'rq', args[7], 'nd', PACKED.pack_needs(args[8], cell, num(args[10]), args[13]),
      'ar', math.min(num(args[11]), T.now), 'pf', args[12], 'at', T.now, 'ep', args[16], 'sq', 0, 'rid', args[17], 'hu', 0, 'st', 'P', 'turn', turn)
    PACKED.unpack_needs(c)
    redis.call('SET', K.own(S, person), id)
    redis.call('PERSIST', K.blocks(S, person))
    for _, listener in ipairs(redis.call('SMEMBERS', K.blocks(S, person))) do exclude(S, c, listener) end
    if not is_present(S, person) then redis.call('ZADD', K.grace_ends(S), T.now + GRACE_MS.seeker, person) end
  elseif c.st == 'U' or c.st == 'E' then
    return finish(S, 'kept')
  else
    uproot(S, c)
    turn = math.max(turn, c.turn + 1)
  end
  if num(args[15]) > 0 and not c.op then put(c, 'op', num(args[15])) end
  if state == 'U' or state == 'E' then
    end_request(S, c, 'system', 'ended')
    return finish(S, 'ended')
  end
  c.turn = turn
  avoid(S, c, args[18])
  local l = state == 'A' and args[14] ~= '' and read_listener(S, args[14])
  local is_kept_apart = l and (redis.call('SISMEMBER', K.blocks(S, person), l.id) == 1
    or string.find(',' .. args[18] .. ',', ',' .. l.id .. ',', 1, true))
  if l and l.is_known and not is_kept_apart then
    put_back(S, c, l, turn)
  elseif is_present(S, person) then
    requeue(S, c, 'back')
  else
    park(S, c, 'connection_lost')
  end
  return finish(S, 'resumed')
end
