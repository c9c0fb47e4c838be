#!lua name=usual_sorted_set
-- The usual sorted set, as one finds it in guides: everybody in one line by priority and arrival, what they need in a
-- hash each, and a listener who looks at one after the other. KEYS[1] is the line.

-- ask: args 1 seeker, 2 score, 3 language, 4 level, 5 hard topics, 6 avoided listeners csv
redis.register_function('sorted_set_ask', function(keys, args)
  redis.call('HSET', keys[1] .. ':' .. args[1], 'language', args[3], 'level', args[4], 'hard', args[5], 'avoid', args[6],
    'state', 'waiting')
  redis.call('ZADD', keys[1], args[2], args[1])
  return 'done'
end)

-- take: the first whom this listener may serve. args 1 listener, 2 languages csv, 3 level, 4 hard topics, 5 look at so
-- many at most (0: at all). answer: seeker or ''
redis.register_function('sorted_set_take', function(keys, args)
  local level, hard, most = tonumber(args[3]), tonumber(args[4]), tonumber(args[5])
  local languages, first, page = ',' .. args[2] .. ',', 0, 100
  if most > 0 and most < page then page = most end
  while true do
    local found = redis.call('ZRANGE', keys[1], first, first + page - 1)
    for _, seeker in ipairs(found) do
      local of = redis.call('HMGET', keys[1] .. ':' .. seeker, 'language', 'level', 'hard', 'avoid')
      local needed = tonumber(of[3])
      if string.find(languages, ',' .. of[1] .. ',', 1, true) and level >= tonumber(of[2])
          and bit.band(hard, needed) == needed
          and not string.find(',' .. of[4] .. ',', ',' .. args[1] .. ',', 1, true) then
        redis.call('ZREM', keys[1], seeker)
        redis.call('HSET', keys[1] .. ':' .. seeker, 'state', 'offered', 'listener', args[1])
        redis.call('HSET', keys[1] .. ':listener:' .. args[1], 'offer', seeker)
        return seeker
      end
    end
    first = first + page
    if #found < page or (most > 0 and first >= most) then return '' end
  end
end)
