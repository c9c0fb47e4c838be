-- Rebuilding: what is derived, compared with what is true, in pages small enough that nobody waits for one. A call is
-- atomic, and every other call leaves both in step, so whatever differs here is wrong; except what a passed deadline is
-- about to change, which is left to the sweep. With `mends` the derived side is put right, and then matched.

do -- what stands here is nobody else's: the engine's Lua takes no more than 200 names for all files together

local SWEEP_MS = 10000 -- a deadline that passed longer ago was not acted on
local wrong = {}      -- what differs in this call: `<name> <part> <member>`
local mends = false

local function tell(name, part, member) wrong[#wrong + 1] = name .. ' ' .. part .. ' ' .. member end

local function check_score(S, name, part, member, wanted)
  local key = K[name](S, part)
  local score = redis.call('ZSCORE', key, member)
  if score and num(score) == wanted or not score and not wanted then return true end
  tell(name, part, member)
  if mends and wanted then redis.call('ZADD', key, string.format('%.0f', wanted), member)
  elseif mends then redis.call('ZREM', key, member) end
  return false
end

local function check_member(S, name, part, member, is_wanted)
  local key = K[name](S, part)
  if (redis.call('SISMEMBER', key, member) == 1) == is_wanted then return true end
  tell(name, part, member)
  if mends then redis.call(is_wanted and 'SADD' or 'SREM', key, member) end
  return false
end

-- The score with which a sorted set's first member stands in the list of such sets.
local function check_head(S, list, list_part, of, of_part, member)
  local head = redis.call('ZRANGE', K[of](S, of_part), 0, 0, 'WITHSCORES')
  return check_score(S, list, list_part, member, head[2] and num(head[2]) or nil)
end

local function check_cell(S, language, cell) return check_head(S, 'cells', language, 'line', language .. ':' .. cell, cell) end

local function check_first(S, index, language, class)
  return check_head(S, 'first', index .. ':' .. language, index, language .. ':' .. class, class)
end

local leased -- marks of the processes that have a lease, once they were asked for in this call

-- Whoever is told as connected by processes of which none has a lease would be so for ever: no sweep looks for them.
local function check_connections(S, person)
  local key = connections_of(S, person)
  local marks = redis.call('HGET', key, person)
  if not marks then return end
  if not leased then
    leased = {}
    for _, process in ipairs(redis.call('ZRANGE', K.processes(S), 0, -1)) do leased[mark_of(process)] = true end
  end
  for mark in string.gmatch(marks, '%d+') do
    if leased[mark] then return end
  end
  tell('connections', bucket_of(person), person)
  if not mends then return end
  redis.call('HDEL', key, person)
  go(S, { person })
end

local function has_unit(c) return c.st == 'O' or c.st == 'H' or c.st == 'A' or c.st == 'U' end

-- The one deadline that a chat's state gives it, or nil. `at`: the one that it has.
local function deadline_of(S, c, at)
  if c.st == 'W' then return next_step(c) end
  local field = (c.st == 'O' or c.st == 'H') and 'dl' or c.st == 'U' and 'wu' or c.st == 'P' and 'pu' or nil
  if not field then return nil end
  local told = some(redis.call('HGET', c.key, field))
  return told and num(told) or at and num(at) or T.now + PARKED_MS
end

-- Is the sweep about to act on this deadline?
local function is_due(at) return at and num(at) <= T.now and num(at) > T.now - SWEEP_MS end

local function chatting_count(S, listener, language)
  local count = 0
  for _, id in ipairs(units_of(read_listener(S, listener))) do
    local c = read_chat(S, id)
    if c and c.st == 'A' and c.la == language then count = count + 1 end
  end
  return count
end

-- Only what should be there is looked for: what should not is found where it stands (check_key).
local function check_waiting(S, c)
  local is_missing = false
  if is_held(c) then
    is_missing = not check_score(S, 'held', c.la, c.id, c.ar)
  else
    each_line(c, function(language)
      if not check_score(S, 'line', language .. ':' .. c.ce, member_in_line(c), place_in(c, language)) then
        is_missing = true
        if mends then check_cell(S, language, c.ce) end
      end
    end)
  end
  if c.pf then check_score(S, 'preferring', c.pf, c.id, c.ar) end
  for _, listener in ipairs(c.nx and redis.call('SMEMBERS', K.excluded(S, c.id)) or {}) do
    check_member(S, 'excluding', listener, c.id, true)
  end
  return is_missing
end

-- What the chat says is right; the listener's list follows.
local function check_unit(S, c)
  local l = read_listener(S, c.l)
  if has_unit_of(l, c.id) then return end
  tell('listener', 'un', l.id)
  if mends then take_unit(l, c.id) end
end

local function check_chat(S, c)
  local is_waiting, at, is_missing = c.st == 'W', redis.call('ZSCORE', K.due(S), c.id), false
  if is_waiting and is_due(at) then return end
  if c.st == 'E' or c.st == 'U' then check_score(S, 'ended', '', c.id, num(redis.call('HGET', c.key, 'en'))) end
  if is_waiting then is_missing = check_waiting(S, c)
  elseif c.st == 'A' then
    check_member(S, 'open', c.la, c.id, true)
    local observer = observer_of(c)
    if observer then check_member(S, 'observing', observer, c.id, true) end
  elseif c.st == 'O' or c.st == 'H' then check_member(S, 'offered', c.la, c.id, true) end
  -- Behind the barrier a request waits for its end.
  if not (is_waiting and at and T.is_barred and num(at) <= T.barred_until)
      and not check_score(S, 'due', '', c.id, deadline_of(S, c, at)) then
    is_missing = is_waiting
  end
  if has_unit(c) and c.l then check_unit(S, c) end
  if (is_waiting or c.st == 'O' or c.st == 'A') and not is_present(S, c.pe)
      and not redis.call('ZSCORE', K.grace_ends(S), c.pe) then
    tell('grace_ends', '', c.pe)
    local grace = c.st == 'A' and GRACE_MS.chat or GRACE_MS.seeker
    if mends then redis.call('ZADD', K.grace_ends(S), T.now + grace, c.pe) end
  end
  if is_missing and mends then match_seeker(S, c) end
end

local function check_units(S, l)
  local languages = {}
  for _, id in ipairs(units_of(l)) do
    local c = read_chat(S, id)
    if not (c and c.l == l.id and has_unit(c)) then
      tell('listener', 'un', l.id)
      if mends then free_unit(l, id) end
    elseif c.st == 'A' then
      languages[c.la] = (languages[c.la] or 0) + 1
    end
  end
  for language, count in pairs(languages) do
    if num(redis.call('HGET', K.chatting(S, language), l.id)) ~= count then
      tell('chatting', language, l.id)
      if mends then redis.call('HSET', K.chatting(S, language), l.id, count) end
    end
  end
end

local function check_listener(S, l)
  check_units(S, l)
  local is_available, class, room, later = l.av == 1 and not l.lost, class_name(l), room_of(l)
  local gap_end = redis.call('ZSCORE', K.gap_ends(S), l.id)
  local is_settled, is_missing, index = not is_due(gap_end), false, INDEX[room]
  each_language(l.lg, function(language)
    local part = language .. ':' .. class
    if index and is_settled and not check_score(S, index, part, member_of(l.id, l.mk), score_of(l)) then
      is_missing = true
      if mends then check_first(S, index, language, class) end
    end
    if is_available and not check_member(S, 'available', part, l.id, true) and mends then
      redis.call('SADD', K.classes(S, language), class)
    end
    if l.av == 2 then check_member(S, 'paused', language, l.id, true) end
  end)
  if is_settled and (l.ix or '0') ~= room then
    tell('listener', 'ix', l.id)
    is_missing = true
    if mends then put(l, 'ix', room) end
  end
  if l.sev == '1' then check_member(S, 'several', '', l.id, true) end
  if room == '0' and later ~= '0' and not gap_end then check_score(S, 'gap_ends', '', l.id, l.gap) end
  if l.lost and not redis.call('ZSCORE', K.grace_ends(S), l.id) then
    tell('grace_ends', '', l.id)
    if mends then redis.call('ZADD', K.grace_ends(S), T.now + GRACE_MS.listener, l.id) end
  end
  if is_missing and mends then match_listener(S, l) end
end

-- ---- members that nothing explains ----

local function split(part) return string.match(part, '^(.-):(.+)$') end

local function stands_in(c, language)
  local stands = false
  each_line(c, function(one) stands = stands or one == language end)
  return stands
end

-- name -> is there a truth for this member of `part` with this score? Of sets the score is nil.
local EXPLAINED = {}

function EXPLAINED.line(S, part, member, score)
  local language, cell = split(part)
  local id, mask = parse_member(member)
  local c = id and read_chat(S, id)
  return c and c.st == 'W' and c.ce == cell and c.mk == mask and stands_in(c, language) and place_in(c, language) == score
    and (not is_held(c) or is_due(redis.call('ZSCORE', K.due(S), id)))
end

function EXPLAINED.held(S, part, id, score)
  local c = read_chat(S, id)
  return c and c.st == 'W' and c.la == part and c.ar == score
    and (is_held(c) or (c.hu > 0 and is_due(redis.call('ZSCORE', K.due(S), id))))
end

function EXPLAINED.preferring(S, part, id, score)
  local c = read_chat(S, id)
  return c and c.st == 'W' and c.pf == part and c.ar == score
end

function EXPLAINED.excluding(S, part, id)
  local c = read_chat(S, id)
  return c and c.st == 'W' and is_excluded(S, c, part)
end

local function is_listed(S, index, part, member, score)
  local language, class = split(part)
  local l = read_listener(S, parse_member(member) or '')
  return l.is_known and speaks(l, language) and class_name(l) == class and member == member_of(l.id, l.mk)
    and INDEX[(room_of(l))] == index and score_of(l) == score
end

function EXPLAINED.free(S, part, member, score) return is_listed(S, 'free', part, member, score) end
function EXPLAINED.spare(S, part, member, score) return is_listed(S, 'spare', part, member, score) end

function EXPLAINED.cells(S, part, cell, score)
  return num(redis.call('ZRANGE', K.line(S, part .. ':' .. cell), 0, 0, 'WITHSCORES')[2]) == score
end

function EXPLAINED.first(S, part, class, score)
  local index, language = split(part)
  return num(redis.call('ZRANGE', K[index](S, language .. ':' .. class), 0, 0, 'WITHSCORES')[2]) == score
end

function EXPLAINED.classes(S, part, class) return redis.call('EXISTS', K.available(S, part .. ':' .. class)) == 1 end

function EXPLAINED.available(S, part, id)
  local language, class = split(part)
  local l = read_listener(S, id)
  return l.is_known and l.av == 1 and not l.lost and speaks(l, language) and class_name(l) == class
end

function EXPLAINED.paused(S, part, id)
  local l = read_listener(S, id)
  return l.is_known and l.av == 2 and speaks(l, part)
end

function EXPLAINED.chatting(S, part, id, count) return count > 0 and count == chatting_count(S, id, part) end

function EXPLAINED.open(S, part, id)
  local c = read_chat(S, id)
  return c and c.st == 'A' and c.la == part
end

function EXPLAINED.observing(S, part, id)
  local c = read_chat(S, id)
  return c and c.st == 'A' and observer_of(c) == part
end

function EXPLAINED.offered(S, part, id)
  local c = read_chat(S, id)
  return c and (c.st == 'O' or c.st == 'H') and c.la == part
end

function EXPLAINED.due(S, _, id, at)
  local c = read_chat(S, id)
  return c and (deadline_of(S, c, at) == at or (c.st == 'W' and (is_due(at) or (T.is_barred and at <= T.barred_until))))
end

function EXPLAINED.grace_ends(S, _, person) return not is_present(S, person) end
function EXPLAINED.gap_ends(S, _, id) return read_listener(S, id).is_known end
function EXPLAINED.ended(S, _, id) return read_chat(S, id) end

-- What stands in a list of its own as soon as it holds somebody.
local SUMMED = {}
function SUMMED.line(S, part)
  local language, cell = split(part)
  check_cell(S, language, cell)
end
function SUMMED.free(S, part)
  local language, class = split(part)
  check_first(S, 'free', language, class)
end
function SUMMED.spare(S, part)
  local language, class = split(part)
  check_first(S, 'spare', language, class)
end
function SUMMED.available(S, part)
  local language, class = split(part)
  check_member(S, 'classes', language, class, redis.call('EXISTS', K.available(S, part)) == 1)
end

local SCANS = { zset = 'ZSCAN', set = 'SSCAN', hash = 'HSCAN' }
local REMOVES = { zset = 'ZREM', set = 'SREM', hash = 'HDEL' }

-- check_key: look for members of one derived key that nothing explains; with '1' take them out.
-- args: 3 '1': mend, 4 name of the key, 5 its part or '', 6 cursor, 7 about how many members to look at
-- answer: {next cursor, members looked at, {`<name> <part> <member>` of what differs, ...}}
function OPS.check_key(keys, args)
  local S, name, part = begin(keys, args), args[4], args[5]
  wrong, mends = {}, args[3] == '1'
  local key = K[name](S, part)
  local kind = redis.call('TYPE', key).ok
  if not SCANS[kind] then return finish(S, { '0', 0, wrong }) end
  local found = redis.call(SCANS[kind], key, args[6], 'COUNT', args[7])
  local members, step = found[2], kind == 'set' and 1 or 2
  for i = 1, #members, step do
    local member, score = members[i], step == 2 and num(members[i + 1]) or nil
    if not EXPLAINED[name](S, part, member, score) then
      tell(name, part, member)
      if mends then redis.call(REMOVES[kind], key, member) end
    end
  end
  if SUMMED[name] then SUMMED[name](S, part) end
  return finish(S, { found[1], #members / step, wrong })
end

-- check_chats: does each of these chats stand wherever its state says? With '1' it does after this call.
-- args: 3 '1': mend, 4... chats. answer: {`<name> <part> <member>` of what differs, ...}
function OPS.check_chats(keys, args)
  local S = begin(keys, args)
  wrong, mends, leased = {}, args[3] == '1', nil
  for i = 4, #args do
    local c = read_chat(S, args[i])
    if c then
      if c.st ~= 'E' and c.st ~= 'U' then check_connections(S, c.pe) end
      check_chat(S, c)
    end
  end
  return finish(S, wrong)
end

-- check_listeners: the same of listeners. args: 3 '1': mend, 4... listeners
function OPS.check_listeners(keys, args)
  local S = begin(keys, args)
  wrong, mends, leased = {}, args[3] == '1', nil
  for i = 4, #args do
    local l = read_listener(S, args[i])
    if l.is_known then
      check_connections(S, l.id)
      check_listener(S, l)
    end
  end
  return finish(S, wrong)
end

end
