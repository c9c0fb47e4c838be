"""`python -m bench routing`: routing under load, beside the usual designs (docs/performance.md).

Every part starts engines of its own and leaves nothing behind.
"""

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.routing import across, calls, demanded, forgotten, fresh, heads, masses, page, yardstick
from bench.routing.engine import Engine
from bench.routing.usual import chatwoot, ours, polling, rocket_chat, sorted_set
from bench.routing.usual.scene import SECONDS, Scene


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a run is."""

    sizes: tuple[int, ...]
    rounds: int
    in_front: int
    freed: int
    crowd: int
    in_dead_process: int
    asked: tuple[tuple[int, int], ...]
    listening: int
    waiting: int
    scan_looks: int
    two_workers: int


FULL = Scale(
    sizes=(1_000, 10_000, 100_000),
    rounds=16,
    in_front=100_000,
    freed=1_000,
    crowd=100_000,
    in_dead_process=35_000,
    asked=((50, 200), (500, 2_000)),
    listening=1_000,
    waiting=5_000,
    scan_looks=5,
    two_workers=500,
)


def _machine() -> dict[str, Any]:
    cpu = "unknown"
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        names = [line.partition(":")[2].strip() for line in listed.read_text().splitlines() if "model name" in line]
        cpu = names[0] if names else cpu
    with Engine() as engine:
        told = engine.told("server")
    version = told.get("valkey_version") or told["redis_version"]
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "engine": f"{told.get('server_name', 'redis')} {version}",
        "python": platform.python_version(),
    }


def _usual(scale: Scale) -> dict[str, Any]:
    """The same evening by every design, and what two workers at once do to it."""
    scene = Scene.of(scale.listening, scale.waiting)
    full_house = chatwoot.small_scene(scale.two_workers)
    evening = {
        "this service": ours.evening(scene),
        "sorted set, scanned": {**sorted_set.evening(scene, 0), "rebuilt": sorted_set.REBUILT},
        "sorted set, first 64": sorted_set.evening(scene, sorted_set.USUAL_BOUND),
        "head of each queue every 5 s": {**polling.evening(scene), "rebuilt": polling.REBUILT},
        "Rocket.Chat's waiting queue": {**rocket_chat.evening(scene), "rebuilt": rocket_chat.REBUILT},
        "Chatwoot's round robin": {**chatwoot.evening(scene), "rebuilt": chatwoot.REBUILT},
    }
    return {
        "listening": scale.listening,
        "waiting": scale.waiting,
        "seconds": SECONDS,
        "evening": evening,
        "incompatible heads": {
            "sorted set, scanned": sorted_set.behind(scale.in_front, scale.scan_looks, 0),
            "sorted set, first 64": sorted_set.behind(scale.in_front, 32, sorted_set.USUAL_BOUND),
        },
        "two workers at once": {
            "this service": ours.two_workers(full_house),
            "Rocket.Chat's waiting queue": rocket_chat.two_instances(full_house, 4 * scale.two_workers // 10),
            "Chatwoot's round robin": chatwoot.two_workers(full_house),
        },
    }


def run(scale: Scale = FULL) -> dict[str, Any]:
    """All figures of routing."""
    began, load = time.monotonic(), os.getloadavg()
    figures: dict[str, Any] = {
        "machine": _machine(),
        "yardstick before (us)": yardstick.measure(),
        "fresh huge page": fresh.measure(),
        "load before (1 min)": round(load[0], 2),
        "sizes": {str(size): calls.measure(size, scale.rounds) for size in scale.sizes},
        "incompatible heads": heads.measure(scale.in_front, scale.freed),
        **masses.memory_rebuild_drain(scale.crowd),
        "dead process": masses.dead_process(scale.in_dead_process),
        "forgotten": forgotten.measure(scale.crowd),
        "another process": {f"{rate} a second": across.measure(rate, count) for rate, count in scale.asked},
        "usual designs": _usual(scale),
    }
    figures["demanded"] = demanded.compare(figures)
    figures["yardstick after (us)"] = yardstick.measure()
    figures["load after (1 min)"] = round(os.getloadavg()[0], 2)
    figures["took_s"] = round(time.monotonic() - began)
    return figures


publish = page.publish
