"""Believable mistakes in the Lua text, by what they would do to people. `mutants.py` puts them in place."""

#: name -> (text as it stands, text with the mistake)
WITHIN: dict[str, tuple[str, str]] = {
    # ---- the line ----
    "the place is lost with every offer": (
        "redis.call('ZADD', K.line(S, language .. ':' .. c.ce), place, member_in_line",
        "redis.call('ZADD', K.line(S, language .. ':' .. c.ce), T.now, member_in_line",
    ),
    "a head that leaves stays the head": (
        "if next_at ~= '' then redis.call('ZADD', K.cells(S, language), next_at, c.ce)",
        "if next_at ~= '' then redis.call('ZADD', K.cells(S, language), 'LT', next_at, c.ce)",
    ),
    "whoever overtakes was the head": (
        "members[1] == member_in_line(c) and (members[4] or '') or members[2]",
        "members[4] or ''",
    ),
    "an empty line stays listed": ("else redis.call('ZREM', K.cells(S, language), c.ce) end", "end"),
    "second languages come at once": (
        "if c.wi then each_language(c.ls, visit) else visit(c.la) end",
        "each_language(c.ls, visit)",
    ),
    "the board tells a later place as the wait": ("if first then head = came_at(S, first) end", ""),
    "a chat that was lost stops whoever would be next": (
        "    if c then\n      local next_at",
        "    if id then\n      local next_at",
    ),
    "whose chat was lost may never ask again": (
        "its_request = own and redis.call('HGET', K.chat(S, own), 'rq')",
        "its_request = own and ''",
    ),
    "a line that was lost blinds the board": ("0, 0)[1] or '')", "0, 0)[1])"),
    "whoever comes by a second language brings the whole wait": ("return math.max(c.ar, num(c.wi))", "return c.ar"),
    "a refill forgets the later places": ("one == language and arrival or later", "arrival"),
    "the checker takes a later place for a wrong one": ("and place_in(c, language) == score", "and c.ar == score"),
    "whose wait does not count yet goes by target": ("return wait < 0 and wait or wait", "return wait"),
    "second languages never come": ("if c.ar + overflow_of(c) <= T.now then return true end", ""),
    "second languages come when somebody happens by": (
        "if c.wi or c.ls == c.la then return nil end",
        "if true then return nil end",
    ),
    "whose language nobody speaks waits for it all the same": (
        "return not is_served(redis.call('SMEMBERS', K.classes(S, c.la)), cell_of(c.ce))",
        "return false",
    ),
    "who is kept apart from all who speak their language waits for them": (
        "if c.nx then return count_serving(S, c.la, cell_of(c.ce), c) == 0 end",
        "",
    ),
    "whoever speaks a language may take every request in it": (
        "if served_by(class_of(name), cell.name) then return true end",
        "if name then return true end",
    ),
    "nobody looks again whether their language is spoken": (
        "math.min(overflow_of(c), waited - waited % LOOK_AGAIN_MS + LOOK_AGAIN_MS)",
        "overflow_of(c)",
    ),
    "a look puts the request into its lines anew": (
        "if c.hu == 0 and c.ls ~= c.la and not second_come_in(S, c) then",
        "if false then",
    ),
    "a look at the end of a barrier finds nobody": ("match_seeker(S, c) -- at the end of a barrier", ""),
    "who will be asked in a second language is told that nobody can": (
        "if count == 0 and not c.wi then",
        "if false then",
    ),
    "places of one second language are told for another": ("c.ce .. ' ' .. c.ls .. (c.wi and '' or ' later')", "c.ce"),
    "risk has no target": ("120000, 60000, 15000 }", "180000, 180000, 180000 }"),
    "danger waits its turn": (
        "if cell.risk == URGENT then return 1e9 + wait end",
        "",
    ),
    "the place forgets who is in danger": ("before = redis.call('ZCARD', line)", "before = 0"),
    "the place counts by arrival alone": ("wait * cell.target / own.target", "wait"),
    # ---- clearances ----
    "a hard topic needs no clearance": (
        "return level >= cell.level and (cell.hard == 0 or bit.band(hard, cell.hard) == cell.hard)",
        "return level >= cell.level",
    ),
    "one of two hard topics is enough": (
        "(cell.hard == 0 or bit.band(hard, cell.hard) == cell.hard)",
        "(cell.hard == 0 or bit.band(hard, cell.hard) ~= 0)",
    ),
    "the level is not asked for": ("return level >= cell.level and", "return"),
    "one's own listener need not be cleared": ("return speaks_it and may_serve(l, c)", "return speaks_it"),
    # ---- who is listed ----
    "the load does not count in who is next": ("math.floor(100 * l.load / math.max(l.cap, 1)) * 1e13 + l.fs", "l.fs"),
    "one over capacity": ("local later = l.load < l.cap and '1'", "local later = l.load <= l.cap and '1'"),
    "two offers at once": ("or l.lost or l.po or l.xp ~= 0", "or l.lost or l.xp ~= 0"),
    "the lost are offered chats": ("l.av ~= 1 or l.lost or l.po", "l.av ~= 1 or l.po"),
    "no start gap": ("return l.gap > T.now and '0' or later, later", "return later, later"),
    "the emergency unit knows no start gap": (
        "return l.gap > T.now and '0' or later, later",
        "return l.gap > T.now and later ~= '2' and '0' or later, later",
    ),
    "nobody ends a start gap": (
        "if later ~= '0' then redis.call('ZADD', K.gap_ends(S)",
        "if room ~= '0' then redis.call('ZADD', K.gap_ends(S)",
    ),
    "everybody takes one more in danger": ("or l.em == '1' and l.load == l.cap and", "or l.load == l.cap and"),
    "two and three more in danger": (
        "or l.em == '1' and l.load == l.cap and",
        "or l.em == '1' and l.load >= l.cap and",
    ),
    "the unit for danger goes to anybody": (
        "seen[of_risk] < 2 and (is_any or cell.risk == URGENT)",
        "seen[of_risk] < 2",
    ),
    "one risk hides the lines of the others": (
        "seen[of_risk] = 2 -- nor can",
        "seen = { 2, 2, 2, 2 } -- nor can",
    ),
    "an accepted offer is told by its later turn": (
        "return c.st == 'H' and c.turn - 1 or c.turn end",
        "return c.turn end",
    ),
    "who was read otherwise is nobody's head": (
        "return rawget(c, 'member') or member_of(c.id, c.mk) end",
        "return rawget(c, 'member') or '' end",
    ),
    "one more is lost where two were kept apart meanwhile": (
        "seeker_left = true, withdrawn = true }",
        "seeker_left = true }",
    ),
    "one more for ever": ("if l.tn == 1 and not is_spare then put(l, 'tn', 0) end", ""),
    "one more passes the maximum": ("if l.tn == 1 and l.load < l.max then", "if l.tn == 1 then"),
    "rights change and the old list stays": (
        "  strike(S, l) -- languages and clearances",
        "  -- languages and clearances",
    ),
    "a class that emptied is still told as there": (
        "l.id) == 1 and redis.call('EXISTS', available) == 0",
        "l.id) == 1 and false",
    ),
    # ---- the seeker's side ----
    "the avoided hide who is free": ("(c.nx and redis.call('SCARD', K.excluded(S, c.id)) or 0)", "0"),
    "the avoided are offered": ("if not is_excluded(S, c, id) then", "if true then"),
    "a miss asks the same listener first": (
        "  requeue(S, c, 'not_answered')\n",
        "  list(S, l, room_of(l))\n  requeue(S, c, 'not_answered')\n",
    ),
    "topics make up for being busier": ("return load_in(score) <= best_load", "return true"),
    "topics don't choose the listener": (
        "local shares, load = share_topic(mask, topics), load_in(score)",
        "local shares, load = false, load_in(score)",
    ),
    "a hold keeps nobody": ("  if is_held(c) then return false end\n  local id, told", "  local id, told"),
    "danger never gets the unit for it": (
        "if cell_of(c.ce).risk ~= URGENT then return false end\n  id, told",
        "if true then return false end\n  id, told",
    ),
    "the unit for danger is not told as such": (
        "make_offer(S, c, read_listener(S, id), 'S|emergency|' .. told, true)",
        "make_offer(S, c, read_listener(S, id), 'S|emergency|' .. told)",
    ),
    "in danger, and an offer like any other": (
        "local deadline = T.now + (cell_of(c.ce).risk == URGENT and T.urgent_offer or T.offer)\n  local language",
        "local deadline = T.now + T.offer\n  local language",
    ),
    "the language is the seeker's first": (
        "language = language or (speaks(l, one) and one)",
        "language = language or one",
    ),
    # ---- the listener's side ----
    "who avoids is offered": (
        "if excluding == 0 or redis.call('SISMEMBER', K.excluding(S, l.id), id) == 0 then\n        local shares",
        "if true then\n        local shares",
    ),
    "who avoids hides who waits": (
        "if #found < 2 * page then return head, 'head', is_past end",
        "if true then return head, 'head', is_past end",
    ),
    "a topic overtakes as far as it likes": (
        "elseif num(found[i + 1]) > head_at + OVERTAKE_MS then",
        "elseif false then",
    ),
    "no topic overtakes": (
        "elseif shares then\n          return id, 'topic'",
        "elseif false then\n          return id, 'topic'",
    ),
    "the topic is looked for in the whole line": ("if seen == LOOK then return head, 'head', is_past end", ""),
    "own seekers before somebody late": ("if not is_late and take_returning()", "if take_returning()"),
    "own seekers wait behind everybody": ("if not is_late and take_returning()", "if false and take_returning()"),
    "a late one who can't be met hides one's own": ("if is_late and take_returning()", "if false and take_returning()"),
    "barred and matching": ("if T.is_barred then\n    set_due", "if false then\n    set_due"),
    "the barrier's end ends a rebuilding": ("math.max(num(meta[1]), num(meta[2]))", "num(meta[1])"),
    "a rebuilding ends another one's pause": (
        "if num(redis.call('HGET', K.meta(S), 'pau')) ~= num(args[3]) then return finish(S, 'kept') end",
        "",
    ),
    "another message at its place proves nothing": ("or message_at(S, args[3], args[5]) == args[8]", "or true"),
    # ---- holds ----
    "nobody ends a hold for who declined": ("if is_held(c) and is_excluded(S, c, c.pf) then put(c, 'hu', 0) end", ""),
    "the hold of who is off duty goes on": (
        "    end_holds(S, l)\n    return finish(S, 'done')",
        "    return finish(S, 'done')",
    ),
    "a hold has no end": ("if is_held(c) then return c.hu end", ""),
    # ---- answers, misses, declines, blocks ----
    "one look overlooks who asked for this listener": (
        "K.preferring(S, l.id)) > 0",
        "K.excluding(S, l.id)) > 0",
    ),
    "a stale answer takes effect": ("c.l == id and c.turn == turn and c.vis", "c.l == id and c.vis"),
    "an answer forgives no miss": ("  set_misses(l, 0)\n  if not accept then", "  if not accept then"),
    "three misses to pause": ("local MISSES_TO_PAUSE = 2", "local MISSES_TO_PAUSE = 3"),
    "a decline is forgotten at once": (
        "    release(S, c, l, 'declined')\n    exclude(S, c, id)\n",
        "    release(S, c, l, 'declined')\n",
    ),
    "a block is lifted with the decline": (
        "if not c or redis.call('SISMEMBER', K.blocks(S, c.pe), listener) == 1 then return end",
        "if not c then return end",
    ),
    "the reverse of the exclusions stays behind": (
        "redis.call('SREM', K.excluding(S, listener), c.id)\n  end\nend",
        "end\nend",
    ),
    "an offer outlasts the clearance": ("or not may_serve(l, c)) then\n    release", ") then\n    release"),
    "a released listener is not matched": (
        "  park(S, c, 'seeker_away')\n  match_listener(S, l)",
        "  park(S, c, 'seeker_away')",
    ),
    "the silent seeker is somebody's miss": (
        "  release(S, c, l, 'seeker_away')\n  park(S, c, 'seeker_away')",
        "  set_misses(l, l.ms + 2)\n  release(S, c, l, 'seeker_away')\n  park(S, c, 'seeker_away')",
    ),
    # ---- a chat's life ----
    "opening for the absent keeps the short grace": (
        "  if not is_seeker_here then redis.call('ZADD', K.grace_ends(S), T.now + GRACE_MS.chat, c.pe) end",
        "",
    ),
    "a service that was away lets go of everybody at its return": (
        "  if not last or T.now - last < AWAY_MS then return num(wait) end",
        "  if true then return num(wait) end",
    ),
    "the chats of the lost wait for the absent": (
        "  if is_present(S, c.pe) then requeue(S, c, reason)",
        "  if true then requeue(S, c, reason)",
    ),
    "the wrap-up holds no unit": ("if T.wrap_up == 0 then end_wrap_up", "if true then end_wrap_up"),
    "the other open chat is forgotten": (
        "if redis.call('HINCRBY', K.chatting(S, c.la), l_id, -1) <= 0 then",
        "if true then",
    ),
    "a parked place is kept for ever": ("  set_due(S, c, T.now + PARKED_MS)", "  set_due(S, c, nil)"),
    "any process may detach": (
        "  if marks == mark then\n    redis.call('HDEL', key, person)",
        "  if marks then\n    redis.call('HDEL', key, person)",
    ),
    "a dead process takes those who are elsewhere": (
        "    elseif #marks > #mark then\n",
        "    elseif #marks > #mark and without(marks, mark) ~= marks then\n      taken[#taken + 1] = person\n"
        "      people[#people + 1] = person\n    elseif false then\n",
    ),
    "who left one of two pages is there twice": (
        "    if left ~= marks then redis.call('HSET', key, person, left) end\n  end\n  return finish",
        "  end\n  return finish",
    ),
    "the second page takes the place of the first": (
        "redis.call('HSET', key, person, marks .. ' ' .. mark)",
        "redis.call('HSET', key, person, mark)",
    ),
    "one sweep looks through everybody": (
        " and #people < GOODBYE.people and read < GOODBYE.read do",
        " and #people < GOODBYE.people do",
    ),
    "of many people in one place some stay with a dead process": (
        "      if not is_full then bucket = bucket + 1 end",
        "      bucket = bucket + 1",
    ),
    "who attaches to a process that is let go of stays with it": (
        "  elseif lease + 0 < 0 then redis.call('ZADD', K.processes(S), 0, process) end",
        "  end",
    ),
    "the lost inherit each other's offers": (
        "-- the paused stay so\n  end\n  for _, l in ipairs(lost) do\n    tell_listeners_chats(S, l)",
        "\n    tell_listeners_chats(S, l)",
    ),
    "who is lost stays listed as available": (
        "if l.av == 1 then each_language(l.lg, function(language) leave_available(",
        "if false then each_language(l.lg, function(language) leave_available(",
    ),
    "a dead process without a beat is never found": (
        "  if not lease then redis.call('ZADD', K.processes(S), T.now + FIRST_LEASE_MS + 0.5, process)\n  elseif",
        "  if lease and",
    ),
    "nobody hears that a process died with their listener": (
        "local state, seeker = look_at(S, id)\n    if state == 'A' then",
        "local state, seeker = look_at(S, id)\n    if false then",
    ),
    "whose account is closed keeps their chats": (
        "if l.is_known then let_go(S, l, 'no_clearance') end",
        "if l.is_known then forget_listener(S, l) end",
    ),
    "whose account is closed reads on": ("  end_all_observing(S, id)\n", ""),
    "who vanished from a chat keeps the short grace": (
        "begin_grace(person, state == 'A' and GRACE_MS.chat or GRACE_MS.seeker)",
        "begin_grace(person, GRACE_MS.seeker)",
    ),
    "the vanished wait for ever": (
        "T.now + GRACE_MS.seeker, person) end\n  stand_in_line(S, c)",
        "'+inf', person) end\n  stand_in_line(S, c)",
    ),
    "two requests of one seeker": (
        "if its_request then return finish(S, 'open '",
        "if false then return finish(S, 'open '",
    ),
    "a token lives for ever": (
        "redis.call('SET', K.own(S, c.pe), '', 'PX', TOKEN_MS)",
        "redis.call('SET', K.own(S, c.pe), '')",
    ),
    "the clock goes back": ("return math.max(now, last.noted, math.ceil", "return math.max(now, math.ceil"),
    "the clock stands still": ("last.told + CLOCK.pace_behind *", "last.told + 0 *"),
    "the clock goes on as if nothing were wrong": ("pace_behind = 0.9", "pace_behind = 1"),
    "a sweep trusts an old look at the clock": ("if looks or not last", "if not last"),
    # ---- messages ----
    "another text under the same id is taken": ("return entry and entry[2][8] == text and", "return entry and"),
    "a former listener may write": (
        "local is_part = is_seeker or (state == 'A' and listener == from)",
        "local is_part = true",
    ),
    "words outlive the chat": (
        "redis.call('DEL', K.chat(S, id), K.log(S, id), K.sent(S, id), K.excluded(S, id))",
        "redis.call('DEL', K.chat(S, id), K.sent(S, id), K.excluded(S, id))",
    ),
    "a log goes whatever was archived of it": (
        "if args[4] and not is_all(S, id, args[4], args[5]) then",
        "if false then",
    ),
    "only a request's first language is known": ("all ~= '' and all or language", "language"),
    "an earlier build's request needs nothing": (
        "unpack(redis.call('HMGET', key, 'la', 'ce', 'mk', 'ls'))",
        "'en', '0.0.0'",
    ),
    "an earlier build's listener can do nothing": ("if not text and is_known then", "if false then"),
    "the name goes with a lost listener": ("PACKED.was(-T.now, name)", "PACKED.was(-T.now)"),
    "nobody had to wait": ("if c.no == 1 and T.now > c.ar then", "if false then"),
    "everybody had to wait": ("if c.no == 1 and T.now > c.ar then", "if c.no == 1 then"),
    "what another epoch held counts as archived": ("== num(count) and v[2] == epoch and", "== num(count) and"),
    "a log with a hole counts as archived": ("and redis.call('XLEN', K.log(S, id)) == num(count)", ""),
    "a chat that goes on is forgotten": ("if c and c.st ~= 'E' and c.st ~= 'U' then return finish(S, 'open') end", ""),
    "a rest outlives its chat": (
        "if c and c.st == 'U' then end_wrap_up(S, c, read_listener(S, c.l)) end",
        "",
    ),
    "its own end brings a chat back": ("chats[id] = nil -- what was just changed", "-- what was just changed"),
    # ---- reading along ----
    "who reads along hears nothing": ("if v[8] then redis.call('SPUBLISH', K.channel(S, v[8]), payload) end", ""),
    "two read along": (
        "if observer then return finish(S, observer == person and 'done' or 'already_observed') end",
        "",
    ),
    "somebody reads along with whichever listener": (
        "if not c or c.st ~= 'A' or c.l ~= args[6] then return finish(S, 'chat_not_open') end",
        "if not c or c.st ~= 'A' then return finish(S, 'chat_not_open') end",
    ),
    "who is kept apart reads along": (
        "      or redis.call('SISMEMBER', K.excluded(S, id), person) == 1 then",
        "      then",
    ),
    "the listener reads along with themselves": (
        "c.pe == person or redis.call('HEXISTS', c.key, 'was:' .. person) == 1",
        "c.pe == person",
    ),
    "reading along goes on with the next listener": (
        "local function close_books(S, c, l_id)\n  end_observing(S, c)",
        "local function close_books(S, c, l_id)",
    ),
    "who is gone reads along for ever": (
        "  end_all_observing(S, person)\n  local l = read_listener",
        "  local l = read_listener",
    ),
    "who was gone already reads along for ever": (
        "if not is_present(S, person) then redis.call('ZADD', K.grace_ends(S), 'NX', T.now + GRACE_MS.listener",
        "if false then redis.call('ZADD', K.grace_ends(S), 'NX', T.now + GRACE_MS.listener",
    ),
    "off duty, and so never found gone": (
        "if redis.call('EXISTS', K.observing(S, l.id)) == 0 then redis.call('ZREM', K.grace_ends(S), l.id) end",
        "redis.call('ZREM', K.grace_ends(S), l.id)",
    ),
    "anybody ends it": ("if not c or observer_of(c) ~= person then", "if not c then"),
    "whispers are counted backwards": ("if num(args[4]) > num(redis.call('HGET', c.key, 'wh')) then", "do"),
    "what is read along is made up": (
        "return c and c.st == 'A' and observer_of(c) == part",
        "return c and c.st == 'A'",
    ),
    "a block is of whoever was offered the chat last": ("and person or is_with and c.l or", "and person or c.l or"),
    "who is kept apart could take it": ("if is_apart(S, c, listener) then count", "if false then count"),
    "who declined is nobody for a minute": ("if is_apart(S, c, listener) then count", "if true then count"),
    "all who are kept apart from anybody count alike": (
        "local needs = c.nx and c.id or c.ce",
        "local needs = c.ce",
    ),
    "nobody says that somebody was passed over": ("      elseif not head then\n        is_past = true\n", ""),
    "an older choice undoes a newer one": (
        "if said > 0 and said < num(redis.call('GET', K.said(S, id))) then",
        "if false then",
    ),
}
