"""Throw away what is derived in a shard and make it again from what is true (docs/routing.md, "Rebuilding")."""

from dataclasses import dataclass

from routing.actions.rebuilding import DERIVED, raw_keys
from routing.store.keys import KEYS
from routing.store.shard import Shard

#: Ids of one call, of two or three milliseconds with 100,000 of each: a listener costs about three times a chat.
PAGE_LISTENERS = 150
PAGE_CHATS = 400
#: Nothing is matched meanwhile; should the one who rebuilds die, matching goes on by itself after so long.
PAUSE_MS = 60_000


def _head(name: str) -> bytes:
    return KEYS[name][0].partition(":")[0].encode()


#: What stands before the first colon of keys; all of these take a part.
_CHAT, _LISTENER = _head("chat"), _head("listener")
_DERIVED = frozenset(map(_head, DERIVED))


@dataclass(slots=True)
class Refilled:
    """How many derived keys were thrown away, and how many chats and listeners were put where they belong."""

    removed: int = 0
    chats: int = 0
    listeners: int = 0


async def refill(shard: Shard) -> Refilled:
    """Everything derived anew. Chats go on meanwhile, nobody is matched. Raises RedisAway, RedisRefused.

    What changes while this runs changes truth and the derived keys by the ordinary calls, and each page is atomic; so a
    chat or listener is put where it stands at that moment, however often.
    """
    made = Refilled()
    pause_ends, _ = await shard.call("pause_matching", PAUSE_MS)
    try:
        chats: list[bytes] = []
        listeners: list[bytes] = []
        derived: list[bytes] = []
        # Of a large shard's keys most are read past, so they stay the bytes that they came as.
        wanted = {_CHAT: chats, _LISTENER: listeners}
        start = len(shard.tag)
        async for keys in raw_keys(shard):
            for key in keys:
                head, _, part = key[start:].partition(b":")
                if head in wanted:
                    wanted[head].append(part)
                elif head in _DERIVED:
                    derived.append(key)
            if derived:
                made.removed += int(await shard.functions.link.at(shard.tag).send("UNLINK", *derived))
                derived.clear()
        made.listeners = await _fill(shard, "refill_listeners", listeners, PAGE_LISTENERS)
        made.chats = await _fill(shard, "refill_chats", chats, PAGE_CHATS)
    finally:
        await shard.call("go_on", pause_ends)
    return made


async def _fill(shard: Shard, operation: str, ids: list[bytes], page: int) -> int:
    unique = list(dict.fromkeys(ids))  # a scan may name a key twice
    for start in range(0, len(unique), page):
        await shard.call(operation, *unique[start : start + page])
    return len(unique)
