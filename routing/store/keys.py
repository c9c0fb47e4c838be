"""Every key of a shard, built here and nowhere else; the Lua side is generated from the same table (docs/routing.md).

A shard is an age band in a region and owns one hash tag, for example `{a:main}:`; all of its keys begin with it, so
that one script may change any of them and teens and adults can never meet. T = truth, D = derived,
L = lease or deadline.
"""

#: name -> (suffix, what it holds). `%s` takes one id or language tag.
KEYS: dict[str, tuple[str, str]] = {
    "chat": ("c:%s", "T hash: a ChatRequest and its Chat, from arrival to ended"),
    "log": ("g:%s", "T stream: what was written in a chat; ids are <seq>-0"),
    "sent": ("i:%s", "T hash: <from>:<message_id> -> seq, so that a repeat changes nothing"),
    "excluded": ("x:%s", "T set: listeners who may not be offered this request"),
    "listener": ("l:%s", "T hash: availability, capacity, languages, the open offer"),
    "units": ("lc:%s", "T set: chats that use a unit of this listener's capacity; load is its size"),
    "own": ("su:%s", "T string: the one open request or chat of a seeker"),
    "token": ("tk:%s", "T string: this seeker's token is in use; expires 24 h after the last chat"),
    "blocks": ("bk:%s", "T set: listeners who blocked this seeker; lasts as long as the token"),
    "recent": ("pc:%s", "T zset: chats of a person by end (+inf while open)"),
    "connections": ("co:%s", "T set: processes that hold a Connection of this person"),
    "people": ("ps:%s", "T set: people whose Connections this process holds"),
    "line": ("w:%s", "D zset: requests waiting in a language, by arrival"),
    "free": ("fr:%s", "D zset: listeners who can be offered a chat in a language, least utilised, then longest free"),
    "excluding": ("rb:%s", "D set: waiting requests that exclude this listener"),
    "available": ("on:%s", "D set: listeners available in a language, busy ones too"),
    "paused": ("pz:%s", "D set: listeners paused in a language"),
    "chatting": ("ic:%s", "D set: listeners with an open chat in a language"),
    "open": ("oc:%s", "D set: open chats in a language"),
    "offered": ("oo:%s", "D set: requests with an open offer in a language"),
    "missed": ("mi:%s", "D zset: offers missed in a language, by time, one hour"),
    "waits": ("sw:%s", "D zset: `<chat>:<wait ms>` by the time the listener joined, one hour"),
    "offer_ends": ("d:of", "L zset: chat -> the offer's deadline"),
    "confirm_ends": ("d:cf", "L zset: chat -> until when the seeker may confirm"),
    "wrap_up_ends": ("d:wr", "L zset: chat -> the end of its wrap-up"),
    "park_ends": ("d:pk", "L zset: parked request -> until when its place is kept"),
    "grace_ends": ("d:gr", "L zset: person without a Connection -> when that has consequences"),
    "tried_ends": ("d:rx", "L zset: `<chat>|<listener>` -> until when a decline is remembered"),
    "gap_ends": ("d:co", "L zset: listener -> end of the start gap"),
    "processes": ("procs", "L zset: process -> end of its lease"),
    "ended": ("ended", "T zset: ended chats by end, until the archiver has written their facts and forgotten them"),
    "unwritten": ("aw", "D set: ended chats whose facts the archiver has yet to write, or to write again"),
    "several": ("du", "T set: listeners who stand in more than one shard"),
    "channel": ("to:%s", "channel: pushes and hints for one person"),
}


def key(shard: str, name: str, part: str = "") -> str:
    """The key `name` in `shard` (a hash tag with its colon, `{a:main}:`). Raises KeyError for an unknown name."""
    suffix = KEYS[name][0]
    return shard + (suffix % part if "%s" in suffix else suffix)


def lua_prelude() -> str:
    """The same table for Lua: `K.chat(S, id)` and so on."""
    lines = ["local K = {}"]
    for name, (suffix, _) in KEYS.items():
        if "%s" in suffix:
            lines.append(f"function K.{name}(S, id) return S .. '{suffix[:-2]}' .. id end")
        else:
            lines.append(f"function K.{name}(S) return S .. '{suffix}' end")
    return "\n".join(lines) + "\n"
