"""Processes stand still and go on in the middle of what they did, without having noticed."""

import asyncio
from random import Random

from tests.chaos.stage import Stage


async def _pause(stage: Stage, name: str, seconds: float) -> str:
    kept = stage.kept[name]
    kept.stop()
    try:
        await asyncio.sleep(seconds)
    finally:
        kept.go_on()
    return name


async def web_paused(stage: Stage, rng: Random) -> str:
    return await _pause(stage, rng.choice(stage.webs), rng.uniform(0.2, 3))


async def router_paused(stage: Stage, rng: Random) -> str:
    return await _pause(stage, "router", rng.uniform(0.2, 3))


async def archiver_paused(stage: Stage, rng: Random) -> str:
    return await _pause(stage, "archiver", rng.uniform(0.2, 3))


async def engine_paused(stage: Stage, rng: Random) -> str:
    """Now and then for longer than anybody waits for an answer."""
    return await _pause(stage, "engine", rng.choice((0.3, 0.7, 1.5, 6.5)) * rng.uniform(0.8, 1.2))


async def engine_slow(stage: Stage, rng: Random) -> str:
    """It stands still again and again, for most of the time."""
    engine = stage.kept["engine"]
    for _ in range(rng.randint(6, 14)):
        engine.stop()
        await asyncio.sleep(rng.uniform(0.05, 0.2))
        engine.go_on()
        await asyncio.sleep(0.02)
    return "engine"


async def web_asleep_for_20_s(stage: Stage, rng: Random) -> str:
    """Its lease ends meanwhile, its people are others' by then, and it wakes up believing nothing happened."""
    return await _pause(stage, rng.choice(stage.webs), 20)


async def router_asleep_for_20_s(stage: Stage, _: Random) -> str:
    return await _pause(stage, "router", 20)


async def web_asleep_for_60_s(stage: Stage, rng: Random) -> str:
    """Long enough that its listeners' chats have gone to others."""
    return await _pause(stage, rng.choice(stage.webs), 60)
