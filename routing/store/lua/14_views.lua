-- What may be seen: one person's snapshot, the lines of some languages, the load of the pools. Read only.

-- Listeners on duty, busy ones too, who could take this request in any language in whose line it stands, or soon will.
local function count_able(S, c)
  local count, cell = 0, cell_of(c.ce)
  local function add(language) count = count + count_serving(S, language, cell, c.nx and c) end
  each_line(c, add)
  if count == 0 and not c.wi then each_language(c.ls, add) end -- so its second languages come in
  return count
end

-- All routing truth of one person, as the answer of `snapshot` lists it.
local function seen_by(S, person)
  local own = own_chat(S, person)
  local c = own and read_chat(S, own)
  local place, able = -1, -1
  local ids = redis.call('ZRANGEBYSCORE', K.recent(S, person), T.now - RECENT_MS, '+inf')
  local listener, units = redis.call('HGETALL', K.listener(S, person)), {}
  for i = 1, #listener, 2 do
    if listener[i] == 'un' then units = units_of({ un = listener[i + 1] }) end
  end
  local listed = {}
  for _, id in ipairs(ids) do listed[id] = true end
  local function also(id)
    if not listed[id] then ids[#ids + 1] = id end
    listed[id] = true
  end
  if c then
    if c.st == 'W' then place = place_of(S, c) end
    able = count_able(S, c)
    also(own)
  else -- who seeks to talk reads along nowhere
    for _, id in ipairs(redis.call('SMEMBERS', K.observing(S, person))) do also(id) end
  end
  for _, id in ipairs(units) do also(id) end
  local rows = {}
  for _, id in ipairs(ids) do
    local flat = redis.call('HGETALL', K.chat(S, id))
    if #flat > 0 then
      local c = read_chat(S, id)
      rows[#rows + 1] = { id, flat, is_present(S, c.pe) and 1 or 0, c.l and is_present(S, c.l) and 1 or 0 }
    end
  end
  return { T.now, c and own or '', place, able, listener, units, rows }
end

-- snapshot: all routing truth of one person.
-- args: 3 person
-- answer: {now, own chat id or '', place or -1, listeners on duty who could take it or -1, listener HGETALL,
--          units, [{chat id, HGETALL, seeker present 0/1, listener present 0/1}, ...] of the last hour and observed now}
function OPS.snapshot(keys, args)
  local S = begin(keys, args)
  return finish(S, seen_by(S, args[3]))
end

-- Is there anything of this person that a connection keeps alive?
local function has_part(S, person)
  return own_chat(S, person)
    or redis.call('EXISTS', K.listener(S, person), K.observing(S, person)) > 0
end

-- enter: somebody came to this process: `attach`, if a connection keeps anything of theirs alive, and what they see then.
-- Thousands come at once when a process died; this is all that most of them need.
-- args: 3 person, 4 process, 5 '1': attach whatever there is
-- answer: {attached 0/1, when they last chose what they do or 0, the answer of `snapshot`}
function OPS.enter(keys, args)
  local S, person = begin(keys, args), args[3]
  local attached = args[5] == '1' or has_part(S, person)
  if attached then
    note_process(S, args[4])
    attach(S, person, args[4])
    write_rows(chats) -- before it is read
    write_rows(listeners)
  end
  local said = attached and num(redis.call('GET', K.said(S, person))) or 0
  return finish(S, { attached and 1 or 0, string.format('%.0f', said), seen_by(S, person) })
end

-- The lines of one language: visit(cell, key, place of the head).
local function each_cell(S, language, visit)
  local found = redis.call('ZRANGE', K.cells(S, language), 0, -1, 'WITHSCORES')
  for i = 1, #found, 2 do visit(cell_of(found[i]), K.line(S, language .. ':' .. found[i]), num(found[i + 1])) end
end

-- When the first of a line came: in a second language's line their place is later (`place_in`). Of a line that was lost,
-- and not put right yet, that is not known.
local function came_at(S, line)
  local id = parse_member(redis.call('ZRANGE', line, 0, 0)[1] or '')
  return id and num(redis.call('HGET', K.chat(S, id), 'ar')) or 0
end

-- lines: what a listener may know of the lines. args: 3 languages csv
-- answer: {now, {language, waiting, arrival of the head or 0, topic masks csv of the first 50 of each line}, ...}
function OPS.lines(keys, args)
  local S = begin(keys, args)
  local out = { T.now }
  each_language(args[3], function(language)
    local waiting, head, first, masks = 0, 0, nil, {}
    each_cell(S, language, function(_, key, place)
      waiting = waiting + redis.call('ZCARD', key)
      if head == 0 or place < head then head, first = place, key end
      for _, member in ipairs(redis.call('ZRANGE', key, 0, 49)) do masks[#masks + 1] = string.match(member, '/(%d+)$') end
    end)
    out[#out + 1] = { language, waiting, string.format('%.0f', first and came_at(S, first) or 0), table.concat(masks, ',') }
  end)
  return finish(S, out)
end

do -- the engine's Lua takes no more than 200 names for all files together

-- How many of a line nobody on duty may take: all where nobody may serve it, else those who are kept apart from everybody
-- who may. With more listeners than so many nobody could be, and they are not looked at: for the others it is a few reads,
-- and an intersection of sets that are nearly always empty. waiting: how many stand there; sizes: class -> on duty
local APART_FROM_MAX = 8

local function count_alone(S, language, cell, line, waiting, classes, sizes)
  local total, serving = 0, {}
  for _, name in ipairs(classes) do
    if served_by(class_of(name), cell.name) then
      total = total + sizes[name]
      if total > APART_FROM_MAX then return 0 end
      serving[#serving + 1] = name
    end
  end
  if #serving == 0 then return waiting end
  local apart, count = {}, 0
  for _, name in ipairs(serving) do
    for _, listener in ipairs(redis.call('SMEMBERS', K.available(S, language .. ':' .. name))) do
      apart[#apart + 1] = K.excluding(S, listener)
    end
  end
  if #apart == 0 then return 0 end
  for _, id in ipairs(redis.call('SINTER', unpack(apart))) do
    local c = read_chat(S, id)
    if c and redis.call('ZSCORE', line, member_in_line(c)) and count_serving(S, language, cell, c) == 0 then
      count = count + 1
    end
  end
  return count
end

-- load: the board's numbers. args: 3 languages csv
-- answer: {now, {language, waiting, head arrival or 0, available, paused, in chat, open chats, open offers, missed 1 h,
--          waiting whom nobody on duty may take, or whom all who may are kept apart from, waiting at risk 3, arrival of their head or 0}, ...}
function OPS.load(keys, args)
  local S = begin(keys, args)
  local out = { T.now }
  each_language(args[3], function(language)
    local waiting, head, alone, urgent, urgent_head, available = redis.call('ZCARD', K.held(S, language)), 0, 0, 0, 0, 0
    local held, first = redis.call('ZRANGE', K.held(S, language), 0, 0, 'WITHSCORES'), nil
    local classes = redis.call('SMEMBERS', K.classes(S, language))
    if held[2] then head = num(held[2]) end
    local sizes = {}
    for _, name in ipairs(classes) do
      sizes[name] = redis.call('SCARD', K.available(S, language .. ':' .. name))
      available = available + sizes[name]
    end
    each_cell(S, language, function(cell, key, place)
      local count = redis.call('ZCARD', key)
      waiting = waiting + count
      if head == 0 or place < head then head, first = place, key end
      alone = alone + count_alone(S, language, cell, key, count, classes, sizes)
      if cell.risk == URGENT then
        urgent = urgent + count
        if urgent_head == 0 or place < urgent_head then urgent_head = place end
      end
    end)
    if first then head = came_at(S, first) end
    out[#out + 1] = { language, waiting, string.format('%.0f', head), available, redis.call('SCARD', K.paused(S, language)),
      redis.call('HLEN', K.chatting(S, language)), redis.call('SCARD', K.open(S, language)),
      redis.call('SCARD', K.offered(S, language)),
      redis.call('ZCOUNT', K.missed(S, language), T.now - HOUR_MS, '+inf'), alone, urgent,
      string.format('%.0f', urgent_head) }
  end)
  return finish(S, out)
end

end

-- places: the place of each of these people's requests and what their wait can be told from.
-- args: 3 language, 4... people. answer: {now, waits of those in no danger and of those at risk 3 (each {`<at>:<ms>`, ...},
--       newest first, at most 60), place of the head of each or 0, {place or -1, listeners who could take it, risk} of
--       each person}
function OPS.places(keys, args)
  local S, language = begin(keys, args), args[3]
  local rows, waits, heads, able = {}, {}, { 0, 0 }, {}
  for i = 4, #args do
    local own = own_chat(S, args[i])
    local c = own and read_chat(S, own)
    if c then
      local needs = c.nx and c.id or c.ce .. ' ' .. c.ls .. (c.wi and '' or ' later')
      able[needs] = able[needs] or count_able(S, c)
      rows[#rows + 1] = { c.st == 'W' and place_of(S, c) or -1, able[needs], cell_of(c.ce).risk }
    else
      rows[#rows + 1] = { -1, 0, 0 }
    end
  end
  for i, risk in ipairs({ 0, URGENT }) do waits[i] = redis.call('LRANGE', waits_key(S, language, risk), 0, 59) end
  -- By place: who comes by a second language goes after these people, so their whole wait tells nothing of theirs.
  each_cell(S, language, function(cell, _, place)
    local i = cell.risk == URGENT and 2 or 1
    if heads[i] == 0 or place < heads[i] then heads[i] = place end
  end)
  return finish(S, { T.now, waits, { string.format('%.0f', heads[1]), string.format('%.0f', heads[2]) }, rows })
end

-- people_on_duty: people counted once each, however many languages they serve.
-- args: 3 languages csv. answer: {available, paused, in chat}, each a list of listeners, or their number where that is
--       above `LISTED`: then somebody who serves two languages counts in each
local LISTED = 5000

function OPS.people_on_duty(keys, args)
  local S, out = begin(keys, args), {}
  local sets = { {}, {}, {} }
  each_language(args[3], function(language)
    for _, name in ipairs(redis.call('SMEMBERS', K.classes(S, language))) do
      table.insert(sets[1], K.available(S, language .. ':' .. name))
    end
    table.insert(sets[2], K.paused(S, language))
    table.insert(sets[3], K.chatting(S, language))
  end)
  for i, set in ipairs(sets) do
    local size, members = i == 3 and 'HLEN' or 'SCARD', i == 3 and 'HKEYS' or 'SMEMBERS'
    local total, found, names = 0, {}, {}
    for _, key in ipairs(set) do total = total + redis.call(size, key) end
    if total <= LISTED then
      for _, key in ipairs(set) do
        for _, name in ipairs(redis.call(members, key)) do
          if not found[name] then names[#names + 1] = name end
          found[name] = true
        end
      end
    end
    out[i] = total <= LISTED and names or total
  end
  return finish(S, out)
end
