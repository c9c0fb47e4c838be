"""A thin connection to Redis or Valkey for the hot path: commands of one loop pass leave in one write.

Most of a chat server's CPU goes into its Redis client; this one does only what the message path needs: pipelined
commands in order, TLS, AUTH, SELECT, reconnect with back-off to wherever the master is now, push connections for
pub/sub, and answers that wait for replicas (docs/redis-link.md).
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import hiredis

from config.clock import now_ms
from config.log import get_logger
from config.redis_address import Address
from config.redis_wire import Argument, RedisAway, RedisRefused, Wire, connect, greetings_of, pack
from config.replica_ack import ReplicaAck
from config.waiting_answers import Awaited, Posted, Sent, WaitingAnswers

__all__ = ["Argument", "Locate", "RedisAway", "RedisLink", "RedisRefused"]

log = get_logger("redis_link")

#: A command that stays unanswered for longer means a dead or stuck server: the link is cut and opened again.
ANSWER_TIMEOUT_S = 5.0
RECONNECT_FIRST_S = 0.05
RECONNECT_MAX_S = 1.0
#: A command that a server surely did not carry out is kept so long for the one that will.
CARRY_S = 2.0

#: Refusals before anything was done, since another server is the master (or none is yet): the link goes and looks.
#: All calls of the house are refused as a whole; none of these words can come from the middle of one.
_NOT_HERE = frozenset({"MOVED", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "LOADING"})
#: A slot is being moved key by key. Half of a shard is on each side then, and a call would take a chat that hasn't
#: moved yet for one that doesn't exist: nothing is carried out until the slot stands on one side again.
_HALF_MOVED = frozenset({"ASK", "TRYAGAIN"})

#: Where the master is now, told the words of the last refusal. Raises RedisAway and RedisRefused.
Locate = Callable[[str], Awaitable[Address]]


class RedisLink:
    """Commands in order over one connection that comes back by itself.

    `where` is a URL of one server, or finds the master before each connection. `on_up` runs after each (re)connection,
    before other commands are let through; it sends from its own task only. With `on_push` the link is a push
    connection: it takes SUBSCRIBE-like commands only, and each published payload goes to `on_push(channel, payload)`.
    With `ack` the answers of calls wait until replicas have what was written.
    """

    def __init__(
        self,
        where: str | Locate,
        *,
        name: str,
        on_push: Callable[[bytes, bytes], None] | None = None,
        on_up: Callable[[], Awaitable[None]] | None = None,
        ack: ReplicaAck | None = None,
    ) -> None:
        self._fixed = Address.of(where) if isinstance(where, str) else None
        self._locate = where if not isinstance(where, str) else None
        self.address = self._fixed
        self.name = name
        self.on_push = on_push
        self.on_up = on_up
        self.errors = 0
        #: since when no command gets through, in Unix milliseconds; None while they do
        self.away_since_ms: int | None = now_ms()
        self._wire: Wire | None = None
        self._pending: deque[Sent] = deque()
        self._carried: deque[Sent] = deque()
        self._leaving_until_s = 0.0
        self._is_leaving = False
        self._is_greeting = False
        self._last_refusal = ""
        #: do commands get through? The event beside it is for who waits for that
        self.is_up = False
        self._ready = asyncio.Event()
        self._down = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._waiting = WaitingAnswers(ack, self._send_wait, self._loop.time, name) if ack else None

    @property
    def is_partly_up(self) -> bool:
        """The same, since there is one connection only."""
        return self.is_up

    @property
    def is_degraded(self) -> bool:
        """Are answers given without a replica that should have had them?"""
        return self._waiting is not None and self._waiting.breaker.is_open

    def at(self, key: str) -> "RedisLink":
        """The connection that serves this key: there is one only."""
        return self

    def nodes(self) -> list["RedisLink"]:
        return [self]

    def start(self) -> None:
        """Begin to connect, and stay connected until `close`."""
        self._keeper = self._loop.create_task(self._keep())
        self._watch = self._loop.create_task(self._watch_answers())

    async def wait_up(self, timeout_s: float) -> bool:
        """Is the link up within this time?"""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), timeout_s)
        return self.is_up

    async def close(self) -> None:
        for running in (self._keeper, self._watch):
            if running is not None:
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running
        self.cut()
        self._fail(self._pending)
        self._fail(self._carried)

    def send(self, *command: Argument) -> asyncio.Future[Any]:
        """Queue a command; the future holds its answer. Raises RedisAway at once where the link is down.

        The future raises RedisAway (outcome unknown) or RedisRefused.
        """
        sent = Awaited.of(self._loop.create_future(), self._loop.time(), command)
        self._queue(sent)
        return sent.future

    def post(self, call: bytes, on_answer: Callable[[Any], None]) -> None:
        """A packed call without a future: `on_answer` gets the answer or the error, in the reader, and must not raise.

        Raises RedisAway at once where the link is down.
        """
        sent = Posted(self._loop.time(), call, True, None, on_answer)
        wire = self._wire
        if self.is_up and wire is not None and self._waiting is None:
            self._pending.append(sent)  # `_out`, without its call: one for each message
            wire.write(call)
        else:
            self._queue(sent)

    def is_crowded(self, depth: int, wait_s: float) -> bool:
        """Are more than `depth` commands unanswered, or the oldest one for longer than `wait_s`?"""
        pending = self._pending
        return len(pending) > depth or (len(pending) > 0 and self._loop.time() - pending[0].at_s > wait_s)

    def _queue(self, sent: Sent) -> None:
        if self.is_up or asyncio.current_task() is self._keeper:
            self._out(sent)
        elif self._is_leaving and self._loop.time() < self._leaving_until_s:
            self._carried.append(sent)
        else:
            raise RedisAway(self.name)

    def drop_carried(self) -> None:
        """What waits for the next server is given up: RedisAway. For who must not write on there yet."""
        self._fail(self._carried)

    def cut(self) -> None:
        """Drop the connection and open it again."""
        if self._wire is not None:
            self._wire.abort()

    # ---- out ----

    def _send(self, command: tuple[Argument, ...]) -> asyncio.Future[Any]:
        sent = Awaited.of(self._loop.create_future(), self._loop.time(), command)
        self._out(sent)
        return sent.future

    def _out(self, sent: Sent) -> None:
        if self._wire is None:
            raise RedisAway(self.name)
        self._pending.append(sent)
        if self._waiting is not None and self.is_up:
            self._waiting.join(sent)
        self._wire.write(sent.packed)

    def _send_wait(self, sent: Sent) -> None:
        if self._wire is not None:
            self._pending.append(sent)
            self._wire.write(sent.packed)

    def _before_flush(self) -> None:
        if self._waiting is not None:
            self._waiting.flushed()

    # ---- in ----

    def _pushed_or_answered(self, answer: Any) -> None:
        assert self.on_push is not None
        if isinstance(answer, list):
            if answer[0] in (b"smessage", b"message"):
                self.on_push(answer[1], answer[2])
                return
            if answer[0] == b"sunsubscribe" and not self._is_asked_for(answer[1]):
                self._leave()  # the slot of this channel has gone elsewhere
                return
        self._answered(answer)

    def _answered(self, answer: Any) -> None:
        if not self._pending:
            return
        sent = self._pending.popleft()
        if self._waiting is not None and self._waiting.takes(sent, answer):
            pass
        elif isinstance(answer, hiredis.ReplyError):
            self.errors += 1
            if not self._is_carried(sent, str(answer)):
                sent.give(RedisAway(self.name) if _word(answer) in _HALF_MOVED else RedisRefused(str(answer)))
        else:
            sent.give(answer)
        if self._is_leaving and not self._is_greeting and not self._pending:
            self.cut()

    def _is_asked_for(self, channel: bytes) -> bool:
        return len(self._pending) > 0 and self._pending[0].packed == pack(("SUNSUBSCRIBE", channel))

    def _is_carried(self, sent: Sent, words: str) -> bool:
        """Keep a command that this server surely did not carry out, and look for the one that will."""
        if words.partition(" ")[0] not in _NOT_HERE or self._is_greeting:
            return False
        self._last_refusal = words
        self._carried.append(sent)
        self._leave()
        return True

    def _leave(self) -> None:
        """No new commands to this server. What is under way is answered first, so that the order stays."""
        if not self._is_leaving:
            self._leaving_until_s = self._loop.time() + CARRY_S
        self._is_leaving = True
        self._shut()
        if self._is_greeting or not self._pending:
            self.cut()

    def _shut(self) -> None:
        self.is_up = False
        self._ready.clear()

    def _lost(self) -> None:
        if self.away_since_ms is None:
            self.away_since_ms = now_ms()
        self._shut()
        self._wire = None
        self._fail(self._pending)
        if self._waiting is not None:
            for sent in self._waiting.clear():
                sent.give(RedisAway(self.name))
        self._down.set()

    def _fail(self, many: deque[Sent]) -> None:
        while many:
            many.popleft().give(RedisAway(self.name))

    # ---- staying connected ----

    async def _open(self) -> None:
        self._is_greeting = True
        if self._locate is not None:
            self.address = await self._locate(self._last_refusal)
            self._last_refusal = ""
        assert self.address is not None
        on_answer = self._answered if self.on_push is None else self._pushed_or_answered
        self._wire = await connect(self.address, lambda: Wire(on_answer, self._lost, self._before_flush))
        greetings = [*greetings_of(self.address), ("CLIENT", "SETNAME", self.name)]
        for answer in [self._send(greeting) for greeting in greetings]:
            await answer
        if self._locate is not None:
            with contextlib.suppress(RedisRefused):  # some services don't let themselves be asked
                if (await self._send(("ROLE",)))[0] != b"master":
                    raise RedisAway(self.name)

    async def _keep(self) -> None:
        pause = RECONNECT_FIRST_S
        refused = ""
        while True:
            self._down.clear()
            try:
                # asyncio.timeout, since wait_for would run these in a task of its own: only this one may send yet.
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    await self._open()
                if self.on_up is not None:
                    async with asyncio.timeout(2 * ANSWER_TIMEOUT_S):
                        await self.on_up()
                self._let_through()
                pause, refused = RECONNECT_FIRST_S, ""
                await self._down.wait()
            except RedisRefused as error:
                self._last_refusal = error.words
                if str(error) != refused:
                    refused = str(error)
                    log.warning("link_refused", link=self.name, kind=refused[:32])
                self.cut()
            except (OSError, TimeoutError, RedisAway):
                self.cut()
            self._shut()
            self.errors += 1
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 - jitter, not a secret
            pause = min(2 * pause, RECONNECT_MAX_S)

    def _let_through(self) -> None:
        if self._wire is None:
            raise RedisAway(self.name)
        self._is_leaving = self._is_greeting = False
        self.away_since_ms = None
        self.is_up = True
        self._ready.set()
        carried, self._carried = self._carried, deque()
        for sent in carried:
            if not sent.is_over:
                self._out(sent)

    async def _watch_answers(self) -> None:
        overdue: Sent | None = None
        while True:
            await asyncio.sleep(1)
            now = self._loop.time()
            while self._carried and now - self._carried[0].at_s > CARRY_S:
                self._carried.popleft().give(RedisAway(self.name))
            if self._pending and now - self._pending[0].at_s > ANSWER_TIMEOUT_S:
                # Twice, with reading in between: it may be we who were late, with the answer waiting to be read.
                is_late_again = overdue is self._pending[0]
                overdue = self._pending[0]
                if is_late_again:
                    self.cut()
            elif self.is_up and not self._pending:
                # An idle link whose peer vanished without a word is found here, not by the next message.
                with contextlib.suppress(RedisAway):
                    self._send(("PING",)).add_done_callback(_swallow)


def _word(error: Exception) -> str:
    return str(error).partition(" ")[0]


def _swallow(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
