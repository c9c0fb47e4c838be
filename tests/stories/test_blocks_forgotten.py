"""Who shall not meet again doesn't, also after an engine that lost everything, and every process with it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import redis

from config.engines.valkey import ThrowAwayValkey, socket_path
from tests.helpers.person import Listener, Seeker
from tests.helpers.service import PATIENCE_S, Service, starting
from tests.helpers.world import World
from tests.stories.test_forgotten_engine import (
    calls,
    comes_back,
    loses_every_process_too,
    loses_everything,
    snapshot_of,
)


@pytest.fixture(scope="module")
def forgetful() -> Iterator[ThrowAwayValkey]:
    """An engine that keeps nothing."""
    with ThrowAwayValkey() as engine:
        yield engine


@pytest.fixture(scope="module")
def service_on_it(forgetful: ThrowAwayValkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with starting(tmp_path_factory.mktemp("forgetful"), REDIS_URL=forgetful.url, WRAP_UP_S="0") as service:
        yield service
        service.check_log()


async def a_listener_blocks(seeker: Seeker, listener: Listener, chat_id: str) -> None:
    await listener.asks("report", chat_id=chat_id, reason="abuse", block=True)
    await seeker.sees("chat_ended", chat_id=chat_id)


async def a_seeker_blocks(seeker: Seeker, listener: Listener, chat_id: str) -> None:
    await seeker.asks("report", chat_id=chat_id, reason="rude", block=True)
    await listener.sees("chat_ended", chat_id=chat_id)


async def they_do_not_meet(world: World, seeker: Seeker, listener: Listener) -> None:
    await listener.does("set_availability", availability="available", capacity=1)
    await listener.sees_no("offer_made", for_s=4.0)  # longer than the barrier
    friendly = await world.listener_is_available()
    await friendly.sees_offer(request_id=seeker.request_id)
    stranger = await world.seeker_arrives()
    await listener.sees_offer(request_id=stranger.request_id)


@pytest.mark.parametrize("blocks", [a_listener_blocks, a_seeker_blocks], ids=["listener", "seeker"])
async def test_a_block_is_kept_when_the_engine_lost_everything(
    forgetful: ThrowAwayValkey, service_on_it: Service, blocks: Callable[[Seeker, Listener, str], Awaitable[None]]
) -> None:
    world = await World(service_on_it).opens()
    try:
        seeker, listener, chat_id = await world.they_talk()
        await blocks(seeker, listener, chat_id)
        for person in (seeker, listener):
            person.keeps_coming_back()
        loses_everything(forgetful)
        await seeker.asks_for_chat(world.language, age_band="teen")
        await they_do_not_meet(world, seeker, listener)
    finally:
        await world.ends()


async def test_and_when_every_process_was_lost_with_it(forgetful: ThrowAwayValkey, service_on_it: Service) -> None:
    world = await World(service_on_it).opens()
    try:
        seeker, listener, chat_id = await world.they_talk()
        await a_listener_blocks(seeker, listener, chat_id)
        loses_every_process_too(forgetful, service_on_it)
        for person in (seeker, listener):
            await comes_back(person)
        await seeker.asks_for_chat(world.language)
        await they_do_not_meet(world, seeker, listener)
    finally:
        await world.ends()


async def test_a_request_that_waits_is_never_offered_to_whom_they_blocked(
    forgetful: ThrowAwayValkey, service_on_it: Service
) -> None:
    """Neither to whom they blocked in this visit, nor to whom their device alone keeps away since an earlier one."""
    world = await World(service_on_it).opens()
    try:
        seeker, listener, chat_id = await world.they_talk()
        avoided = await world.staff_signs_in()
        await avoided.becomes("paused")
        await a_listener_blocks(seeker, listener, chat_id)
        await listener.becomes("paused")
        await seeker.asks_for_chat(world.language, avoid_listeners=[avoided.person_id])
        for person in (seeker, listener, avoided):
            person.keeps_coming_back()
        loses_everything(forgetful)
        await avoided.does("set_availability", availability="available", capacity=1)
        await avoided.sees_no("offer_made", for_s=4.0)
        await avoided.does("set_availability", availability="paused")
        await they_do_not_meet(world, seeker, listener)
    finally:
        await world.ends()


async def test_a_report_under_which_the_engine_was_restarted_ends_the_chat_all_the_same(tmp_path: Path) -> None:
    with starting(tmp_path) as service:
        world = await World(service).opens()
        engine = redis.Redis(unix_socket_path=str(socket_path(service.data_dir)))
        try:
            seeker, listener, chat_id = await world.they_talk()
            for person in (seeker, listener):
                person.keeps_coming_back()
            calls(engine, are_taken=False)
            report = {"chat_id": chat_id, "reason": "abuse", "block": True}
            await listener.is_refused("try_again", "report", **report)
            service.kill("valkey")
            await listener.does("report", **report)
            async with asyncio.timeout(PATIENCE_S):
                while (await snapshot_of(world, seeker))["chats"][0]["state"] != "ended":
                    await asyncio.sleep(0.1)
        finally:
            engine.close()
            await world.ends()
        service.check_log()
