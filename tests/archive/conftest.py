"""What stays: a real engine with made-up lives in it, and a database that takes what is to stay of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from config.engines.valkey import ThrowAwayValkey
from config.functions import Functions
from config.redis_engine import Engine
from routing.actions.lines import Lines
from routing.store.shard import Shard
from tests.helpers.databases import *  # noqa: F403 - fixtures
from tests.helpers.valkey import empty, valkey
from tests.store.place import TIMING, Place
from tests.store.wire import Wire

__all__ = ["lines", "place", "valkey"]

TAG = "{a:test}:"


@pytest.fixture
def place(valkey: ThrowAwayValkey) -> Iterator[Place]:
    """The shard in which people live."""
    empty(valkey)
    connection = Wire(valkey.url)
    yield Place(connection, tag=TAG)
    connection.close()


@pytest.fixture
async def lines(place: Place, valkey: ThrowAwayValkey) -> AsyncIterator[Lines]:
    """The same shard as the archiver reaches it."""

    async def loads(tags: tuple[str, ...]) -> None:
        await functions.load(tags[0])

    engine = Engine(valkey.url, [TAG])
    link = engine.commands("archiver", on_up=loads)
    functions = Functions(link, place.library)
    link.start()
    assert await link.wait_up(60)
    following = asyncio.create_task(engine.follow())
    yield Lines({"adult": Shard(TAG, functions, TIMING, lambda: place.now_ms)})
    following.cancel()
    await link.close()
