-- Ground: what every function of the library stands on. Nothing here is callable from outside.
-- Called as FCALL <name> 1 <S> <now_ms or 0> <durations> ...; S is the shard's hash tag, the durations are
-- offer,confirm,wrap_up,gap,urgent_offer,overflow in ms.
-- A script error rolls nothing back, so every function checks first and writes last: hashes are read once a call, changed
-- in memory and written together in `finish`.

-- Lua takes 200 names at this level, and there are nearly as many: what is of one kind stands in one table.
local GRACE_MS = {
  seeker = 10000,   -- a reload or a dead spot must not cost the place: park only after this
  chat = 300000,    -- a phone that sleeps keeps its chat this long
  listener = 30000, -- PROTOCOL: availability survives a lost connection for 30 s
}
local PARKED_MS = 300000         -- a parked place is kept this long
local AWAY_MS = 10000            -- the service, if nobody swept for so long: it is swept several times a second
local TRIED_MS = 60000           -- a listener who declined is not asked about the same request again for this long
local ACTED_MS = 30000           -- PROTOCOL: who did something in the last 30 s need not confirm
local RECENT_MS = 3600000        -- PROTOCOL: an ended chat can be recovered for 1 h
local TOKEN_MS = 86400000        -- PROTOCOL: a token is good until 24 h after its last chat
local FIRST_LEASE_MS = 15000    -- a process that attached people and never beat is dead after this
local MISSES_TO_PAUSE = 2
local HOUR_MS = 3600000
local URGENT = 3                 -- the risk that goes before everything

local DURATIONS = { 'offer', 'confirm', 'wrap_up', 'gap', 'urgent_offer', 'overflow' }

local T = {}         -- this call: now, the barrier and the durations (ms)
local chats = {}     -- chat -> its hash as far as it was read in this call, false: there is none
local listeners = {} -- listener -> the same
local dirty = {}     -- people whose snapshot changed in this call: each gets one hint
local moved = {}     -- listeners in several shards whose units changed in this call: the caller mirrors them
local happened = {}  -- what happened in this call, for the counters: `offer:made`, `joined:en:0:12000`

local function num(v) return tonumber(v) or 0 end

-- The shard's clock never goes back: a promoted engine may have a slower one than the engine before it, and a clock that was
-- wrong may be put right. So every sweep notes the time (`clk`) and looks at what was noted. Whoever comes between two sweeps
-- goes by the last look. Where the engine's own clock is behind, the shard's goes on from what was noted (`tck`: that, and
-- the engine's clock then), a tenth slower until the two are level: if it stood still, no deadline would pass meanwhile.
local CLOCK = { looked_ms = 1000, pace_behind = 0.9 }
local looked = {} -- shard -> what this engine found when it last looked, and when that was

local function shard_time(S, looks)
  local t = redis.call('TIME')
  local now, last = t[1] * 1000 + math.floor(t[2] / 1000), looked[S]
  if looks or not last or math.abs(now - last.at) >= CLOCK.looked_ms then
    local noted = redis.call('HMGET', K.meta(S), 'clk', 'tck')
    local told, its_own = string.match(noted[2] or '', '^(%d+):(%d+)$')
    last = { at = now, noted = num(noted[1]), told = num(told), its_own = num(its_own) }
    looked[S] = last
  end
  return math.max(now, last.noted, math.ceil(last.told + CLOCK.pace_behind * math.max(0, now - last.its_own)))
end

-- Whether anything may be matched now is asked for by who would match.
local BARRIER = { __index = function(call, name)
  if name ~= 'is_barred' and name ~= 'barred_until' then return nil end
  local meta = redis.call('HMGET', K.meta(call.shard), 'bar', 'pau')
  call.barred_until = math.max(num(meta[1]), num(meta[2]))
  call.is_barred = call.barred_until > call.now
  return call[name]
end }

-- Starts a call. `looks`: at the time that was noted, too (see `shard_time`).
local function begin(keys, args, looks)
  local S, packed = keys[1], args[2]
  chats, listeners, dirty, moved, happened = {}, {}, {}, {}, {}
  local now = num(args[1])
  if now == 0 then now = shard_time(S, looks) end
  if T.packed ~= packed then -- a process sends the same ones with every call
    T = setmetatable({ packed = packed }, BARRIER)
    local i = 0
    for part in string.gmatch(packed, '[^,]+') do
      i = i + 1
      T[DURATIONS[i]] = num(part)
    end
  end
  T.shard, T.now, T.barred_until, T.is_barred, T.is_told = S, now, nil, nil, nil
  return S
end

local function hint(person) dirty[person] = true end
local function note(fact) happened[#happened + 1] = fact end

local function note_writes(row, given)
  local writes = row.writes
  if not writes then
    row.writes = given
    return
  end
  local last = #writes
  for i = 1, #given do writes[last + i] = given[i] end
end

-- Set fields of a chat or listener that nothing in this call reads again: in the engine, by `finish`. '' means none.
local function write(row, ...) note_writes(row, { ... }) end

-- The same, and in memory now. A table that grows is dear, so what nobody reads is only written.
local function put(row, ...)
  local given = { ... }
  for i = 1, #given, 2 do
    local value = given[i + 1]
    row[given[i]] = value ~= '' and value
  end
  note_writes(row, given)
end

-- The same of one field that was read and stays out of the row while it is what most rows would say.
local function put_unusual(row, name, value, usual)
  if value ~= (row[name] or usual) then put(row, name, value) end
end

local function write_rows(rows)
  for _, row in pairs(rows) do
    if row and row.writes then
      redis.call('HSET', row.key, unpack(row.writes))
      row.writes, row.un_at = false, false
    end
  end
end

-- Ends a call. What moved and what happened go as text, after the answer where that is text, too: each table of an answer
-- costs as much as a read (`routing/store/answers.py` takes it apart).
local function finish(S, answer)
  write_rows(chats)
  write_rows(listeners)
  for person in pairs(dirty) do
    redis.call('SPUBLISH', K.channel(S, person), 's')
  end
  local names = ''
  for listener in pairs(moved) do names = names == '' and listener or names .. ' ' .. listener end
  local beside = names .. '\n' .. (happened[2] and table.concat(happened, ' ') or happened[1] or '')
  return type(answer) == 'string' and answer .. '\n' .. beside or { answer, beside }
end

-- What the engine answered for one field: false where it is missing or ''.
local function some(value) return value ~= '' and value end

-- What is written once and read with each call stands in one field: to take that apart costs less than to read its parts.
local PACKED = {}

-- What a request needs (`nd`): `<language> <cell> <topics> <distress or 0>`, and all its languages where there are more.
-- answer: language, cell, topics as text, all languages
function PACKED.needs_of(text, key)
  local language, cell, topics, all = string.match(text or '', '^([^ ]+) ([^ ]+) ([^ ]+) [^ ]+ ?(.*)$')
  if language then return language, cell, topics, all ~= '' and all or language end
  return unpack(redis.call('HMGET', key, 'la', 'ce', 'mk', 'ls')) -- an earlier build wrote it
end

function PACKED.pack_needs(languages, cell, topics, distress)
  local language = string.match(languages, '^[^,]+')
  local text = language .. ' ' .. cell .. ' ' .. topics .. ' ' .. (distress ~= '' and distress or '0')
  return languages == language and text or text .. ' ' .. languages
end

-- What a listener can do (`can`): `<languages> <capacity> <maximum> <level> <hard topics> <topics> <takes emergencies>`.
-- is_known: there is such a listener, so an earlier build wrote the row where there is no text. answer: these
function PACKED.rights_of(text, key, is_known)
  if not text and is_known then
    local v = redis.call('HMGET', key, 'lg', 'cap', 'max', 'lv', 'hd', 'mk', 'em')
    text = PACKED.pack_rights(v[1] or '', v[2], v[3], v[4], v[5], v[6], v[7])
  end
  if not text then return false, 0, 0, 0, 0, 0, '0' end
  return string.match(text, '^([^ ]*) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) (.)$')
end

function PACKED.pack_rights(languages, ...)
  local numbers = { ... }
  for i = 1, 6 do numbers[i] = string.format('%d', num(numbers[i])) end
  return languages .. ' ' .. table.concat(numbers, ' ')
end

-- `was:<listener>` of a chat: since when they are in it, negative: when they left; and the name that the seeker saw.
function PACKED.was(at, name) return name and at .. ' ' .. name or at end

function PACKED.unpack_needs(row)
  local la, ce, mk, ls = PACKED.needs_of(row.nd, row.key)
  row.la, row.ce, row.mk, row.ls = la, ce, num(mk), ls
end

function PACKED.unpack_rights(row)
  local lg, cap, max, lv, hd, mk, em = PACKED.rights_of(row.can, row.key, row.is_known)
  row.lg, row.cap, row.max, row.lv, row.hd, row.mk, row.em = some(lg), cap + 0, max + 0, lv + 0, hd + 0, mk + 0, em
end

-- unpacks: name -> what sets it, and others, from a packed field of this row.
local function rows_of(unpacks, ...)
  local groups, group_of = { ... }, {}
  for i = 1, #groups do -- while the library loads there is no `ipairs`
    for j = 1, #groups[i] do group_of[groups[i][j]] = groups[i] end
  end
  return { __index = function(row, name)
    if unpacks[name] then
      unpacks[name](row)
      return rawget(row, name)
    end
    local names = group_of[name]
    if not names then return nil end
    local values = redis.call('HMGET', row.key, unpack(names))
    for i, field in ipairs(names) do -- what this call has set already stays
      if rawget(row, field) == nil then row[field] = names.numbers[field] and num(values[i]) or some(values[i]) end
    end
    return row[name]
  end }
end

local CHAT = rows_of({ la = PACKED.unpack_needs, ce = PACKED.unpack_needs, mk = PACKED.unpack_needs, ls = PACKED.unpack_needs },
  { 'turn', 'pe', 'nd', 'l', 'ar', 'op', 'nx', numbers = { turn = true, ar = true } }, -- until the wrap-up
  { 'pf', 'no', 'wi', 'hu', numbers = { hu = true } }, -- to stand in line and to be offered
  { 'at', 'vis', 'xt', 'wt', 'rq', numbers = {} }) -- while an offer is open
local LISTENER = rows_of({ lg = PACKED.unpack_rights, cap = PACKED.unpack_rights, max = PACKED.unpack_rights,
  lv = PACKED.unpack_rights, hd = PACKED.unpack_rights, mk = PACKED.unpack_rights, em = PACKED.unpack_rights },
  { 'can', 'fs', 'xe', 'un', numbers = { fs = true, xe = true } },
  { 'ms', 'mw', 'nm', 'xh', numbers = { ms = true, mw = true } })

local function remember(id, c)
  chats[id] = c
  return c or nil
end

-- Numbers of a row are written by this library alone; arithmetic on them costs a third of `tonumber`.
-- st: W waiting, P parked, O offered, H accepted and asked whether here, A open, U ended in wrap-up, E ended.
local function read_chat(S, id)
  if chats[id] ~= nil then return chats[id] or nil end
  local key = K.chat(S, id)
  local v = redis.call('HMGET', key, 'st', 'turn', 'pe', 'nd', 'l', 'ar', 'op', 'nx')
  if not v[1] then return remember(id, false) end
  local la, ce = PACKED.needs_of(v[4], key)
  return remember(id, setmetatable({
    id = id, key = key, writes = false, st = v[1], turn = (v[2] or 0) + 0, pe = v[3], nd = v[4], la = la, l = some(v[5]), ce = ce,
    ar = (v[6] or 0) + 0, op = some(v[7]), nx = some(v[8]),
  }, CHAT))
end

-- The same of a chat that is about to end: who reads along (ob) is asked, too.
local function read_ending(S, id)
  if chats[id] ~= nil then return chats[id] or nil end
  local key = K.chat(S, id)
  local v = redis.call('HMGET', key, 'st', 'turn', 'pe', 'nd', 'l', 'op', 'nx', 'ob')
  if not v[1] then return remember(id, false) end
  local la, ce = PACKED.needs_of(v[4], key)
  return remember(id, setmetatable({
    id = id, key = key, writes = false, st = v[1], turn = (v[2] or 0) + 0, pe = v[3], nd = v[4], la = la, l = some(v[5]), ce = ce,
    op = some(v[6]), nx = some(v[7]), ob = v[8],
  }, CHAT))
end

-- The same of a chat in wrap-up, of which little more is asked.
local function read_wrap_up(S, id)
  if chats[id] ~= nil then return chats[id] or nil end
  local key = K.chat(S, id)
  local v = redis.call('HMGET', key, 'st', 'l')
  return remember(id, v[1] and setmetatable({ id = id, key = key, writes = false, st = v[1], l = some(v[2]) }, CHAT))
end

-- The same of somebody in line who is about to be offered to a listener.
local function read_waiting(S, id)
  if chats[id] ~= nil then return chats[id] or nil end
  local key = K.chat(S, id)
  local v = redis.call('HMGET', key, 'st', 'turn', 'pe', 'nd', 'ar', 'nx', 'pf', 'no', 'wi')
  if not v[1] then return remember(id, false) end
  local la, ce, mk, ls = PACKED.needs_of(v[4], key)
  return remember(id, setmetatable({
    id = id, key = key, writes = false, st = v[1], turn = (v[2] or 0) + 0, pe = v[3], la = la, ce = ce, mk = (mk or 0) + 0, ls = ls,
    ar = (v[5] or 0) + 0, nx = some(v[6]), pf = some(v[7]), no = some(v[8]), wi = some(v[9]),
    l = false, -- an offer sets it
    member = id .. '/' .. (mk or '0'), -- in a line: as `member_of` spells it, but a number would have to be spelled again
  }, CHAT))
end

-- The same of a chat whose offer is being answered.
local function read_offered(S, id)
  if chats[id] ~= nil then return chats[id] or nil end
  local key = K.chat(S, id)
  local v = redis.call('HMGET', key, 'st', 'turn', 'pe', 'nd', 'l', 'ar', 'op', 'at', 'vis', 'wt')
  if not v[1] then return remember(id, false) end
  local la, ce = PACKED.needs_of(v[4], key)
  return remember(id, setmetatable({
    id = id, key = key, writes = false, st = v[1], turn = (v[2] or 0) + 0, pe = v[3], nd = v[4], la = la, l = some(v[5]), ce = ce,
    ar = (v[6] or 0) + 0, op = some(v[7]), at = (v[8] or v[6] or 0) + 0, vis = some(v[9]), wt = some(v[10]),
  }, CHAT))
end

-- av: 1 available, 2 paused, 0 off duty. Somebody unknown is off duty; `is_known` tells the two apart.
local function read_listener(S, id)
  local l = listeners[id]
  if l then return l end
  local key = K.listener(S, id)
  local v = redis.call('HMGET', key, 'av', 'can', 'fs', 'po', 'tn', 'gap', 'xe', 'xp', 'lost', 'sev', 'ix', 'un')
  local lg, cap, max, lv, hd, mk, em = PACKED.rights_of(v[2], key, v[1])
  l = setmetatable({
    id = id, key = key, writes = false, is_known = some(v[1]) ~= false, av = (v[1] or 0) + 0, lg = some(lg), cap = cap + 0,
    max = max + 0, lv = lv + 0, hd = hd + 0, mk = mk + 0, em = em, fs = (v[3] or 0) + 0, po = some(v[4]), tn = (v[5] or 0) + 0,
    gap = (v[6] or 0) + 0, xe = (v[7] or 0) + 0, xp = (v[8] or 0) + 0, lost = some(v[9]), sev = some(v[10]),
    ix = some(v[11]), un = some(v[12]), un_at = false, held = false, load = false, ms = nil, mw = nil, nm = nil, -- place for them
  }, LISTENER)
  listeners[id] = l
  return l
end

-- The same of somebody who answers an offer: as long as the start gap runs it matters whether they have room, not for whom.
local function read_answering(S, id)
  local l = listeners[id]
  if l then return l end
  local key = K.listener(S, id)
  local v = redis.call('HMGET', key, 'av', 'po', 'tn', 'gap', 'xp', 'lost', 'sev', 'ix', 'ms', 'nm', 'can', 'xe', 'un')
  local _, cap, _, _, _, _, em = PACKED.rights_of(v[11], key, v[1])
  l = setmetatable({
    id = id, key = key, writes = false, is_known = some(v[1]) ~= false, av = (v[1] or 0) + 0, po = some(v[2]), tn = (v[3] or 0) + 0,
    gap = (v[4] or 0) + 0, xp = (v[5] or 0) + 0, lost = some(v[6]), sev = some(v[7]), ix = some(v[8]), ms = (v[9] or 0) + 0,
    nm = some(v[10]), can = v[11], cap = cap + 0, em = em,
    xe = (v[12] or 0) + 0, un = some(v[13]), un_at = false, held = false,
  }, LISTENER)
  listeners[id] = l
  return l
end

local function each_language(list, visit)
  if not list or list == '' then return end
  if not string.find(list, ',', 1, true) then return visit(list) end -- most often there is but one
  for language in string.gmatch(list, '[^,]+') do visit(language) end
end

-- Who is connected stands in `BUCKETS` small hashes: a key for each person would take three times the memory. Ids are
-- chance at their end.
local BUCKETS = 4096

local function bucket_of(person)
  local a, b, c, d = string.byte(person, -4, -1)
  return (a * 1331 + (b or 0) * 121 + (c or 0) * 407 + (d or 0) * 977) % BUCKETS
end

local function connections_of(S, person) return K.connections(S, bucket_of(person)) end

-- What stands for a process there: its name is long, and would stand there once for each of its people.
local MARKS = {}

local function mark_of(process)
  local mark = MARKS[process]
  if not mark then
    mark = string.format('%.0f', tonumber(string.sub(redis.sha1hex(process), 1, 12), 16))
    MARKS[process] = mark
  end
  return mark
end

local function is_present(S, person) return redis.call('HEXISTS', connections_of(S, person), person) == 1 end

-- The turn of a request's open offer; accepting it made one more.
local function turn_of_offer(c) return c.st == 'H' and c.turn - 1 or c.turn end

local function offer_id(c) return c.id .. '.' .. turn_of_offer(c) end

-- An offer's id is <chat>.<turn>: the turn fences it, a stale answer can't match.
local function parse_offer(id)
  local chat, turn = string.match(id, '^(.+)%.(%d+)$')
  return chat, num(turn)
end

-- The open request or chat of a seeker, or nil. An empty string is a token in use without one.
local function own_chat(S, person)
  local own = redis.call('GET', K.own(S, person))
  if own and own ~= '' then return own end
  return nil
end

local function units_moved(S, l)
  if l.sev == '1' then
    redis.call('HINCRBY', l.key, 've', 1)
    moved[l.id] = true
  end
end

-- Misses in a row. `mw` says when the number last changed: of two shards that both hold it, the newer one is right.
local function set_misses(l, misses)
  if l.ms ~= misses then put(l, 'ms', misses, 'mw', math.max(T.now, l.mw + 1)) end
end

local function speaks(l, language)
  if l.lg == language then return true end
  return string.find(',' .. (l.lg or '') .. ',', ',' .. language .. ',', 1, true) ~= nil
end

local OPS = {}
