-- What people write. One script a message: participant now or before, repeated, state, limits; then append and publish.
-- Texts come sealed: bytes that mean nothing here, the same ones for the same text of the same message.

local LOG_MAX = 20000 -- messages in one chat: 300 times the p99 of real chats; past it something is wrong

local function announce(S, c, payload)
  redis.call('SPUBLISH', K.channel(S, c.pe), payload)
  if c.st == 'A' and c.l and c.l ~= '' then redis.call('SPUBLISH', K.channel(S, c.l), payload) end
end

-- The time of a message in milliseconds, as text: a number would be spelt out anew wherever it goes.
local function message_time(given)
  if given ~= '0' then return given end
  local t = redis.call('TIME')
  return t[1] .. string.format('%03d', math.floor(t[2] / 1000))
end

-- Is this process the only one that holds a Connection of this person?
local function is_only_there(S, person, process)
  return redis.call('HGET', connections_of(S, person), person) == mark_of(process)
end

-- What send_message answers where it appends nothing: a repeat's seq, or why not.
local function not_appended(S, v, id, name, text, is_part)
  local sent = redis.call('HGET', K.sent(S, id), name)
  if sent then
    local entry = redis.call('XRANGE', K.log(S, id), sent .. '-0', sent .. '-0')[1]
    return entry and entry[2][8] == text and 'done ' .. v[5] .. ' ' .. sent or 'message_id_reused'
  end
  if v[1] == 'E' or v[1] == 'U' then return 'chat_ended' end
  return is_part and 'full' or 'not_participant'
end

-- send_message. Neither matches nor sets deadlines, and is called more than everything else together: it begins and
-- ends by itself. args: 3 chat, 4 from, 5 message_id, 6 text, 7 role, 8 (or none) the process that sends it: the sender has
-- one connection there, and is published nothing where there is no other one, since `done` is all its news
-- answer: 'done <epoch> <seq>' | code; as `finish` tells it
function OPS.send_message(keys, args)
  local S, id, from, message_id, text, count = keys[1], args[3], args[4], args[5], args[6], 'n:' .. args[7]
  local key, name = K.chat(S, id), from .. ':' .. message_id
  local v = redis.call('HMGET', key, 'st', 'pe', 'l', 'sq', 'ep', 'was:' .. from, count, 'ob')
  local state, seeker, listener, epoch = v[1], v[2], v[3], v[5]
  local is_seeker = seeker == from
  if not state or not (is_seeker or v[6]) then return 'no_such_chat\n\n' end
  local is_part = is_seeker or (state == 'A' and listener == from)
  local seq = num(v[4]) + 1
  local digits = string.format('%.0f', seq)
  local is_new = is_part and state ~= 'E' and state ~= 'U' and seq <= LOG_MAX
    and redis.call('HSETNX', K.sent(S, id), name, digits) == 1
  if not is_new then return not_appended(S, v, id, name, text, is_part) .. '\n\n' end
  local at = message_time(args[1])
  redis.call('XADD', K.log(S, id), digits .. '-0', 'f', from, 'i', message_id, 't', at, 'x', text)
  redis.call('HSET', key, 'sq', digits, count, string.format('%.0f', num(v[7]) + 1))
  local payload = table.concat({ 'm', id, epoch, digits, at, message_id, from, text }, '\n')
  local is_news = not args[8] or not is_only_there(S, from, args[8]) -- to the sender
  if not is_seeker or is_news then redis.call('SPUBLISH', K.channel(S, seeker), payload) end
  if state == 'A' and listener and listener ~= '' and (listener ~= from or is_news) then
    redis.call('SPUBLISH', K.channel(S, listener), payload)
  end
  if v[8] then redis.call('SPUBLISH', K.channel(S, v[8]), payload) end -- who reads along
  return 'done ' .. epoch .. ' ' .. digits .. '\n\n'
end

-- mark_read: how far a participant has read; never goes back. args: 3 chat, 4 person, 5 seq. answer: 'done' | code
function OPS.mark_read(keys, args)
  local S, id, person, seq = begin(keys, args), args[3], args[4], num(args[5])
  local v = redis.call('HMGET', K.chat(S, id), 'st', 'pe', 'l', 'sq', 'r:' .. person)
  local is_offered = v[1] == 'O' or v[1] == 'H' -- it is not theirs yet
  if not v[1] or (v[2] ~= person and (v[3] ~= person or is_offered)) then return finish(S, 'not_participant') end
  seq = math.min(seq, num(v[4]))
  if seq > num(v[5]) then
    redis.call('HSET', K.chat(S, id), 'r:' .. person, string.format('%.0f', seq))
    announce(S, { st = v[1], pe = v[2], l = v[3] },
      table.concat({ 'r', id, person, string.format('%.0f', seq) }, '\n'))
  end
  return finish(S, 'done')
end

-- The message_id at this seq of a log, or ''.
local function message_at(S, id, seq)
  local entry = redis.call('XRANGE', K.log(S, id), seq .. '-0', seq .. '-0')[1]
  return entry and entry[2][4] or ''
end

-- heads: the head of each of these chats' logs, and the message at one seq of it.
-- args: 3... chat, seq, chat, seq ... answer: {{epoch or '', head, message_id or ''}, ...}
function OPS.heads(keys, args)
  local S, out = begin(keys, args), {}
  for i = 3, #args, 2 do
    local v = redis.call('HMGET', K.chat(S, args[i]), 'ep', 'sq')
    out[#out + 1] = { v[1] or '', num(v[2]), message_at(S, args[i], args[i + 1]) }
  end
  return finish(S, out)
end

-- renew_epoch: somebody holds messages above this log's head, or another message at its place, so messages were lost (an
-- older state was restored, and others may have written on in it). That takes another life of the engine than the one in
-- which the epoch began: without it whoever claims so is mistaken or lies, and the epoch stays.
-- args: 3 chat, 4 the epoch that was held, 5 the seq that was held, 6 the new epoch, 7 the engine's run id, 8 the message
--       that was held there, or '' where that isn't known. answer: 'renewed' | 'kept'
function OPS.renew_epoch(keys, args)
  local S, key = begin(keys, args), K.chat(keys[1], args[3])
  local v = redis.call('HMGET', key, 'ep', 'sq', 'pe', 'l', 'rid', 'ob')
  if not v[1] or v[1] ~= args[4] or v[5] == args[7] then return finish(S, 'kept') end
  if num(v[2]) >= num(args[5]) and (args[8] == '' or message_at(S, args[3], args[5]) == args[8]) then return finish(S, 'kept') end
  redis.call('HSET', key, 'ep', args[6], 'rid', args[7])
  hint(v[3])
  if v[4] and v[4] ~= '' then hint(v[4]) end
  if v[6] then hint(v[6]) end
  return finish(S, 'renewed')
end

-- One message that this log has lost; who is connected to the log as it is now is told.
local function append_again(S, c, seq, from, message_id, at, text)
  local digits = string.format('%.0f', seq)
  redis.call('HSET', K.sent(S, c.id), from .. ':' .. message_id, digits)
  redis.call('XADD', K.log(S, c.id), digits .. '-0', 'f', from, 'i', message_id, 't', at, 'x', text)
  redis.call('HINCRBY', c.key, from == c.pe and 'n:seeker' or 'n:listener', 1)
  announce(S, c, table.concat({ 'm', c.id, c.ep, digits, at, message_id, from, text }, '\n'))
end

-- write_back: what a process was published of this log, and another life of the engine may lack. What is missing goes to
-- its old place, or, as a last resort, to the end; in a new epoch, unless this one began in this life.
-- args: 3 chat, 4 the new epoch, 5 the engine's life, 6 csv of the epochs in which it was published, 7 '1': nothing else
--       will come that belongs before it, 8... seq, from, message_id, time, text; and so on, in the order of the log
-- answer: 'same' | 'written' | 'gap' (what came before is missing, too) | 'unknown'
function OPS.write_back(keys, args)
  local S, id = begin(keys, args), args[3]
  local key, missing = K.chat(S, id), {}
  local v = redis.call('HMGET', key, 'ep', 'sq', 'pe', 'l', 'rid', 'st', 'mf')
  if not v[1] then return finish(S, 'unknown') end
  for i = 8, #args, 5 do
    if redis.call('HEXISTS', K.sent(S, id), args[i + 1] .. ':' .. args[i + 2]) == 0 then missing[#missing + 1] = i end
  end
  if #missing == 0 then return finish(S, 'same') end
  local c = { id = id, key = key, ep = v[1], pe = v[3], l = v[4], st = v[6] }
  -- Numbers say where something belongs only if this log is one of those that were published, or was made from one.
  local head = num(v[2])
  local is_theirs = head == 0
  for epoch in string.gmatch(v[1] .. ',' .. (v[7] or ''), '[^,]+') do
    is_theirs = is_theirs or string.find(',' .. args[6] .. ',', ',' .. epoch .. ',', 1, true) ~= nil
  end
  local written, answer = head, 'written'
  for _, i in ipairs(missing) do
    if args[7] ~= '1' and not (is_theirs and num(args[i]) == written + 1) then
      answer = 'gap'
      break
    end
    if written == head then
      if v[5] ~= args[5] then
        c.ep = args[4]
        redis.call('HSET', key, 'ep', c.ep, 'rid', args[5])
        hint(c.pe)
        if c.l and c.l ~= '' then hint(c.l) end
      end
      redis.call('HSET', key, 'mf', args[6])
    end
    written = written + 1
    append_again(S, c, written, args[i + 1], args[i + 2], args[i + 3], args[i + 4])
  end
  if written > head then
    redis.call('HSET', key, 'sq', string.format('%.0f', written))
    if c.st == 'E' or c.st == 'U' then redis.call('SADD', K.unwritten(S), id) end
  end
  return finish(S, answer)
end

-- Is the log still all of what was archived, and no more?
local function is_all(S, id, count, epoch)
  local v = redis.call('HMGET', K.chat(S, id), 'sq', 'ep')
  local head = redis.call('XREVRANGE', K.log(S, id), '+', '-', 'COUNT', 1)[1]
  return num(v[1]) == num(count) and v[2] == epoch and redis.call('XLEN', K.log(S, id)) == num(count)
    and (head and head[1] or '0-0') == count .. '-0'
end

-- forget: an ended chat goes, words and all, and whoever was in it is told; a wrap-up that goes on is over. With a count and
-- an epoch it goes only if its log is still what was archived. args: 3 chat, 4 entries archived, 5 their epoch (or neither)
-- answer: 'done' | 'open' (it has not ended) | 'differs' (it is not what was archived)
function OPS.forget(keys, args)
  local S, id = begin(keys, args), args[3]
  local c = read_chat(S, id)
  if c and c.st ~= 'E' and c.st ~= 'U' then return finish(S, 'open') end
  if args[4] and not is_all(S, id, args[4], args[5]) then return finish(S, 'differs') end
  if c and c.st == 'U' then end_wrap_up(S, c, read_listener(S, c.l)) end
  local flat = redis.call('HGETALL', K.chat(S, id))
  for i = 1, #flat, 2 do
    local person = flat[i] == 'pe' and flat[i + 1] or string.match(flat[i], '^was:(.+)$')
    if person then
      redis.call('ZREM', K.recent(S, person), id)
      redis.call('SPUBLISH', K.channel(S, person), 'x\n' .. id)
      hint(person)
    end
  end
  chats[id] = nil -- what was just changed about it must not bring it back
  redis.call('DEL', K.chat(S, id), K.log(S, id), K.sent(S, id), K.excluded(S, id))
  redis.call('ZREM', K.ended(S), id)
  redis.call('SREM', K.unwritten(S), id)
  return finish(S, 'done')
end

-- give_feedback: rating and distress after; kept with the chat until its facts are written.
-- args: 3 chat, 4 seeker, 5 rating, 6 distress or ''. answer: 'done' | 'no_such_chat' | 'too_late' (facts are written)
function OPS.give_feedback(keys, args)
  local S, id = begin(keys, args), args[3]
  local v = redis.call('HMGET', K.chat(S, id), 'pe', 'op', 'en')
  if v[1] ~= args[4] or not v[2] then return finish(S, 'no_such_chat') end
  if v[3] and T.now - num(v[3]) > RECENT_MS then return finish(S, 'too_late') end
  redis.call('HSET', K.chat(S, id), 'fb', args[5], 'da', args[6])
  if v[3] then redis.call('SADD', K.unwritten(S), id) end
  return finish(S, 'done')
end
