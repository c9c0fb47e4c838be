"""The engine is there and can't take anything: full, read-only, out of disk."""

import asyncio
import contextlib
from random import Random

from tests.chaos.engine import MAX_MEMORY, EngineRefused
from tests.chaos.stage import Stage

#: A port where nobody is: a master that is told to follow it stays as it is, and takes no writes.
NOWHERE = 1
_AWAY = (OSError, TimeoutError, EngineRefused)


async def _set(stage: Stage, *words: str | int) -> None:
    """Until the engine has taken it: it may just be starting again, by another fault."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(*_AWAY):
                await stage.engine.ask(*words)
                return
            await asyncio.sleep(0.05)


async def engine_full(stage: Stage, rng: Random) -> str:
    await _set(stage, "CONFIG", "SET", "maxmemory", "1mb")
    await asyncio.sleep(rng.uniform(0.3, 3))
    await _set(stage, "CONFIG", "SET", "maxmemory", MAX_MEMORY)
    return "engine"


async def engine_read_only(stage: Stage, rng: Random) -> str:
    await _set(stage, "REPLICAOF", "127.0.0.1", NOWHERE)
    await asyncio.sleep(rng.uniform(0.3, 3))
    await _set(stage, "REPLICAOF", "NO", "ONE")
    return "engine"


async def engine_without_enough_replicas(stage: Stage, rng: Random) -> str:
    await _set(stage, "CONFIG", "SET", "min-replicas-to-write", 5)
    await asyncio.sleep(rng.uniform(0.3, 3))
    await _set(stage, "CONFIG", "SET", "min-replicas-to-write", 0)
    return "engine"


async def engine_busy(stage: Stage, rng: Random) -> str:
    """One command takes it for a while."""
    with contextlib.suppress(*_AWAY):
        await stage.engine.ask("DEBUG", "SLEEP", f"{rng.uniform(0.3, 3):.2f}")
    return "engine"


async def disk_full(stage: Stage, rng: Random) -> str:
    """Its append-only file can't grow, however often it is started again; then it can."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + rng.uniform(0.5, 2.5)
    more, pid = rng.randint(1, 8_000), 0
    while loop.time() < ends:
        engine = stage.engine
        if engine.process.pid != pid:
            pid = engine.process.pid
            engine.bound_files(more)
        await asyncio.sleep(0.01)
    stage.engine.bound_files(None)
    return "engine"
