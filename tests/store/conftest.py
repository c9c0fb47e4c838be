"""The whole suite runs on two engines: the embedded Valkey, and Redis 7.0 as Debian ships it."""

import shutil
from collections.abc import Iterator

import pytest

from config.engines.valkey import ThrowAwayValkey
from tests.helpers.valkey import empty
from tests.store.place import UNHURRIED, Place
from tests.store.wire import Wire


@pytest.fixture(scope="session", params=["valkey", "redis7"])
def engine(request: pytest.FixtureRequest) -> Iterator[ThrowAwayValkey]:
    """A real engine, in memory only."""
    binary = ""
    if request.param == "redis7":
        binary = shutil.which("redis-server") or ""
        if not binary:
            pytest.fail("redis-server is not installed; the routing must be proved on Redis 7.0 too (make system).")
    with ThrowAwayValkey(binary=binary) as running:
        yield running


@pytest.fixture
def wire(engine: ThrowAwayValkey) -> Iterator[Wire]:
    """A connection to the engine, which is empty."""
    empty(engine)
    connection = Wire(engine.url)
    yield connection
    connection.close()


@pytest.fixture
def place(wire: Wire) -> Place:
    """A shard without a start gap: most stories are not about it."""
    return Place(wire)


@pytest.fixture
def unhurried(wire: Wire) -> Place:
    """A shard whose listeners have 20 s between two new chats."""
    return Place(wire, UNHURRIED)
