"""A master is lost and its replica takes its place, at the address where the service looks for it."""

import asyncio
import contextlib
from random import Random

import httpx

from tests.chaos.engine import Engine, EngineRefused
from tests.chaos.stage import Stage

WELL_S = 60.0


async def master_lost(stage: Stage, rng: Random) -> str:
    async with stage.replacing:
        return await _promote(stage, is_asleep=rng.random() < 0.3)


async def replica_killed(stage: Stage, _: Random) -> str:
    async with stage.replacing:
        assert stage.replica is not None
        stage.replica.kill()
    return "replica"


async def replica_paused(stage: Stage, rng: Random) -> str:
    """Now and then for so long that answers no longer wait for it."""
    async with stage.replacing:
        assert stage.replica is not None
        stage.replica.stop()
        await asyncio.sleep(rng.choice((0.5, 1.5, 8.0)) * rng.uniform(0.8, 1.2))
        stage.replica.go_on()
    return "replica"


async def _promote(stage: Stage, *, is_asleep: bool) -> str:
    await _until_answers_wait(stage)
    master, replica = stage.engine, stage.replica
    assert replica is not None
    master.is_wanted = False
    if is_asleep:
        master.stop()  # it wakes up later and still believes to be the master; nobody is led there any more
    else:
        master.kill()
    await replica.becomes_master()
    stage.kept["engine"], stage.replica = replica, None
    for way in stage.engine_ways.values():
        way.target = replica.port
        way.cut()
    await stage.add_replica()
    await asyncio.to_thread(_end, master)
    return "master asleep" if is_asleep else "master killed"


def _end(master: Engine) -> None:
    master.kill()
    master.end()


async def _until_answers_wait(stage: Stage) -> None:
    """A replica that was away may be behind, and answers don't wait for it then, as `/api/about` says."""
    async with asyncio.timeout(WELL_S):
        while True:
            with contextlib.suppress(OSError, TimeoutError, EngineRefused):
                await stage.until_replicated()
                levels = [await _level(stage, name) for name in stage.webs]
                if all(level == "replica" for level in levels):
                    return
            await asyncio.sleep(0.1)


async def _level(stage: Stage, web: str) -> str:
    with contextlib.suppress(httpx.HTTPError, KeyError, ValueError):
        async with httpx.AsyncClient(timeout=2) as asking:
            answer = await asking.get(f"http://127.0.0.1:{stage.web_ports[web]}/api/about")
            return str(answer.json()["durability"])
    return ""
