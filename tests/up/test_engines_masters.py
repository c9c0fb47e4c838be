"""Whom to believe when servers tell different things about who the master is."""

from typing import Any

import pytest

from config import redis_masters
from config.redis_address import Address, EngineUrl
from config.redis_masters import ClusterNodes, Sentinels, slot_of
from config.redis_wire import RedisAway

TAG = "{a:main}:"


class Servers:
    """What each port answers; silent ones are away."""

    def __init__(self) -> None:
        self.cluster: dict[int, tuple[int, int, str]] = {}  # port -> (port of the owner, its epoch, endpoint)
        self.sentinels: dict[int, tuple[int, int]] = {}  # port -> (epoch, port of the master)
        self.asked: list[int] = []

    async def ask(self, address: Address, *commands: tuple[Any, ...], timeout_s: float = 1.0) -> list[Any]:
        self.asked.append(address.port)
        if address.port in self.cluster:
            owner, epoch, host = self.cluster[address.port]
            slots = [[0, 16383, [host.encode(), owner, b"id1", []], [b"10.0.0.9", 9009, b"id2", []]]]
            return [slots, f"id1 10.0.0.1:{owner}@1 master - 0 0 {epoch} connected 0-16383\n".encode()]
        if address.port in self.sentinels:
            epoch, port = self.sentinels[address.port]
            flat = [b"name", b"x", b"config-epoch", str(epoch).encode()]
            return [flat, [b"10.0.0.2", str(port).encode()]]
        raise RedisAway(repr(address))


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Servers:
    told = Servers()
    monkeypatch.setattr(redis_masters, "ask", told.ask)
    return told


async def test_a_node_that_was_cut_off_is_not_believed_over_what_was_known(servers: Servers) -> None:
    nodes = ClusterNodes(EngineUrl.of("redis+cluster://:word@h:7001,h:7002"))
    servers.cluster = {7001: (7003, 8, "10.0.0.3"), 7002: (7001, 2, "10.0.0.1")}
    master = await nodes.of(TAG)
    assert (master.host, master.port, master.password) == ("10.0.0.3", 7003, "word")
    servers.cluster[7003] = servers.cluster.pop(7001)
    servers.asked.clear()
    assert (await nodes.of(TAG)).port == 7003
    assert 7003 in servers.asked, "a node that was met is asked, too"


async def test_a_cluster_that_was_made_anew_is_believed_when_nobody_remembers_more(servers: Servers) -> None:
    nodes = ClusterNodes(EngineUrl.of("redis+cluster://h:7001,h:7002"))
    servers.cluster = {7001: (7003, 8, "10.0.0.3")}
    await nodes.of(TAG)
    servers.cluster = {7001: (7004, 1, ""), 7002: (7004, 1, "")}
    assert (await nodes.of(TAG)).spot == ("h", 7004, ""), "an empty host is the one that was asked"


async def test_who_says_moved_is_followed_to_whom_it_names(servers: Servers) -> None:
    nodes = ClusterNodes(EngineUrl.of("redis+cluster://h:7001"))
    servers.cluster = {7005: (7005, 3, "10.0.0.5"), 7001: (7001, 2, "10.0.0.1")}
    slot = slot_of(TAG)
    assert (await nodes.of(TAG, f"MOVED {slot} 10.0.0.5:7005")).port == 7005
    assert servers.asked[0] == 7005


async def test_nobody_answers(servers: Servers) -> None:
    with pytest.raises(RedisAway):
        await ClusterNodes(EngineUrl.of("redis+cluster://h:7001,h:7002")).of(TAG)
    assert sorted(servers.asked) == [7001, 7002]
    with pytest.raises(RedisAway):
        await Sentinels(EngineUrl.of("redis+sentinel://h:1,h:2/x")).of(TAG)


async def test_of_several_sentinels_the_newest_word_counts(servers: Servers) -> None:
    servers.sentinels = {1: (4, 6379), 2: (5, 6380), 3: (4, 6379)}
    told = Sentinels(EngineUrl.of("rediss+sentinel://me:word@h:1,h:2,h:3,h:4/x?db=3"))
    master = await told.of(TAG)
    assert master == Address("10.0.0.2", 6380, "", "me", "word", 3, is_tls=True)
