"""Listeners of both age bands are shared out fairly between them, and not faster than one band alone would."""

from collections.abc import AsyncIterator

import pytest

from chat.conversation.offers import chat_fields
from config.engines.valkey import ThrowAwayValkey
from config.redis_link import RedisAway
from routing.rules.explaining import Explanation, LineSeen, MadeOffer, explain, parse_note
from routing.store.snapshots import needs_of, pairs
from tests.helpers.valkey import empty
from tests.store.place import UNHURRIED
from tests.store.region import Region

GAP_S = 20


@pytest.fixture
async def region(engine: ThrowAwayValkey) -> AsyncIterator[Region]:
    empty(engine)
    opened = Region()
    await opened.open(engine.url, 1, UNHURRIED)
    yield opened
    await opened.close()


async def busy_in(region: Region, band: str) -> str:
    """bo has one chat in this band, and cannot take another. The chat's id."""
    await region.stands("bo")
    chat = await region.asks(band, "eve")
    await region.answers("bo")
    return chat


async def asked_after(region: Region, seconds: float, *people: tuple[str, str, int]) -> None:
    """These (band, name, risk) ask one after another, so much time between them; then the router has looked."""
    for band, name, risk in people:
        await region.passes(seconds)
        await region.asks(band, name, risk=risk)
    await region.processes[0].mirror_all()


async def freed(region: Region, band: str, chat: str) -> list[tuple[str, str]]:
    """Their chat and its wrap-up are over. (band, chat) of what they are offered."""
    assert await region.offers("bo") == []
    await region.call(band, "end_chat", "bo", chat, "listener", "ended", "0")
    await region.call(band, "finish_wrap_up", "bo", chat)
    return [(where, offer.rpartition(".")[0]) for where, offer in await region.offers("bo")]


@pytest.mark.parametrize(("here", "there"), [("adult", "teen"), ("teen", "adult")])
async def test_whoever_waited_longest_is_next_in_whichever_band_the_last_chat_was(
    region: Region, here: str, there: str
) -> None:
    chat = await busy_in(region, here)
    await asked_after(region, 21, (there, "first", 0), (here, "second", 0), (here, "third", 0))
    assert await freed(region, here, chat) == [(there, "c-first")]
    await region.call(there, "acted", "first")
    await region.answers("bo")
    await region.passes(GAP_S + 1)
    assert await freed(region, there, "c-first") == [(here, "c-second")]


async def why(region: Region, band: str) -> tuple[Explanation, tuple[LineSeen, ...]]:
    """Why the last offer of this band went where it went, and the lines that were compared."""
    shard = region.processes[0].shards[band]
    [(_, flat)] = await shard.functions.link.send("XREVRANGE", shard.key("why"), "+", "-", "COUNT", 1)
    note = pairs(flat)
    chat = needs_of(await chat_fields(shard, note["o"].rpartition(".")[0]))
    made = MadeOffer(note["o"], note["l"], int(note["t"]), int(note["a"]), chat.cell, parse_note(note["w"]))
    return explain(made), made.note.lines


@pytest.mark.parametrize(("here", "there"), [("adult", "teen"), ("teen", "adult")])
async def test_an_explanation_names_the_head_of_the_other_band(region: Region, here: str, there: str) -> None:
    chat = await busy_in(region, here)
    await asked_after(region, 21, (here, "first", 0), (there, "second", 1))
    await region.passes(21)
    assert await freed(region, here, chat) == [(here, "c-first")]
    reason, lines = await why(region, here)
    assert (reason.why, reason.besides, reason.overtook) == ("longest_wait", (), None)
    assert [(line.is_elsewhere, line.risk, line.waited_s) for line in lines] == [(False, 0, 42), (True, 1, 21)]


async def first_is_apart_in_the_other_band(region: Region) -> None:
    """Of two who wait the first is a teenager, and is kept apart from bo."""
    await asked_after(region, 21, ("teen", "first", 0), ("adult", "second", 0))
    place = region.processes[0].shards["teen"]
    await place.functions.link.send("HSET", place.key("chat", "c-first"), "nx", "1")
    await place.functions.link.send("SADD", place.key("excluded", "c-first"), "bo")
    await place.functions.link.send("SADD", place.key("excluding", "bo"), "c-first")


async def test_an_explanation_says_that_the_other_band_was_asked_first(region: Region) -> None:
    chat = await busy_in(region, "adult")
    await first_is_apart_in_the_other_band(region)
    assert await freed(region, "adult", chat) == [("adult", "c-second")]
    reason, _ = await why(region, "adult")
    assert (reason.why, reason.besides) == ("only_line", ("other_band_asked",))
    assert reason.overtook is not None and reason.overtook.is_elsewhere


@pytest.mark.parametrize(("here", "there"), [("adult", "teen"), ("teen", "adult")])
async def test_danger_in_one_band_goes_before_the_line_of_the_other(region: Region, here: str, there: str) -> None:
    chat = await busy_in(region, here)
    await region.stands("bo", rights=(3, 0, 0, "0"))
    await asked_after(region, 21, (here, "first", 0), (there, "second", 3))
    assert await freed(region, here, chat) == [(there, "c-second")]


@pytest.mark.parametrize(("here", "there"), [("adult", "teen"), ("teen", "adult")])
async def test_nobody_waits_for_somebody_who_has_left_the_other_band(region: Region, here: str, there: str) -> None:
    chat = await busy_in(region, here)
    await asked_after(region, 21, (there, "first", 0), (here, "second", 0))
    await region.call(there, "leave_line", "first", "c-first", "changed_mind")
    assert await freed(region, here, chat) == [(here, "c-second")]


async def test_whom_the_listener_may_not_meet_in_one_band_holds_nobody_up_in_the_other(region: Region) -> None:
    chat = await busy_in(region, "adult")
    await first_is_apart_in_the_other_band(region)
    assert await freed(region, "adult", chat) == [("adult", "c-second")]


async def test_a_band_that_is_away_for_long_is_not_waited_for(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = await busy_in(region, "adult")
    await asked_after(region, 21, ("teen", "first", 0), ("adult", "second", 0))
    await region.call("adult", "end_chat", "bo", chat, "listener", "ended", "0")

    async def is_away(*_: object) -> None:
        raise RedisAway

    with monkeypatch.context() as patched:
        patched.setattr(region.processes[0].shards["teen"], "call", is_away)
        patched.setattr("routing.actions.lines.Lines._is_long_away", lambda _, band: band == "teen")
        await region.call("adult", "finish_wrap_up", "bo", chat)
    assert await region.state("adult", "c-second") == "O"


@pytest.mark.parametrize(("here", "there"), [("adult", "teen"), ("teen", "adult")])
async def test_the_start_gap_counts_in_both_bands(region: Region, here: str, there: str) -> None:
    await region.stands("bo", capacity=2)
    await region.asks(here, "eve")
    await region.asks(there, "tim")
    await region.answers("bo")
    assert await region.offers("bo") == [] and await region.state(there, "c-tim") == "W"
    await region.passes(GAP_S - 1)
    assert await region.offers("bo") == []
    await region.passes(2)
    assert [band for band, _ in await region.offers("bo")] == [there]


async def test_who_asks_for_one_more_gets_it_from_either_band_at_once(region: Region) -> None:
    await region.stands("bo", capacity=2)
    await region.asks("adult", "eve")
    await region.asks("teen", "tim")
    await region.answers("bo")
    for band in ("adult", "teen"):
        await region.call(band, "take_next", "bo")
    assert [band for band, _ in await region.offers("bo")] == ["teen"]
