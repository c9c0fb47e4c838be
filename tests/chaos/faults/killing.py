"""Processes die: as kill -9 does it, all at once, or in order as in a deploy."""

import asyncio
from random import Random

from tests.chaos.stage import Stage


async def web_killed(stage: Stage, rng: Random) -> str:
    return _kill(stage, rng.choice(stage.webs))


async def router_killed(stage: Stage, _: Random) -> str:
    return _kill(stage, "router")


async def archiver_killed(stage: Stage, _: Random) -> str:
    return _kill(stage, "archiver")


async def engine_killed(stage: Stage, _: Random) -> str:
    return _kill(stage, "engine")


async def engine_killed_twice(stage: Stage, rng: Random) -> str:
    """Once more while everybody is just coming back."""
    _kill(stage, "engine")
    await asyncio.sleep(rng.uniform(0.15, 1.0))
    return _kill(stage, "engine")


async def webs_killed(stage: Stage, _: Random) -> str:
    for name in stage.webs:
        _kill(stage, name)
    return "webs"


async def everything_killed(stage: Stage, _: Random) -> str:
    for name in list(stage.kept):
        _kill(stage, name)
    return "everything"


async def web_deployed(stage: Stage, rng: Random) -> str:
    """SIGTERM: it drains, and a new one takes its place."""
    name = rng.choice(stage.webs)
    kept = stage.kept[name]
    pid = kept.process.pid
    kept.go_on()
    kept.terminate()
    async with asyncio.timeout(20):
        while kept.process.pid == pid:
            await asyncio.sleep(0.05)
    return name


def _kill(stage: Stage, name: str) -> str:
    stage.kept[name].kill()
    return name
