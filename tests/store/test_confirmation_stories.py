"""Is the seeker still there? Asked after an accepted offer, unless something was done in the last half minute."""

from tests.store.place import Place, Seeker
from tests.store.truth import broken, truth_of


def long_waiting(place: Place, name: str = "ada") -> Seeker:
    """A seeker whose last act was 31 s ago."""
    seeker = place.seeker(name)
    seeker.asks()
    place.passes(31)
    return seeker


def test_who_did_something_just_now_is_not_asked(place: Place) -> None:
    ada = place.seeker("ada")
    ada.asks()
    place.passes(60)
    ada.acts()
    place.passes(30)
    bo = place.listener("bo").comes()
    bo.accepts()
    assert ada.state == "A"


def test_who_did_nothing_for_long_is_asked_and_held_meanwhile(place: Place) -> None:
    ada = long_waiting(place)
    bo = place.listener("bo").comes(capacity=2)
    place.seeker("ben").asks()
    assert bo.accepts() == "done"
    assert ada.state == "H" and bo.load == 1 and bo.offer == "", "held, and no second offer beside it"
    assert place.chat(ada.own_chat).deadline_ms == place.now_ms + 15_000
    assert ada.confirms() == "done"
    assert ada.state == "A" and bo.sees == "ben"


def test_a_repeated_accept_while_asking_changes_nothing(place: Place) -> None:
    ada = long_waiting(place)
    bo = place.listener("bo").comes()
    offer = bo.offer
    bo.accepts()
    before = truth_of(place)
    assert bo.accepts(offer) == "done" and truth_of(place) == before
    ada.confirms()
    before = truth_of(place)
    assert ada.confirms() == "done" and truth_of(place) == before


def test_who_does_not_answer_is_parked_and_the_listener_is_free_without_a_miss(place: Place) -> None:
    ada = long_waiting(place)
    ben = place.seeker("ben")
    ben.asks()
    bo = place.listener("bo").comes()
    bo.accepts()
    place.passes(14.9)
    assert ada.state == "H"
    place.passes(0.2)
    assert ada.state == "P" and bo.sees == "ben", "in the same call"
    assert bo.record().listener.last_offer_reason == "seeker_away"  # type: ignore[union-attr]
    place.passes(25)
    assert bo.availability == 1, "one own miss; the seeker's silence was none"


def test_the_place_is_kept_for_who_comes_back(place: Place) -> None:
    ada = long_waiting(place)
    bo = place.listener("bo").comes()
    bo.accepts()
    bo.is_now(2)
    place.passes(15)
    ben = place.seeker("ben")
    ben.asks()
    assert ada.state == "P"
    ada.confirms()
    assert place.line() == ["ada", "ben"]


def test_a_silent_place_ends_after_five_minutes_too(place: Place) -> None:
    ada = long_waiting(place)
    place.listener("bo").comes().accepts()
    place.passes(15)
    place.passes(300)
    assert ada.state == "" and place.chat("c-ada-r1").ended_reason == "away_too_long"


def test_an_accepted_seeker_who_is_not_connected_is_asked(place: Place) -> None:
    ada = place.seeker("ada")
    ada.asks()
    ada.disconnects()
    bo = place.listener("bo").comes()
    bo.accepts()
    assert ada.state == "H", "acted just now, but nobody is there"
    place.passes(10)
    assert ada.state == "H", "the confirmation's deadline decides, not the line's"
    ada.connects()
    ada.confirms()
    assert ada.state == "A"


def test_a_chat_that_opened_for_an_absent_seeker_keeps_the_long_grace(place: Place) -> None:
    ada = place.seeker("ada")
    ada.asks()
    place.listener("bo").comes()
    ada.disconnects()
    place.passes(5)
    place.listener("bo").accepts()
    ada.confirms()  # over a connection that closed meanwhile
    assert ada.state == "A"
    place.passes(295)
    assert ada.state == "A", "300 s from the opening, not 10 s from the loss"
    place.passes(6)
    assert place.chat("c-ada-r1").ended_reason == "seeker_gone"


def test_leaving_while_asked_frees_the_listener(place: Place) -> None:
    ada = long_waiting(place)
    bo = place.listener("bo").comes()
    bo.accepts()
    ada.leaves()
    assert bo.load == 0 and place.free() == ["bo"]
    assert broken(truth_of(place)) == []


def test_confirming_while_waiting_only_notes_the_act(place: Place) -> None:
    ada = long_waiting(place)
    assert ada.confirms() == "done" and ada.state == "W"
    place.listener("bo").comes().accepts()
    assert ada.state == "A"


def test_a_listener_lost_while_the_seeker_is_asked(place: Place) -> None:
    ada = long_waiting(place)
    bo = place.listener("bo").comes()
    bo.disconnects()
    bo.connects()
    bo.accepts()
    bo.disconnects()
    place.passes(14)
    ada.confirms()
    assert ada.state == "A", "half a minute is the listener's, here as anywhere"
    place.passes(17)
    assert ada.state == "W"
    assert broken(truth_of(place)) == []


def test_who_is_gone_while_asked_is_parked_when_the_offer_is_withdrawn(place: Place) -> None:
    ada = long_waiting(place)
    bo = place.listener("bo").comes()
    ada.disconnects()
    place.passes(5)
    bo.accepts()
    place.passes(6)
    assert ada.state == "H", "gone for 11 s, and asked for 6"
    place.call("block", "bo", "ada")
    assert ada.state == "P"
    assert broken(truth_of(place)) == []
