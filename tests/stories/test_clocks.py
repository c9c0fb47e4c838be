"""The engine's clock jumps: what a page counts down is as long as it is."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config.engines.valkey import socket_path
from tests.helpers.service import CONFIRM_S, OFFER_S, WRAP_UP_S, Service, starting
from tests.helpers.world import World

SHARDS = ("{a:main}:", "{t:main}:")
#: What two clocks may differ by before anybody minds.
ALIKE_S = 3


@pytest.fixture
def its_own(tmp_path: Path) -> Iterator[Service]:
    with starting(tmp_path) as service:
        yield service
        service.check_log()


def clock_is_ahead(service: Service, by_s: int) -> None:
    """The shards' own clocks never go back, so one that was put right is as good as one that is wrong."""
    link = redis.Redis(unix_socket_path=str(socket_path(service.data_dir)))
    for shard in SHARDS:
        link.hset(f"{shard}meta", "clk", int((time.time() + by_s) * 1000))
    link.close()


def left_s(until_ms: int) -> float:
    return until_ms / 1000 - time.time()


async def test_an_hour_too_early_nobody_counts_an_hour(its_own: Service) -> None:
    world = await World(its_own).opens()
    try:
        clock_is_ahead(its_own, by_s=3600)
        await asyncio.sleep(7)  # leases ran out with the hour; each process beats every five seconds
        listener = await world.listener_is_available()
        seeker = await world.seeker_arrives()
        tab = await world.same_person(listener)
        offer = await listener.sees_offer(request_id=seeker.request_id)
        assert 0 < left_s(offer["deadline_ms"]) <= OFFER_S + ALIKE_S
        assert 0 < left_s(tab.welcome["snapshot"]["offer"]["deadline_ms"]) <= OFFER_S + ALIKE_S
        await seeker.vanishes()
        await world.is_known_to_be_gone(seeker)
        await listener.accepts(offer)
        await seeker.comes()
        wanted = await seeker.sees("confirm_wanted", request_id=seeker.request_id)
        assert 0 < left_s(wanted["deadline_ms"]) <= CONFIRM_S + ALIKE_S
        await seeker.tells("confirm_here", request_id=seeker.request_id)
        chat_id = await seeker.is_connected()
        await seeker.asks("end_chat", chat_id=chat_id)
        ended = await listener.sees("chat_ended", chat_id=chat_id)
        assert 0 < left_s(ended["wrap_up_until_ms"]) <= WRAP_UP_S + ALIKE_S
    finally:
        await world.ends()
