"""The engine comes back empty: who talks goes on talking, who waited stands where they stood."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from chat.conversation.facts_tables import ChatFactsRow
from config.engines.valkey import ThrowAwayValkey
from tests.helpers.person import Seeker
from tests.helpers.service import Service, standing_still, starting, until
from tests.helpers.wire import WireClosed
from tests.helpers.world import World


@pytest.fixture(scope="module")
def forgetful() -> Iterator[ThrowAwayValkey]:
    """An engine that keeps nothing."""
    with ThrowAwayValkey() as engine:
        yield engine


@pytest.fixture(scope="module")
def service_on_it(forgetful: ThrowAwayValkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with starting(tmp_path_factory.mktemp("forgetful"), REDIS_URL=forgetful.url) as service:
        yield service
        service.check_log()


def loses_everything(engine: ThrowAwayValkey) -> None:
    """Called on the main thread: an engine ends with the thread that started it."""
    engine.kill()
    engine.restart()


def loses_every_process_too(engine: ThrowAwayValkey, service: Service) -> None:
    """Nothing is left of what anybody held in memory; `up` starts all processes again."""
    before = service.children()
    engine.kill()
    for pid in before:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: len(service.children()) == len(before) and not {*before} & {*service.children()})
    engine.restart()
    until(service.is_ready)


def loses_its_links(engine: redis.Redis) -> None:
    """All that processes have, for commands and for pushes."""
    for kind in ("normal", "pubsub"):
        engine.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")  # type: ignore[no-untyped-call]


def calls(engine: redis.Redis, *, are_taken: bool) -> None:
    """Does it take the calls of the library? Everything else works."""
    engine.execute_command("ACL", "SETUSER", "default", "+fcall" if are_taken else "-fcall")  # type: ignore[no-untyped-call]


def has_looked_round(engine: redis.Redis, *, times: int = 2) -> None:
    """Wait until the only web process that runs has read so often who else lives; the first answer is in by then."""
    with engine.monitor() as seen:  # type: ignore[no-untyped-call]
        for command in seen.listen():
            times -= command["command"].startswith("ZRANGE {a:main}:procs ")
            if times == 0:
                return


def is_from_before(engine: redis.Redis, process: str) -> None:
    """Another life begins from a state in which nobody had asked and this process had not come.

    Nothing ends its barrier but processes that have spoken.
    """
    told, meta, others = engine.info(), "{a:main}:meta", engine.zrange("{a:main}:procs", 0, -1, withscores=True)
    engine.flushdb()
    engine.hset(meta, mapping={"run": "an earlier life"})
    engine.zadd("{a:main}:procs", {name: lease for name, lease in others if name.decode() != process})
    engine.execute_command("REPLICAOF", "127.0.0.1", 1)  # type: ignore[no-untyped-call]
    engine.execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]
    life = told["run_id"][:8] + engine.info()["master_replid"][:8]
    now_ms = int(time.time() * 1000)
    engine.hset(meta, mapping={"barred_run": life, "bat": now_ms, "bar": now_ms + 60_000, "had": "1"})
    engine.hset("{t:main}:meta", mapping={"run": life, "barred_run": life})  # nobody waits for what is no part of this


def has_spoken(engine: redis.Redis) -> bool:
    """Has some process said all that it holds, or even ended the barrier by that?"""
    return bool(engine.scard("{a:main}:as")) or engine.hget("{a:main}:meta", "bar") == b"0"


def was_refused(service: Service, pid: int) -> bool:
    """Has this web process met an engine that it could tell nothing?"""
    return any("link_refused" in line and f".{pid}." in line for line in service.log().splitlines())


async def snapshot_of(world: World, seeker: Seeker, **hello: Any) -> dict[str, Any]:
    """What a new connection of this person is told, as soon as the process that it meets has found the engine again."""
    for _ in range(300):
        try:
            tab = await world.same_person(seeker, **hello)
        except WireClosed:
            await asyncio.sleep(0.1)
            continue
        snapshot = dict(tab.welcome["snapshot"])
        await tab.leaves()
        return snapshot
    raise AssertionError("nobody answers hello")


async def comes_back(seeker: Seeker, **hello: Any) -> None:
    """Say hello until a process takes it that has found the engine again."""
    for _ in range(300):
        try:
            await seeker.comes(**hello)
            return
        except (WireClosed, OSError):
            await asyncio.sleep(0.1)
    raise AssertionError("nobody answers hello")


async def facts_of(world: World, chat_id: str) -> None:
    """Wait until the archiver has written that this chat ended."""
    for _ in range(300):
        async with world.database.read() as session:
            if await session.get(ChatFactsRow, chat_id) is not None:
                return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the facts of {chat_id} were not written")


async def test_the_processes_say_again_what_the_engine_forgot(
    forgetful: ThrowAwayValkey, service_on_it: Service
) -> None:
    world = await World(service_on_it).opens()
    try:
        seeker, listener, chat_id = await world.they_talk()
        waiting = [await world.seeker_arrives() for _ in range(3)]
        for person in (seeker, listener, *waiting):
            person.keeps_coming_back()
        for number in range(3):
            await seeker.says(chat_id, f"I said {number}")
            await listener.says(chat_id, f"I heard {number}")
        await world.everyone_agrees()
        said = [(m["seq"], m["message_id"]) for m in seeker.logs[chat_id].messages.values()]
        loses_everything(forgetful)
        await seeker.says(chat_id, "are you still there?")
        await listener.says(chat_id, "I am, and it is the same chat")
        await world.everyone_agrees()
        # Nobody said it again: the processes wrote it back, and in its order.
        held = sorted((m["seq"], m["message_id"]) for m in listener.logs[chat_id].messages.values())
        assert held[: len(said)] == said and len(held) == len(said) + 2
        for place, person in enumerate(waiting, start=1):
            request = (await snapshot_of(world, person))["request"]
            assert (request["state"], request["place"]) == ("waiting", place)
            assert not [f for f in person.unseen if f["type"] == "request_changed" and f["state"] == "ended"]
        await seeker.does("end_chat", chat_id=chat_id)
        await listener.does("finish_wrap_up", chat_id=chat_id)
        offer = await listener.sees_offer(request_id=waiting[0].request_id)
        await listener.accepts(offer)
        await waiting[0].is_connected()
    finally:
        await world.ends()


async def test_a_master_that_is_promoted_again_and_takes_no_calls_at_first(
    forgetful: ThrowAwayValkey, service_on_it: Service
) -> None:
    """It was never started again, so only its replication tells that it is not what it was."""
    world = await World(service_on_it).opens()
    engine = redis.Redis(unix_socket_path=str(forgetful.socket))
    try:
        seeker, listener, chat_id = await world.they_talk()
        waiting = await world.seeker_arrives()
        for person in (seeker, listener, waiting):
            person.keeps_coming_back()
        webs = service_on_it.children("web")
        calls(engine, are_taken=False)
        engine.execute_command("REPLICAOF", "127.0.0.1", 1)  # type: ignore[no-untyped-call]
        engine.execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]
        engine.flushall()
        loses_its_links(engine)
        await asyncio.to_thread(until, lambda: all(was_refused(service_on_it, web) for web in webs))
        calls(engine, are_taken=True)
        await seeker.says(chat_id, "are you still there?")
        await listener.says(chat_id, "I am, and it is the same chat")
        await world.everyone_agrees()
        assert (await snapshot_of(world, waiting))["request"]["state"] == "waiting"
    finally:
        calls(engine, are_taken=True)
        engine.close()
        await world.ends()


async def test_who_came_after_the_older_state_was_saved_is_waited_for(
    forgetful: ThrowAwayValkey, service_on_it: Service
) -> None:
    world = await World(service_on_it).opens()
    engine = redis.Redis(unix_socket_path=str(forgetful.socket))
    near, far = service_on_it.children("web")
    try:
        with standing_still(near):
            seeker = await world.seeker_arrives()
            seeker.keeps_coming_back()
        with standing_still(far):
            await asyncio.to_thread(has_looked_round, engine)
            (name,) = [one.decode() for one in engine.zrange("{a:main}:procs", 0, -1) if f".{far}.".encode() in one]
            with standing_still(near):
                is_from_before(engine, name)
                loses_its_links(engine)
            other_tab = asyncio.create_task(snapshot_of(world, seeker))
            await asyncio.to_thread(until, lambda: has_spoken(engine))
            await asyncio.sleep(0.5)
            assert not other_tab.done(), "only the other process knows what they asked"
        snapshot = await other_tab
        async with asyncio.timeout(60):
            while snapshot["request"] is None:  # on a machine so busy that the other one is not waited for any longer
                snapshot = await snapshot_of(world, seeker)
        assert snapshot["request"]["state"] == "waiting"
    finally:
        engine.close()
        await world.ends()


async def test_a_ticket_brings_back_what_nobody_else_remembers(
    forgetful: ThrowAwayValkey, service_on_it: Service
) -> None:
    world = await World(service_on_it).opens()
    try:
        waiting = [await world.seeker_arrives() for _ in range(2)]
        tickets = [(await seeker.sees("request_changed", state="waiting"))["ticket"] for seeker in waiting]
        loses_every_process_too(forgetful, service_on_it)
        for seeker, ticket in reversed(list(zip(waiting, tickets, strict=True))):
            await comes_back(seeker, tickets=[ticket, "nonsense"])
            assert seeker.welcome["snapshot"]["request"]["request_id"] == seeker.request_id
        listener = await world.listener_is_available()
        for seeker in waiting:
            offer = await listener.sees_offer(request_id=seeker.request_id)
            await listener.accepts(offer)
            await seeker.does("confirm_here", request_id=seeker.request_id)
            chat_id = await seeker.is_connected()
            await seeker.does("end_chat", chat_id=chat_id)
            await listener.does("finish_wrap_up", chat_id=chat_id)
        # What the database knows as ended, no ticket brings back.
        await facts_of(world, chat_id)
        loses_everything(forgetful)
        await asyncio.to_thread(until, service_on_it.is_ready)
        again = await snapshot_of(world, waiting[-1], tickets=[tickets[-1]], recover=[])
        assert again["request"] is None
    finally:
        await world.ends()
