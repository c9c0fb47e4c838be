-- Matching: who is offered what, and making and unmaking an offer. Every function that frees a listener or adds a
-- request calls match_* in the same call, so that no compatible pair is ever left waiting.

local OVERTAKE_MS = 30000 -- a topic in common may overtake so much of arrival, never more
local LOOK = 16           -- so many are looked at for a topic in common
local FIRST_LOOK = 4      -- most often enough of them
local TOLD = 5            -- so many of those considered are named in the explanation
local WHY_MAX = 20000     -- explanations kept for the archiver

local function share_topic(mask, other) return bit.band(mask, other) ~= 0 end

-- why: what `tealight routing explain` tells, `<side>|<reason>|<considered>`. line_seen, next_at: of `exit_line`.
local function make_offer(S, c, l, why, is_spare, line_seen, next_at)
  leave_line(S, c, line_seen, next_at)
  unlist(S, l)
  local turn = c.turn + 1
  local deadline = T.now + (cell_of(c.ce).risk == URGENT and T.urgent_offer or T.offer)
  local language
  each_line(c, function(one) language = language or (speaks(l, one) and one) end)
  -- A listener who stands in another shard too sees the offer only when that shard has agreed (see elsewhere.lua).
  -- xt: this unit is extra, '1' "one more" or '2' the emergency unit.
  local is_first = turn == 1 -- then `vis`, `xt` and `rs` are not there, and stay away as long as they say what most do
  c.st, c.turn, c.l, c.no = 'O', turn, l.id, num(c.no) + 1
  write(c, 'st', 'O', 'turn', turn, 'l', l.id, 'no', c.no, 'dl', deadline)
  if not is_first or language ~= c.la then write(c, 'ml', language) end
  if c.no == 1 and T.now > c.ar then write(c, 'wt', '1') end -- had to wait
  if not is_first or l.sev == '1' then put(c, 'vis', l.sev == '1' and '0' or '1') end
  if not is_first or is_spare or l.tn == 1 then put(c, 'xt', is_spare and '2' or l.tn == 1 and '1' or '0') end
  if not is_first then write(c, 'rs', '') end
  redis.call('ZADD', K.due(S), deadline, c.id)
  take_unit(l, c.id)
  redis.call('SADD', K.offered(S, c.la), c.id)
  put(l, 'po', c.id)
  if l.tn == 1 and not is_spare then put(l, 'tn', 0) end
  redis.call('XADD', K.why(S), 'MAXLEN', '~', WHY_MAX, '*', 'o', offer_id(c), 'l', l.id, 't', T.now, 'a', c.ar, 'w', why)
  units_moved(S, l)
  note('offer:made')
  hint(l.id)
  hint(c.pe)
end

local NOT_COME = { seeker_away = true, seeker_left = true, withdrawn = true } -- then `take_next` still stands

-- Take a chat off its listener (an offer that did not become a chat, a lost listener, a finished wrap-up).
-- `reason` is set where an offer is withdrawn: the listener's next snapshot tells it.
local function release(S, c, l, reason)
  free_unit(l, c.id)
  -- What became of an offer that nobody answered, or that was accepted and came to nothing (then the turn has risen).
  if reason and reason ~= 'declined' then write(c, 'oe:' .. turn_of_offer(c), reason) end
  if c.st == 'O' or c.st == 'H' then redis.call('SREM', K.offered(S, c.la), c.id) end
  if reason then write(l, 'lo', offer_id(c), 'lr', reason) end
  if l.po == c.id then
    put(l, 'po', '')
    if c.xt == '1' and NOT_COME[reason] then put(l, 'tn', 1) end
  end
  l.load = load_of(l)
  if l.load == l.xe then put(l, 'fs', T.now) end
  put(c, 'l', '')
  if reason then note('offer:' .. reason) end
  units_moved(S, l)
  hint(l.id)
end

-- ---- the seeker's side ----

local function load_in(score) return math.floor(score / 1e13) end

-- The best of one index: least utilised first, then with a topic in common among the first of each class, then the longest
-- free. Classes are looked at in the order of their first ones, as far as somebody better can still come.
-- answer: listener, text of who was considered
local function best_listener(S, c, index)
  local cell, mask = cell_of(c.ce), c.mk
  -- Deep enough that the excluded ones can't hide a free one behind them.
  local depth = (c.nx and redis.call('SCARD', K.excluded(S, c.id)) or 0)
  local last = mask == 0 and depth or depth + LOOK - 1
  local best, best_score, best_load, best_shares, best_at, looked, told = nil, 0, 0, false, 0, 0, {}
  local function may_be_better(score)
    if not best then return true end
    if best_shares or mask == 0 then return score < best_score end
    return load_in(score) <= best_load
  end
  local function tell(id, load, shares)
    looked = looked + 1
    if looked <= TOLD then told[looked] = id .. ':' .. load .. ':' .. (shares and 1 or 0) end
  end
  local function look(key)
    local from, page = 0, math.min(last + 1, FIRST_LOOK)
    while page > 0 do
      local found = redis.call('ZRANGE', key, from, from + page - 1, 'WITHSCORES')
      for i = 1, #found, 2 do
        local score = num(found[i + 1])
        local is_better = may_be_better(score)
        if not is_better and looked > 1 then return end
        local id, topics = parse_member(found[i])
        if not is_excluded(S, c, id) then
          local shares, load = share_topic(mask, topics), load_in(score)
          tell(id, load, shares)
          if is_better and (not best or load < best_load or (shares and not best_shares)
              or (shares == best_shares and score < best_score)) then
            best, best_score, best_load, best_shares, best_at = id, score, load, shares, looked
          end
        end
      end
      if #found < 2 * page then return end
      from = from + page
      page = math.min(last + 1 - from, LOOK)
    end
  end
  each_line(c, function(language)
    local firsts = redis.call('ZRANGE', K.first(S, index .. ':' .. language), 0, -1, 'WITHSCORES')
    for i = 1, #firsts, 2 do
      -- One more than the chosen one is looked at, so that the explanation can tell "only" from "best".
      if looked > 1 and not may_be_better(num(firsts[i + 1])) then break end
      local class = class_of(firsts[i])
      if serves(class.level, class.hard, cell) then look(K[index](S, language .. ':' .. class.name)) end
    end
  end)
  -- Whoever was chosen is always among those named.
  if best_at > TOLD then told[TOLD + 1] = best .. ':' .. best_load .. ':' .. (best_shares and 1 or 0) end
  return best, table.concat(told, ',')
end

-- The preferred listener if free; then the best of all; for risk 3 then whoever keeps a unit for that. Whoever
-- just let this offer go is not listed yet, so that others are asked first.
local function match_seeker(S, c)
  if T.is_barred then
    set_due(S, c, T.barred_until)
    return false
  end
  if c.pf then
    local l = read_listener(S, c.pf)
    if l.ix == '1' and may_meet(l, c) and not is_excluded(S, c, c.pf) then
      make_offer(S, c, l, 'S|preferred|' .. c.pf)
      return true
    end
  end
  if is_held(c) then return false end
  local id, told = best_listener(S, c, 'free')
  if id then
    make_offer(S, c, read_listener(S, id), 'S|free|' .. told)
    return true
  end
  if cell_of(c.ce).risk ~= URGENT then return false end
  id, told = best_listener(S, c, 'spare')
  if not id then return false end
  make_offer(S, c, read_listener(S, id), 'S|emergency|' .. told, true)
  return true
end

-- ---- the listener's side ----

-- The first of a line whom this listener may meet; of the next few somebody with a topic in common, who arrived at most
-- 30 s later, before them. found: the first `page` members.
-- answer: chat, 'head' or 'topic', whether somebody before them is kept apart from this listener
local function first_of_line(S, l, key, excluding, found, page)
  local head, head_at, seen, first, is_past = nil, nil, 0, 0, false
  while true do
    for i = 1, #found, 2 do
      local id, topics = parse_member(found[i])
      if excluding == 0 or redis.call('SISMEMBER', K.excluding(S, l.id), id) == 0 then
        local shares = l.mk == 0 or topics == 0 or share_topic(topics, l.mk)
        seen = seen + 1
        if not head then
          head, head_at = id, num(found[i + 1])
          if shares then return head, 'head', is_past end
        elseif num(found[i + 1]) > head_at + OVERTAKE_MS then
          return head, 'head', is_past
        elseif shares then
          return id, 'topic', is_past
        end
        if seen == LOOK then return head, 'head', is_past end
      elseif not head then
        is_past = true
      end
    end
    if #found < 2 * page then return head, 'head', is_past end
    first, page = first + page, 64
    found = redis.call('ZRANGE', key, first, first + page - 1, 'WITHSCORES')
  end
end

-- A seeker who came back and asked for this listener.
local function first_returning(S, l, excluding)
  for _, id in ipairs(redis.call('ZRANGE', K.preferring(S, l.id), 0, LOOK - 1)) do
    local c = read_waiting(S, id)
    if c and may_meet(l, c) and (excluding == 0 or redis.call('SISMEMBER', K.excluding(S, l.id), id) == 0) then
      return c
    end
  end
end

local function told_of(line, at) return string.format('%s:%d', line, math.max(0, T.now - at)) end

-- Of the lines that this listener may serve the one whose head goes first; equal heads: the earlier arrival, then the smaller
-- name. found: language -> its lines and their heads' arrivals, the earliest first: so of each risk only the first two matter.
-- passed: lines in which everybody is kept apart from them.
-- answer: the line, or nil; text of this one, the one after it, and the one whose head has waited longest
local function first_line(l, found, room, passed)
  local class, is_any = class_at(l.lv, l.hd), room == '1'
  local served, may_pass = class.served, next(passed) ~= nil
  local best, best_in, best_at, best_soon = nil, nil, 0, -math.huge
  local second, second_in, second_at, second_soon = nil, nil, 0, -math.huge
  local longest, longest_in, longest_at = nil, nil, math.huge
  for language, heads in pairs(found) do
    local seen = { 0, 0, 0, 0 } -- by risk
    for i = 1, #heads, 2 do
      local cell = served[heads[i]]
      if cell == nil then cell = served_by(class, heads[i]) end
      local of_risk = cell and cell.risk + 1
      if cell and seen[of_risk] < 2 and (is_any or cell.risk == URGENT)
          and not (may_pass and passed[language .. ':' .. cell.name]) then
        local at = heads[i + 1] + 0
        local soon = urgency(cell, at)
        if soon < second_soon and at >= longest_at then
          seen[of_risk] = 2 -- nor can a later one of this risk
        else
          seen[of_risk] = seen[of_risk] + 1
          if at < longest_at then longest, longest_in, longest_at = cell, language, at end
          if soon > best_soon or (soon == best_soon and (at < best_at
              or (at == best_at and language .. ':' .. cell.name < best_in .. ':' .. best.name))) then
            second, second_in, second_at, second_soon = best, best_in, best_at, best_soon
            best, best_in, best_at, best_soon = cell, language, at, soon
          elseif soon > second_soon then
            second, second_in, second_at, second_soon = cell, language, at, soon
          end
        end
      end
    end
  end
  if not best then return nil, '' end
  local line = best_in .. ':' .. best.name
  local told = told_of(line, best_at)
  if second then told = told .. ',' .. told_of(second_in .. ':' .. second.name, second_at) end
  if (longest ~= best or longest_in ~= best_in) and (longest ~= second or longest_in ~= second_in) then
    told = told .. ',' .. told_of(longest_in .. ':' .. longest.name, longest_at)
  end
  return { line = line, language = best_in, cell = best, at = best_at, soon = best_soon }, told
end

local function heads_for(S, l)
  local found = {}
  each_language(l.lg, function(language)
    found[language] = redis.call('ZRANGE', K.cells(S, language), 0, -1, 'WITHSCORES')
  end)
  return found
end

-- How soon whoever is first for this listener in another shard would be served, by what that shard told last (`<risk>:<place>`).
-- Nobody there: sooner than nobody here. answer: how soon, and the text that tells of it beside the lines here
local function soon_elsewhere(l, room)
  if l.sev ~= '1' or not l.xh then return -math.huge, '' end
  local risk, place = string.match(l.xh, '^(%d):(%d+)$')
  if room ~= '1' and num(risk) ~= URGENT then return -math.huge, '' end
  local soon = urgency({ risk = num(risk), target = TARGETS_MS[num(risk)] }, num(place))
  return soon, ',' .. told_of('elsewhere:' .. risk .. '.0.0', num(place))
end

local function match_listener(S, l)
  local room, later = room_of(l)
  if room == '0' or T.is_barred then
    if later ~= '0' then redis.call('ZADD', K.gap_ends(S), room == '0' and l.gap or T.barred_until, l.id) end
    list(S, l, room)
    return false
  end
  -- Most often there is neither: one look says so.
  local is_special = redis.call('EXISTS', K.excluding(S, l.id), K.preferring(S, l.id)) > 0
  local found, passed, excluding = heads_for(S, l), {}, is_special and redis.call('SCARD', K.excluding(S, l.id)) or 0
  local first, told = first_line(l, found, room, passed)
  local there, beside = soon_elsewhere(l, room)
  -- That shard was told of this listener since the unit is free, and had its turn.
  local elsewhere = T.is_told and -math.huge or there
  local function take_returning()
    local c = is_special and room == '1' and first_returning(S, l, excluding)
    if c then make_offer(S, c, l, 'L|returning|' .. told .. beside) end
    return c
  end
  -- Own returning seekers first, unless somebody has waited past their target meanwhile.
  local is_late = elsewhere > 1 or (first and first.soon > 1)
  if not is_late and take_returning() then return true end
  if elsewhere > (first and first.soon or 1) then -- the other shard is asked first, and then it is this one's turn
    moved[l.id] = true
    list(S, l, room)
    return false
  end
  while first do
    -- Two at least: so it is known who is first when one of them has left.
    local key, page = K.line(S, first.line), (excluding == 0 and l.mk == 0) and 2 or FIRST_LOOK
    local members = redis.call('ZRANGE', key, 0, page - 1, 'WITHSCORES')
    local id, how, is_past = first_of_line(S, l, key, excluding, members, page)
    local c = id and read_waiting(S, id) -- there is none where the engine lost it: the checker takes it out of the line
    if c then
      local next_at = members[1] == member_in_line(c) and (members[4] or '') or members[2]
      local reason = room == '2' and 'emergency' or first.cell.risk == URGENT and 'danger'
        or (how == 'head' and first.language ~= c.la) and 'second' or how
      if is_past or next(passed) then reason = reason .. '+apart' end
      if there > first.soon then reason = reason .. '+asked' end
      make_offer(S, c, l, 'L|' .. reason .. '|' .. told .. beside, room == '2', first.line, next_at)
      return true
    end
    passed[first.line] = true
    local passed_over = told_of(first.line, first.at)
    first, told = first_line(l, found, room, passed)
    told = passed_over .. ',' .. told
  end
  -- Whoever is late can't meet this listener; one who waits for nobody else stands in no line.
  if is_late and take_returning() then return true end
  list(S, l, room)
  return false
end

-- ---- back to the line ----

local function join_line(S, c, reason)
  put(c, 'st', 'W', 'l', '', 'turn', c.turn)
  write(c, 'rs', reason or '')
  stand_in_line(S, c, true)
  hint(c.pe)
end

-- A state that was restored may still make moves, such as taking back an offer that was accepted since. They must not look
-- newer than what people were told: `bt` keeps the turn that a request had before those that it made behind the barrier.
local function turn_before(S, c)
  local mark = rawget(c, 'bt') or redis.call('HGET', c.key, 'bt')
  local run, before, after = string.match(mark or '', '^(.*):(%d+):(%d+)$')
  return after and num(after) == c.turn and run == redis.call('HGET', K.meta(S), 'barred_run') and num(before) or c.turn
end

-- One more such move; before it.
local function note_move(S, c)
  if not T.is_barred then return end
  local v = redis.call('HMGET', K.meta(S), 'bar', 'barred_run')
  if num(v[1]) > T.now then put(c, 'bt', string.format('%s:%d:%d', v[2], turn_before(S, c), c.turn + 1)) end
end

-- A request goes back to the line, at its old place, and is matched at once.
local function requeue(S, c, reason)
  note_move(S, c)
  c.turn = c.turn + 1
  join_line(S, c, reason)
  return match_seeker(S, c)
end

-- Out of the line, place kept. The caller has taken it off its listener.
local function park(S, c, reason)
  if c.st == 'W' then leave_line(S, c) end
  note_move(S, c)
  put(c, 'st', 'P', 'l', '', 'turn', c.turn + 1)
  write(c, 'rs', reason, 'pu', T.now + PARKED_MS)
  set_due(S, c, T.now + PARKED_MS)
  hint(c.pe)
end
