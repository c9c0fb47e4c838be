"""Each age band on a server of its own, one of them gone for good: the other band's people go on."""

from collections.abc import Iterator

import pytest

from config.engines.several import Server, until
from config.functions import Functions
from config.redis_link import RedisAway, RedisLink
from routing.actions import lines
from routing.actions.lines import Lines
from routing.store.shard import Shard
from tests.cluster.shards import TAGS, Shards
from tests.store.mutants import library_under_test
from tests.store.place import TIMING


@pytest.fixture
def servers() -> Iterator[dict[str, Server]]:
    """One a band."""
    running = {band: Server({}) for band in TAGS}
    try:
        for server in running.values():
            until(server.answers)
        yield running
    finally:
        for server in running.values():
            server.close()


async def _open(shards: Shards, servers: dict[str, Server]) -> None:
    made = {}
    for band, tag in TAGS.items():
        link = RedisLink(servers[band].url, name=band)
        functions = Functions(link, library_under_test())
        link.on_up = functions.load
        link.start()
        assert await link.wait_up(60)
        shards.opened.append(link)
        made[band] = Shard(tag, functions, TIMING, lambda: shards.now_ms)
    shards.processes = [Lines(made)]
    for band in TAGS:
        await shards.call(band, "beat", "p0", 10**12)


async def test_deadlines_of_the_other_band_are_acted_on(servers: dict[str, Server], shards: Shards) -> None:
    await _open(shards, servers)
    await shards.stands_in("teen", "bo")
    chat = await shards.asks("teen", "tim")
    assert await shards.state("teen", chat) == "O"
    servers["adult"].kill()
    for _ in range(2):
        shards.now_ms += 26_000
        with pytest.raises(RedisAway):
            await shards.processes[0].sweep(25)
    assert await shards.state("teen", chat) == "W", "the offers ran out, as they should"
    assert (await shards.standing("bo", "teen")).reason == "missed_offers"


async def test_a_listener_of_both_is_answered_where_their_chat_is(servers: dict[str, Server], shards: Shards) -> None:
    """The other shard can't be told; what was asked for is done all the same."""
    await _open(shards, servers)
    await shards.stands("bo")
    chat = await shards.asks("teen", "tim")
    servers["adult"].kill()
    await shards.answers_in("teen", "bo")
    assert await shards.state("teen", chat) == "A"
    assert (await shards.call("teen", "end_chat", "bo", chat, "listener", "ended", "0")) == b"done"


async def test_who_stands_in_both_is_offered_nothing_until_the_other_shard_is_surely_gone(
    servers: dict[str, Server], shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it may still make an offer itself it must agree; then it can't, and what it last told of them counts."""
    await _open(shards, servers)
    await shards.stands("bo")
    servers["adult"].kill()
    chat = await shards.asks("teen", "tim")
    assert not (await shards.record("bo", "teen")).chats[chat].is_offer_shown
    monkeypatch.setattr(lines, "LONG_AWAY_MS", 0)
    await shards.processes[0].mirror_all()
    assert (await shards.record("bo", "teen")).chats[chat].is_offer_shown
    await shards.answers_in("teen", "bo")
    assert await shards.state("teen", chat) == "A"
