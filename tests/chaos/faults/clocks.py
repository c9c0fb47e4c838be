"""Clocks jump: the engine's by some seconds, a web process's by hours. Needs Debian's libfaketime."""

import asyncio
from pathlib import Path
from random import Random

from tests.chaos.stage import Stage

LIBRARIES = tuple(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


def bent_clocks(folder: Path) -> dict[str, dict[str, str]]:
    """The environments of an engine and one web process whose clocks can be bent; none without the library."""
    if not LIBRARIES:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    bent = {}
    for name in ("engine", "web0"):
        _file(folder, name).write_text("+0\n")
        bent[name] = {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(_file(folder, name)),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    return bent


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.clock"


async def engine_clock_jumps(stage: Stage, rng: Random) -> str:
    """For some seconds it is earlier, or later: by so much that leases and offers end, and no chat does."""
    return await _bend(stage, "engine", rng.choice((-1, 1)) * rng.uniform(3, 20), rng.uniform(1, 4))


async def web_clock_jumps(stage: Stage, rng: Random) -> str:
    return await _bend(stage, "web0", rng.choice((-1, 1)) * rng.uniform(60, 7200), rng.uniform(1, 4))


async def _bend(stage: Stage, name: str, by_s: float, for_s: float) -> str:
    file = _file(stage.folder / "clocks", name)
    file.write_text(f"{by_s:+.0f}\n")
    await asyncio.sleep(for_s)
    file.write_text("+0\n")
    return f"{name} by {by_s:+.0f} s"
