"""A master goes, another takes its place, and everybody goes on: on a cluster, and behind Sentinels."""

import asyncio
import itertools

from config.engines.several import Server, ThrowAwayCluster, ThrowAwaySentinels, until
from config.redis_masters import slot_of
from config.replica_ack import ReplicaAck
from tests.cluster.shards import PATIENCE_S, TAGS, Ear, Shards, repeats, seq_of

ADULT, TEEN = TAGS["adult"], TAGS["teen"]


async def _talks(shards: Shards, chat: str, numbers: "itertools.count[int]", messages: int) -> int:
    """A client's way: one message after the other, each repeated until it is answered. How often nobody was there."""
    away = 0
    for number in itertools.islice(numbers, messages):
        answer, was_away = await repeats(
            lambda number=number: shards.call("adult", "send_message", chat, "ada", f"m{number}", "words", "seeker")
        )
        assert seq_of(answer) == number
        away += was_away
    return away


async def _they_talk(
    shards: Shards, url: str, ack: ReplicaAck | None = None
) -> tuple[str, "itertools.count[int]", Ear]:
    await shards.open(url, 1, ack=ack)
    ear = Ear(shards.engines[0], "ada")
    assert await ear.link.wait_up(PATIENCE_S)
    await shards.stands("bo")
    chat = await shards.asks("adult", "ada")
    await shards.answers("bo")
    numbers = itertools.count(1)
    assert await _talks(shards, chat, numbers, 20) == 0
    await ear.hears(shards.opened[0], ADULT, "before")
    return chat, numbers, ear


async def test_a_killed_master_of_a_cluster_is_replaced(cluster: ThrowAwayCluster, shards: Shards) -> None:
    chat, numbers, ear = await _they_talk(shards, cluster.url)
    shards.ups.clear()
    ear.ups.clear()
    master = cluster.owner_of(slot_of(ADULT))
    replica = cluster.replica_of(master)
    await asyncio.to_thread(_caught_up, master, replica)
    master.kill()
    assert await _talks(shards, chat, numbers, 1) > 0, "for a moment nobody was there"
    assert await _talks(shards, chat, numbers, 20) == 0
    assert cluster.owner_of(slot_of(ADULT)) is replica
    assert shards.ups == [(ADULT,)], "the other band's people noticed nothing"
    await ear.hears(shards.opened[0], ADULT, "after")
    assert ear.ups == [(ADULT,)], "and who listens is told that something may have been missed"
    await ear.link.close()


async def test_a_planned_change_of_masters_costs_no_call(cluster: ThrowAwayCluster, shards: Shards) -> None:
    chat, numbers, ear = await _they_talk(shards, cluster.url)
    master = cluster.owner_of(slot_of(ADULT))
    replica = cluster.replica_of(master)
    replica.ask("CLUSTER", "FAILOVER")

    async def until_moved() -> None:
        while shards.opened[0].at(ADULT).address.port != replica.port:  # type: ignore[union-attr]
            assert await _talks(shards, chat, numbers, 1) == 0
            await asyncio.sleep(0.005)

    await asyncio.wait_for(until_moved(), PATIENCE_S)
    assert await _talks(shards, chat, numbers, 20) == 0
    await shards.engines[0].look()
    await ear.hears(shards.opened[0], ADULT, "after")
    await ear.link.close()


def _caught_up(master: Server, replica: Server) -> None:
    until(
        lambda: (
            master.client.info("replication")["master_repl_offset"]
            == replica.client.info("replication")["slave_repl_offset"]
        )
    )


async def test_sentinels_name_the_next_master(sentinels: ThrowAwaySentinels, shards: Shards) -> None:
    chat, numbers, ear = await _they_talk(shards, sentinels.url)
    ear.ups.clear()
    await asyncio.to_thread(_caught_up, sentinels.master, sentinels.replica)
    sentinels.master.kill()
    assert await _talks(shards, chat, numbers, 1) > 0
    assert await _talks(shards, chat, numbers, 20) == 0
    assert shards.opened[0].at(ADULT).address.port == sentinels.replica.port  # type: ignore[union-attr]
    await ear.hears(shards.opened[0], ADULT, "after")
    assert ear.ups == [tuple(TAGS.values())]
    await ear.link.close()


async def test_a_master_that_hangs_is_left_for_the_one_that_sentinels_name(
    sentinels: ThrowAwaySentinels, shards: Shards
) -> None:
    """It keeps its connections open and says nothing; nobody waits for it longer than for a dead one."""
    chat, numbers, ear = await _they_talk(shards, sentinels.url)
    await asyncio.to_thread(_caught_up, sentinels.master, sentinels.replica)
    sentinels.master.hold()
    await _talks(shards, chat, numbers, 1)
    assert await _talks(shards, chat, numbers, 20) == 0
    assert shards.opened[0].at(ADULT).address.port == sentinels.replica.port  # type: ignore[union-attr]
    await ear.hears(shards.opened[0], ADULT, "after")
    await ear.link.close()


async def test_a_planned_change_behind_sentinels_loses_nothing_that_waited(
    sentinels: ThrowAwaySentinels, shards: Shards
) -> None:
    """For a second the old master doesn't know and would take steps that are lost; but it has no replica any more."""
    chat, numbers, ear = await _they_talk(shards, sentinels.url, ReplicaAck(1, 100))
    new = sentinels.replica.port
    sentinels.sentinels[0].ask("SENTINEL", "FAILOVER", sentinels.NAME)

    async def until_moved() -> None:
        while shards.opened[0].at(ADULT).address.port != new:  # type: ignore[union-attr]
            await _talks(shards, chat, numbers, 1)
            await asyncio.sleep(0.005)

    await asyncio.wait_for(until_moved(), PATIENCE_S)
    await _talks(shards, chat, numbers, 20)
    await ear.hears(shards.opened[0], ADULT, "after")
    await ear.link.close()
