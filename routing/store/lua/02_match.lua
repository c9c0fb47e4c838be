-- Matching: who may be offered what, and making and unmaking an offer. Every function that frees a listener or
-- adds a request calls match_* in the same call, so that no compatible pair is ever left waiting.

-- Derived standing of one listener: in the free lists exactly while a chat may be offered.
local function refresh(S, l)
  local load = redis.call('SCARD', K.units(S, l.id)) + l.xe
  local has_room = load < l.cap or (l.tn == 1 and load < l.max)
  local may = l.av == 1 and not l.lost and not l.po and l.xp == 0 and has_room and (l.tn == 1 or l.gap <= T.now)
  local score = math.floor(100 * load / math.max(l.cap, 1)) * 1e13 + l.fs
  each_language(l.lg, function(language)
    if may then redis.call('ZADD', K.free(S, language), string.format('%.0f', score), l.id)
    else redis.call('ZREM', K.free(S, language), l.id) end
    if l.av == 1 and not l.lost then redis.call('SADD', K.available(S, language), l.id)
    else redis.call('SREM', K.available(S, language), l.id) end
    if l.av == 2 then redis.call('SADD', K.paused(S, language), l.id)
    else redis.call('SREM', K.paused(S, language), l.id) end
  end)
  l.may = may
  return may
end

local function pause_for_misses(S, l)
  if l.av ~= 1 then return end
  redis.call('HSET', K.listener(S, l.id), 'av', 2, 'wy', 'missed_offers')
  l.av = 2
  hint(l.id)
end

local function join_line(S, c, reason)
  c.st = 'W'
  redis.call('HSET', K.chat(S, c.id), 'st', 'W', 'l', '', 'rs', reason or '', 'turn', c.turn)
  redis.call('ZADD', K.line(S, c.la), c.ar, c.id)
  for _, listener in ipairs(redis.call('SMEMBERS', K.excluded(S, c.id))) do
    redis.call('SADD', K.excluding(S, listener), c.id)
  end
  hint(c.pe)
end

local function leave_line(S, c)
  redis.call('ZREM', K.line(S, c.la), c.id)
  for _, listener in ipairs(redis.call('SMEMBERS', K.excluded(S, c.id))) do
    redis.call('SREM', K.excluding(S, listener), c.id)
  end
end

local function make_offer(S, c, l)
  leave_line(S, c)
  c.turn, c.st, c.l = c.turn + 1, 'O', l.id
  local deadline = T.now + T.offer
  -- A listener who stands in another shard too sees the offer only when that shard has agreed (see elsewhere.lua).
  local vis = l.sev == '1' and '0' or '1'
  redis.call('HSET', K.chat(S, c.id), 'st', 'O', 'turn', c.turn, 'l', l.id, 'dl', deadline, 'rs', '', 'vis', vis,
    'tu', l.tn, 'oid', offer_id(c))
  redis.call('HINCRBY', K.chat(S, c.id), 'no', 1)
  redis.call('ZADD', K.offer_ends(S), deadline, c.id)
  redis.call('SADD', K.units(S, l.id), c.id)
  redis.call('SADD', K.offered(S, c.la), c.id)
  redis.call('HSET', K.listener(S, l.id), 'po', c.id, 'tn', 0)
  l.po, l.tn = c.id, 0
  refresh(S, l)
  units_moved(S, l)
  note('offer', 'made')
  hint(l.id)
  hint(c.pe)
end

-- Take a chat off its listener (an offer that did not become a chat, a lost listener, a finished wrap-up).
-- `reason` is set where an offer is withdrawn: the listener's next snapshot tells it.
local function release(S, c, l, reason)
  redis.call('SREM', K.units(S, l.id), c.id)
  redis.call('SREM', K.offered(S, c.la), c.id)
  redis.call('ZREM', K.offer_ends(S), c.id)
  redis.call('ZREM', K.confirm_ends(S), c.id)
  if reason then redis.call('HSET', K.listener(S, l.id), 'lo', redis.call('HGET', K.chat(S, c.id), 'oid') or '',
    'lr', reason) end
  if l.po == c.id then
    redis.call('HSET', K.listener(S, l.id), 'po', '')
    l.po = nil
    if c.tu == '1' and (reason == 'seeker_away' or reason == 'seeker_left') then
      redis.call('HSET', K.listener(S, l.id), 'tn', 1) -- "one more" did not come yet
      l.tn = 1
    end
  end
  if redis.call('SCARD', K.units(S, l.id)) == 0 then
    redis.call('HSET', K.listener(S, l.id), 'fs', T.now)
    l.fs = T.now
  end
  c.l = nil
  if reason then note('offer', reason) end
  units_moved(S, l)
  hint(l.id)
end

-- Seeker's side. The preferred listener if free; then least utilised, longest free. `skip`: not this one.
local function match_seeker(S, c, skip)
  local excluded = redis.call('SCARD', K.excluded(S, c.id))
  local function try(id)
    if id == skip or (excluded > 0 and redis.call('SISMEMBER', K.excluded(S, c.id), id) == 1) then return false end
    make_offer(S, c, read_listener(S, id))
    return true
  end
  local free = K.free(S, c.la)
  if c.pf and redis.call('ZSCORE', free, c.pf) and try(c.pf) then return true end
  -- Deep enough that the excluded ones can't hide a free one behind them.
  for _, id in ipairs(redis.call('ZRANGE', free, 0, excluded + 1)) do
    if try(id) then return true end
  end
  return false
end

-- Listener's side: the earliest arrival among the lines of the listener's languages.
local function match_listener(S, l)
  if not refresh(S, l) then return false end
  local excluding = redis.call('SCARD', K.excluding(S, l.id))
  local best, best_at
  each_language(l.lg, function(language)
    local heads = redis.call('ZRANGE', K.line(S, language), 0, excluding, 'WITHSCORES')
    for i = 1, #heads, 2 do
      if best_at and num(heads[i + 1]) >= best_at then break end
      if excluding == 0 or redis.call('SISMEMBER', K.excluding(S, l.id), heads[i]) == 0 then
        best, best_at = heads[i], num(heads[i + 1])
        break
      end
    end
  end)
  if not best then return false end
  make_offer(S, read_chat(S, best), l)
  return true
end

-- A request goes back to the line, at its old place, and is matched at once.
local function requeue(S, c, reason, skip)
  c.turn = c.turn + 1
  join_line(S, c, reason)
  return match_seeker(S, c, skip)
end

local function park(S, c, reason)
  leave_line(S, c)
  c.turn = c.turn + 1
  redis.call('HSET', K.chat(S, c.id), 'st', 'P', 'l', '', 'rs', reason, 'turn', c.turn)
  redis.call('ZADD', K.park_ends(S), T.now + PARKED_MS, c.id)
  c.st = 'P'
  hint(c.pe)
end

local function unpark(S, c)
  redis.call('ZREM', K.park_ends(S), c.id)
  requeue(S, c, 'back')
end
