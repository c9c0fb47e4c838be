"""Every key of a shard, built here and nowhere else; the Lua side is generated from the same table (docs/routing.md).

A shard is an age band in a region and owns one hash tag, for example `{a:main}:`; all of its keys begin with it, so
that one script may change any of them and teens and adults can never meet. T = truth, D = derived,
L = lease or deadline.
"""

#: name -> (suffix, what it holds). `%s` takes one id or language tag.
KEYS: dict[str, tuple[str, str]] = {
    "chat": ("c:%s", "T hash: a ChatRequest and its Chat, from arrival to ended; what it needs as one text (`nd`)"),
    "log": ("g:%s", "T stream: what was written in a chat; ids are <seq>-0"),
    "sent": ("i:%s", "T hash: <from>:<message_id> -> seq, so that a repeat changes nothing"),
    "excluded": ("x:%s", "T set: listeners who may not be offered this request"),
    "listener": (
        "l:%s",
        "T hash: availability, what they can do as one text (`can`), the open offer, the chats that use a unit",
    ),
    "own": ("su:%s", "T string: a seeker's one open request or chat, or empty while only their token is in use"),
    "blocks": ("bk:%s", "T set: listeners kept apart from this seeker, by either's block; lasts as long as the token"),
    "recent": ("pc:%s", "T zset: ended chats of a person by end"),
    "connections": (
        "cn:%s",
        "T hash: person -> marks of the processes that hold a Connection of theirs; 4,096 of them, by the ends of ids",
    ),
    "observing": ("ob:%s", "D set: open chats along which this supervisor reads"),
    "line": ("w:%s", "D zset: `<chat>/<topics>` waiting in `<language>:<cell>`, by arrival or a later place"),
    "cells": ("ci:%s", "D zset: cells with somebody waiting in a language, by the place of their head"),
    "held": ("hd:%s", "D zset: requests of a language that wait for their own listener only, by arrival"),
    "preferring": ("pf:%s", "D zset: waiting requests that prefer this listener, by arrival"),
    "free": (
        "fr:%s",
        "D zset: `<listener>/<topics>` with room in `<language>:<class>`, least utilised first",
    ),
    "spare": ("em:%s", "D zset: the same for those who are full and take one more who is in danger"),
    "first": (
        "ff:%s",
        "D zset: classes that hold somebody in `free:<language>` or `spare:<language>`, by their first's score",
    ),
    "classes": ("cl:%s", "D set: classes with somebody available in a language"),
    "excluding": ("rb:%s", "D set: waiting requests that exclude this listener"),
    "available": ("on:%s", "D set: listeners available in `<language>:<class>`, busy ones too"),
    "paused": ("pz:%s", "D set: listeners paused in a language"),
    "chatting": ("ic:%s", "D hash: listener -> their open chats in a language"),
    "open": ("oc:%s", "D set: open chats in a language"),
    "offered": ("oo:%s", "D set: requests with an open offer in a language"),
    "missed": ("mi:%s", "D zset: offers missed in a language, by time, one hour"),
    "waits": (
        "sw:%s",
        "D list: `<at>:<wait ms>` of who had to wait in `<language>:ordinary` or `:urgent`, newest first",
    ),
    "due": (
        "d:ch",
        "L zset: chat -> its one deadline: of the offer, confirmation, wrap-up, place or hold",
    ),
    "grace_ends": ("d:gr", "L zset: person without a Connection -> when that has consequences"),
    "tried_ends": ("d:rx", "L zset: `<chat>|<listener>` -> until when a decline is remembered"),
    "gap_ends": ("d:co", "L zset: listener -> end of the start gap, where room is left after it"),
    "why": ("why", "D stream: why each offer went where it went, until the archiver has written it"),
    "meta": (
        "meta",
        "T hash: clock (`clk`, `tck`), the engine's life (`run`, `apart`), when matching goes on (`bar`, `pau`), `gra`",
    ),
    "asserted": ("as", "L set: processes that have said all they hold since the barrier was raised"),
    "processes": ("procs", "L zset: process -> end of its lease; of one that is let go of, how far, below 0"),
    "ended": ("ended", "T zset: ended chats by end, until the archiver has written their facts and forgotten them"),
    "unwritten": ("aw", "D set: ended chats whose facts the archiver has yet to write, or to write again"),
    "said": ("sd:%s", "T string: when a listener last chose what they do; for a day"),
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
