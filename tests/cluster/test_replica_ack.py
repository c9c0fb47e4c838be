"""With REPLICA_ACK, what was answered `done` survives the loss of the master; and nobody waits for a lost replica."""

import asyncio

import pytest

from bench import failover
from config import replica_ack
from config.engines.several import ThrowAwaySentinels
from config.redis_link import RedisAway
from config.replica_ack import ReplicaAck
from tests.cluster.shards import Shards, repeats

STEPS = 2_000
ACK = ReplicaAck(replicas=1, wait_ms=300)


async def test_a_lagging_replica_loses_steps_that_nobody_waited_for() -> None:
    """The control: if nothing were lost here, the next test would prove nothing."""
    outcome = await failover.fail_over(steps=STEPS, pairs=100, lag_ms=40, ack=None)
    assert outcome.acknowledged >= STEPS and outcome.lost > 0


async def test_no_acknowledged_step_is_lost_when_answers_wait() -> None:
    outcome = await failover.fail_over(steps=STEPS, pairs=100, lag_ms=40, ack=ACK)
    assert outcome.acknowledged >= STEPS and outcome.lost == 0
    assert outcome.unknown >= 100, "everybody's last step has an unknown outcome, and says so"


async def test_nobody_waits_for_a_replica_that_is_gone(
    sentinels: ThrowAwaySentinels, shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica_ack, "PATIENCE_S", 0.0)
    monkeypatch.setattr(replica_ack, "TRY_AGAIN_S", 0.3)
    await shards.open(sentinels.url, 1, ack=ReplicaAck(replicas=1, wait_ms=150))
    link = shards.opened[0]
    await shards.asks("adult", "ada")
    assert not link.is_degraded
    sentinels.replica.hold()
    for name in ("abe", "amy"):
        with pytest.raises(RedisAway):
            await shards.asks("adult", name)
    assert not link.is_degraded
    await shards.asks("adult", "ann")
    assert link.is_degraded, "after three in a row nobody waits any longer"
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(20):
        await shards.asks("adult", f"s{number}")
    assert loop.time() - began < 20 * 0.15, "all but the one that tries are answered at once"
    sentinels.replica.go_on()

    async def until_well() -> None:
        await shards.call("adult", "acted", "ada")
        if link.is_degraded:
            raise RedisAway("degraded")

    await repeats(until_well)
    await shards.asks("adult", "ava")
    assert not link.is_degraded
