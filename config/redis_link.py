"""A thin connection to Redis or Valkey for the hot path: commands of one loop pass leave in one write.

Most of a chat server's CPU goes into its Redis client; this one does only what the message path needs: pipelined
commands in order, TLS, AUTH, SELECT, reconnect with back-off, and push connections for pub/sub (docs/architecture.md).
"""

import asyncio
import contextlib
import random
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import hiredis

#: A command that stays unanswered for longer means a dead or stuck server: the link is cut and opened again.
ANSWER_TIMEOUT_S = 5.0
RECONNECT_FIRST_S = 0.05
RECONNECT_MAX_S = 1.0

Argument = bytes | str | int | float


class RedisAway(Exception):
    """The engine can't be reached, or went away under a command (which may or may not have had its effect)."""


class RedisRefused(Exception):
    """The engine answered with an error. The message is the engine's own first word, such as OOM or READONLY."""

    def __init__(self, words: str) -> None:
        super().__init__(words.split(" ", 1)[0])
        self.words = words


@dataclass(frozen=True, slots=True)
class Address:
    """Where an engine listens, taken from a redis://, rediss:// or unix:// URL."""

    host: str
    port: int
    path: str
    user: str
    password: str
    database: int
    is_tls: bool

    @classmethod
    def of(cls, url: str) -> "Address":
        """Raises ValueError for a URL that names no database number where one stands."""
        parts = urlsplit(url)
        is_unix = parts.scheme == "unix"
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
        number = query.get("db", "0") if is_unix else (parts.path.strip("/") or query.get("db", "0"))
        return cls(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 6379,
            path=unquote(parts.path) if is_unix else "",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=int(number),
            is_tls=parts.scheme == "rediss",
        )


class _Wire(asyncio.Protocol):
    """One open socket: bytes out in one write per loop pass, answers in."""

    def __init__(self, on_answer: Callable[[Any], None], on_lost: Callable[[], None]) -> None:
        self.on_answer = on_answer
        self.on_lost = on_lost
        self.reader = hiredis.Reader()
        self.transport: asyncio.Transport | None = None
        self.out: list[bytes] = []
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, chunk: bytes) -> None:
        self.reader.feed(chunk)
        while (answer := self.reader.gets()) is not False:
            self.on_answer(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.on_lost()

    def write(self, packed: bytes) -> None:
        if not self.out:
            self.loop.call_soon(self.flush)
        self.out.append(packed)

    def flush(self) -> None:
        if self.transport is not None and self.out:
            self.transport.write(b"".join(self.out))
        self.out.clear()

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()


class RedisLink:
    """Commands in order over one connection that comes back by itself.

    `on_up` runs after each (re)connection, before other commands are let through; it sends from its own task only.
    With `on_push` the link is a
    push connection: it takes SUBSCRIBE-like commands only, and each published payload goes to
    `on_push(channel, payload)`.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        on_push: Callable[[bytes, bytes], None] | None = None,
        on_up: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.address = Address.of(url)
        self.name = name
        self.on_push = on_push
        self.on_up = on_up
        self.errors = 0
        self._wire: _Wire | None = None
        self._pending: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._ready = asyncio.Event()
        self._down = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def is_up(self) -> bool:
        return self._ready.is_set()

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
        if self._wire is not None:
            self._wire.abort()
        self._fail_pending()

    def send(self, *command: Argument) -> asyncio.Future[Any]:
        """Queue a command; the future holds its answer. Raises RedisAway at once where the link is down.

        The future raises RedisAway (outcome unknown) or RedisRefused.
        """
        if not self._ready.is_set() and asyncio.current_task() is not self._keeper:
            raise RedisAway(self.name)
        return self._send(command)

    def cut(self) -> None:
        """Drop the connection and open it again."""
        if self._wire is not None:
            self._wire.abort()

    def _send(self, command: tuple[Argument, ...]) -> asyncio.Future[Any]:
        if self._wire is None:
            raise RedisAway(self.name)
        future: asyncio.Future[Any] = self._loop.create_future()
        self._pending.append((future, self._loop.time()))
        self._wire.write(hiredis.pack_command(command))  # type: ignore[arg-type]
        return future

    def _answered(self, answer: Any) -> None:
        if self.on_push is not None and isinstance(answer, list) and answer[0] in (b"smessage", b"message"):
            self.on_push(answer[1], answer[2])
            return
        if not self._pending:
            return
        future, _ = self._pending.popleft()
        if future.done():
            return
        if isinstance(answer, hiredis.ReplyError):
            self.errors += 1
            future.set_exception(RedisRefused(str(answer)))
        else:
            future.set_result(answer)

    def _lost(self) -> None:
        self._ready.clear()
        self._wire = None
        self._fail_pending()
        self._down.set()

    def _fail_pending(self) -> None:
        while self._pending:
            future, _ = self._pending.popleft()
            if not future.done():
                future.set_exception(RedisAway(self.name))
                future.exception()  # whoever awaits it still sees it; nobody else needs a warning

    async def _open(self) -> None:
        address = self.address

        def protocol() -> _Wire:
            return _Wire(self._answered, self._lost)

        if address.path:
            _, wire = await self._loop.create_unix_connection(protocol, address.path)
        else:
            tls = ssl.create_default_context() if address.is_tls else None
            _, wire = await self._loop.create_connection(protocol, address.host, address.port, ssl=tls)
        self._wire = wire
        greetings: list[tuple[Argument, ...]] = []
        if address.password:
            greetings.append(("AUTH", address.user or "default", address.password))
        if address.database:
            greetings.append(("SELECT", address.database))
        greetings.append(("CLIENT", "SETNAME", self.name))
        for answer in [self._send(greeting) for greeting in greetings]:
            await answer

    async def _keep(self) -> None:
        pause = RECONNECT_FIRST_S
        while True:
            self._down.clear()
            try:
                # asyncio.timeout, since wait_for would run these in a task of its own: only this one may send yet.
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    await self._open()
                if self.on_up is not None:
                    async with asyncio.timeout(2 * ANSWER_TIMEOUT_S):
                        await self.on_up()
                self._ready.set()
                pause = RECONNECT_FIRST_S
                await self._down.wait()
            except (OSError, TimeoutError, RedisAway, RedisRefused):
                self._ready.clear()
                self.cut()
            self.errors += 1
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 - jitter, not a secret
            pause = min(2 * pause, RECONNECT_MAX_S)

    async def _watch_answers(self) -> None:
        while True:
            await asyncio.sleep(1)
            if self._pending and self._loop.time() - self._pending[0][1] > ANSWER_TIMEOUT_S:
                self.cut()
            elif self._ready.is_set() and not self._pending and self.on_push is None:
                # An idle link whose peer vanished without a word is found here, not by the next message.
                with contextlib.suppress(RedisAway):
                    self._send(("PING",)).add_done_callback(_swallow)


def _swallow(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
