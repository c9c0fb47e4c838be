"""A link to a server that says what a test wants: what is carried along, what is unknown, what waits."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from config.redis_address import Address
from config.redis_link import RedisAway, RedisLink, RedisRefused
from config.replica_ack import FAILURES, PATIENCE_S, PATIENCE_WITH_NEW_S, TRY_AGAIN_S, AckBreaker, ReplicaAck

Script = Callable[[list[str]], bytes]


class Told:
    """A server on a port of its own that answers each command as `script` says, and keeps what it was sent."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.got: list[list[str]] = []
        self.port = 0

    async def start(self, ends: contextlib.AsyncExitStack) -> "Told":
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        ends.callback(server.close)
        self.port = int(server.sockets[0].getsockname()[1])
        return self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readline():
                words = []
                for _ in range(int(head[1:])):
                    size = int((await reader.readline())[1:])
                    words.append((await reader.readexactly(size + 2))[:-2].decode())
                self.got.append(words)
                writer.write(self._greeting(words) or self.script(words))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @staticmethod
    def _greeting(words: list[str]) -> bytes:
        return {"CLIENT": b"+OK\r\n", "ROLE": b"*1\r\n$6\r\nmaster\r\n", "PING": b"+PONG\r\n"}.get(words[0], b"")

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", self.port)

    def commands(self, *names: str) -> list[str]:
        return [words[1] for words in self.got if words[0] in names]


class Two:
    """A server that has become a replica, and the master; and how a link finds the latter."""

    def __init__(self, refusal: bytes) -> None:
        self.old = Told(lambda _: b"-" + refusal + b"\r\n")
        self.new = Told(lambda words: f"+{words[1]}\r\n".encode())
        self.found: list[str] = []

    async def locate(self, refusal: str) -> Address:
        self.found.append(refusal)
        return self.old.address if len(self.found) == 1 else self.new.address


@pytest.fixture
async def ends() -> AsyncIterator[contextlib.AsyncExitStack]:
    """Links and servers end with the test."""
    async with contextlib.AsyncExitStack() as stack:
        yield stack


async def _up(link: RedisLink, ends: contextlib.AsyncExitStack) -> RedisLink:
    ends.push_async_callback(link.close)
    link.start()
    assert await link.wait_up(30)
    return link


async def _on(two: Two, ends: contextlib.AsyncExitStack) -> RedisLink:
    await two.old.start(ends)
    await two.new.start(ends)
    return await _up(RedisLink(two.locate, name="t"), ends)


@pytest.mark.parametrize("words", ["MOVED 7 127.0.0.1:1", "READONLY You can't write", "CLUSTERDOWN", "LOADING wait"])
async def test_what_was_surely_not_carried_out_goes_along_in_order(words: str, ends: contextlib.AsyncExitStack) -> None:
    two = Two(words.encode())
    link = await _on(two, ends)
    first = [link.send("GET", f"k{number}") for number in range(5)]
    await asyncio.sleep(0.01)  # refused by now; what comes meanwhile stands in line behind it
    later = [link.send("GET", f"k{number}") for number in range(5, 8)]
    assert await asyncio.gather(*first, *later) == [f"k{number}".encode() for number in range(8)]
    assert two.new.commands("GET") == [f"k{number}" for number in range(8)]
    assert two.found == ["", words]


async def test_nothing_goes_along_to_a_server_that_must_be_told_first_what_it_lost(
    ends: contextlib.AsyncExitStack,
) -> None:
    two = Two(b"READONLY")

    async def comes_up() -> None:
        if len(two.found) > 1:
            link.drop_carried()

    await two.old.start(ends)
    await two.new.start(ends)
    link = await _up(RedisLink(two.locate, name="t", on_up=comes_up), ends)
    with pytest.raises(RedisAway):
        await asyncio.wait_for(link.send("SET", "k", "v"), 30)
    assert await link.wait_up(30) and two.new.commands("SET") == []


@pytest.mark.parametrize("words", ["ASK 7 127.0.0.1:1", "TRYAGAIN"])
async def test_a_half_moved_slot_is_nobodys(words: str, ends: contextlib.AsyncExitStack) -> None:
    two = Two(words.encode())
    link = await _on(two, ends)
    with pytest.raises(RedisAway):
        await link.send("GET", "k")
    assert link.is_up and two.new.got == []


async def test_any_other_refusal_is_the_callers_matter(ends: contextlib.AsyncExitStack) -> None:
    two = Two(b"OOM command not allowed")
    link = await _on(two, ends)
    with pytest.raises(RedisRefused, match="OOM"):
        await link.send("SET", "k", "v")
    assert link.is_up and two.found == [""]


async def test_what_nobody_takes_is_given_up_after_a_while(
    ends: contextlib.AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.redis_link.CARRY_S", 0.2)
    two = Two(b"READONLY")
    two.new.script = two.old.script
    link = await _on(two, ends)
    with pytest.raises(RedisAway):
        await asyncio.wait_for(link.send("SET", "k", "v"), 30)


async def test_answers_of_calls_wait_and_share_a_wait(ends: contextlib.AsyncExitStack) -> None:
    acks = iter([1, 1])
    told = await Told(lambda words: f":{next(acks)}\r\n".encode() if words[0] == "WAIT" else b"+done\r\n").start(ends)
    link = await _up(RedisLink(f"redis://127.0.0.1:{told.port}", name="t", ack=ReplicaAck(1, 100)), ends)
    assert await asyncio.gather(*[link.send("FCALL", f"f{number}", 1, "k") for number in range(10)]) == [b"done"] * 10
    assert await link.send("GET", "k") == b"done"
    assert [words[0] for words in told.got if words[0] not in ("CLIENT", "PING")] == ["FCALL"] * 10 + ["WAIT", "GET"]


async def test_a_step_that_no_replica_has_is_unknown_to_its_caller(ends: contextlib.AsyncExitStack) -> None:
    told = await Told(lambda words: b":0\r\n" if words[0] == "WAIT" else b"+done\r\n").start(ends)
    link = await _up(RedisLink(f"redis://127.0.0.1:{told.port}", name="t", ack=ReplicaAck(1, 100)), ends)
    read, step = link.send("GET", "k"), link.send("FCALL", "f", 1, "k")
    assert await read == b"done", "nothing was written by it"
    with pytest.raises(RedisAway):
        await step
    assert not link.is_degraded


def test_the_breaker_opens_after_some_failures_in_a_row_and_closes_with_one_success() -> None:
    breaker = AckBreaker(ReplicaAck(2, 100))
    assert breaker.answered(2, 9.0)
    for _ in range(2 * FAILURES):
        assert not breaker.answered(1, 10.0)
    assert not breaker.is_open, "not in the time in which another master may have been found"
    assert breaker.answered(2, 10.0 + PATIENCE_S)
    breaker.answered(0, 20.0)
    breaker.answered(0, 20.0 + PATIENCE_S)
    assert not breaker.is_open, "not for two, however long they lasted"
    breaker.answered(0, 20.0 + PATIENCE_S)
    assert breaker.is_open
    due_s = 20.0 + PATIENCE_S + TRY_AGAIN_S
    assert not breaker.is_try_due(due_s - 0.1)
    assert breaker.is_try_due(due_s) and not breaker.is_try_due(due_s), "one at a time"
    breaker.answered(1, due_s + 1)
    assert breaker.is_open
    assert breaker.is_try_due(due_s + TRY_AGAIN_S)
    breaker.answered(2, due_s + TRY_AGAIN_S + 1)
    assert not breaker.is_open


def test_a_master_that_was_promoted_a_moment_ago_is_not_waited_for_so_long() -> None:
    breaker = AckBreaker(ReplicaAck(1, 100))
    assert breaker.answered(1, 9.0)
    breaker.reconnected()
    for _ in range(FAILURES):
        breaker.answered(0, 10.0)
    assert not breaker.is_open
    breaker.answered(0, 10.0 + PATIENCE_WITH_NEW_S)
    assert breaker.is_open
    breaker.reconnected()
    assert breaker.is_open and breaker.is_try_due(12.0), "the next one is tried at once"
