"""What seekers and supervisors are told is the truth; and time never goes back."""

import time
from dataclasses import replace
from typing import Any

from tests.store.place import TIMING, Place
from tests.store.truth import broken, truth_of
from tests.store.wire import Wire


def test_a_seeker_is_told_how_many_on_duty_could_take_them(place: Place) -> None:
    ada = place.seeker("ada")
    ada.asks(topics=("suicide",))
    bo = place.listener("bo").comes(level=3, topics=("grief",))
    assert ada.record().listeners_able == 0, "bo is there and may not"
    for name, languages in (("cy", "en,de"), ("di", "de")):
        place.listener(name).comes(level=2, topics=("suicide",), languages=languages)
    assert place.listener("cy").sees == "ada"
    assert ada.record().listeners_able == 1, "busy with this very offer, and able"
    place.listener("cy").is_now(2, level=2, topics=("suicide",))
    assert ada.record().listeners_able == 0
    bo.is_now(1, level=2, topics=("suicide",))
    assert ada.record().listeners_able == 1
    bo.disconnects()
    assert ada.record().listeners_able == 0, "who lost the connection is not there"
    bo.connects()
    assert ada.record().listeners_able == 1


def test_who_is_kept_apart_from_a_seeker_is_nobody_who_could_take_them(place: Place) -> None:
    ada, ben = place.seeker("ada"), place.seeker("ben")
    bo = place.listener("bo").comes()
    ada.asks(avoid=("bo",))
    assert ada.record().listeners_able == 0, "bo is there, and never for her"
    ben.asks()
    bo.declines()
    assert ben.record().listeners_able == 1, "he is asked again in a minute"
    rows = place.call("places", "en", "ada", "ben")[3]
    assert [able for _, able, _ in rows] == [0, 1]
    place.listener("cy").comes(capacity=0)
    assert ada.record().listeners_able == 1
    place.passes(60)
    assert bo.sees == "ben"


def test_second_languages_count_once_they_are_in(place: Place) -> None:
    rights: dict[str, Any] = {"level": 2, "topics": ("suicide",), "capacity": 0}
    place.listener("bo").comes(**rights)
    place.listener("cy").comes(languages="de", **rights)
    place.listener("di").comes(languages="de", level=1, topics=("self_harm",))
    ada, ben = place.seeker("ada"), place.seeker("ben")
    ada.asks(language="en,de", topics=("suicide",))
    ben.asks(topics=("suicide",))
    assert (ada.record().listeners_able, ben.record().listeners_able) == (1, 1)
    place.passes(120)
    assert (ada.record().listeners_able, ben.record().listeners_able) == (2, 1)
    assert place.call("places", "en", "ada", "ben")[3] == [[1, 2, 2], [2, 1, 2]]


def test_the_board_tells_danger_and_those_whom_nobody_may_take(place: Place) -> None:
    place.seeker("ada").asks()
    place.passes(5)
    place.seeker("ben").asks(topics=("suicide",), distress=5)
    place.seeker("cleo").asks(topics=("suicide",), distress=3)
    place.passes(2)
    empty_handed = place.call("load", "en")[1]
    assert empty_handed == ["en", 3, str(place.now_ms - 7000), 0, 0, 0, 0, 0, 0, 3, 1, str(place.now_ms - 2000)]
    bo = place.listener("bo").comes()
    bo.accepts()
    place.seeker("ada").confirms()
    place.seeker("dora").asks()
    row = place.call("load", "en,de")
    assert row[1] == ["en", 3, str(place.now_ms - 2000), 1, 0, 1, 1, 0, 0, 2, 1, str(place.now_ms - 2000)]
    assert row[2] == ["de", 0, "0", 0, 0, 0, 0, 0, 0, 0, 0, "0"]


def alone(place: Place, language: str = "en") -> int:
    """How many wait of whom the board says that nobody on duty may take them."""
    return int(place.call("load", language)[1][9])


def test_the_board_tells_of_those_who_are_kept_apart_from_everybody_there(place: Place) -> None:
    bo = place.listener("bo").comes()
    ada, ben = place.seeker("ada"), place.seeker("ben")
    ada.asks(avoid=("bo",))
    ben.asks()
    bo.declines()
    place.seeker("cleo").asks(topics=("suicide",))
    assert alone(place) == 2, "ada, and cleo whom nobody is cleared for; ben is asked again in a minute"
    for name in ("cy", "di"):
        place.listener(name).comes(capacity=0)
    assert alone(place) == 1
    place.call("block", "cy", "ada")
    place.call("block", "di", "ada")
    assert alone(place) == 2
    place.listener("eve").comes(capacity=0, level=2, topics=("suicide",))
    assert alone(place) == 0
    place.call("block", "eve", "ada")
    assert alone(place) == 1 and ada.record().listeners_able == 0
    assert broken(truth_of(place)) == []


def test_nobody_is_kept_apart_from_very_many(place: Place) -> None:
    names = tuple(f"l{number}" for number in range(9))
    for name in names:
        place.listener(name).comes(capacity=0)
    place.seeker("ada").asks(avoid=names)
    assert alone(place) == 0, "the board doesn't look at so many each second"
    place.listener(names[0]).is_now(2)
    assert alone(place) == 1


def test_who_declined_and_was_blocked_then_is_not_told_as_there(place: Place) -> None:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    ada.asks()
    bo.declines()
    assert ada.record().listeners_able == 1, "he is asked again in a minute"
    place.call("block", "bo", "ada")
    assert ada.record().listeners_able == 0
    place.passes(61)
    assert bo.offer == "" and broken(truth_of(place)) == []


def test_waits_of_those_in_danger_are_told_apart(place: Place) -> None:
    for number, distress in enumerate((5, 3, 5)):
        place.seeker(f"s{number}").asks(topics=("suicide",), distress=distress)
    place.passes(1)
    bo = place.listener("bo").comes(level=2, topics=("suicide",), capacity=9)
    for _ in range(3):
        place.seeker(bo.sees).acts()
        bo.accepts()
        place.passes(1)
    _, waits, _, _ = place.call("places", "en")
    assert [[one.rpartition(":")[2] for one in kind] for kind in waits] == [["3000"], ["2000", "1000"]]


def test_no_more_waits_are_kept_than_are_told_from(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=1)
    place.seeker("first").asks()
    for number in range(130):
        place.seeker(f"s{number}").asks()
        place.now_ms += 1
        chat = place.seeker(bo.sees).own_chat
        bo.accepts()
        bo.ends(chat)
        bo.finishes(chat)
    kept = place.key("waits", "en:ordinary")
    assert 60 <= place.read("LLEN", kept) < 128
    assert len(place.call("places", "en")[1][0]) == 60
    assert 0 < place.read("PTTL", kept) <= 6 * 3_600_000
    assert broken(truth_of(place)) == []


def test_a_token_is_in_use_until_a_day_after_the_last_chat(place: Place) -> None:
    ada = place.seeker("ada")
    ada.asks()
    assert (
        place.read("GET", place.key("own", "ada")) == "c-ada-r1" and place.read("PTTL", place.key("own", "ada")) == -1
    )
    ada.leaves()
    assert place.read("GET", place.key("own", "ada")) == "", "in use, with nothing open"
    assert 0 < place.read("PTTL", place.key("own", "ada")) <= 24 * 3_600_000
    assert ada.asks(request="r2") == "c-ada-r2" and place.read("PTTL", place.key("own", "ada")) == -1


def test_the_clock_of_a_shard_never_goes_back(place: Place) -> None:
    """A promoted engine may have a slower clock than the one that it follows."""
    future = 4_000_000_000_000
    place.now_ms = 0  # the engine's own time
    place.seeker("ada").asks()
    assert place.chat("c-ada-r1").arrived_at_ms < future
    place.sweep()
    own = int(place.read("HGET", place.key("meta"), "clk"))
    assert abs(own - int(place.read("TIME")[0]) * 1000) < 60_000, "the sweep notes it"
    place.read("HSET", place.key("meta"), "clk", future)
    place.sweep()
    place.seeker("ben").asks()
    assert 0 <= place.chat("c-ben-r1").arrived_at_ms - future < 60_000, (
        "whoever comes goes by what the last sweep found"
    )
    assert int(place.read("HGET", place.key("meta"), "clk")) >= future


def test_deadlines_pass_also_while_the_clock_of_the_engine_is_behind(wire: Wire) -> None:
    """An hour too early at the start of the machine, and then put right: nobody waits an hour for an offer to end."""
    place = Place(wire, replace(TIMING, offer_ms=300))
    place.now_ms = 0  # the engine's own time

    def ahead_ms() -> int:
        noted, own = (int(ms) for ms in place.read("HGET", place.key("meta"), "tck").split(":"))
        return noted - own

    place.read("HSET", place.key("meta"), "clk", (int(place.read("TIME")[0]) + 3600) * 1000)
    place.sweep()
    far_ms = ahead_ms()
    bo = place.listener("bo").comes()
    place.seeker("ada").asks()
    first, before = bo.offer, time.monotonic()
    while bo.offer == first:
        time.sleep(0.02)
        place.sweep()
        assert time.monotonic() - before < 30, "the offer never ends"
    assert far_ms - 1000 * (time.monotonic() - before) < ahead_ms() < far_ms, "level again some day"


def test_nothing_is_matched_while_the_shard_is_barred(place: Place) -> None:
    bo = place.listener("bo").comes()
    place.read("HSET", place.key("meta"), "bar", place.now_ms + 3000)
    ada = place.seeker("ada")
    ada.asks()
    place.listener("cy").comes()
    assert ada.state == "W" and bo.offer == "" and place.free() == ["bo", "cy"]
    assert broken(truth_of(place)) == []
    place.passes(2.9)
    place.seeker("ben").asks()
    assert place.seeker("ben").state == "W"
    place.passes(0.1)
    assert {bo.sees, place.listener("cy").sees} == {"ada", "ben"}, "the bar is over, and nobody need do anything for it"
