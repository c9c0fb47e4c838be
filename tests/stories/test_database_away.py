"""The database is away: who needs it is told to try again, loses nothing, and the log says so in a line."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from config.database import Database
from config.engines.valkey import ThrowAwayValkey
from tests.helpers.person import Person
from tests.helpers.postgres import Postgres, running
from tests.helpers.service import PATIENCE_S, Service, starting, until
from tests.helpers.wire import Wire
from tests.helpers.world import World
from tests.stories.test_forgotten_engine import loses_everything


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A PostgreSQL of one's own, to be stopped."""
    with running() as server:
        yield server


@pytest.fixture
def service_on_it(server: Postgres, tmp_path: Path) -> Iterator[Service]:
    with starting(tmp_path, DATABASE_URL=server.url_of(server.new_database())) as service:
        yield service
        service.check_log()


@pytest.fixture
async def its_world(service_on_it: Service) -> AsyncIterator[World]:
    async with world_on(service_on_it) as world:
        yield world


@contextlib.asynccontextmanager
async def world_on(service: Service) -> AsyncIterator[World]:
    world = World(service)
    await world.database.close()
    world.database = Database(service.env["DATABASE_URL"])
    await world.opens()
    try:
        yield world
    finally:
        await world.ends()


def lines(service: Service) -> list[dict[str, object]]:
    """What the processes logged."""
    return [json.loads(line) for line in service.output.read_text().splitlines() if line.startswith("{")]


async def hello(person: Person, **fields: object) -> dict[str, object]:
    """The reply to a hello on a connection of its own."""
    wire = await Wire.open(person.service.url, cookie=person.cookie)
    try:
        return dict(await wire.ask("hello", **fields))
    finally:
        await wire.close()


async def test_every_command_that_needs_it_may_be_said_again(
    server: Postgres, service_on_it: Service, its_world: World
) -> None:
    world = its_world
    seeker, listener, chat_id = await world.they_talk()
    other, colleague, ended_id = await world.they_talk()
    await other.asks("end_chat", chat_id=ended_id)
    latecomer = await world.visitor()
    wish = {"request_id": "r1", "language": world.language, "age_band": "adult", "first_words": "is somebody there?"}
    needing = [
        (latecomer, "request_chat", wish),
        (other, "give_feedback", {"chat_id": ended_id, "rating": 4, "comment": other.types("it helped")}),
        (other, "give_feedback", {"chat_id": ended_id, "rating": 4, "may_review": True}),
        (other, "report", {"chat_id": ended_id, "reason": "rude", "block": False, "comment": other.types("so")}),
        (listener, "report", {"chat_id": chat_id, "reason": "abuse", "block": True}),
        (colleague, "finish_wrap_up", {"chat_id": ended_id, "note": colleague.types("a note")}),
    ]
    await asyncio.to_thread(server.goes_away)
    for person, kind, fields in needing:
        refused = await person.is_refused("try_again", kind, **fields)
        assert refused["retry_after_ms"] > 0, kind
    await seeker.says(chat_id, "the chat goes on")
    await world.everyone_agrees()
    await asyncio.to_thread(server.comes_back)
    for person, kind, fields in needing:
        await person.does(kind, **fields)
    await seeker.sees("chat_ended", chat_id=chat_id)
    friendly = await world.listener_is_available()
    latecomer.request_id = "r1"
    chat_id = await world.they_meet(latecomer, friendly)
    await friendly.has_heard("is somebody there?", chat_id)
    faults = [line for line in lines(service_on_it) if "error" in line]
    assert faults == [], "no fault of ours, so no trace"
    told = [line.get("command") for line in lines(service_on_it) if line["event"] == "database_away"]
    assert {kind for _, kind, _ in needing} <= set(told)


async def test_one_that_hangs_is_away_too(server: Postgres, its_world: World) -> None:
    world = its_world
    seeker, _, chat_id = await world.they_talk()
    latecomer = await world.visitor()
    wish = {"request_id": "r1", "language": world.language, "age_band": "adult"}
    with server.hangs():
        asked = asyncio.create_task(latecomer.is_refused("try_again", "request_chat", **wish))
        for number in range(3):
            await seeker.says(chat_id, f"nobody who talks waits for it {number}")
            assert not asked.done()
        await asyncio.wait_for(asked, PATIENCE_S)
    await world.everyone_agrees()
    await latecomer.does("request_chat", **wish)


async def test_who_comes_meanwhile(server: Postgres, service_on_it: Service, its_world: World) -> None:
    listener = await its_world.listener_is_available()
    await asyncio.to_thread(server.goes_away)
    assert (await hello(listener, **{"as": "seeker"}))["type"] == "done", "whoever seeks help needs no sign-in"
    refused = await hello(listener)
    assert (refused["type"], refused["code"]) == ("refused", "try_again")
    wire = await Wire.open(service_on_it.url, cookie=listener.cookie)
    await wire.ask("hello")
    await asyncio.to_thread(server.comes_back)
    for _ in range(100):
        if (await wire.ask("hello"))["type"] == "done":
            break
        await asyncio.sleep(0.1)
    (welcome,) = [frame for frame in wire.frames if frame["type"] == "welcome"]
    assert welcome["role"] == "listener", "on the same connection"
    await wire.close()
    faults = [line for line in lines(service_on_it) if "error" in line]
    assert faults == []


async def test_an_engine_that_forgot_meanwhile_hears_of_blocks_as_soon_as_it_is_back(
    server: Postgres, tmp_path: Path
) -> None:
    with ThrowAwayValkey() as engine:
        database_url = server.url_of(server.new_database())
        told = redis.Redis(unix_socket_path=str(engine.socket))
        with starting(tmp_path, DATABASE_URL=database_url, REDIS_URL=engine.url) as service:
            async with world_on(service) as world:
                seeker, listener, chat_id = await world.they_talk()
                await listener.does("report", chat_id=chat_id, reason="abuse", block=True)
                await listener.does("finish_wrap_up", chat_id=chat_id)
                for person in (seeker, listener):
                    person.keeps_coming_back()
                server.goes_away()
                loses_everything(engine)
                until(lambda: told.exists("{a:main}:procs") == 1)
                assert told.hget("{a:main}:meta", "apart") is None
                server.comes_back()
                until(lambda: told.hget("{a:main}:meta", "apart") is not None)
                await seeker.asks_for_chat(world.language)
                await listener.becomes("available")
                await listener.sees_no("offer_made", for_s=4.0)
                friendly = await world.listener_is_available()
                await friendly.sees_offer(request_id=seeker.request_id)
            service.check_log()
        told.close()
