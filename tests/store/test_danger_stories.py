"""Danger: the emergency unit and the short time to answer."""

from typing import Any

from tests.store.place import Listener, Place

RIGHTS: dict[str, Any] = {"level": 2, "topics": ("suicide",)}
DANGER: dict[str, Any] = {"topics": ("suicide",), "distress": 5}


def full(place: Place, name: str, **more: Any) -> Listener:
    """A listener with one chat of one."""
    listener = place.listener(name).comes(**RIGHTS, **more)
    place.seeker(f"{name}s").asks()
    assert listener.accepts() == "done" and listener.load == 1
    return listener


def test_who_is_full_and_takes_one_more_in_danger_is_asked(place: Place) -> None:
    bo = full(place, "bo", takes_urgent=True)
    assert place.listed("spare") == ["bo"] and place.free() == []
    place.seeker("ada").asks(topics=("suicide",), distress=3)
    assert bo.offer == "", "risk 2 waits"
    place.seeker("ben").asks(**DANGER)
    assert bo.sees == "ben"
    assert place.read("HGET", place.key("chat", "c-ben-r1"), "xt") == "2", "and the other age band hears why"
    bo.accepts()
    assert bo.load == 2
    cleo = place.seeker("cleo")
    cleo.asks(**DANGER)
    assert cleo.state == "W" and bo.offer == "" and place.listed("spare") == [], "one over capacity, never two"


def test_only_who_opted_in_is_asked(place: Place) -> None:
    bo = full(place, "bo")
    ada = place.seeker("ada")
    ada.asks(**DANGER)
    assert ada.state == "W" and bo.offer == ""
    bo.is_now(1, **RIGHTS, takes_urgent=True)
    assert bo.sees == "ada", "by opting in"


def test_the_unit_for_danger_takes_nobody_else_from_the_line(place: Place) -> None:
    bo = full(place, "bo")
    ada = place.seeker("ada")
    ada.asks(topics=("suicide",), distress=3)
    place.passes(600)
    bo.is_now(1, **RIGHTS, takes_urgent=True)
    assert bo.offer == "" and ada.state == "W", "however long she has waited"


def test_the_free_are_asked_before_the_full(place: Place) -> None:
    bo = full(place, "bo", takes_urgent=True)
    cy = place.listener("cy").comes(**RIGHTS)
    place.seeker("ada").asks(**DANGER)
    assert cy.sees == "ada" and bo.offer == ""


def test_of_the_full_the_least_busy_is_asked_and_the_excluded_are_not(place: Place) -> None:
    bo = full(place, "bo", takes_urgent=True)
    place.passes(1)
    cy = full(place, "cy", takes_urgent=True)
    place.seeker("ada").asks(**DANGER, avoid=("bo",))
    assert cy.sees == "ada" and bo.offer == ""


def test_filling_up_is_enough_to_take_who_waits_in_danger(place: Place) -> None:
    """A listener with capacity two gets one chat; with the second they are full, and take the one in danger."""
    bo = place.listener("bo").comes(**RIGHTS, takes_urgent=True)
    place.seeker("zoe").asks()
    place.seeker("ada").asks(**DANGER)
    assert bo.sees == "zoe", "an offer is open: one at a time"
    bo.accepts()
    assert bo.sees == "ada"
    bo.accepts()
    place.seeker("ben").asks()
    place.seeker("cleo").asks(**DANGER)
    assert bo.load == 2 and bo.offer == ""
    bo.ends("c-ada-r1")
    bo.finishes("c-ada-r1")
    assert bo.load == 2 and bo.sees == "cleo", "full again with one chat: the unit for danger is free"


def test_the_start_gap_holds_for_the_emergency_unit_too(unhurried: Place) -> None:
    bo = full(unhurried, "bo", takes_urgent=True)
    unhurried.seeker("ada").asks(**DANGER)
    unhurried.passes(19.9)
    assert bo.offer == ""
    unhurried.passes(0.2)
    assert bo.sees == "ada"


def test_an_offer_of_somebody_in_danger_is_open_for_eight_seconds(place: Place) -> None:
    bo = place.listener("bo").comes(**RIGHTS)
    place.passes(1)
    cy = place.listener("cy").comes(**RIGHTS)
    place.seeker("ada").asks(**DANGER)
    assert bo.sees == "ada"
    place.passes(7.9)
    assert bo.sees == "ada"
    place.passes(0.2)
    assert cy.sees == "ada" and bo.record().listener.last_offer_reason == "expired"  # type: ignore[union-attr]


def test_the_emergency_unit_ends_like_any_other(place: Place) -> None:
    bo = full(place, "bo", takes_urgent=True)
    place.seeker("ada").asks(**DANGER)
    bo.accepts()
    bo.ends("c-bos-r1")
    bo.finishes("c-bos-r1")
    assert bo.load == 1 and place.free() == [] and place.listed("spare") == ["bo"]
    bo.ends("c-ada-r1")
    bo.finishes("c-ada-r1")
    assert bo.load == 0 and place.free() == ["bo"] and place.listed("spare") == []


def test_each_offer_is_explained(place: Place) -> None:
    bo = full(place, "bo", takes_urgent=True)
    place.seeker("ada").asks(**DANGER)
    bo.declines()
    place.seeker("ben").asks(prefer="cy")
    place.listener("cy").comes()
    told = [
        dict(zip(fields[::2], fields[1::2], strict=True))
        for _, fields in place.read("XRANGE", place.key("why"), "-", "+")
    ]
    assert [(why["l"], why["w"].split("|")[:2]) for why in told] == [
        ("bo", ["S", "free"]),
        ("bo", ["S", "emergency"]),
        ("cy", ["L", "returning"]),
    ]
    assert told[1]["o"] == "c-ada-r1.1" and told[1]["a"] == told[1]["t"] == str(place.now_ms)
    assert told[1]["w"] == "S|emergency|bo:100:1", "full, and with a topic in common"
