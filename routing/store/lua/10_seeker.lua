-- What a seeker does with the line.

-- request_chat: a seeker arrives. Idempotent by chat id (made from person and request_id by the caller).
-- args: 3 chat, 4 person, 5 request_id, 6 languages csv, the pool's first, 7 mask of its topics, 8 distress or '', 9 avoid csv,
--       10 preferred or '', 11 epoch, 12 first words or '', 13 the engine's run id, in which this epoch began,
--       14 risk 0-3, 15 level of clearance it takes 0-3, 16 mask of the topics it takes a clearance for,
--       17 ms for which only the preferred listener is asked
-- answer: '<done | open (another is open)> <its chat> <its request_id>'
function OPS.request_chat(keys, args)
  local S, id, person = begin(keys, args), args[3], args[4]
  local barred = {}
  -- Nothing is known of most people who ask: one look says so.
  if redis.call('EXISTS', K.chat(S, id), K.own(S, person), K.blocks(S, person)) > 0 then
    local known = read_chat(S, id)
    if known then return finish(S, 'done ' .. id .. ' ' .. (known.rq or '')) end
    local own = own_chat(S, person)
    local its_request = own and redis.call('HGET', K.chat(S, own), 'rq')
    if its_request then return finish(S, 'open ' .. own .. ' ' .. its_request) end -- else the engine lost it
    barred = redis.call('SMEMBERS', K.blocks(S, person))
    if #barred > 0 then redis.call('PERSIST', K.blocks(S, person)) end
  end
  each_language(args[9], function(listener) barred[#barred + 1] = listener end)
  local nd = PACKED.pack_needs(args[6], args[14] .. '.' .. args[15] .. '.' .. args[16], args[7], args[8])
  local language, cell, topics = PACKED.needs_of(nd)
  local c = {
    id = id, key = K.chat(S, id), st = 'W', turn = 0, pe = person, rq = args[5], la = language, ls = args[6], ce = cell,
    mk = topics + 0, ar = T.now, at = T.now, pf = some(args[10]), hu = 0,
    -- What most calls read comes first: a small hash is searched from its beginning. What is not there yet costs no bytes
    -- for each of those who wait: `at` is `ar` then, `sq` 0.
    writes = { 'st', 'W', 'pe', person, 'nd', nd, 'ar', T.now,
      'ep', args[11], 'rid', args[13] or '', 'rq', args[5],
      nil, nil, nil, nil }, -- place for two more, since a table that grows is dear
  }
  if c.pf then write(c, 'pf', c.pf) end
  chats[id] = c
  local own_listener = c.pf and num(args[17]) > 0 and read_listener(S, c.pf)
  -- Nobody in danger waits for one listener alone: in the simulation their 95th percentile went from 13 to 27 s.
  if own_listener and own_listener.av == 1 and may_meet(own_listener, c) and cell_of(c.ce).risk ~= URGENT then put(c, 'hu', T.now + num(args[17])) end
  redis.call('SET', K.own(S, person), id)
  if #barred > 0 then
    redis.call('SADD', K.excluded(S, id), unpack(barred))
    put(c, 'nx', '1')
  end
  if args[12] ~= '' then
    redis.call('XADD', K.log(S, id), '1-0', 'f', person, 'i', args[5], 't', T.now, 'x', args[12])
    redis.call('HSET', K.sent(S, id), person .. ':' .. args[5], 1)
    write(c, 'sq', 1, 'n:seeker', 1)
  end
  -- A socket that closed while this was under way: nobody would ever say that this person is gone.
  if not is_present(S, person) then redis.call('ZADD', K.grace_ends(S), T.now + GRACE_MS.seeker, person) end
  stand_in_line(S, c)
  hint(person)
  match_seeker(S, c)
  return finish(S, 'done ' .. id .. ' ' .. args[5])
end

-- leave_line: the seeker gives the wait up, in any state before the chat is open.
-- args: 3 person, 4 chat, 5 reason. answer: 'done' | 'no_such_request' | 'open' (already a chat: end_chat ends it)
function OPS.leave_line(keys, args)
  local S = begin(keys, args)
  local c = read_chat(S, args[4])
  if not c or c.pe ~= args[3] then return finish(S, 'no_such_request') end
  if c.st == 'E' or c.st == 'U' then return finish(S, 'done') end
  if c.st == 'A' then return finish(S, 'open') end
  local l = c.l and read_listener(S, c.l)
  if l then release(S, c, l, 'seeker_left') end
  end_request(S, c, 'seeker', args[5])
  if l then match_listener(S, l) end
  return finish(S, 'done')
end

local function unpark(S, c) requeue(S, c, 'back') end

-- confirm_here: the seeker is there. Opens an accepted chat, brings a parked request back, else only notes the act.
-- args: 3 person, 4 chat. answer: 'done' | 'no_such_request'
function OPS.confirm_here(keys, args)
  local S = begin(keys, args)
  local c = read_chat(S, args[4])
  if not c or c.pe ~= args[3] then return finish(S, 'no_such_request') end
  if c.st == 'W' or c.st == 'P' or c.st == 'O' or c.st == 'H' then put(c, 'at', T.now) end
  if c.st == 'H' then
    open_chat(S, c, read_listener(S, c.l), is_present(S, c.pe))
  elseif c.st == 'P' and is_present(S, c.pe) then
    unpark(S, c)
  end
  return finish(S, 'done')
end

-- come_back: the seeker's page said hello again; a parked request goes back to its place. Not an act: a page can do that
-- by itself while nobody looks at it. args: 3 person. answer: 'done'
function OPS.come_back(keys, args)
  local S = begin(keys, args)
  local own = own_chat(S, args[3])
  local c = own and read_chat(S, own)
  if c and c.st == 'P' and is_present(S, c.pe) then unpark(S, c) end
  return finish(S, 'done')
end

-- acted: the seeker did something while waiting (typed, opened the page); so no confirmation is asked for 30 s.
-- args: 3 person
function OPS.acted(keys, args)
  local S = begin(keys, args)
  local own = own_chat(S, args[3])
  local c = own and read_chat(S, own)
  if c then put(c, 'at', T.now) end
  return finish(S, 'done')
end

-- promised: the upper end of the wait that was announced first, to be held against the wait in the end.
-- args: 3 chat, 4 seconds. answer: 'done'
function OPS.promised(keys, args)
  local S = begin(keys, args)
  local chat = K.chat(S, args[3])
  if redis.call('EXISTS', chat) == 1 then redis.call('HSETNX', chat, 'pm', args[4]) end
  return finish(S, 'done')
end

-- release_hold: the seeker would rather have the next listener than wait for their own. args: 3 person, 4 chat.
-- answer: 'done' | 'no_such_request'
function OPS.release_hold(keys, args)
  local S = begin(keys, args)
  local c = read_chat(S, args[4])
  if not c or c.pe ~= args[3] then return finish(S, 'no_such_request') end
  if is_held(c) then
    if c.st == 'W' then leave_line(S, c) end
    put(c, 'hu', 0)
    if c.st == 'W' then requeue(S, c, 'any_listener') end
  end
  return finish(S, 'done')
end
