"""Offers: accepted, declined, missed, stale; one more; the start gap."""

import pytest

from tests.store.place import Listener, Place
from tests.store.truth import broken, truth_of


def test_a_declined_offer_goes_to_somebody_else_and_not_back_for_a_minute(place: Place) -> None:
    bo = place.listener("bo").comes()
    ada = place.seeker("ada")
    ada.asks()
    assert bo.declines() == "done"
    assert ada.state == "W" and bo.offer == "", "bo is not asked again at once"
    place.passes(59.9)
    assert bo.offer == ""
    place.passes(0.2)
    assert bo.sees == "ada", "a minute later, with nobody else there"


def test_declining_is_no_miss_and_frees_for_the_next(place: Place) -> None:
    bo = place.listener("bo").comes()
    ada, ben = place.seeker("ada"), place.seeker("ben")
    ada.asks()
    ben.asks()
    bo.declines()
    assert bo.sees == "ben" and place.line() == ["ada"]
    bo.declines()
    assert bo.availability == 1


def test_a_missed_offer_asks_the_others_first(place: Place) -> None:
    bo = place.listener("bo").comes()
    place.passes(1)
    cy = place.listener("cy").comes()
    place.seeker("ada").asks()
    assert bo.sees == "ada"
    place.passes(24.9)
    assert bo.sees == "ada"
    place.passes(0.2)
    assert cy.sees == "ada" and bo.offer == ""
    assert bo.record().listener.last_offer_reason == "expired"  # type: ignore[union-attr]


def test_a_missed_offer_asks_a_busier_listener_before_the_same_one(place: Place) -> None:
    cy = place.listener("cy").comes(capacity=2)
    place.seeker("ben").asks()
    cy.accepts()
    bo = place.listener("bo").comes()
    place.seeker("ada").asks(prefer="bo")
    assert bo.sees == "ada"
    place.passes(25)
    assert cy.sees == "ada" and bo.offer == "", "neither free hands nor a preference bring it back at once"


def test_with_nobody_else_there_the_same_listener_is_asked_again_and_paused_after_two_misses(place: Place) -> None:
    bo = place.listener("bo").comes()
    ada = place.seeker("ada")
    ada.asks()
    first = bo.offer
    place.passes(25)
    assert bo.sees == "ada" and bo.offer != first
    assert bo.availability == 1
    place.passes(25)
    assert bo.availability == 2 and bo.offer == "" and ada.state == "W"
    assert bo.record().listener.reason == "missed_offers"  # type: ignore[union-attr]
    place.passes(300)
    assert bo.offer == "", "only an explicit act makes available again"
    bo.is_now(1)
    assert bo.sees == "ada"


@pytest.mark.parametrize("answer", [Listener.accepts, Listener.declines])
def test_an_answer_in_between_forgives_a_miss(place: Place, answer: object) -> None:
    bo = place.listener("bo").comes(capacity=4)
    ada = place.seeker("ada")
    ada.asks()
    place.passes(25)
    assert answer(bo) == "done"  # type: ignore[operator]
    ada.leaves()
    place.seeker("ben").asks()
    assert bo.sees == "ben"
    place.passes(25)
    assert bo.availability == 1, "one miss in a row, not two"


def test_the_board_counts_misses_of_an_hour(place: Place) -> None:
    place.listener("bo").comes()
    place.seeker("ada").asks()
    place.passes(25)
    place.passes(25)
    assert place.call("load", "en")[1] == ["en", 1, str(place.now_ms - 50_000), 0, 1, 0, 0, 0, 2, 1, 0, "0"]
    place.passes(3601)
    assert place.call("load", "en")[1][8] == 0


def test_the_board_counts_who_is_in_a_chat(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=2)
    for name in ("ada", "ben"):
        place.seeker(name).asks()
        bo.accepts()
    assert place.call("load", "en")[1] == ["en", 0, "0", 1, 0, 1, 2, 0, 0, 0, 0, "0"]
    bo.ends("c-ada-r1")
    assert place.call("load", "en")[1] == ["en", 0, "0", 1, 0, 1, 1, 0, 0, 0, 0, "0"], "in one chat still"
    bo.ends("c-ben-r1")
    assert place.call("load", "en")[1] == ["en", 0, "0", 1, 0, 0, 0, 0, 0, 0, 0, "0"]


def test_people_on_duty_are_told_once_however_many_languages_they_speak(place: Place) -> None:
    place.listener("bo").comes(languages="en,de")
    place.listener("cy").comes(languages="de")
    place.listener("di").comes(languages="en,de").is_now(2, languages="en,de")
    place.seeker("ada").asks(language="de", prefer="cy")
    place.listener("cy").accepts()
    available, paused, in_chat = place.call("people_on_duty", "en,de")
    assert (sorted(available), paused, in_chat) == (["bo", "cy"], ["di"], ["cy"])
    assert place.call("people_on_duty", "") == [[], [], []]


def test_a_stale_offer_is_gone_whatever_is_said_to_it(place: Place) -> None:
    bo, cy = place.listener("bo").comes(), place.listener("cy").comes()
    place.seeker("ada").asks()
    stale = bo.offer or cy.offer
    first, second = (bo, cy) if bo.offer else (cy, bo)
    place.passes(25)
    before = truth_of(place)
    assert first.accepts(stale) == "gone" and first.declines(stale) == "gone"
    assert second.accepts(stale) == "gone", "the old name of what is now another's"
    assert first.accepts(second.offer) == "gone", "somebody else's offer"
    assert truth_of(place) == before


def test_an_offer_that_never_was(place: Place) -> None:
    bo = place.listener("bo").comes()
    place.seeker("ada").asks()
    for nonsense in ("", ".", "c-ada-r1", "c-ada-r1.", "c-ada-r1.99", "c-none.1", "1", "c-ada-r1.1e3"):
        assert place.call("answer_offer", "bo", nonsense, "1") == "no_such_offer"
    assert bo.sees == "ada"


def test_answers_may_be_repeated(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=2)
    place.seeker("ada").asks()
    offer = bo.offer
    assert bo.accepts() == "done"
    before = truth_of(place)
    assert bo.accepts(offer) == "done"
    assert bo.declines(offer) == "gone", "the other answer is too late"
    assert truth_of(place) == before
    place.seeker("ben").asks()
    offer = bo.offer
    assert bo.declines() == "done"
    before = truth_of(place)
    assert bo.declines(offer) == "done" and bo.accepts(offer) == "gone"
    assert truth_of(place) == before


@pytest.mark.parametrize("availability", [2, 0])
def test_pausing_gives_an_open_offer_to_the_next(place: Place, availability: int) -> None:
    bo, cy = place.listener("bo").comes(), place.listener("cy")
    ada = place.seeker("ada")
    ada.asks()
    cy.comes()
    bo.is_now(availability)
    assert cy.sees == "ada" and bo.load == 0
    assert broken(truth_of(place)) == []


def test_a_listener_who_no_longer_speaks_the_language_gives_the_offer_back(place: Place) -> None:
    bo = place.listener("bo").comes(languages="en,de")
    place.seeker("dora").asks(language="de")
    place.seeker("ada").asks(language="en")
    assert bo.sees == "dora"
    bo.is_now(1, languages="en")
    assert bo.sees == "ada" and place.line("de") == ["dora"]
    assert broken(truth_of(place)) == []


def test_going_off_duty_keeps_open_chats_and_takes_no_more(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=3)
    ada = place.seeker("ada")
    chat = ada.asks()
    bo.accepts()
    bo.is_now(0)
    place.seeker("ben").asks()
    assert ada.state == "A" and bo.offer == "" and bo.availability == 0
    assert bo.writes(chat, "I am still here")[0] == "done"


def test_between_two_new_chats_lies_the_start_gap(unhurried: Place) -> None:
    place = unhurried
    bo = place.listener("bo").comes(capacity=3)
    for name in ("ada", "ben", "cleo"):
        place.seeker(name).asks()
    assert bo.sees == "ada"
    bo.accepts()
    assert bo.offer == "" and place.free() == []
    place.passes(19.9)
    assert bo.offer == ""
    place.passes(0.2)
    assert bo.sees == "ben"


def test_one_more_skips_the_gap_and_the_capacity_once(unhurried: Place) -> None:
    place = unhurried
    bo = place.listener("bo").comes(capacity=1, maximum=3)
    for name in ("ada", "ben", "cleo"):
        place.seeker(name).asks()
    bo.accepts()
    assert bo.takes_next() == "done"
    assert bo.sees == "ben"
    bo.accepts()
    place.passes(60)
    assert bo.offer == "" and place.line() == ["cleo"], "one more, once"


def test_one_more_waits_for_somebody_and_a_repeat_changes_nothing(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=1, maximum=3)
    place.seeker("ada").asks()
    bo.accepts()
    assert bo.takes_next() == "done"
    before = truth_of(place)
    assert bo.takes_next() == "done"
    assert truth_of(place) == before
    assert bo.record().listener.is_taking_next  # type: ignore[union-attr]
    place.seeker("ben").asks()
    assert bo.sees == "ben"
    bo.accepts()
    place.seeker("cleo").asks()
    assert bo.offer == ""


def test_one_more_that_came_to_nothing_by_the_seeker_still_stands(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=1, maximum=3)
    place.seeker("ada").asks()
    bo.accepts()
    bo.takes_next()
    ben, cleo = place.seeker("ben"), place.seeker("cleo")
    ben.asks()
    ben.leaves()
    cleo.asks()
    assert bo.sees == "cleo"
    bo.declines()
    assert not bo.record().listener.is_taking_next, "declined is an answer"  # type: ignore[union-attr]


def test_one_more_that_the_seeker_was_kept_apart_from_still_stands(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=1, maximum=3)
    ben = place.seeker("ben")
    before = ben.asks()
    bo.accepts()
    ben.ends(before)
    bo.takes_next()
    ben.asks(request="r2")
    assert bo.sees == "ben"
    ben.ends(before, block=True)
    assert bo.offer == "" and bo.record().listener.is_taking_next  # type: ignore[union-attr]


def test_one_more_that_was_missed_is_used_up(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=1, maximum=3)
    place.seeker("ada").asks()
    bo.accepts()
    bo.takes_next()
    place.seeker("ben").asks()
    assert bo.sees == "ben"
    place.passes(25.1)
    assert bo.offer == "" and not bo.record().listener.is_taking_next  # type: ignore[union-attr]


def test_one_more_ends_at_the_maximum_and_with_the_duty(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=1, maximum=1)
    place.seeker("ada").asks()
    bo.accepts()
    assert bo.takes_next() == "at_maximum"
    bo.is_now(2)
    assert bo.takes_next() == "not_available"
    cy = place.listener("cy").comes(capacity=1, maximum=3)
    cy.takes_next()
    cy.is_now(2)
    cy.is_now(1)
    assert not cy.record().listener.is_taking_next  # type: ignore[union-attr]


def test_one_more_never_passes_a_maximum_that_was_lowered_meanwhile(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=1, maximum=2)
    place.seeker("zoe").asks()
    bo.accepts()
    assert bo.takes_next() == "done"
    bo.is_now(1, capacity=1, maximum=1)
    ada = place.seeker("ada")
    ada.asks()
    assert ada.state == "W" and bo.offer == ""


def test_more_capacity_brings_the_next_and_less_takes_nothing_away(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=1)
    for name in ("ada", "ben", "cleo"):
        place.seeker(name).asks()
    bo.accepts()
    assert bo.offer == ""
    bo.is_now(1, capacity=2)
    assert bo.sees == "ben"
    bo.accepts()
    bo.is_now(1, capacity=1)
    assert bo.load == 2 and bo.offer == ""
    bo.ends("c-ada-r1")
    bo.finishes("c-ada-r1")
    assert bo.offer == "", "one of one in use"
