"""The debrief tells a good chat from a bad one, and says what to try."""

import msgspec
import pytest

from listener_training.practice.debrief import FAILED_AT_MOST, Debrief, load_words
from listener_training.practice.practice_chat import VERY_LONG_CHARS
from tests.training.practising import books, judged, recogniser, scripts

SCENARIOS = sorted(books())


def test_every_scenario_has_a_good_and_a_bad_script() -> None:
    assert sorted(scripts()) == SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_good_script_passes_and_a_bad_one_does_not(scenario: str) -> None:
    for seed in range(5):
        good, bad = (judged(scenario, scripts()[scenario][kind], seed) for kind in ("good", "bad"))
        assert (good.has_passed, good.outcome) == (True, "well"), (seed, good.goals)
        assert (bad.has_passed, bad.outcome) == (False, "badly"), seed
        assert good.score >= 90 and bad.score <= 30
        assert not good.missed and not any(goal.try_this for goal in good.goals)
        assert all(goal.try_this for goal in bad.goals if not goal.is_reached)
        assert sum(n for _, n in good.helped) > sum(n for _, n in good.closed)
        assert sum(n for _, n in bad.closed) > sum(n for _, n in bad.helped)


def test_kindness_alone_does_not_pass_where_somebody_is_in_danger() -> None:
    kind = [line for line in scripts()["suicidal-thoughts"]["good"] if "suicide" not in line]
    told = judged("suicidal-thoughts", kind)
    assert told.score <= FAILED_AT_MOST and not told.has_passed
    missed = {each.move: each for each in told.missed}
    assert missed["asks_suicide"].turn == 0 and "suicide" in missed["asks_suicide"].what
    assert missed["asks_suicide"].lesson == "asking-directly"


def test_a_hint_that_was_taken_up_later_is_not_missed() -> None:
    told = judged("suicidal-thoughts", ["Hi, I'm here.", "That sounds heavy.", "Are you thinking about suicide?"])
    assert "asks_suicide" not in {each.move for each in told.missed}
    assert "asks_safety" in {each.move for each in told.missed}, "a yes asks for the next question"


def test_the_transcript_names_each_move_with_its_sentence_and_what_it_did() -> None:
    reply = "That sounds really painful. You should just call her."
    told = judged("break-up", [reply])
    (turn,) = told.turns
    by_move = {move.move: move for move in turn.moves}
    assert (by_move["validation"].did, by_move["advice"].did) == ("helped", "closed")
    assert reply[by_move["advice"].start : by_move["advice"].end] == "You should just call her."
    assert by_move["advice"].try_instead and by_move["advice"].why and not by_move["validation"].try_instead
    assert turn.answer and told.opening


def test_the_state_before_and_after_is_told_in_words() -> None:
    bad = judged("self-harm-urge", scripts()["self-harm-urge"]["bad"])
    assert bad.turns[0].before["trust"] == "was wary of you"
    assert bad.turns[-1].after["trust"] == "did not trust you"


def test_a_chat_that_was_left_at_once_earns_nothing() -> None:
    for told in (judged("teen", []), judged("teen", ["hi"])):
        assert told.outcome == "unfinished" and not told.has_passed and told.score <= 30
    assert not any(goal.is_reached for goal in judged("break-up", ["ok"]).goals)


def test_what_nobody_understood_is_no_fault() -> None:
    told = judged("break-up", ["zzz qqq"])
    assert told.turns[0].moves == () and told.turns[0].did == "neither"


def test_what_was_never_told_is_said_at_the_end() -> None:
    assert "that Jo saw it coming" in judged("break-up", ["hi"]).untold
    assert not judged("break-up", scripts()["break-up"]["good"]).untold


def test_a_debrief_travels_as_json() -> None:
    told = judged("grief", [*scripts()["grief"]["bad"], "x " * VERY_LONG_CHARS])
    assert msgspec.json.decode(msgspec.json.encode(told), type=Debrief) == told


def test_every_move_leads_to_a_lesson() -> None:
    words = load_words()
    scored = {move.id for move in recogniser().moves.values() if not move.is_detail}
    assert scored <= set(words.lessons)
    hinted = {d.hint for book in books().values() for d in book.scenario.disclosure} - {""}
    assert hinted <= set(words.hints)
