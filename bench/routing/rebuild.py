"""Everything that is derived thrown away, and made again from what is true."""

import asyncio
import time
from typing import Any

from bench.routing.engine import TIMING, Engine, percentiles
from config.functions import Functions
from config.redis_link import RedisLink
from routing.actions.rebuilding import DERIVED, name_of
from routing.actions.refilling import Refilled, refill
from routing.store.shard import Shard
from tealight.library import library

_READS = {
    b"zset": lambda key: ("ZRANGE", key, 0, -1, "WITHSCORES"),
    b"set": lambda key: ("SMEMBERS", key),
    b"hash": lambda key: ("HGETALL", key),
}


def _derived(engine: Engine) -> list[bytes]:
    """The keys that hold nothing but what follows from others."""
    [keys] = engine.send([("KEYS", f"{engine.tag}*")])
    return sorted(key for key in keys if name_of(key.decode()[len(engine.tag) :])[0] in DERIVED)


def _contents(engine: Engine) -> dict[bytes, list[bytes]]:
    keys = _derived(engine)
    kinds = engine.send([("TYPE", key) for key in keys])
    held = engine.send([_READS[kind](key) for key, kind in zip(keys, kinds, strict=True)])
    # Sets and hashes come in no order; of a sorted set each member keeps its score beside it.
    return {
        key: [b"".join(pair) for pair in zip(values[::2], values[1::2], strict=True)]
        if kind == b"zset"
        else sorted(values)
        for key, kind, values in zip(keys, kinds, held, strict=True)
    }


async def _refill(engine: Engine) -> Refilled:
    link = RedisLink(engine.url, name="bench-rebuild")
    link.start()
    await link.wait_up(5)
    try:
        shard = Shard(engine.tag, Functions(link, library()), TIMING, clock=lambda: engine.now_ms)
        return await refill(shard)
    finally:
        await link.close()


def measure(engine: Engine, entities: int) -> dict[str, Any]:
    """Throw away and rebuild what is derived of `entities` people and chats, and say whether it is the same again."""
    before = _contents(engine)
    engine.send([("DEL", key) for key in before])
    engine.times()
    engine.time_every_call(True)
    began, clock = engine.cpu_us(), time.perf_counter()
    made = asyncio.run(_refill(engine))
    wall, spent = time.perf_counter() - clock, engine.cpu_us() - began
    engine.time_every_call(False)
    return {
        "entities": entities,
        "put back": made.chats + made.listeners,
        "wall_s": round(wall, 2),
        "engine_cpu_s": round(spent / 1e6, 2),
        "longest_call_us": percentiles(engine.times())["longest"],
        "is_the_same_again": _contents(engine) == before,
    }
