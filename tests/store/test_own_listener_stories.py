"""One's own listener: asked first, and for a while only, where the seeker wants that."""

import pytest

from tests.store.place import Listener, Place


@pytest.fixture
def busy(place: Place) -> Listener:
    """bo, in a chat with zoe."""
    bo = place.listener("bo").comes()
    place.seeker("zoe").asks()
    bo.accepts()
    return bo


def frees(bo: Listener) -> None:
    bo.ends("c-zoe-r1")
    bo.finishes("c-zoe-r1")


def test_a_freed_listener_takes_their_own_seeker_first(place: Place, busy: Listener) -> None:
    place.seeker("ada").asks()
    place.passes(179)
    place.seeker("ben").asks(prefer="bo")
    place.seeker("cleo").asks(prefer="bo")
    frees(busy)
    assert busy.sees == "ben", "before ada, who has waited just less than her target"


@pytest.mark.parametrize(("distress", "waited_s"), [(3, 181), (5, 121)])
def test_but_not_before_somebody_who_has_waited_past_their_target(
    place: Place, busy: Listener, distress: int, waited_s: float
) -> None:
    place.seeker("ada").asks(distress=distress)
    place.passes(waited_s)
    place.seeker("ben").asks(prefer="bo")
    frees(busy)
    assert busy.sees == "ada"


def test_nor_before_somebody_in_danger(place: Place) -> None:
    bo = place.listener("bo").comes(level=2, topics=("suicide",))
    place.seeker("zoe").asks()
    bo.accepts()
    place.seeker("ben").asks(prefer="bo")
    place.passes(5)
    place.seeker("ada").asks(topics=("suicide",), distress=4)
    frees(bo)
    assert bo.sees == "ada"


def test_somebody_late_whom_the_listener_may_not_meet_keeps_nobody_from_their_own(place: Place, busy: Listener) -> None:
    place.seeker("ada").asks(avoid=("bo",))
    place.passes(200)
    ben = place.seeker("ben")
    ben.asks(prefer="bo", hold_s=300)
    frees(busy)
    assert busy.sees == "ben", "he waits for bo alone and so stands in no line"


def test_whoever_waits_for_their_own_is_offered_to_nobody_else_until_the_hold_ends(
    place: Place, busy: Listener
) -> None:
    ada = place.seeker("ada")
    ada.asks(prefer="bo", hold_s=60)
    cy = place.listener("cy").comes()
    place.passes(59.9)
    assert cy.offer == "" and ada.state == "W" and place.line() == []
    place.passes(0.2)
    assert cy.sees == "ada"


def test_the_hold_ends_with_the_listener_who_comes_free(place: Place, busy: Listener) -> None:
    place.seeker("ada").asks(prefer="bo", hold_s=60)
    place.passes(10)
    frees(busy)
    assert busy.sees == "ada"
    cy = place.listener("cy").comes()
    busy.declines()
    assert cy.sees == "ada", "who declined won't be asked for a minute: nobody waits for that"


def test_a_hold_outlasts_a_miss_and_no_pause(place: Place, busy: Listener) -> None:
    place.listener("cy").comes()
    place.seeker("ada").asks(prefer="bo", hold_s=60)
    frees(busy)
    place.passes(25)
    assert busy.sees == "ada", "asked once more"
    place.passes(25)
    assert busy.availability == 2 and place.listener("cy").sees == "ada"


@pytest.mark.parametrize("how", ["off duty", "connection lost", "blocked", "released", "other language", "not cleared"])
def test_a_hold_ends_where_waiting_on_is_of_no_use(place: Place, busy: Listener, how: str) -> None:
    ada = place.seeker("ada")
    topics = ("self_harm",) if how == "not cleared" else ()
    busy.is_now(1, level=1, topics=topics)
    ada.asks(prefer="bo", hold_s=300, topics=topics, distress=2)
    cy = place.listener("cy").comes(level=1, topics=topics, capacity=2)
    assert cy.offer == ""
    if how == "off duty":
        busy.is_now(0)
    elif how == "connection lost":
        busy.disconnects()
        place.passes(29.9)
        assert cy.offer == ""
        place.passes(0.2)
        assert cy.sees == "zoe", "the chat that bo left goes on first"
        cy.accepts()
        place.seeker("zoe").confirms()
    elif how == "blocked":
        place.call("block", "bo", "ada")
    elif how == "released":
        assert place.call("release_hold", "ben", "c-ada-r1") == "no_such_request"
        assert place.call("release_hold", "ada", "c-ada-r1") == "done"
        assert place.call("release_hold", "ada", "c-ada-r1") == "done"
    elif how == "other language":
        busy.is_now(1, languages="de", level=1, topics=topics)
    else:
        busy.is_now(1)
    assert cy.sees == "ada"


def test_a_hold_ends_with_the_duty_of_somebody_who_has_nothing_to_do(unhurried: Place) -> None:
    bo = unhurried.listener("bo").comes()
    unhurried.seeker("zoe").asks()
    bo.accepts()
    frees(bo)
    unhurried.seeker("ada").asks(prefer="bo", hold_s=60)
    cy = unhurried.listener("cy").comes()
    assert bo.offer == "" and cy.offer == "", "bo's start gap is running"
    bo.is_now(0)
    assert bo.availability == 0 and cy.sees == "ada"


@pytest.mark.parametrize("why_not", ["off duty", "avoided", "other language", "not cleared"])
def test_nobody_is_held_for_somebody_who_can_not_take_them(place: Place, why_not: str) -> None:
    place.listener("bo").comes(languages="de" if why_not == "other language" else "en", level=3)
    if why_not == "off duty":
        place.listener("bo").is_now(2)
    cy = place.listener("cy").comes(level=1, topics=("self_harm",))
    avoid = ("bo",) if why_not == "avoided" else ()
    topics = ("self_harm",) if why_not == "not cleared" else ("grief",)
    place.seeker("ada").asks(prefer="bo", hold_s=300, avoid=avoid, topics=topics)
    assert cy.sees == "ada"


def test_a_hold_is_put_off_duty_with_a_parked_place_and_goes_on_after(place: Place, busy: Listener) -> None:
    ada = place.seeker("ada")
    ada.asks(prefer="bo", hold_s=60)
    ada.disconnects()
    place.passes(20)
    assert ada.state == "P"
    frees(busy)
    assert busy.offer == ""
    cy = place.listener("cy").comes()
    ada.connects()
    assert busy.sees == "ada" and cy.offer == ""


def test_who_is_held_is_counted_among_those_who_wait(place: Place, busy: Listener) -> None:
    place.seeker("ada").asks(prefer="bo", hold_s=60)
    place.passes(3)
    place.seeker("ben").asks()
    row = place.call("load", "en")[1]
    assert row[1:3] == [2, str(place.now_ms - 3000)]
    assert place.seeker("ada").standing == 1 and place.seeker("ben").standing == 1


def test_second_languages_come_in_after_the_hold(place: Place, busy: Listener) -> None:
    place.seeker("ada").asks(prefer="bo", hold_s=300, language="en,de")
    cy = place.listener("cy").comes(languages="de")
    place.passes(299)
    assert cy.offer == ""
    place.passes(1)
    assert cy.sees == "ada"
