-- Presence: which processes hold a Connection of whom, and what happens when the last one goes.

local function tell_counterparts(S, person, is_listener)
  if is_listener then
    for _, id in ipairs(redis.call('SMEMBERS', K.units(S, person))) do
      local c = redis.call('HMGET', K.chat(S, id), 'st', 'pe')
      if c[1] == 'A' then hint(c[2]) end
    end
  else
    local id = redis.call('GET', K.own(S, person))
    local c = id and redis.call('HMGET', K.chat(S, id), 'st', 'l')
    if c and c[1] == 'A' then hint(c[2]) end
  end
end

local function is_listener_here(S, person) return redis.call('EXISTS', K.listener(S, person)) == 1 end

local function arrive(S, person)
  redis.call('ZREM', K.grace_ends(S), person)
  if is_listener_here(S, person) then
    redis.call('HDEL', K.listener(S, person), 'lost')
    tell_counterparts(S, person, true)
    hint(person)
    match_listener(S, read_listener(S, person))
    return
  end
  local id = redis.call('GET', K.own(S, person))
  local c = id and read_chat(S, id)
  if not c then return end
  tell_counterparts(S, person, false)
  if c.st == 'P' then unpark(S, c) end
end

local function go(S, person)
  if is_listener_here(S, person) then
    redis.call('HSET', K.listener(S, person), 'lost', T.now)
    redis.call('ZADD', K.grace_ends(S), T.now + LISTENER_GRACE_MS, person)
    tell_counterparts(S, person, true)
    local l = read_listener(S, person)
    refresh(S, l)
    local c = l.po and read_chat(S, l.po)
    if c and c.st == 'O' then -- nobody will see this offer: the seeker must not wait for its deadline
      release(S, c, l, 'listener_away')
      refresh(S, l)
      requeue(S, c, 'listener_away')
    end
    return
  end
  local id = redis.call('GET', K.own(S, person))
  local c = id and read_chat(S, id)
  if not c then return end
  tell_counterparts(S, person, false)
  redis.call('ZADD', K.grace_ends(S), T.now + (c.st == 'A' and CHAT_GRACE_MS or SEEKER_GRACE_MS), person)
end

local function detach(S, person, process)
  redis.call('SREM', K.people(S, process), person)
  if redis.call('SREM', K.connections(S, person), process) == 1 and not is_present(S, person) then go(S, person) end
end

-- attach: this process holds a Connection of this person. args: 3 person, 4 process. answer: 'done'
function OPS.attach(keys, args)
  local S, person, process = keys[1], args[3], args[4]
  begin(args)
  local was_here = is_present(S, person)
  -- A process that died before its first beat must be found too. The half tells `beat` that this lease is not its own.
  redis.call('ZADD', K.processes(S), 'NX', T.now + FIRST_LEASE_MS + 0.5, process)
  redis.call('SADD', K.people(S, process), person)
  redis.call('SADD', K.connections(S, person), process)
  if not was_here then arrive(S, person) end
  return finish(S, 'done')
end

-- detach: this process holds no Connection of this person any more; fenced, it speaks for itself only.
-- args: 3 person, 4 process. answer: 'done'
function OPS.detach(keys, args)
  begin(args)
  detach(keys[1], args[3], args[4])
  return finish(keys[1], 'done')
end

-- beat: renew a process's lease. args: 3 process, 4 lease ms.
-- answer: 'done' | 'lost' (the lease had ended or never was: its people must be attached again)
function OPS.beat(keys, args)
  local S = keys[1]
  begin(args)
  local lease = redis.call('ZSCORE', K.processes(S), args[3])
  redis.call('ZADD', K.processes(S), T.now + num(args[4]), args[3])
  return finish(S, lease and num(lease) > T.now and num(lease) % 1 == 0 and 'done' or 'lost')
end

-- bye: a process ends in order. args: 3 process
function OPS.bye(keys, args)
  local S = keys[1]
  begin(args)
  redis.call('ZADD', K.processes(S), 0, args[3])
  return finish(S, 'done')
end
