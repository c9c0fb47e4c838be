"""Both age bands live on a cluster as they do on one server, on whatever masters their slots stand."""

import asyncio
from dataclasses import replace

import pytest

from config.engines.several import ThrowAwayCluster
from config.functions import Functions
from config.lua import Library
from config.redis_link import RedisAway, RedisRefused
from config.redis_masters import slot_of
from routing.store.shard import Shard
from tests.cluster.shards import TAGS, Ear, Shards, repeats, seq_of
from tests.store.mutants import library_under_test
from tests.store.place import TIMING

ADULT, TEEN = TAGS["adult"], TAGS["teen"]


async def test_a_whole_life_in_each_age_band(cluster: ThrowAwayCluster, shards: Shards) -> None:
    owners = {cluster.owner_of(slot_of(tag)).port for tag in TAGS.values()}
    assert len(owners) == 2, "the bands stand on two masters, so that this proves something"
    await shards.open(cluster.url, 2)
    await shards.stands("bo")
    await shards.whole_life("adult", "ada", "bo")
    await shards.whole_life("teen", "tim", "bo")


async def test_one_capacity_counts_over_two_servers(cluster: ThrowAwayCluster, shards: Shards) -> None:
    await shards.open(cluster.url, 2)
    await shards.stands("bo", capacity=1)
    await asyncio.gather(shards.asks("adult", "ada"), shards.asks("teen", "tim", process=1))
    await shards.answers("bo")
    assert await shards.load("bo") == 1 and await shards.offers("bo") == []
    await shards.processes[0].mirror_all()
    assert await shards.load("bo") == 1


async def test_a_library_that_is_gone_is_loaded_again_by_one_of_many(cluster: ThrowAwayCluster, shards: Shards) -> None:
    await shards.open(cluster.url, 1)
    owner = cluster.owner_of(slot_of(ADULT))
    owner.ask("FUNCTION", "FLUSH")
    owner.ask("CONFIG", "RESETSTAT")
    await asyncio.gather(*[shards.asks("adult", f"s{number}") for number in range(50)])
    told = owner.client.info("commandstats")
    assert told["cmdstat_function|load"]["calls"] == 1


async def test_two_releases_work_on_the_same_people(cluster: ThrowAwayCluster, shards: Shards) -> None:
    """A rolling deploy: each process calls its own version, and the newer one may remove the older at any time."""
    old = library_under_test()
    new = Library(old.text.replace(old.version, "0123456789ab"), "0123456789ab", old.operations)
    await shards.open(cluster.url, 1, library=old)
    await shards.open(cluster.url, 1, library=new)
    await shards.stands("bo", process=1)
    chat = await shards.asks("adult", "ada", process=0)
    await shards.answers("bo", process=1)
    for seq in range(1, 7):
        answer = await shards.call("adult", "send_message", chat, "ada", f"m{seq}", "words", "seeker", process=seq % 2)
        assert seq_of(answer) == seq
    removed = await shards.processes[1].shards["adult"].functions.remove_others()
    assert removed == [f"tealight_{old.version}"]
    names = [line for line in cluster.owner_of(slot_of(ADULT)).ask("FUNCTION", "LIST") if old.version in str(line)]
    assert names == []
    answer = await shards.call("adult", "send_message", chat, "ada", "m7", "words", "seeker", process=0)
    assert seq_of(answer) == 7, "whoever still uses it loads it again"


async def test_a_slot_that_moves_takes_its_people_along(cluster: ThrowAwayCluster, shards: Shards) -> None:
    """No call fails, none is lost, and the channels of the slot are listened to at its new place."""
    await shards.open(cluster.url, 1)
    ear = Ear(shards.engines[0], "ada")
    assert await ear.link.wait_up(60)
    slot = slot_of(ADULT)
    old = cluster.owner_of(slot)
    new = next(
        node
        for node in cluster.living()
        if node.client.info("replication")["role"] == "master" and node not in (old, cluster.owner_of(slot_of(TEEN)))
    )
    await shards.stands("bo")
    chat = await shards.asks("adult", "ada")
    await shards.answers("bo")
    await ear.hears(shards.opened[0], ADULT, "before")
    ups = len(shards.ups)
    sent = 0

    async def talk() -> None:
        nonlocal sent
        while cluster_slot_is_at_old() or sent < 50:
            sent += 1
            answer = await shards.call("adult", "send_message", chat, "ada", f"m{sent}", "words", "seeker")
            assert seq_of(answer) == sent
            await asyncio.sleep(0.005)

    def cluster_slot_is_at_old() -> bool:
        return shards.opened[0].at(ADULT).address.port == old.port  # type: ignore[union-attr]

    old.ask("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", str(new.ask("CLUSTER", "MYID")))
    try:
        await asyncio.wait_for(talk(), 60)
        assert cluster.owner_of(slot) is new
        assert shards.ups[ups:] == [(ADULT,)], "the other band's link was left alone"
        await ear.hears(shards.opened[0], ADULT, "after")
        assert ear.ups.count((ADULT,)) == 2 and ear.ups.count((TEEN,)) == 1
    finally:
        await ear.link.close()
        new.ask("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", str(old.ask("CLUSTER", "MYID")))
        await repeats(lambda: _stands_at(cluster, slot, old.port))


async def _stands_at(cluster: ThrowAwayCluster, slot: int, port: int) -> None:
    if any(owner.port != port for owner in [cluster.owner_of(slot)]):
        raise RedisAway("moving")


async def test_a_slot_moved_key_by_key_is_left_alone_until_it_is_whole(
    cluster: ThrowAwayCluster, shards: Shards
) -> None:
    """Half of the keys are elsewhere then: a call would take a chat that has not moved for one that never was."""
    await shards.open(cluster.url, 1)
    await shards.asks("adult", "ada")
    slot = slot_of(ADULT)
    old = cluster.owner_of(slot)
    new = cluster.owner_of(slot_of(TEEN))
    new.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", str(old.ask("CLUSTER", "MYID")))
    old.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", str(new.ask("CLUSTER", "MYID")))
    try:
        with pytest.raises(RedisAway):
            await shards.asks("adult", "abe")
        assert await shards.asks("teen", "tim")
    finally:
        for node in (old, new):
            node.ask("CLUSTER", "SETSLOT", slot, "STABLE")
    assert new.ask("CLUSTER", "COUNTKEYSINSLOT", slot) == 0
    await shards.asks("adult", "abe")


async def test_the_cluster_itself_keeps_the_bands_apart(cluster: ThrowAwayCluster, shards: Shards) -> None:
    """A script that reached from one age band's keys to the other's would be refused by the server."""
    library = library_under_test()
    text = library.text.replace(library.version, "fedcba987654").replace(
        "redis.register_function(",
        "function OPS.reach(keys, args) return redis.call('GET', args[3]) end\nredis.register_function(",
        1,
    )
    text += "redis.register_function('tealight_fedcba987654_reach', OPS.reach)\n"
    reaching = replace(library, text=text, version="fedcba987654", operations=library.operations | {"reach"})
    await shards.open(cluster.url, 1, library=library)
    functions = Functions(shards.opened[0], reaching)
    with pytest.raises(RedisRefused) as refused:
        await Shard(ADULT, functions, TIMING).call("reach", f"{TEEN}own:tim")
    assert "key" in refused.value.words, refused.value.words
