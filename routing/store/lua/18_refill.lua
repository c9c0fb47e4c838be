-- Refilling: everything derived was thrown away (damaged, or a release that derives something else) and is made again from
-- what is true, page by page, behind a barrier. Nothing is asked for first, so it costs a tenth of looking for differences.

-- pause_matching: nothing is matched for so long, or until `go_on`. args: 3 ms. answer: 'done'
function OPS.pause_matching(keys, args)
  local S = begin(keys, args)
  redis.call('HSET', K.meta(S), 'bar', T.now + num(args[3]))
  return finish(S, 'done')
end

-- go_on: whoever the pause kept waiting is matched by the next sweep. answer: 'done'
function OPS.go_on(keys, args)
  local S = begin(keys, args)
  lift(S)
  return finish(S, 'done')
end

-- refill_chats: put these chats wherever their state says. args: 3... chats. answer: 'done'
function OPS.refill_chats(keys, args)
  local S = begin(keys, args)
  for i = 3, #args do
    local c = read_chat(S, args[i])
    if c and c.st == 'W' then
      if is_held(c) then redis.call('ZADD', K.held(S, c.la), c.ar, c.id)
      else each_line(c, function(language) enter_line(S, c, language) end) end
      if c.pf then redis.call('ZADD', K.preferring(S, c.pf), c.ar, c.id) end
      for _, listener in ipairs(c.nx and redis.call('SMEMBERS', K.excluded(S, c.id)) or {}) do
        redis.call('SADD', K.excluding(S, listener), c.id)
      end
    elseif c and c.st == 'A' then
      redis.call('SADD', K.open(S, c.la), c.id)
    elseif c and (c.st == 'O' or c.st == 'H') then
      redis.call('SADD', K.offered(S, c.la), c.id)
    end
  end
  return finish(S, 'done')
end

-- refill_listeners: list these listeners wherever they belong. args: 3... listeners. answer: 'done'
function OPS.refill_listeners(keys, args)
  local S = begin(keys, args)
  for i = 3, #args do
    local l = read_listener(S, args[i])
    if l.is_known then
      set_standing(S, l)
      put(l, 'ix', '0') -- listed nowhere now
      list(S, l, room_of(S, l))
      for language in string.gmatch(load_of(S, l) > l.xe and l.lg or '', '[^,]+') do
        local count = chatting_count(S, l.id, language)
        if count > 0 then redis.call('HSET', K.chatting(S, language), l.id, count) end
      end
    end
  end
  return finish(S, 'done')
end
