"""Everything derived is thrown away and made anew, while people come and go."""

import asyncio

import pytest
from typer.testing import CliRunner

from config.engines.valkey import ThrowAwayValkey
from config.functions import Functions
from config.redis_link import RedisLink
from routing.actions.rebuilding import DERIVED, inspect
from routing.actions.refilling import refill
from routing.store.shard import Shard
from tealight.engine_cli import app
from tests.store.mutants import library_under_test
from tests.store.place import Place
from tests.store.rebuilt import derived_of
from tests.store.test_rebuild_stories import busy
from tests.store.truth import broken, truth_of


async def refills(place: Place, url: str) -> None:
    """The way the command takes."""
    link = RedisLink(url, name="refill")
    link.start()
    assert await link.wait_up(60)
    try:
        shard = Shard(place.tag, Functions(link, library_under_test()), place.timing, lambda: place.now_ms)
        assert (await refill(shard)).chats > 0
        assert (await inspect(shard, mend=False)).examples == []
    finally:
        await link.close()


def test_everything_derived_comes_back_to_the_bit(place: Place, engine: ThrowAwayValkey) -> None:
    busy(place)
    place.call("attach", "sue", place.process)
    assert place.call("observe", "c-zoe-r1", "sue", "Sue", "bo") == "done"
    before = derived_of(place)
    names = [place.key(name, part) for name in DERIVED for part in truth_of(place).of(name)]
    assert len(names) > 15
    place.read("DEL", *names)
    place.read("ZADD", place.key("line", "en:0.0.0"), 5, "c-nobody/0")
    place.read("SADD", place.key("open", "en"), "c-nobody")
    asyncio.run(refills(place, engine.url))
    place.sweep()
    assert derived_of(place) == before
    assert broken(truth_of(place)) == []


def test_the_head_of_a_line_is_who_came_first_whoever_is_put_back_last(place: Place) -> None:
    for name in ("ada", "ben"):
        place.seeker(name).asks()
        place.passes(1)
    before = derived_of(place)
    place.read("DEL", place.key("line", "en:0.0.0"), place.key("cells", "en"))
    place.call("refill_chats", "c-ada-r1", "c-ben-r1")
    assert derived_of(place) == before and broken(truth_of(place)) == []
    place.call("refill_chats", "c-ben-r1")
    assert derived_of(place) == before, "a later page knows of an earlier one"


def test_a_later_place_in_a_second_language_comes_back(place: Place) -> None:
    place.seeker("ada").asks(language="en,de")
    place.passes(121)
    before = derived_of(place)
    place.read("DEL", *(place.key(name, part) for name in ("line", "cells") for part in truth_of(place).of(name)))
    place.call("refill_chats", "c-ada-r1")
    assert derived_of(place) == before and broken(truth_of(place)) == []


def test_who_comes_meanwhile_is_matched_when_it_is_done(place: Place) -> None:
    pause_ends = place.call("pause_matching", 60_000)
    ada = place.seeker("ada")
    ada.asks()
    bo = place.listener("bo").comes()
    assert bo.offer == ""
    place.call("refill_chats", "c-ada-r1")
    place.call("refill_listeners", "bo")
    assert bo.offer == "" and broken(truth_of(place)) == []
    assert place.call("go_on", pause_ends) == "done"
    place.sweep()
    assert bo.sees == "ada" and broken(truth_of(place)) == []


def test_what_stopped_for_two_reasons_goes_on_when_both_are_over(place: Place) -> None:
    """An engine was promoted, and somebody rebuilds: neither of the two lets the other one's people through."""
    place.call("note_run", "first life")
    pause_ends = place.call("pause_matching", 60_000)
    place.call("raise_barrier", "second life", 3000)
    ada = place.seeker("ada")
    ada.asks()
    bo = place.listener("bo").comes()
    assert place.call("asserted", "p1") == "lifted"
    place.sweep()
    assert bo.offer == "" and broken(truth_of(place)) == []
    place.call("raise_barrier", "third life", 3000)
    assert place.call("go_on", pause_ends) == "done"
    place.sweep()
    assert bo.offer == "" and broken(truth_of(place)) == []
    assert place.call("asserted", "p1") == "lifted"
    place.sweep()
    assert bo.sees == "ada" and broken(truth_of(place)) == []


def test_who_rebuilds_too_is_not_cut_short(place: Place) -> None:
    earlier = place.call("pause_matching", 30_000)
    later = place.call("pause_matching", 60_000)
    assert place.call("go_on", earlier) == "kept" and place.call("go_on", later) == "done"


def test_a_pause_that_nobody_ends_ends_by_itself(place: Place) -> None:
    place.call("pause_matching", 60_000)
    place.seeker("ada").asks()
    bo = place.listener("bo").comes()
    place.passes(59)
    assert bo.offer == ""
    place.passes(2)
    assert bo.sees == "ada"


def test_the_command_throws_away_and_makes_anew(
    engine: ThrowAwayValkey, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.tag = "{a:main}:"
    place.now_ms = 0
    monkeypatch.setenv("REDIS_URL", engine.url)
    place.seeker("ada").asks()
    place.read("DEL", place.key("line", "en:0.0.0"), place.key("cells", "en"))
    done = CliRunner().invoke(app, ["rebuild", "--all"])
    assert done.exit_code == 0 and "adult: 1 chats and 0 listeners" in done.output
    assert place.line() == ["ada"]
