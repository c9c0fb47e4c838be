"""The line: who comes, who is next, who keeps a place."""

from chat.protocol.topics import mask_of
from tests.store.place import Place
from tests.store.truth import broken, truth_of

GRIEF = mask_of(["grief"])


def test_who_comes_first_is_offered_first(place: Place) -> None:
    for name in ("ada", "ben", "cleo"):
        place.seeker(name).asks()
        place.passes(1)
    assert place.line() == ["ada", "ben", "cleo"]
    assert [place.seeker(name).standing for name in ("ada", "ben", "cleo")] == [1, 2, 3]
    bo = place.listener("bo").comes()
    assert bo.sees == "ada"
    assert place.line() == ["ben", "cleo"]


def test_a_seeker_meets_a_free_listener_at_once(place: Place) -> None:
    bo = place.listener("bo").comes()
    ada = place.seeker("ada")
    ada.asks()
    assert ada.state == "O" and bo.sees == "ada" and place.line() == []


def test_a_listener_without_a_wish_takes_one_chat_at_a_time(place: Place) -> None:
    bo = place.listener("bo").comes()
    place.seeker("ada").asks()
    place.seeker("ben").asks()
    assert bo.accepts() == "done"
    assert bo.load == 1 and bo.offer == "" and place.line() == ["ben"]


def test_capacity_two_takes_two_one_offer_after_the_other(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=2)
    for name in ("ada", "ben", "cleo"):
        place.seeker(name).asks()
    assert bo.sees == "ada" and bo.load == 1
    bo.accepts()
    assert bo.sees == "ben" and bo.load == 2
    bo.accepts()
    assert bo.offer == "" and place.line() == ["cleo"]


def test_languages_never_mix(place: Place) -> None:
    place.listener("bo").comes(languages="de")
    ada = place.seeker("ada")
    ada.asks(language="en")
    assert ada.state == "W"
    cy = place.listener("cy").comes(languages="de,en")
    assert cy.sees == "ada"


def test_of_two_lines_the_earlier_arrival_comes_first(place: Place) -> None:
    place.seeker("ada").asks(language="de")
    place.passes(1)
    place.seeker("ben").asks(language="en")
    bo = place.listener("bo").comes(languages="en,de")
    assert bo.sees == "ada"


def test_the_least_loaded_then_the_longest_free_is_asked(place: Place) -> None:
    for name in ("bo", "cy", "di"):
        place.listener(name).comes(capacity=2)
        place.passes(1)
    assert place.free() == ["bo", "cy", "di"]
    place.seeker("ada").asks()
    place.listener("bo").accepts()
    assert place.free() == ["cy", "di", "bo"], "one of two units in use: after those with none"


def test_the_preferred_listener_is_asked_first_if_free(place: Place) -> None:
    place.listener("bo").comes()
    place.passes(1)
    place.listener("cy").comes()
    place.seeker("ada").asks(prefer="cy")
    assert place.listener("cy").sees == "ada"
    place.seeker("ben").asks(prefer="cy")
    assert place.listener("bo").sees == "ben", "nobody is kept waiting for a preference"


def test_avoided_listeners_hide_nobody_behind_them(place: Place) -> None:
    avoided = tuple(f"l{number}" for number in range(8))
    for name in avoided:
        place.listener(name).comes()
        place.passes(1)
    place.listener("bo").comes()
    place.seeker("ada").asks(avoid=avoided)
    assert place.listener("bo").sees == "ada", "the only one left is the last of nine"
    ben = place.seeker("ben")
    ben.asks(avoid=avoided)
    assert ben.state == "W"


def test_seekers_who_avoid_a_listener_hide_nobody_behind_them(place: Place) -> None:
    for number in range(8):
        place.seeker(f"s{number}").asks(avoid=("bo",))
        place.passes(1)
    place.seeker("ada").asks()
    bo = place.listener("bo").comes()
    assert bo.sees == "ada", "eight before her can't meet this listener"
    assert len(place.line()) == 8


def test_a_place_is_kept_through_an_offer_that_came_to_nothing(place: Place) -> None:
    ada, ben = place.seeker("ada"), place.seeker("ben")
    ada.asks()
    place.passes(5)
    ben.asks()
    bo = place.listener("bo").comes()
    assert bo.sees == "ada"
    bo.is_now(0)
    assert place.line() == ["ada", "ben"]


def test_who_is_gone_for_ten_seconds_is_parked_and_comes_back_to_the_same_place(place: Place) -> None:
    ada, ben = place.seeker("ada"), place.seeker("ben")
    ada.asks()
    place.passes(1)
    ben.asks()
    ada.disconnects()
    place.passes(9.9)
    assert ada.state == "W", "a reload must not cost the place"
    place.passes(0.2)
    assert ada.state == "P" and place.line() == ["ben"]
    place.passes(60)
    ada.connects()
    assert ada.state == "W" and place.line() == ["ada", "ben"]


def test_who_comes_back_is_offered_at_once_where_somebody_is_free(place: Place) -> None:
    ada = place.seeker("ada")
    ada.asks()
    ada.disconnects()
    place.passes(11)
    bo = place.listener("bo").comes()
    assert bo.offer == "", "nobody is offered a seeker who is not there"
    ada.connects()
    assert bo.sees == "ada"


def test_a_parked_place_ends_after_five_minutes(place: Place) -> None:
    ada = place.seeker("ada")
    chat = ada.asks()
    ada.disconnects()
    place.passes(10)
    place.passes(299)
    assert ada.state == "P"
    place.passes(1.1)
    assert place.chat(chat).state == "E" and place.chat(chat).ended_reason == "away_too_long"
    assert ada.asks(request="r2"), "and may ask again"


def test_who_goes_while_offered_is_parked_and_the_listener_gets_the_next(place: Place) -> None:
    bo = place.listener("bo").comes()
    ada, ben = place.seeker("ada"), place.seeker("ben")
    ada.asks()
    ben.asks()
    ada.disconnects()
    place.passes(10)
    assert ada.state == "P" and bo.sees == "ben"


def test_who_asks_and_was_gone_before_the_answer_does_not_wait_for_ever(place: Place) -> None:
    ada = place.seeker("ada")
    ada.asks_raw()  # the socket closed while the request was under way
    assert broken(truth_of(place)) == []
    place.passes(10)
    assert ada.state == "P"


def test_leaving_works_in_every_state_before_the_chat(place: Place) -> None:
    ada = place.seeker("ada")
    for number, state in enumerate(("W", "P", "O", "H")):
        request = f"r{number}"
        chat = ada.asks(request=request)
        bo = place.listener("bo")
        if state == "P":
            ada.disconnects()
            place.passes(10)
        if state in "OH":
            bo.comes()
        if state == "H":
            place.passes(24)
            place.passes(10)  # the offer came a second time; the last act is over 30 s ago
            bo.accepts()
        assert ada.state == state
        assert ada.leaves(request) == "done"
        assert place.chat(chat).state == "E" and place.chat(chat).ended_reason == "left"
        assert ada.leaves(request) == "done", "a repeat changes nothing"
        assert broken(truth_of(place)) == []
        if state in "OH":
            assert bo.load == 0 and place.free() == ["bo"]
            bo.is_now(0)


def test_leaving_an_offer_gives_the_listener_the_next(place: Place) -> None:
    bo = place.listener("bo").comes()
    ada, ben = place.seeker("ada"), place.seeker("ben")
    ada.asks()
    ben.asks()
    ada.leaves()
    assert bo.sees == "ben"
    assert bo.record().listener.last_offer_reason == "seeker_left"  # type: ignore[union-attr]


def test_leaving_the_line_of_an_open_chat_ends_nothing(place: Place) -> None:
    place.listener("bo").comes()
    ada = place.seeker("ada")
    ada.asks()
    place.listener("bo").accepts()
    assert ada.leaves() == "open" and ada.state == "A"


def test_only_the_seeker_may_leave_or_confirm(place: Place) -> None:
    place.seeker("ada").asks()
    assert place.call("leave_line", "ben", "c-ada-r1", "left") == "no_such_request"
    assert place.call("confirm_here", "ben", "c-ada-r1") == "no_such_request"
    assert place.call("leave_line", "ada", "c-none", "left") == "no_such_request"


def test_a_repeated_request_finds_its_own_and_another_is_refused(place: Place) -> None:
    ada = place.seeker("ada")
    chat = ada.asks()
    before = truth_of(place)
    assert ada.asks_raw() == ["done", chat, "r1"]
    assert ada.asks_raw(request="r2") == ["open", chat, "r1"]
    assert truth_of(place) == before
    ada.leaves()
    assert ada.asks_raw() == ["done", chat, "r1"], "its own answer, even after it is over"
    assert ada.own_chat == ""


def test_the_lines_tell_numbers_and_topics_never_words(place: Place) -> None:
    place.seeker("ada").asks(first_words="I can't sleep")
    place.passes(7)
    place.seeker("ben").asks()
    now, row, empty = place.call("lines", "en,de")
    assert row == ["en", 2, str(now - 7000), f"{GRIEF},{GRIEF}"]
    assert empty == ["de", 0, "0", ""]


def test_places_tell_the_waits_of_those_who_had_to_wait(place: Place) -> None:
    for number in range(3):
        place.seeker(f"s{number}").asks()
        place.passes(1)
    bo = place.listener("bo").comes(capacity=9, maximum=9)
    for number in range(3):
        place.seeker(f"s{number}").acts()
        bo.accepts()
    place.seeker("quick").asks()
    bo.accepts()
    place.seeker("ada").asks(language="de")
    _, waits, heads, rows = place.call("places", "en", "s0", "ada")
    assert rows == [[-1, 1, 0], [1, 0, 0]] and heads == ["0"] * 2
    assert [member.rpartition(":")[2] for member in waits[0]] == ["1000", "2000", "3000"], "newest first"
    assert waits[1] == []
    assert place.call("places", "de", "ada")[2:] == [[str(place.now_ms), "0"], [[1, 0, 0]]]
