"""Idle: what thousands of connections cost that are only there: in memory, and in CPU by the clock."""

import asyncio
from pathlib import Path
from typing import Any

from bench.load.crowd import Crowd, crowd_at
from bench.load.gauges import Gauges, Sample
from bench.service import Service, running

#: Longer than a heartbeat (25 s) and several second looks at everybody (15 s).
LOOK_S = 60.0
SETTLE_S = 5.0


def _between(before: Sample, after: Sample, count: int) -> dict[str, Any]:
    return {
        "web_kib_each": round((after.rss_kib["web"] - before.rss_kib["web"]) / count, 1),
        "engine_kib_each": round((after.engine_kib - before.engine_kib) / count, 2),
        "engine_keys_each": round((after.engine_keys - before.engine_keys) / count, 2),
    }


async def _kind(service: Service, crowd: Crowd, kind: str, count: int, per_s: float, look_s: float) -> dict[str, Any]:
    gauges = Gauges(service)
    before = gauges.look()
    took_s = await crowd.come(kind, count, per_s, habits={}, within_s=240)
    await asyncio.sleep(SETTLE_S)
    here = gauges.look()
    frames = (await crowd.counts())["frames"]
    await asyncio.sleep(look_s)
    after = gauges.look()
    counts = await crowd.counts()
    passed_s = after.at_s - here.at_s
    gauges.close()
    came_s = here.at_s - before.at_s - SETTLE_S
    return {
        "connections": counts["greeted"],
        "came_s": round(took_s, 1),
        "connects_per_s": round(count / took_s),
        "connect_cpu_ms": {
            kind: round(1000 * (here.cpu_s[kind] - before.cpu_s[kind]) / count, 3) for kind in ("web", "valkey")
        },
        **_between(before, after, count),
        "cpu_percent_of_a_core": {
            kind: round(100 * (after.cpu_s[kind] - here.cpu_s[kind]) / passed_s, 1)
            for kind in ("web", "router", "valkey")
        },
        "frames_each_a_minute": round((counts["frames"] - frames) / count / passed_s * 60, 2),
        "lost": {"silent": counts["silent"], "closed": counts["closed"], "reconnects": counts["connects"] - count},
        "files": here.files["web"],
        "looked_s": round(passed_s),
        "filled_s": round(came_s, 1),
    }


def idle(
    kind: str, count: int, look_s: float = LOOK_S, per_s: float = 1_000, web: int = 2, log: Path | None = None
) -> dict[str, Any]:
    """`kind` idle: greeted and nothing else; seeker: they wait in line, and nobody is on duty."""

    async def act(service: Service) -> dict[str, Any]:
        async with crowd_at(service, max(2, count // 8_000)) as crowd:
            return await _kind(service, crowd, kind, count, per_s, look_s)

    with running(web=web, log=log) as service:
        return asyncio.run(act(service))
