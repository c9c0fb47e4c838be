"""What the processes of a service hold and use: memory, open files, CPU, the engine's keys."""

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import redis

from bench.service import Service, cpu_seconds, rss_kib
from config.engines.valkey import EmbeddedValkey

KINDS = ("web", "router", "archiver", "partner", "valkey")


def pids_of(service: Service) -> dict[str, list[int]]:
    """Kind -> process ids of the children of `tealight up`."""
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for number in Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split():
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            for kind in KINDS:
                if f"tealight {kind}" in words or (kind == "valkey" and "valkey-server" in words):
                    found[kind].append(int(number))
    return found


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. `at_s` is of the monotonic clock; memory in KiB, CPU in seconds since each process began."""

    at_s: float
    rss_kib: dict[str, int]
    files: dict[str, int]
    cpu_s: dict[str, float]
    engine_kib: int
    engine_keys: int
    database_kib: int


class Gauges:
    """Looks at one service again and again."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._engine = redis.Redis.from_url(EmbeddedValkey(service.data_dir).url)

    def look(self) -> Sample:
        """Now."""
        pids = pids_of(self._service)
        told = cast(dict[str, Any], self._engine.info("memory"))
        return Sample(
            at_s=time.monotonic(),
            rss_kib={kind: rss_kib(found) for kind, found in pids.items()},
            files={kind: sum(map(_open_files, found)) for kind, found in pids.items()},
            cpu_s={kind: cpu_seconds(found) for kind, found in pids.items()},
            engine_kib=int(told["used_memory"]) // 1024,
            engine_keys=int(cast(int, self._engine.dbsize())),
            database_kib=sum(path.stat().st_size for path in self._service.data_dir.glob("tealight.db*")) // 1024,
        )

    def close(self) -> None:
        self._engine.close()


def _open_files(pid: int) -> int:
    with contextlib.suppress(OSError):
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return 0
