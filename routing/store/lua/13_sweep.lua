-- sweep: act on every deadline that has passed. Atomic and idempotent: any process may call it, none is the leader.
-- args: 3 about how many matches it may cost; of each kind that is due at least one is acted on.
-- answer: how many deadlines were acted on. More may be due unless it is 0.

local function due(key, limit) return redis.call('ZRANGEBYSCORE', key, '-inf', T.now, 'LIMIT', 0, limit) end

-- What a chat's one deadline means is told by its state. Answers what it cost, where that is more than one match.
local DUE = {}

function DUE.O(S, c)
  local l = read_listener(S, c.l)
  if c.vis ~= '0' then -- an offer that was never shown is nobody's miss
    set_misses(l, l.ms + 1)
    redis.call('ZADD', K.missed(S, c.la), T.now, offer_id(c))
    redis.call('ZREMRANGEBYSCORE', K.missed(S, c.la), '-inf', T.now - HOUR_MS)
    redis.call('PEXPIRE', K.missed(S, c.la), HOUR_MS)
    if l.ms >= MISSES_TO_PAUSE then pause_for_misses(S, l) end
  end
  release(S, c, l, 'expired')
  -- Others first; if there is nobody else, the same listener is asked once more.
  requeue(S, c, 'not_answered')
  end_holds(S, l)
  match_listener(S, l)
  return 2
end

function DUE.H(S, c)
  local l = read_listener(S, c.l)
  release(S, c, l, 'seeker_away')
  park(S, c, 'seeker_away')
  match_listener(S, l)
end

function DUE.U(S, c)
  if c.l then end_wrap_up(S, c, read_listener(S, c.l)) end
end

function DUE.P(S, c) end_request(S, c, 'system', 'away_too_long') end

-- The hold for one's own listener is over, the second languages come in, or it was time to look whether they do.
function DUE.W(S, c)
  if c.hu == 0 and c.ls ~= c.la and not second_come_in(S, c) then
    set_due(S, c, next_step(c))
    match_seeker(S, c) -- at the end of a barrier
    return
  end
  leave_line(S, c)
  if c.hu > 0 and not is_held(c) then put(c, 'hu', 0) end
  requeue(S, c, '')
end

local SWEEPS = {} -- { deadlines, what to do: answers what it cost and how many were acted on, where that is not 1 }

-- First of all: listeners take the line in its order, and at the end of a barrier both sides are due at once.
SWEEPS[1] = { 'gap_ends', function(S, listener)
  redis.call('ZREM', K.gap_ends(S), listener)
  local l = read_listener(S, listener)
  if not l.is_known then return end
  match_listener(S, l)
end }

SWEEPS[2] = { 'due', function(S, id)
  -- What was done about others of this sweep may have given it a new deadline.
  local at = redis.call('ZSCORE', K.due(S), id)
  if not at or num(at) > T.now then return end
  redis.call('ZREM', K.due(S), id)
  local c = read_chat(S, id)
  return c and DUE[c.st] and DUE[c.st](S, c)
end }

local GOODBYE = {
  people = 50,        -- of a dead process in one call
  people_a_match = 5, -- letting go of so many costs as much as one match
  read = 2000,        -- connections looked through in one call: most may be other processes' people
  read_a_match = 150, -- looking through so many costs as much as one match
  hashes = 64,        -- asked for at once: in most services most of them are not there
}

local function is_nobody_from(S, bucket)
  local keys = {}
  for i = 1, GOODBYE.hashes do keys[i] = K.connections(S, bucket + i - 1) end
  return redis.call('EXISTS', unpack(keys)) == 0
end

-- A process's people stand in any of the hashes. How many of these were looked through is its score, below 0.
SWEEPS[3] = { 'processes', function(S, process)
  local mark, people, read = mark_of(process), {}, 0
  local bucket = math.max(0, -redis.call('ZSCORE', K.processes(S), process))
  while bucket < BUCKETS and #people < GOODBYE.people and read < GOODBYE.read do
    if bucket % GOODBYE.hashes == 0 and is_nobody_from(S, bucket) then
      bucket = bucket + GOODBYE.hashes
    else
      local is_full, count = take_people(S, bucket, mark, people, GOODBYE.people)
      read = read + count
      if not is_full then bucket = bucket + 1 end
    end
  end
  if people[1] then go(S, people) end
  if bucket < BUCKETS then redis.call('ZADD', K.processes(S), -bucket, process)
  else redis.call('ZREM', K.processes(S), process) end
  return #people / GOODBYE.people_a_match + read / GOODBYE.read_a_match, math.max(1, #people)
end }

SWEEPS[4] = { 'grace_ends', function(S, person)
  redis.call('ZREM', K.grace_ends(S), person)
  if is_present(S, person) then return end
  end_all_observing(S, person)
  local l = read_listener(S, person)
  if l.is_known then return let_go(S, l, 'connection_lost') end
  local own = own_chat(S, person)
  local c = own and read_chat(S, own)
  if not c then return end
  if c.st == 'W' then
    park(S, c, 'connection_lost')
  elseif c.st == 'O' then
    l = read_listener(S, c.l)
    release(S, c, l, 'seeker_away')
    park(S, c, 'connection_lost')
    match_listener(S, l)
  elseif c.st == 'A' then
    end_open_chat(S, c, 'system', 'seeker_gone')
  end
end }

SWEEPS[5] = { 'tried_ends', function(S, pair)
  local id, listener = string.match(pair, '^(.*)|(.*)$')
  redis.call('ZREM', K.tried_ends(S), pair)
  local c = read_chat(S, id)
  if not c or redis.call('SISMEMBER', K.blocks(S, c.pe), listener) == 1 then return end -- a block is for good
  redis.call('SREM', K.excluded(S, id), listener)
  redis.call('SREM', K.excluding(S, listener), id)
  if c.st == 'W' then match_seeker(S, c) end
end }

-- Until when no grace ends. Where nobody swept for a while the whole service was away, and nobody could have come back:
-- a machine that is started anew must not take all listeners out of their chats.
local function graces_wait_until(S, is_told_time)
  local last, wait = unpack(redis.call('HMGET', K.meta(S), 'clk', 'gra'))
  if is_told_time then return num(wait) end
  redis.call('HSET', K.meta(S), 'clk', T.now, 'tck', string.format('%.0f:%.0f', T.now, looked[S].at))
  if not last or T.now - last < AWAY_MS then return num(wait) end
  redis.call('HSET', K.meta(S), 'gra', T.now + GRACE_MS.listener)
  return T.now + GRACE_MS.listener
end

function OPS.sweep(keys, args)
  local S, limit, acted, cost = begin(keys, args, true), num(args[3]), 0, 0
  local no_grace_ends = T.now < graces_wait_until(S, num(args[1]) ~= 0)
  -- Whose deadline passed in an older state may have been in time.
  if T.is_barred and num(redis.call('HGET', K.meta(S), 'bar')) > T.now then return finish(S, 0) end
  for _, sweep in ipairs(SWEEPS) do
    local most = no_grace_ends and sweep[1] == 'grace_ends' and 0 or math.max(1, math.ceil(limit - cost))
    for _, member in ipairs(due(K[sweep[1]](S), most)) do
      local its_cost, count = sweep[2](S, member)
      cost = cost + (its_cost or 1)
      acted = acted + (count or 1)
      if cost >= limit then break end
    end
  end
  return finish(S, acted)
end
