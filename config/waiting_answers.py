"""Answers that are held until a WAIT behind their commands was answered: several commands share one WAIT."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from config import metrics
from config.log import get_logger
from config.redis_wire import Argument, RedisAway, pack
from config.replica_ack import AckBreaker, ReplicaAck

log = get_logger("redis_link")

#: A stalled replica holds the connection for one wait after the other: this many, and the rest shares the next.
WAITS_UNDER_WAY = 2


class Group:
    """The commands behind which one WAIT goes out."""

    __slots__ = ("has_call", "is_held")

    def __init__(self) -> None:
        self.has_call = False
        self.is_held = False


class Sent(Struct, eq=False):
    """A command under way whose answer nobody waits for. `is_call`: it may write, so its answer may have to wait."""

    at_s: float
    packed: bytes
    is_call: bool
    group: Group | None

    @property
    def is_over(self) -> bool:
        """Does nobody wait for the answer any more?"""
        return True

    def give(self, answer: Any) -> None:
        """The answer, or the error, to whoever waits for it."""


class Awaited(Sent, eq=False):
    """A command whose answer a future holds."""

    future: asyncio.Future[Any]

    @classmethod
    def of(cls, future: asyncio.Future[Any], at_s: float, command: tuple[Argument, ...]) -> "Awaited":
        return cls(at_s, pack(command), command[0] == "FCALL", None, future)

    @property
    def is_over(self) -> bool:
        return self.future.done()

    def give(self, answer: Any) -> None:
        if self.future.done():
            return
        if isinstance(answer, Exception):
            self.future.set_exception(answer)
            self.future.exception()  # whoever awaits it still sees it; nobody else needs a warning
        else:
            self.future.set_result(answer)


class Posted(Sent, eq=False):
    """A call whose answer, or error, is handed to a function right in the reader. It must not raise."""

    on_answer: Callable[[Any], None]

    @property
    def is_over(self) -> bool:
        return False

    def give(self, answer: Any) -> None:
        self.on_answer(answer)


@dataclass(frozen=True, slots=True)
class _Held:
    sent: Sent
    answer: Any


class WaitingAnswers:
    """One connection's held answers. `send_wait` writes a WAIT behind what was written so far."""

    def __init__(
        self, wanted: ReplicaAck, send_wait: Callable[[Sent], None], now_s: Callable[[], float], name: str
    ) -> None:
        self.breaker = AckBreaker(wanted)
        self._packed_wait = pack(("WAIT", wanted.replicas, wanted.wait_ms))
        self._send_wait = send_wait
        self._now_s = now_s
        self._name = name
        self._open = Group()
        self._waits: deque[tuple[Sent, Group]] = deque()
        self._held: deque[_Held] = deque()

    def join(self, sent: Sent) -> None:
        """A command is about to be written."""
        sent.group = self._open
        if sent.is_call:
            self._open.has_call = True
            self._open.is_held = not self.breaker.is_open

    def flushed(self) -> None:
        """What one loop pass wrote is about to leave: a WAIT goes behind it, unless enough of them are under way."""
        group = self._open
        if not group.has_call or len(self._waits) >= WAITS_UNDER_WAY:
            return
        self._open = Group()
        if group.is_held or self.breaker.is_try_due(self._now_s()):
            wait = Sent(self._now_s(), self._packed_wait, False, None)
            self._waits.append((wait, group))
            self._send_wait(wait)

    def takes(self, sent: Sent, answer: Any) -> bool:
        """Hold this answer, or act on it where it is a WAIT's; False where it can be given as it is."""
        if self._waits and self._waits[0][0] is sent:
            # A server that has become a replica itself refuses to wait.
            self._ended(self._waits.popleft()[1], 0 if isinstance(answer, Exception) else int(answer))
            return True
        if sent.group is None or not sent.group.is_held or isinstance(answer, Exception):
            return False
        self._held.append(_Held(sent, answer))
        return True

    def clear(self) -> list[Sent]:
        """The connection is gone: nothing is held any longer. Answers whose outcome nobody will be told of."""
        held = [one.sent for one in self._held]
        self._held.clear()
        self._waits.clear()
        self._open = Group()
        self.breaker.reconnected()
        return held

    def _ended(self, group: Group, replicas: int) -> None:
        was_open = self.breaker.is_open
        is_enough = self.breaker.answered(replicas, self._now_s())
        if not is_enough:
            metrics.replica_waits_in_vain.inc()
        if self.breaker.is_open != was_open:
            metrics.replicas_missing.inc(1 if self.breaker.is_open else -1)
            log.warning("replicas_missing" if self.breaker.is_open else "replicas_back", link=self._name)
        while self._held and (self._held[0].sent.group is group or self.breaker.is_open):
            held = self._held.popleft()
            is_told = is_enough or self.breaker.is_open or not held.sent.is_call
            held.sent.give(held.answer if is_told else RedisAway(self._name))
        if self.breaker.is_open:
            for _, waiting in self._waits:
                waiting.is_held = False
            self._open.is_held = False
        self.flushed()  # what was written while too many were under way
