"""Networks: connections cut, stalled in one direction or both, slow; and everybody coming back at once."""

import asyncio
from random import Random

from tests.chaos.stage import Stage
from tests.chaos.way import BACK, BOTH, OUT, Way


def _to_engine(stage: Stage, rng: Random) -> tuple[str, Way]:
    name = rng.choice(list(stage.engine_ways))
    return f"{name} to engine", stage.engine_ways[name]


def _to_web(stage: Stage, rng: Random) -> tuple[str, Way]:
    name = rng.choice(list(stage.front_ways))
    return f"clients to {name}", stage.front_ways[name]


async def _cut(way: Way, rng: Random) -> None:
    """Now and then nobody gets through for a while."""
    if rng.random() < 0.5:
        way.cut()
        return
    way.shut()
    await asyncio.sleep(rng.uniform(0.2, 2.5))
    way.mend()


async def _stall(way: Way, rng: Random) -> None:
    """What is held arrives late, or never: then the connections break, too."""
    directions = rng.choice(((OUT,), (BACK,), BOTH))
    way.hold(*directions)
    await asyncio.sleep(rng.choice((0.5, 1.5, 3, 7)) * rng.uniform(0.7, 1.3))
    if rng.random() < 0.5:
        way.cut()
    way.mend()


async def _delay(way: Way, rng: Random) -> None:
    way.delay(rng.uniform(0.05, 0.6), *rng.choice(((OUT,), (BACK,), BOTH)))
    await asyncio.sleep(rng.uniform(1, 4))
    way.mend()


async def engine_way_cut(stage: Stage, rng: Random) -> str:
    name, way = _to_engine(stage, rng)
    await _cut(way, rng)
    return name


async def engine_way_stalled(stage: Stage, rng: Random) -> str:
    name, way = _to_engine(stage, rng)
    await _stall(way, rng)
    return name


async def engine_way_slow(stage: Stage, rng: Random) -> str:
    name, way = _to_engine(stage, rng)
    await _delay(way, rng)
    return name


async def client_way_cut(stage: Stage, rng: Random) -> str:
    name, way = _to_web(stage, rng)
    await _cut(way, rng)
    return name


async def client_way_stalled(stage: Stage, rng: Random) -> str:
    name, way = _to_web(stage, rng)
    await _stall(way, rng)
    return name


async def client_way_slow(stage: Stage, rng: Random) -> str:
    name, way = _to_web(stage, rng)
    await _delay(way, rng)
    return name


async def reconnect_storm(stage: Stage, _: Random) -> str:
    """Every connection of every client breaks at once."""
    for way in stage.front_ways.values():
        way.cut()
    return "all clients"
