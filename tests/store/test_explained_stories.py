"""Every offer leaves a note that says why it went where it went, and what became of it is kept."""

from routing.rules.explaining import MadeOffer, explain, outcome_of, parse_note
from routing.store.snapshots import pairs
from tests.helpers.explained import said
from tests.store.place import Place


def explained(place: Place) -> list[MadeOffer]:
    """Every offer that was made so far, the first one first."""
    made = []
    for _, flat in place.read("XRANGE", place.key("why"), "-", "+"):
        note = dict(zip(flat[::2], flat[1::2], strict=True))
        cell = place.chat(note["o"].rpartition(".")[0]).cell
        made.append(MadeOffer(note["o"], note["l"], int(note["t"]), int(note["a"]), cell, parse_note(note["w"])))
    return made


def why(place: Place) -> str:
    return explain(explained(place)[-1]).why


def outcomes(place: Place) -> list[str]:
    found = []
    for made in explained(place):
        chat, _, turn = made.offer_id.rpartition(".")
        found.append(outcome_of(pairs(place.wire.send("HGETALL", place.key("chat", chat))), int(turn)))
    return found


def test_who_arrives_is_told_why_this_listener(place: Place) -> None:
    place.listener("bo").comes()
    place.seeker("ada").asks()
    assert why(place) == "only_free"
    place.listener("bo").accepts()
    place.listener("bo").is_now(1, capacity=2)
    place.listener("cy").comes()
    place.seeker("ben").asks(topics=("sleep",))
    made = explained(place)[-1]
    assert (made.listener, explain(made).why) == ("cy", "least_busy")
    assert [(seen.listener, seen.load) for seen in made.note.listeners] == [("cy", 0), ("bo", 50)]
    place.listener("di").comes()
    place.passes(1)
    place.listener("eli").comes(topics=("sleep",))
    place.seeker("cleo").asks(topics=("sleep",))
    assert (explained(place)[-1].listener, why(place)) == ("eli", "shares_topic")
    place.passes(1)
    place.listener("flo").comes()
    place.seeker("dora").asks(topics=("family",))
    assert (explained(place)[-1].listener, why(place)) == ("di", "longest_free")


def test_whoever_is_chosen_is_named_among_many(place: Place) -> None:
    for number in range(9):
        place.listener(f"l{number}").comes()
        place.passes(1)
    place.listener("zoe").comes(topics=("sleep",))
    place.seeker("ada").asks(topics=("sleep",))
    made = explained(place)[-1]
    assert made.listener == "zoe" and made.note.listeners[-1].listener == "zoe"
    assert (len(made.note.listeners), explain(made).why) == (6, "shares_topic")


def test_asked_for_and_one_more_in_danger(place: Place) -> None:
    place.listener("cy").comes()
    place.listener("bo").comes(level=2, topics=("suicide",), takes_urgent=True)
    place.seeker("ada").asks(prefer="bo")
    assert why(place) == "asked_for"
    place.listener("bo").accepts()
    place.seeker("ben").asks(topics=("suicide",), distress=5)
    assert (explained(place)[-1].listener, why(place)) == ("bo", "one_more_in_danger")


def test_who_gets_room_is_told_why_this_seeker(place: Place) -> None:
    place.seeker("ada").asks(topics=("family",))
    assert place.listener("bo").comes().sees == "ada"
    assert (why(place), explain(explained(place)[-1]).overtook) == ("only_line", None)
    place.seeker("ben").asks(topics=("family",))
    place.passes(20)
    place.seeker("cleo").asks(topics=("family",), distress=5)
    place.passes(10)
    assert place.listener("cy").comes().sees == "ben"
    made = explained(place)[-1]
    assert explain(made).why == "longest_wait"
    assert [(seen.risk, seen.waited_s) for seen in made.note.lines] == [(0, 30), (1, 10)]


def test_whoever_goes_before_one_who_waited_longer_has_a_reason(place: Place) -> None:
    place.seeker("ada").asks(topics=("family",))
    place.passes(20)
    place.seeker("ben").asks(topics=("family",), distress=5)
    place.passes(70)
    assert place.listener("bo").comes().sees == "ben"
    made = explained(place)[-1]
    reason = explain(made)
    assert reason.why == "nearest_target"
    assert reason.overtook is not None and (reason.overtook.risk, reason.overtook.waited_s) == (0, 90)
    assert said(made) == "Had waited 58 % of this risk's target (120 s), more than the head of any other line."


def test_a_second_language_is_a_reason(place: Place) -> None:
    place.seeker("ada").asks(language="tr,en")
    place.passes(121)
    assert place.listener("bo").comes(languages="en").sees == "ada"
    reason = explain(explained(place)[-1])
    assert (reason.why, reason.overtook) == ("second_language", None)


def test_a_topic_in_common_is_a_reason(place: Place) -> None:
    place.seeker("ada").asks(topics=("family",))
    place.passes(29)
    place.seeker("ben").asks(topics=("grief",))
    assert place.listener("bo").comes(topics=("grief",)).sees == "ben"
    reason = explain(explained(place)[-1])
    assert reason.why == "topic" and reason.overtook is not None and reason.overtook.waited_s == 29


def test_danger_is_a_reason_and_so_is_having_come_back(place: Place) -> None:
    place.seeker("ada").asks(topics=("family",))
    place.passes(5)
    place.seeker("ben").asks(prefer="bo")
    place.passes(5)
    bo = place.listener("bo").comes(level=2, topics=("suicide",), takes_urgent=True)
    assert bo.sees == "ben" and why(place) == "came_back"
    place.passes(1)
    place.seeker("cleo").asks(topics=("suicide",), distress=5)
    bo.accepts()
    place.seeker("ben").confirms()
    assert bo.sees == "cleo" and why(place) == "in_danger_one_more"
    place.seeker("dora").asks(topics=("suicide",), distress=5)
    assert place.listener("cy").comes(level=2, topics=("suicide",)).sees == "dora"
    reason = explain(explained(place)[-1])
    assert reason.why == "in_danger" and reason.overtook is not None and reason.overtook.risk == 0


def test_who_is_kept_apart_in_another_language_is_passed_over_with_the_same_reason(place: Place) -> None:
    place.seeker("ada").asks(avoid=("bo",))
    place.passes(3)
    place.seeker("ben").asks(language="de")
    place.passes(1)
    assert place.listener("bo").comes(languages="en,de").sees == "ben"
    reason = explain(explained(place)[-1])
    assert reason.why == "others_kept_apart" and reason.overtook is not None and reason.overtook.language == "en"


def test_who_is_kept_apart_from_a_listener_is_passed_over_with_a_reason(place: Place) -> None:
    place.seeker("ada").asks(avoid=("bo",))
    place.passes(3)
    place.seeker("ben").asks()
    assert place.listener("bo").comes().sees == "ben"
    assert why(place) == "others_kept_apart"
    place.listener("bo").accepts()
    place.seeker("cleo").asks(avoid=("cy",), distress=5)
    place.passes(40)
    place.seeker("ada").leaves()
    place.now_ms += 1  # the order of arrival is told apart within a second, too
    place.seeker("dora").asks()
    assert place.listener("cy").comes().sees == "dora"
    assert why(place) == "others_kept_apart"


def test_danger_does_not_hide_why_somebody_in_danger_was_passed_over(place: Place) -> None:
    place.seeker("ada").asks(topics=("suicide",), distress=5, avoid=("bo",))
    place.passes(5)
    place.seeker("ben").asks(topics=("suicide",), distress=5)
    assert place.listener("bo").comes(level=2, topics=("suicide",)).sees == "ben"
    reason = explain(explained(place)[-1])
    assert (reason.why, reason.besides) == ("in_danger", ("others_kept_apart",))
    assert reason.overtook is not None and reason.overtook.waited_s == 5
    assert said(explained(place)[-1]) == (
        "Whoever is in danger goes first. Those before can't be offered to Bo: declined a moment ago, or kept apart."
    )


def test_a_topic_does_not_hide_that_who_came_long_before_is_kept_apart(place: Place) -> None:
    place.seeker("ada").asks(topics=("family",), avoid=("bo",))
    place.passes(50)
    place.seeker("ben").asks(topics=("family",))
    place.passes(5)
    place.seeker("cleo").asks(topics=("sleep",))
    assert place.listener("bo").comes(topics=("sleep",)).sees == "cleo"
    reason = explain(explained(place)[-1])
    assert (reason.why, reason.besides) == ("topic", ("others_kept_apart",))
    assert reason.overtook is not None and reason.overtook.waited_s == 55


def test_what_became_of_an_offer_is_kept(place: Place) -> None:
    bo, ada = place.listener("bo").comes(), place.seeker("ada")
    ada.asks()
    assert outcomes(place) == ["open"]
    bo.declines()
    cy = place.listener("cy").comes()
    place.passes(26)
    assert outcomes(place) == ["declined", "expired", "open"], "with nobody else there she is asked again"
    cy.is_now(2)
    assert outcomes(place)[2:] == ["not_available"]
    place.passes(10)
    cy.is_now(1)
    cy.accepts()
    place.passes(16)
    assert outcomes(place)[3:] == ["not_confirmed"]
    ada.confirms()
    cy.accepts()
    assert outcomes(place)[4:] == ["accepted"]
    place.listener("di").comes()
    ben = place.seeker("ben")
    ben.asks()
    ben.leaves()
    assert outcomes(place)[5:] == ["seeker_left"]


def test_the_first_wait_that_was_announced_is_remembered_and_no_other(place: Place) -> None:
    chat = place.seeker("ada").asks()
    for seconds in (90, 300):
        place.call("promised", chat, seconds)
    assert place.read("HGET", place.key("chat", chat), "pm") == "90"
    place.call("promised", "c-nobody-r1", 90)
    assert place.read("EXISTS", place.key("chat", "c-nobody-r1")) == 0
