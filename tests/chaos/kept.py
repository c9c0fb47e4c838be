"""A process of the service that is started again whenever it dies, as `tealight up` does."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable

#: Between two starts; long enough for a dead process's port to be free.
PAUSE_S = 0.1

Spawn = Callable[[], subprocess.Popen[bytes]]


class Kept:
    """`look` must be called often: it starts the process where it isn't there and should be."""

    def __init__(self, name: str, spawn: Spawn) -> None:
        self.name = name
        self.is_wanted = True
        self.is_stopped = False
        self._spawn = spawn
        self._again_at_s = 0.0
        self.process = spawn()

    def look(self) -> None:
        """Start it again where that is due."""
        if not self.is_wanted or self.process.poll() is None:
            return
        now = time.monotonic()
        if self._again_at_s == 0.0:
            self.is_stopped = False
            self._again_at_s = now + PAUSE_S
        elif now >= self._again_at_s:
            self._again_at_s = 0.0
            self.process = self._spawn()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """As kill -9."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    def stop(self) -> None:
        """SIGSTOP: it stands still and knows nothing of it."""
        self.is_stopped = True
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT: it goes on in the middle of what it did."""
        self.is_stopped = False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGCONT)

    def terminate(self) -> None:
        """SIGTERM: it drains, and is started again as in a deploy."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()

    def end(self) -> None:
        """For good."""
        self.is_wanted = False
        self.go_on()
        self.terminate()
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()
