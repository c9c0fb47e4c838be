-- Presence: which processes hold a Connection of whom, and what happens when the last one goes.

-- state, seeker and listener of a chat: a dead process lets go of thousands, and this is all that matters of most of them.
local function look_at(S, id)
  local c = chats[id]
  if c then return c.st, c.pe, c.l end
  local v = redis.call('HMGET', K.chat(S, id), 'st', 'pe', 'l')
  return v[1], v[2], v[3]
end

local function tell_listeners_chats(S, l)
  for _, id in ipairs(units_of(l)) do
    local state, seeker = look_at(S, id)
    if state == 'A' then hint(seeker) end
  end
end

local function arrive(S, person)
  redis.call('ZREM', K.grace_ends(S), person)
  local l = read_listener(S, person)
  if l.is_known then
    put(l, 'lost', '')
    set_standing(S, l)
    tell_listeners_chats(S, l)
    match_listener(S, l)
    return
  end
  local own = own_chat(S, person)
  local c = own and read_chat(S, own)
  if not c then return end
  if c.st == 'A' then hint(c.l) end
  if c.st == 'P' then unpark(S, c) end
end

-- Nobody holds a Connection of these people any more. Of a process that died they come by the thousand: what can be asked or
-- written for all of them at once is.
local function go(S, people)
  local keys, graces, lost = {}, {}, {}
  for i, person in ipairs(people) do keys[i] = K.own(S, person) end
  local function begin_grace(person, ms)
    graces[#graces + 1] = T.now + ms
    graces[#graces + 1] = person
  end
  for i, own in ipairs(redis.call('MGET', unpack(keys))) do
    local person = people[i]
    if own and own ~= '' then
      local state, _, listener = look_at(S, own)
      if state == 'A' then hint(listener) end
      if state then begin_grace(person, state == 'A' and GRACE_MS.chat or GRACE_MS.seeker) end
    elseif read_listener(S, person).is_known then
      lost[#lost + 1] = listeners[person]
      begin_grace(person, GRACE_MS.listener)
    elseif redis.call('EXISTS', K.observing(S, person)) == 1 then
      -- A supervisor whose page is gone reads nothing: those who are told otherwise must not be for long.
      begin_grace(person, GRACE_MS.listener)
    end
  end
  if graces[1] then redis.call('ZADD', K.grace_ends(S), unpack(graces)) end
  for _, l in ipairs(lost) do -- all of them, before the first of their offers goes to somebody else
    put(l, 'lost', T.now)
    unlist(S, l)
    local class = class_name(l)
    if l.av == 1 then each_language(l.lg, function(language) leave_available(S, l, language, class) end) end -- the paused stay so
  end
  for _, l in ipairs(lost) do
    tell_listeners_chats(S, l)
    local c = l.po and read_chat(S, l.po)
    if c and c.st == 'O' then -- nobody will see this offer: the seeker must not wait for its deadline
      release(S, c, l, 'listener_away')
      requeue(S, c, 'listener_away')
    end
  end
end

-- Several marks stand with a space between them.
local function without(marks, mark)
  local others = {}
  for one in string.gmatch(marks, '%d+') do
    if one ~= mark then others[#others + 1] = one end
  end
  return table.concat(others, ' ')
end

-- Takes people with this mark out of one of the hashes until there are `most` of them. Who has another Connection
-- elsewhere stays and does not count. answer: whether there may be more of them, how many were looked at
local function take_people(S, bucket, mark, people, most)
  local key, taken = K.connections(S, bucket), {}
  local held, is_full = redis.call('HGETALL', key), false
  for i = 1, #held, 2 do
    local person, marks = held[i], held[i + 1]
    if marks == mark then
      if #people == most then
        is_full = true
        break
      end
      taken[#taken + 1] = person
      people[#people + 1] = person
    elseif #marks > #mark then
      local left = without(marks, mark)
      if left ~= marks then redis.call('HSET', key, person, left) end
    end
  end
  if taken[1] then redis.call('HDEL', key, unpack(taken)) end
  return is_full, #held / 2
end

-- Nobody is told of themselves: whoever attaches reads, and nobody else holds them.
local function attach(S, person, process)
  local key, mark = connections_of(S, person), mark_of(process)
  local marks = redis.call('HGET', key, person)
  if not marks then
    redis.call('HSET', key, person, mark)
    arrive(S, person)
  elseif marks ~= mark and without(marks, mark) == marks then
    redis.call('HSET', key, person, marks .. ' ' .. mark)
  end
end

-- A process that died before its first beat must be found too. The half tells `beat` that this lease is not its own. Who
-- attaches while it is let go of may have been passed by: that begins again.
local function note_process(S, process)
  local lease = redis.call('ZSCORE', K.processes(S), process)
  if not lease then redis.call('ZADD', K.processes(S), T.now + FIRST_LEASE_MS + 0.5, process)
  elseif lease + 0 < 0 then redis.call('ZADD', K.processes(S), 0, process) end
end

-- attach: this process holds a Connection of this person, and of more where they are named.
-- args: 3 person, 4 process, 5... more people. answer: 'done'
function OPS.attach(keys, args)
  local S, process = begin(keys, args), args[4]
  note_process(S, process)
  attach(S, args[3], process)
  for i = 5, #args do attach(S, args[i], process) end
  return finish(S, 'done')
end

-- detach: this process holds no Connection of this person any more; fenced, it speaks for itself only.
-- args: 3 person, 4 process. answer: 'done'
function OPS.detach(keys, args)
  local S = begin(keys, args)
  local person, mark = args[3], mark_of(args[4])
  local key = connections_of(S, person)
  local marks = redis.call('HGET', key, person)
  if marks == mark then
    redis.call('HDEL', key, person)
    go(S, { person })
  elseif marks then
    local left = without(marks, mark)
    if left ~= marks then redis.call('HSET', key, person, left) end
  end
  return finish(S, 'done')
end

-- beat: renew a process's lease. args: 3 process, 4 lease ms.
-- answer: 'done' | 'lost' (the lease had ended or never was: its people must be attached again)
function OPS.beat(keys, args)
  local S = begin(keys, args)
  local lease = redis.call('ZSCORE', K.processes(S), args[3])
  redis.call('ZADD', K.processes(S), T.now + num(args[4]), args[3])
  return finish(S, lease and num(lease) > T.now and num(lease) % 1 == 0 and 'done' or 'lost')
end

-- bye: a process ends in order. args: 3 process
function OPS.bye(keys, args)
  local S = begin(keys, args)
  redis.call('ZADD', K.processes(S), 'LT', 0, args[3]) -- said again while it is let go of, it changes nothing
  return finish(S, 'done')
end
