"""The children of `tealight up`: start them, start them again when they die, end them in order (docs/operations.md)."""

import os
import select
import signal
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Protocol

from config.engines.valkey import EngineError
from config.log import get_logger

log = get_logger("up")

# The promise is a new process within 2 s, however often. The first deaths in a row cost no pause; after that a process
# that can't live must not eat the machine.
QUICK_LIFE_S = 2.0
FREE_DEATHS = 10
PAUSE_S = 0.5
# `up` as a whole ends within 10 s: the others drain in this time, a web process in 5 s of its own. Then the engine
# ends, and something is left for a machine so busy that ending itself takes a second.
DRAIN_S = 6.0
# Some wrappers send one Ctrl-C twice, to the process and to its group; that is one wish.
SAME_WISH_S = 1.0


class Process(Protocol):
    """What the keeper needs of a process: of subprocess.Popen, or of one that it forked itself."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self) -> int: ...
    def send_signal(self, number: int) -> None: ...


Start = Callable[[], Process]


class Child:
    """One process that is to be there."""

    def __init__(self, name: str, start: Start, why_ended: Callable[[], str] = str) -> None:
        """`why_ended`: what may have ended it, in a few words for the log, or none."""
        self.name = name
        self._why_ended = why_ended
        self.process: Process | None = None
        self._start = start
        self._started_at = 0.0
        self._quick_deaths = 0
        self._due_at = 0.0

    @property
    def is_alive(self) -> bool:
        """Was it there at the last look?"""
        return self.process is not None and self.process.poll() is None

    def adopt(self, process: Process) -> None:
        """Take over a process that was started before the others."""
        self.process, self._started_at = process, time.monotonic()

    def look(self, now: float) -> float | None:
        """Start it if it isn't there. Returns the instant at which to look again, None if only its death matters.

        `now` in seconds of the monotonic clock.
        """
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return None
            self.process = None
            is_quick = now - self._started_at < QUICK_LIFE_S
            self._quick_deaths = self._quick_deaths + 1 if is_quick else 0
            self._due_at = now + (PAUSE_S if self._quick_deaths > FREE_DEATHS else 0.0)
            why = {"why": told} if (told := self._why_ended()) else {}
            log.warning("child_ended", child=self.name, exit_code=code, quick_deaths=self._quick_deaths, **why)
        if now < self._due_at:
            return self._due_at
        try:
            self.adopt(self._start())
        except (OSError, EngineError) as error:
            self._due_at = now + PAUSE_S
            log.error("child_not_started", child=self.name, why=str(error))
            return self._due_at
        assert self.process is not None
        log.info("child_started", child=self.name, pid=self.process.pid)
        return None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


class Bell:
    """Rings when a signal came: lets the keeper sleep until a child ends or somebody wants it to stop.

    The keeper has no threads (the kernel's parent-death signal watches the thread that forked), so it waits on a pipe.
    """

    def __init__(self, stop_signals: Iterable[signal.Signals]) -> None:
        self.stops_wanted = 0
        self._wished_at = float("-inf")
        self.descriptors = self._read_fd, self._write_fd = os.pipe()
        os.set_blocking(self._read_fd, False)
        os.set_blocking(self._write_fd, False)
        signal.set_wakeup_fd(self._write_fd, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in stop_signals:
            signal.signal(number, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._wished_at > SAME_WISH_S:
            self.stops_wanted += 1
            self._wished_at = now

    def wait(self, timeout_s: float | None) -> None:
        """Sleep until it rings or the time is over."""
        ready, _, _ = select.select([self._read_fd], [], [], timeout_s)
        if ready:
            os.read(self._read_fd, 4096)


def keep(children: Iterable[Child], bell: Bell, tick: Callable[[], float | None]) -> None:
    """Keep all children alive until a stop is wanted.

    `tick` is called each time round and says in how many seconds it wants to be called again, None if never.
    """
    children = list(children)
    while not bell.stops_wanted:
        now = time.monotonic()
        instants = [instant for child in children if (instant := child.look(now)) is not None]
        wanted_s = tick()
        waits = [instant - now for instant in instants]
        if wanted_s is not None:
            waits.append(wanted_s)
        bell.wait(max(0.0, min(waits)) if waits else None)


def end(children: Iterable[Child], bell: Bell, drain_s: float = DRAIN_S) -> None:
    """Ask all to drain and wait for them; who takes longer than `drain_s`, or another signal, is killed."""
    children = list(children)
    already_wanted = bell.stops_wanted
    for child in children:
        child.send(signal.SIGTERM)
    until = time.monotonic() + drain_s
    while any(child.is_alive for child in children):
        left_s = until - time.monotonic()
        if left_s <= 0 or bell.stops_wanted > already_wanted:
            for child in children:
                if child.is_alive:
                    log.warning("child_killed", child=child.name)
                    child.send(signal.SIGKILL)
            for child in children:
                if child.process is not None:
                    child.process.wait()
            return
        bell.wait(left_s)
