"""Real servers, started once for the whole folder and mended after each test that breaks them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from config.engines.several import ThrowAwayCluster, ThrowAwaySentinels
from tests.cluster.shards import Shards


@pytest.fixture(scope="session")
def running_cluster() -> Iterator[ThrowAwayCluster]:
    """Three masters with a replica each."""
    with ThrowAwayCluster() as running:
        yield running


@pytest.fixture
def cluster(running_cluster: ThrowAwayCluster) -> ThrowAwayCluster:
    """The same, well and empty."""
    running_cluster.mend()
    return running_cluster


@pytest.fixture(scope="session")
def running_sentinels() -> Iterator[ThrowAwaySentinels]:
    with ThrowAwaySentinels() as running:
        yield running


@pytest.fixture
def sentinels(running_sentinels: ThrowAwaySentinels) -> ThrowAwaySentinels:
    """A master, its replica and three Sentinels, well and empty."""
    running_sentinels.mend()
    return running_sentinels


@pytest.fixture
async def shards() -> AsyncIterator[Shards]:
    """Not opened yet: the story says on what."""
    opened = Shards()
    yield opened
    await opened.close()
