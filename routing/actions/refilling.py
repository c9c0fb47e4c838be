"""Throw away what is derived in a shard and make it again from what is true (docs/routing.md, "Rebuilding")."""

from dataclasses import dataclass

from routing.actions.rebuilding import DERIVED, all_keys, name_of
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
        names: dict[str, list[str]] = {"chat": [], "listener": []}
        async for keys in all_keys(shard):
            derived = []
            for suffix in keys:
                name, part = name_of(suffix)
                if name in DERIVED:
                    derived.append(shard.tag + suffix)
                elif name in names:
                    names[name].append(part)
            if derived:
                made.removed += int(await shard.functions.link.at(shard.tag).send("UNLINK", *derived))
        made.listeners = await _fill(shard, "refill_listeners", names["listener"])
        made.chats = await _fill(shard, "refill_chats", names["chat"])
    finally:
        await shard.call("go_on", pause_ends)
    return made


async def _fill(shard: Shard, operation: str, ids: list[str]) -> int:
    unique = list(dict.fromkeys(ids))  # a scan may name a key twice
    for start in range(0, len(unique), PAGE):
        await shard.call(operation, *unique[start : start + PAGE])
    return len(unique)
