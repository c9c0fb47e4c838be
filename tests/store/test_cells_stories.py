"""Who may be met by whom, and who of those who wait is next: clearances, danger, targets, topics."""

from typing import Any

import pytest

from tests.store.place import Listener, Place
from tests.store.truth import broken, truth_of

SUICIDE = ("suicide",)


def test_only_who_is_cleared_is_asked(place: Place) -> None:
    place.listener("bo").comes()
    place.listener("cy").comes(level=1, topics=SUICIDE)
    place.listener("di").comes(level=2, topics=("self_harm",))
    ada = place.seeker("ada")
    ada.asks(topics=SUICIDE)
    assert ada.state == "W", "one lacks the level and the topic, one the level, one the topic"
    assert place.listener("eli").comes(level=2, topics=SUICIDE).sees == "ada"


@pytest.mark.parametrize("rights", [{"level": 1, "topics": SUICIDE}, {"level": 2}])
def test_an_offer_does_not_outlast_the_clearance(place: Place, rights: dict[str, Any]) -> None:
    bo = place.listener("bo").comes(level=2, topics=SUICIDE)
    ada = place.seeker("ada")
    ada.asks(topics=SUICIDE)
    bo.is_now(1, **rights)
    assert bo.offer == "" and ada.state == "W"


def test_a_higher_clearance_takes_what_needs_a_lower_one(place: Place) -> None:
    bo = place.listener("bo").comes(level=3, topics=("self_harm", "suicide", "grief"))
    place.seeker("ada").asks(topics=("self_harm",), distress=2)
    assert bo.sees == "ada"


def test_who_needs_two_hard_topics_needs_one_who_holds_both(place: Place) -> None:
    ada = place.seeker("ada")
    ada.asks(topics=("self_harm", "suicide"))
    for name, topics in (("bo", ("self_harm",)), ("cy", SUICIDE)):
        assert place.listener(name).comes(level=3, topics=topics).sees == ""
    assert place.listener("di").comes(level=3, topics=("self_harm", "suicide")).sees == "ada"


def test_heads_that_a_listener_may_not_meet_hide_nobody(place: Place) -> None:
    for number in range(40):
        place.seeker(f"s{number:02}").asks(topics=SUICIDE, distress=1 + number % 5)
        place.passes(1)
    place.seeker("ada").asks()
    bo = place.listener("bo").comes()
    assert bo.sees == "ada" and len(place.line()) == 40


def test_danger_goes_before_however_long_others_have_waited(place: Place) -> None:
    place.seeker("ada").asks()
    place.passes(3600)
    place.seeker("ben").asks(topics=SUICIDE, distress=3)
    place.passes(600)
    place.seeker("cleo").asks(topics=SUICIDE, distress=5)
    place.passes(1)
    place.seeker("dora").asks(topics=("suicide", "self_harm"), distress=4)
    bo = place.listener("bo").comes(level=3, topics=("suicide", "self_harm"), capacity=4)
    order = []
    for _ in range(4):
        order.append(bo.sees)
        bo.accepts()
        place.seeker(order[-1]).confirms()
    assert order == ["cleo", "dora", "ada", "ben"], "danger by arrival, then 4201 of 180 s before 601 of 60 s"


#: Risk of the first, of the second, and for how long the first is ahead: the second arrives 30 s after the first, and
#: goes before it as soon as it has waited the greater part of its target (180, 120, 60 and 15 s by risk).
RISKS = [(0, 1, 90), (0, 2, 45), (1, 2, 60)]
WISHES = {
    0: {"topics": ("grief",), "distress": 3},
    1: {"topics": ("grief",), "distress": 5},
    2: {"topics": SUICIDE, "distress": 3},
}


@pytest.mark.parametrize(("first", "second", "level_at_s"), RISKS)
@pytest.mark.parametrize("is_past", [False, True])
def test_who_has_waited_more_of_their_target_is_next(
    place: Place, first: int, second: int, level_at_s: int, is_past: bool
) -> None:
    place.seeker("ada").asks(**WISHES[first])
    place.passes(30)
    place.seeker("ben").asks(**WISHES[second])
    place.passes(level_at_s - 30 + (0.1 if is_past else -0.1))
    standings = [place.seeker(name).standing for name in ("ada", "ben")]
    bo = place.listener("bo").comes(level=3, topics=SUICIDE)
    assert bo.sees == ("ben" if is_past else "ada")
    assert standings == ([2, 1] if is_past else [1, 2]), "and the place that each is told says so"


def test_a_line_that_is_behind_hides_none_of_another_risk(place: Place) -> None:
    for name, distress, topics in (("ada", 5, ()), ("ben", 2, ("self_harm",)), ("cleo", 3, ()), ("dan", 3, SUICIDE)):
        place.seeker(name).asks(distress=distress, topics=topics)
        place.passes(10)
    place.passes(60)
    # Of their targets the first two have waited five and four and a half sixths, the third less than half.
    assert place.listener("bo").comes(level=2, topics=("self_harm", "suicide")).sees == "dan", "seven sixths"


def test_the_place_counts_all_lines_of_the_language(place: Place) -> None:
    wishes = [WISHES[0], WISHES[0], WISHES[1], {"topics": SUICIDE, "distress": 5}, WISHES[2]]
    for number, wish in enumerate(wishes):
        place.seeker(f"s{number}").asks(**wish)
    place.seeker("other").asks(language="de", topics=SUICIDE, distress=5)
    place.passes(10)
    assert [place.seeker(f"s{number}").standing for number in range(5)] == [4, 5, 3, 1, 2]
    assert place.seeker("other").standing == 1
    _, _, heads, rows = place.call("places", "en", *[f"s{number}" for number in range(5)])
    assert rows == [[4, 0, 0], [5, 0, 0], [3, 0, 1], [1, 0, 3], [2, 0, 2]]
    assert heads == [str(place.now_ms - 10_000)] * 2


# ---- topics in common ----


def test_a_topic_in_common_overtakes_thirty_seconds_and_no_more(place: Place) -> None:
    for ahead_s, sees in ((30, "ben"), (30.1, "ada")):
        place.seeker("ada").asks(request=f"r{ahead_s}", topics=("sleep",))
        place.passes(ahead_s)
        place.seeker("ben").asks(request=f"r{ahead_s}", topics=("grief",))
        bo = place.listener("bo").comes(topics=("grief", "loneliness"))
        assert bo.sees == sees and broken(truth_of(place)) == []
        for name in ("ada", "ben"):
            place.seeker(name).leaves(f"r{ahead_s}")
        bo.is_now(0)


def test_who_names_no_topic_is_overtaken_by_nobody(place: Place) -> None:
    place.seeker("ada").asks(topics=())
    place.seeker("ben").asks(topics=("grief",))
    bo = place.listener("bo").comes(topics=("grief",))
    assert bo.sees == "ada"
    place.seeker("cleo").asks(topics=("sleep",))
    place.seeker("dora").asks(topics=("grief",))
    assert place.listener("cy").comes().sees == "ben", "nor does a listener without topics prefer any"
    assert place.listener("di").comes().sees == "cleo"


def test_a_topic_in_common_is_looked_for_among_sixteen(place: Place) -> None:
    """Whom the listener may not meet don't count among them."""
    for number in range(4):
        place.seeker(f"n{number}").asks(topics=("sleep",), avoid=("bo", "cy"))
    for number in range(15):
        place.seeker(f"s{number:02}").asks(topics=("sleep",))
    place.passes(0.1)
    place.seeker("ben").asks(topics=("grief",))
    bo = place.listener("bo").comes(topics=("grief",))
    assert bo.sees == "ben", "the sixteenth whom bo may meet"
    place.seeker("s-last").asks(topics=("sleep",))
    place.passes(0.1)
    place.seeker("cleo").asks(topics=("grief",))
    cy = place.listener("cy").comes(topics=("grief",))
    assert cy.sees == "s00", "the seventeenth is too far"


def test_of_listeners_equally_busy_one_with_a_topic_in_common_is_asked(place: Place) -> None:
    place.listener("bo").comes(topics=("sleep",))
    place.passes(1)
    cy = place.listener("cy").comes(topics=("grief", "sleep"))
    place.passes(1)
    place.listener("di").comes(topics=("grief",))
    place.seeker("ada").asks(topics=("grief",))
    assert cy.sees == "ada", "of two who share it the one who has been free longest"


def test_no_topic_makes_up_for_being_busier(place: Place) -> None:
    cy = place.listener("cy").comes(topics=("grief",), capacity=2)
    place.seeker("zoe").asks()
    cy.accepts()
    bo = place.listener("bo").comes(topics=("sleep",), capacity=2)
    place.seeker("ada").asks(topics=("grief",))
    assert bo.sees == "ada"


def test_the_least_busy_of_all_classes_is_asked(place: Place) -> None:
    """Being cleared for more puts nobody first or last."""
    bo = place.listener("bo").comes(capacity=2)
    place.seeker("zoe").asks()
    bo.accepts()
    cy = place.listener("cy").comes(level=3, topics=SUICIDE, capacity=2)
    place.passes(1)
    place.listener("di").comes(level=2, topics=SUICIDE, capacity=2)
    place.seeker("ada").asks(topics=())
    assert cy.sees == "ada"


def test_sixteen_listeners_are_looked_at_besides_the_excluded(place: Place) -> None:
    for number in range(18):
        place.listener(f"l{number:02}").comes(topics=("sleep",))
        place.passes(1)
    bo = place.listener("bo").comes(topics=("grief",))
    place.seeker("ada").asks(topics=("grief",))
    assert place.listener("l00").sees == "ada", "the nineteenth is too far"
    place.seeker("ben").asks(topics=("grief",), avoid=("l01", "l02"))
    assert bo.sees == "ben", "two of the eighteen left don't count"


# ---- second languages ----


def busy(place: Place, language: str = "en", **rights: Any) -> Listener:
    """A listener on duty who has no room."""
    listener = place.listener(f"busy-{language}").comes(languages=language, **rights)
    place.seeker(f"talks-{language}").asks(language=language)
    assert listener.accepts() == "done"
    return listener


def test_second_languages_come_in_after_a_while(place: Place) -> None:
    busy(place)
    ada = place.seeker("ada")
    ada.asks(language="en,de,tr")
    bo = place.listener("bo").comes(languages="tr,de")
    place.passes(119.9)
    assert bo.offer == "" and place.line("de") == [] and place.line("en") == ["ada"]
    place.passes(0.2)
    assert bo.sees == "ada"
    assert place.chat("c-ada-r1").offered_language == "de", "the first of hers that bo speaks"
    bo.declines()
    assert [place.line(language) for language in ("en", "de", "tr")] == [["ada"]] * 3, "and she stays in all of them"
    cy = place.listener("cy").comes(languages="en,de")
    assert cy.sees == "ada" and place.chat("c-ada-r1").offered_language == "en"
    assert [place.line(language) for language in ("en", "de", "tr")] == [[]] * 3


def test_whoever_comes_by_a_second_language_goes_after_those_whose_own_it_is(place: Place) -> None:
    busy(place, "tr")
    place.seeker("ada").asks(language="tr,en")
    place.passes(121)
    for view in ("load", "lines"):
        told = place.call(view, "en,tr")[1:]
        assert [row[2] for row in told] == [str(place.now_ms - 121_000)] * 2, "she has waited as long as she has"
    place.seeker("ben").asks()
    place.passes(100)
    assert place.line("en") == ["ben", "ada"] and place.line("tr") == ["ada"]
    bo = place.listener("bo").comes(languages="en")
    assert bo.sees == "ben", "who came two minutes later"
    bo.accepts()
    place.seeker("cleo").asks(distress=5)
    place.passes(25)
    assert place.listener("cy").comes(languages="en").sees == "ada", "for twice the two minutes have passed"
    assert broken(truth_of(place)) == []


def test_before_their_wait_for_it_counts_they_go_by_arrival_whatever_their_risk(place: Place) -> None:
    busy(place, "tr")
    place.seeker("ada").asks(language="tr,en", distress=5)
    place.passes(1)
    place.seeker("ben").asks(language="tr,en")
    place.passes(121)
    assert place.line("en") == ["ada", "ben"]
    assert place.listener("bo").comes(languages="en").sees == "ada"
    place.seeker("cleo").asks()
    assert place.listener("cy").comes(languages="en").sees == "cleo", "whose own language it is, however short the wait"
    assert place.listener("di").comes(languages="tr").sees == "ben", "whose own place is where it was"


def test_a_place_that_an_earlier_version_wrote_is_by_arrival(place: Place) -> None:
    busy(place, "tr")
    chat = place.seeker("ada").asks(language="tr,en")
    place.passes(121)
    place.seeker("ben").asks()
    bo = place.listener("bo").comes(languages="tr")
    assert bo.sees == "ada"
    place.read("HSET", place.key("chat", chat), "wi", "1")
    bo.declines()
    assert place.line("en") == ["ada", "ben"]


def test_somebody_in_danger_stands_in_their_second_languages_at_once(place: Place) -> None:
    bo = place.listener("bo").comes(languages="tr", topics=SUICIDE, level=2)
    chat = place.seeker("ada").asks(language="en,tr", topics=SUICIDE, distress=5)
    assert bo.sees == "ada" and place.chat(chat).offered_language == "tr"
    assert broken(truth_of(place)) == []


def test_who_was_offered_meanwhile_gets_their_second_language_on_coming_back(place: Place) -> None:
    busy(place)
    place.seeker("ada").asks(language="en,de")
    place.passes(110)
    bo = place.listener("bo").comes()
    assert bo.sees == "ada"
    place.passes(15)
    bo.declines()
    assert place.line("de") == ["ada"]


# ---- nobody who speaks the first one ----


def test_where_nobody_on_duty_speaks_their_own_language_the_second_ones_come_in_at_once(place: Place) -> None:
    place.listener("di").comes(languages="tr", capacity=0)
    ben = place.seeker("ben")
    ben.asks(language="en,tr")
    assert ben.record().listeners_able == 1 and place.line("tr") == ["ben"], "di may get room"
    place.passes(1)
    bo = place.listener("bo").comes(languages="de")
    ada = place.seeker("ada")
    ada.asks(language="en,de")
    assert bo.sees == "ada" and ada.record().listeners_able == 1
    bo.declines()
    cy = place.listener("cy").comes(languages="en")
    assert cy.sees == "ben", "her own language is hers from the moment somebody speaks it"
    assert broken(truth_of(place)) == []


def test_who_speaks_the_language_and_may_not_take_this_request_counts_for_nobody(place: Place) -> None:
    busy(place)
    bo = place.listener("bo").comes(languages="de", topics=SUICIDE, level=2)
    place.seeker("ada").asks(language="en,de", topics=SUICIDE)
    assert bo.sees == "ada"


def test_who_avoids_all_who_speak_their_language_is_asked_of_others_at_once(place: Place) -> None:
    zed = busy(place)
    bo = place.listener("bo").comes(languages="de")
    place.seeker("ada").asks(language="en,de", avoid=(zed.name,))
    assert bo.sees == "ada" and broken(truth_of(place)) == []


def test_when_the_last_who_speaks_it_goes_the_second_languages_come_in_within_half_a_minute(place: Place) -> None:
    last = busy(place)
    ada = place.seeker("ada")
    ada.asks(language="en,de")
    bo = place.listener("bo").comes(languages="de")
    place.passes(31)
    assert (ada.record().listeners_able, place.chat("c-ada-r1").turn) == (1, 0), (
        "looking changes nothing that anybody was told"
    )
    last.is_now(2)
    assert bo.offer == "" and ada.record().listeners_able == 1, "bo, who will be asked"
    assert broken(truth_of(place)) == []
    place.passes(29)
    assert bo.sees == "ada" and place.now_ms - place.chat("c-ada-r1").arrived_at_ms == 60_000


def test_behind_a_barrier_they_are_matched_when_it_is_over(place: Place) -> None:
    bo = place.listener("bo").comes()
    place.call("raise_barrier", "another life", 3000)
    place.seeker("ada").asks(language="en,de")
    assert bo.offer == "" and broken(truth_of(place)) == []
    place.passes(3.1)
    assert bo.sees == "ada" and broken(truth_of(place)) == []
