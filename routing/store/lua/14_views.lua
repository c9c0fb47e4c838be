-- What may be seen: one person's snapshot, the lines of some languages, the load of the pools. Read only.

-- snapshot: all routing truth of one person.
-- args: 3 person
-- answer: {now, own chat id or '', place or -1, listeners available in the own language, listener HGETALL,
--          units, [{chat id, HGETALL, seeker present 0/1, listener present 0/1}, ...] of the last hour}
function OPS.snapshot(keys, args)
  local S, person = keys[1], args[3]
  begin(args)
  local own = redis.call('GET', K.own(S, person)) or ''
  local place, anyone = -1, -1
  local ids = redis.call('ZRANGEBYSCORE', K.recent(S, person), T.now - RECENT_MS, '+inf')
  if own ~= '' then
    local language = redis.call('HGET', K.chat(S, own), 'la')
    place = redis.call('ZRANK', K.line(S, language), own) or -1
    anyone = redis.call('SCARD', K.available(S, language))
  end
  local po = redis.call('HGET', K.listener(S, person), 'po')
  if po and po ~= '' then ids[#ids + 1] = po end
  local chats = {}
  for _, id in ipairs(ids) do
    local flat = redis.call('HGETALL', K.chat(S, id))
    if #flat > 0 then
      local pair = redis.call('HMGET', K.chat(S, id), 'pe', 'l')
      local l_here = pair[2] and pair[2] ~= '' and is_present(S, pair[2])
      chats[#chats + 1] = { id, flat, is_present(S, pair[1]) and 1 or 0, l_here and 1 or 0 }
    end
  end
  return finish(S, { T.now, own, place, anyone, redis.call('HGETALL', K.listener(S, person)),
    redis.call('SMEMBERS', K.units(S, person)), chats })
end

-- lines: what a listener may know of the lines. args: 3 languages csv
-- answer: {now, {language, waiting, arrival of the head or 0, topics csv of the first 50}, ...}
function OPS.lines(keys, args)
  local S = keys[1]
  begin(args)
  local out = { T.now }
  each_language(args[3], function(language)
    local line = K.line(S, language)
    local head = redis.call('ZRANGE', line, 0, 0, 'WITHSCORES')
    local topics = {}
    for _, id in ipairs(redis.call('ZRANGE', line, 0, 49)) do
      topics[#topics + 1] = redis.call('HGET', K.chat(S, id), 'to') or ''
    end
    out[#out + 1] = { language, redis.call('ZCARD', line), head[2] or '0', table.concat(topics, ',') }
  end)
  return finish(S, out)
end

-- load: the board's numbers. args: 3 languages csv
-- answer: {now, {language, waiting, head arrival or 0, available, paused, in chat, open chats, open offers, missed 1 h}, ...}
function OPS.load(keys, args)
  local S = keys[1]
  begin(args)
  local out = { T.now }
  each_language(args[3], function(language)
    local line = K.line(S, language)
    local head = redis.call('ZRANGE', line, 0, 0, 'WITHSCORES')
    out[#out + 1] = { language, redis.call('ZCARD', line), head[2] or '0',
      redis.call('SCARD', K.available(S, language)), redis.call('SCARD', K.paused(S, language)),
      redis.call('SCARD', K.chatting(S, language)), redis.call('SCARD', K.open(S, language)),
      redis.call('SCARD', K.offered(S, language)),
      redis.call('ZCOUNT', K.missed(S, language), T.now - HOUR_MS, '+inf') }
  end)
  return finish(S, out)
end

-- places: the place of each of these people's requests and what their wait can be told from.
-- args: 3 language, 4... people. answer: {now, available listeners, waits of the last hour {<chat>:<ms>, ...} newest first
--       (at most 60), place of each or -1, arrival of the head or 0}
function OPS.places(keys, args)
  local S, language = keys[1], args[3]
  begin(args)
  local places = {}
  for i = 4, #args do
    local own = redis.call('GET', K.own(S, args[i]))
    places[#places + 1] = own and redis.call('ZRANK', K.line(S, language), own) or -1
  end
  local head = redis.call('ZRANGE', K.line(S, language), 0, 0, 'WITHSCORES')
  local waits = redis.call('ZREVRANGEBYSCORE', K.waits(S, language), '+inf', T.now - HOUR_MS, 'LIMIT', 0, 60)
  return finish(S, { T.now, redis.call('SCARD', K.available(S, language)), waits, places, head[2] or '0' })
end

-- listeners: who is on duty in any of these languages, so that the caller can count people and not pools.
-- args: 3 languages csv. answer: {available, paused, in chat}, each a list of listeners
function OPS.listeners(keys, args)
  local S, out = keys[1], {}
  begin(args)
  for _, name in ipairs({ 'available', 'paused', 'chatting' }) do
    local sets = {}
    each_language(args[3], function(language) sets[#sets + 1] = K[name](S, language) end)
    out[#out + 1] = #sets > 0 and redis.call('SUNION', unpack(sets)) or {}
  end
  return finish(S, out)
end
