"""Throw away what is derived in a shard and make it again from what is true (docs/routing.md, "Rebuilding")."""

from dataclasses import dataclass

from routing.actions.rebuilding import DERIVED, raw_keys
from routing.store.keys import KEYS
from routing.store.shard import Shard

#: A page of ids: one call of some milliseconds.
PAGE = 250
#: Nothing is matched meanwhile; should the one who rebuilds die, matching goes on by itself after so long.
PAUSE_MS = 60_000


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
        # Of a large shard's keys most are read past, so they stay the bytes that they came as.
        chats: list[bytes] = []
        listeners: list[bytes] = []
        chat_key, listener_key = shard.key("chat").encode(), shard.key("listener").encode()
        async for keys in raw_keys(shard):
            chats += [key[len(chat_key) :] for key in keys if key.startswith(chat_key)]
            listeners += [key[len(listener_key) :] for key in keys if key.startswith(listener_key)]
            derived = [key for key in keys if _is_derived(key[len(shard.tag) :])]
            if derived:
                made.removed += int(await shard.functions.link.at(shard.tag).send("UNLINK", *derived))
        made.listeners = await _fill(shard, "refill_listeners", listeners)
        made.chats = await _fill(shard, "refill_chats", chats)
    finally:
        await shard.call("go_on", pause_ends)
    return made


#: What stands before the first colon of the keys that are thrown away; all of them take a part.
_DERIVED_HEADS = frozenset(KEYS[name][0].partition(":")[0].encode() for name in DERIVED)


def _is_derived(suffix: bytes) -> bool:
    return suffix.partition(b":")[0] in _DERIVED_HEADS


async def _fill(shard: Shard, operation: str, ids: list[bytes]) -> int:
    unique = list(dict.fromkeys(ids))  # a scan may name a key twice
    for start in range(0, len(unique), PAGE):
        await shard.call(operation, *unique[start : start + PAGE])
    return len(unique)
