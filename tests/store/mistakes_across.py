"""Believable mistakes of what goes on between two shards, and between two lives of one. As `mistakes.py`."""

ACROSS: dict[str, tuple[str, str]] = {
    # ---- two shards ----
    "an unseen offer is a miss": ("if c.vis ~= '0' then -- an offer", "if true then -- an offer"),
    "old news of the other shard is believed": (
        "if num(args[5]) >= num(redis.call('HGET', l.key, 'xv')) then",
        "if true then",
    ),
    "two shards, two capacities": ("args[8] == '2' and l.cap + 1 or l.cap\n", "l.max\n"),
    "misses stay in their shard": ("if num(args[10]) > l.mw then", "if false then"),
    "a new duty begins at version nought": (
        "redis.call('HSETNX', l.key, 've', T.now)",
        "redis.call('HSETNX', l.key, 've', 0)",
    ),
    "one more is one more in each shard": ("if args[8] == '1' then put(l, 'tn', 0) end", ""),
    "a unit for danger there is a conflict here": ("args[8] == '2' and l.cap + 1 or l.cap", "l.cap"),
    "a band keeps its listeners": ("if elsewhere > (first and first.soon or 1) then", "if false then"),
    "nobody says that the other band was asked first": ("if there > first.soon then reason", "if false then reason"),
    "an explanation knows one band only": ("'L|' .. reason .. '|' .. told .. beside", "'L|' .. reason .. '|' .. told"),
    "a band waits for another that had its turn": ("T.is_told = true", "T.is_told = false"),
    "a band waits for another that is away": ("if l.is_known and l.xh then", "if false then"),
    "danger in another band is nobody's business": (
        "if room ~= '1' and num(risk) ~= URGENT then",
        "if num(risk) == URGENT then",
    ),
    "the start gap holds in one band": ("if num(args[11]) > l.gap then", "if false then"),
    # ---- barrier, rebuilding ----
    "whoever is put back last is the head": (
        "redis.call('ZADD', key, 'LT', score, member)",
        "redis.call('ZADD', key, score, member)",
    ),
    "whoever is last on a page is the head": ("if not lowest or score + 0 < lowest + 0 then", "if true then"),
    "a rebuilding forgets who reads along": ("if some(v[3]) then add('SADD', K.observing(S, v[3]), id) end", ""),
    "who came after the older state was saved is not waited for": ("note_process(S, args[i])", ""),
    "who was thought dead in the older state is not waited for": (
        "redis.call('ZREM', K.processes(S), args[i])",
        "local _ = 0",
    ),
    "what an older state does by itself looks like news": ("  note_move(S, c)\n  c.turn", "  c.turn"),
    "whoever was told of such a move makes another one": (
        "(turn_before(S, c) >= turn or (c.turn == turn and c.st == state))",
        "turn_before(S, c) >= turn",
    ),
    "deadlines of an older state are acted on": (
        "if T.is_barred and num(redis.call('HGET', K.meta(S), 'bar')) > T.now then return finish(S, 0) end",
        "",
    ),
    "a chat that waits again was never one": ("if num(args[15]) > 0 and not c.op then", "if false then"),
    "one process lifts the barrier for all": (
        "redis.call('SISMEMBER', set, process .. mark) == 0 and",
        "false and",
    ),
    "the board forgets who is kept apart from everybody": (
        "if #apart == 0 then return 0 end",
        "do return 0 end",
    ),
    "the board takes who declined for kept apart": (
        "if c and redis.call('ZSCORE', line, member_in_line(c)) and count_serving(S, language, cell, c) == 0 then",
        "if c and redis.call('ZSCORE', line, member_in_line(c)) then",
    ),
    "who declined and was blocked is told as there": (
        "redis.call('ZREM', K.tried_ends(S), c.id .. '|' .. listener) -- who declined as well",
        "-- who declined as well",
    ),
    "two who parted stay together in an older state": ("      part(S, args[i], args[i + 1])\n", ""),
    "who blocked somebody is put back into their chat": (
        "if l and l.is_known and not is_kept_apart then",
        "if l and l.is_known then",
    ),
    "a block that is said again begins anew": (
        "K.blocks(S, seeker), ms or TOKEN_MS)",
        "K.blocks(S, seeker), TOKEN_MS)",
    ),
    "a block ends under a request that was said again": (
        "    redis.call('PERSIST', K.blocks(S, person))\n    for _,",
        "    for _,",
    ),
    "only the first who says a request again says whom it avoids": (
        "avoid(S, c, args[18]) -- who said it first may not have known whom the seeker avoids",
        "",
    ),
    "an old ticket wins over what is known": (
        "if c and (turn_before(S, c) >= turn or (c.turn == turn and c.st == state)) then",
        "if false then",
    ),
    "what was made up is rebuilt": ("if not EXPLAINED[name](S, part, member, score) then", "if false then"),
    "who was hidden stays unmatched": ("if is_missing and mends then match_listener(S, l) end", ""),
    "a seeker who was hidden stays unmatched": ("if is_missing and mends then match_seeker(S, c) end", ""),
    "units go by the list and not by the chat": ("if not (c and c.l == l.id and has_unit(c)) then", "if not c then"),
    "a parked place has no deadline to rebuild": ("or c.st == 'P' and 'pu' or nil", "or nil"),
}
