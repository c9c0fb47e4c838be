"""One open socket to an engine, and one question to a server that isn't worth a lasting connection."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import hiredis

from config.redis_address import Address

Argument = bytes | str | int | float

#: What stands before an argument of so many bytes: nearly all are shorter than this.
_SHORT = 1024
_END = b"\r\n"
_SIZES = [b"$%d\r\n" % size for size in range(_SHORT)]


class RedisAway(Exception):
    """The engine can't be reached, or went away under a command (which may or may not have had its effect)."""


class RedisRefused(Exception):
    """The engine answered with an error. The message is the engine's own first word, such as OOM or READONLY."""

    @property
    def is_about_password(self) -> bool:
        """Does it say that the user or the password are wrong, missing, or not asked for?"""
        return str(self) in ("WRONGPASS", "NOAUTH") or self.words.startswith("ERR AUTH")

    def __init__(self, words: str) -> None:
        super().__init__(words.split(" ", 1)[0])
        self.words = words


class Template:
    """A command of which all but some arguments in its middle is always the same: that is packed once."""

    __slots__ = ("_after", "_before")

    def __init__(self, first: tuple[Argument, ...], middle: int, last: tuple[Argument, ...]) -> None:
        """`middle`: how many arguments come between `first` and `last`."""
        self._before = b"*%d\r\n" % (len(first) + middle + len(last)) + _without_count(pack(first))
        self._after = _without_count(pack(last))

    def begun(self, *middle: Argument) -> "Template":
        """The same with the first arguments of the middle filled in, for whoever sends those often."""
        begun = Template.__new__(Template)
        begun._before, begun._after = self._before + _without_count(pack(middle)), self._after
        return begun

    def filled(self, name: bytes, value: bytes) -> bytes:
        """The whole command, whose middle ends with these two."""
        # Spelt out: as a loop over any number of arguments it costs thrice as much.
        size, length = len(name), len(value)
        name_head = _SIZES[size] if size < _SHORT else b"$%d\r\n" % size
        value_head = _SIZES[length] if length < _SHORT else b"$%d\r\n" % length
        return b"".join((self._before, name_head, name, _END, value_head, value, _END, self._after))


def pack(command: tuple[Argument, ...]) -> bytes:
    """A command as it goes over the wire."""
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type]
    return packed


def _without_count(packed: bytes) -> bytes:
    return packed[packed.index(b"\n") + 1 :]


class Wire(asyncio.Protocol):
    """Bytes out in one write per loop pass, answers in. `before_flush` may add to what goes out."""

    def __init__(
        self,
        on_answer: Callable[[Any], None],
        on_lost: Callable[[], None],
        before_flush: Callable[[], None] = lambda: None,
    ) -> None:
        self.on_answer = on_answer
        self.on_lost = on_lost
        self.before_flush = before_flush
        self.reader = hiredis.Reader()
        self.transport: asyncio.Transport | None = None
        self.out: list[bytes] = []
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, chunk: bytes) -> None:
        gets, on_answer = self.reader.gets, self.on_answer
        self.reader.feed(chunk)
        while (answer := gets()) is not False:
            on_answer(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.on_lost()

    def write(self, packed: bytes) -> None:
        if not self.out:
            self.loop.call_soon(self.flush)
        self.out.append(packed)

    def flush(self) -> None:
        self.before_flush()
        if self.transport is not None and self.out:
            self.transport.write(b"".join(self.out))
        self.out.clear()

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()


async def connect(address: Address, protocol: Callable[[], Wire]) -> Wire:
    """Raises OSError."""
    loop = asyncio.get_running_loop()
    if address.path:
        _, wire = await loop.create_unix_connection(protocol, address.path)
    else:
        tls = ssl.create_default_context() if address.is_tls else None
        _, wire = await loop.create_connection(protocol, address.host, address.port, ssl=tls)
    return wire


def greetings_of(address: Address) -> list[tuple[Argument, ...]]:
    """What a server wants to be told before anything else."""
    greetings: list[tuple[Argument, ...]] = []
    if address.password:
        greetings.append(("AUTH", address.user or "default", address.password))
    if address.database:
        greetings.append(("SELECT", address.database))
    return greetings


async def ask(address: Address, *commands: tuple[Argument, ...], timeout_s: float = 1.0) -> list[Any]:
    """The answers to some commands, over a connection of their own. Raises RedisAway, RedisRefused."""
    answers: list[Any] = []
    done = asyncio.Event()
    greetings = greetings_of(address)
    wanted = len(greetings) + len(commands)

    def answered(answer: Any) -> None:
        answers.append(answer)
        if len(answers) == wanted:
            done.set()

    try:
        async with asyncio.timeout(timeout_s):
            wire = await connect(address, lambda: Wire(answered, done.set))
            try:
                for command in [*greetings, *commands]:
                    wire.write(pack(command))
                await done.wait()
            finally:
                wire.abort()
    except (OSError, TimeoutError):
        raise RedisAway(repr(address)) from None
    if len(answers) < wanted:
        raise RedisAway(repr(address))
    for answer in answers:
        if isinstance(answer, hiredis.ReplyError):
            raise RedisRefused(str(answer))
    return answers[len(greetings) :]
