-- Ground: what every function of the library stands on. Nothing here is callable from outside.
-- Called as FCALL <name> 1 <S> <now_ms or 0> <offer_ms,confirm_ms,wrap_up_ms,gap_ms> ...; S is the shard's hash tag.
-- A script error rolls nothing back, so every function checks first and writes last.

local SEEKER_GRACE_MS = 10000    -- a reload or a dead spot must not cost the place: park only after this
local PARKED_MS = 300000         -- a parked place is kept this long
local CHAT_GRACE_MS = 300000     -- a phone that sleeps keeps its chat this long
local LISTENER_GRACE_MS = 30000  -- PROTOCOL: availability survives a lost connection for 30 s
local TRIED_MS = 60000           -- a listener who declined is not asked about the same request again for this long
local ACTED_MS = 30000           -- PROTOCOL: who did something in the last 30 s need not confirm
local RECENT_MS = 3600000        -- PROTOCOL: an ended chat can be recovered for 1 h
local TOKEN_MS = 86400000        -- PROTOCOL: a token is good until 24 h after its last chat
local FIRST_LEASE_MS = 15000    -- a process that attached people and never beat is dead after this
local MISSES_TO_PAUSE = 2
local HOUR_MS = 3600000

local T = {}     -- this call: now, offer, confirm, wrap_up, gap (all ms)
local dirty = {} -- people whose snapshot changed in this call: each gets one hint
local moved = {} -- listeners in several shards whose units changed in this call: the caller mirrors them

local function num(v) return tonumber(v) or 0 end

local happened = {} -- what happened in this call, for the counters: `offer:made`, `joined:en:12000`

local function begin(args)
  dirty, moved, happened = {}, {}, {}
  local now = num(args[1])
  if now == 0 then
    local t = redis.call('TIME')
    now = num(t[1]) * 1000 + math.floor(num(t[2]) / 1000)
  end
  T = { now = now }
  local i = 0
  for part in string.gmatch(args[2], '[^,]+') do
    i = i + 1
    T[({ 'offer', 'confirm', 'wrap_up', 'gap' })[i]] = num(part)
  end
end

local function hint(person) dirty[person] = true end
local function note(...) happened[#happened + 1] = table.concat({ ... }, ':') end

local function finish(S, answer)
  for person in pairs(dirty) do
    redis.call('SPUBLISH', K.channel(S, person), 's')
  end
  local names = {}
  for listener in pairs(moved) do names[#names + 1] = listener end
  return { answer, names, happened }
end

local function fields(key, ...)
  local names = { ... }
  local values = redis.call('HMGET', key, ...)
  local out = {}
  for i, name in ipairs(names) do
    if values[i] then out[name] = values[i] end
  end
  return out
end

local CHAT_FIELDS = { 'st', 'turn', 'pe', 'rq', 'la', 'ar', 'l', 'pf', 'at', 'op', 'vis', 'tu' }

-- st: W waiting, P parked, O offered, H accepted and asked whether here, A open, U ended in wrap-up, E ended
local function read_chat(S, id)
  local values = redis.call('HMGET', K.chat(S, id), unpack(CHAT_FIELDS))
  if not values[1] then return nil end
  local c = { id = id }
  for i, name in ipairs(CHAT_FIELDS) do
    if values[i] and values[i] ~= '' then c[name] = values[i] end
  end
  c.turn = num(c.turn)
  return c
end

-- av: 1 available, 2 paused, 0 off duty
local function read_listener(S, id)
  local l = fields(K.listener(S, id), 'av', 'lg', 'cap', 'max', 'fs', 'po', 'ms', 'mw', 'tn', 'gap', 'xe', 'xp', 'lost',
    'sev')
  l.id = id
  for _, name in ipairs({ 'av', 'cap', 'max', 'fs', 'ms', 'mw', 'tn', 'gap', 'xe', 'xp' }) do l[name] = num(l[name]) end
  if l.po == '' then l.po = nil end
  return l
end

local function each_language(list, visit)
  for language in string.gmatch(list or '', '[^,]+') do visit(language) end
end

local function is_present(S, person) return redis.call('EXISTS', K.connections(S, person)) == 1 end

local function offer_id(c) return c.id .. '.' .. c.turn end

-- An offer's id is <chat>.<turn>: the turn fences it, a stale answer can't match.
local function parse_offer(id)
  local chat, turn = string.match(id, '^(.+)%.(%d+)$')
  return chat, num(turn)
end

local function units_moved(S, l)
  if l.sev == '1' then
    redis.call('HINCRBY', K.listener(S, l.id), 've', 1)
    moved[l.id] = true
  end
end

-- Misses in a row. `mw` says when the number last changed: of two shards that both hold it, the newer one is right.
local function set_misses(S, l, misses)
  if l.ms == misses then return end
  l.ms, l.mw = misses, math.max(T.now, l.mw + 1)
  redis.call('HSET', K.listener(S, l.id), 'ms', misses, 'mw', l.mw)
end

local function speaks(l, language) return string.find(',' .. (l.lg or '') .. ',', ',' .. language .. ',', 1, true) ~= nil end

local OPS = {}
