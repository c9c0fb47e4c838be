"""What the machine adds to a promise: processes that wait for a processor, because others have it, are not slow."""

import os
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

__all__ = ["Taking"]

_TICKS_A_S = os.sysconf("SC_CLK_TCK")


def _kept_waiting_s(pid: int) -> float:
    """How long its threads stood ready to run and could not; 0 where it is gone, or the kernel doesn't tell."""
    waited_ns = 0
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            waited_ns += int((thread / "schedstat").read_text().split()[1])
    except (OSError, IndexError):
        pass
    return waited_ns / 1e9


def _stolen_s() -> float:
    """What other machines on the same host took from this one."""
    try:
        return int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8]) / _TICKS_A_S
    except (OSError, IndexError):
        return 0.0


class Taking:
    """How long something takes from now on, held against a promise that some processes keep (and this one looks at).

    What they were kept waiting is taken off: nothing on a quiet machine, and on a busy one what would otherwise make
    a promise of a second look broken.
    """

    def __init__(self, pids: Callable[[], Iterable[int]]) -> None:
        self._pids = pids
        self._latest: dict[int, float] = {}
        self._before = self.look()
        self._stolen_before_s = _stolen_s()
        self._began_s = time.monotonic()

    def look(self) -> dict[int, float]:
        """What each was kept waiting until now. Of one that ends only what the last look saw is known."""
        for pid in {os.getpid(), *self._pids(), *self._latest}:
            self._latest[pid] = max(_kept_waiting_s(pid), self._latest.get(pid, 0.0))
        return dict(self._latest)

    def seconds(self) -> float:
        """Seconds until now, without the machine's share."""
        return time.monotonic() - self._began_s - self.machines_share_s()

    def machines_share_s(self) -> float:
        """What all of them together were kept waiting; those that were started meanwhile, too."""
        waited_s = sum(s - self._before.get(pid, 0.0) for pid, s in self.look().items())
        return waited_s + _stolen_s() - self._stolen_before_s

    def until_ended(self, process: subprocess.Popen[Any], within_s: float) -> int:
        """Wait for its end, looking all the while. Returns the exit code; raises TimeoutExpired."""
        until_s = time.monotonic() + within_s
        while (code := process.poll()) is None:
            if time.monotonic() > until_s:
                raise subprocess.TimeoutExpired(process.args, within_s)
            self.look()
            time.sleep(0.05)
        return int(code)
