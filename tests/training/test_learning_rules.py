"""Drawing, judging, waiting, and how far somebody is: the pure rules."""

from collections import Counter
from dataclasses import dataclass
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener_training.curriculum.course import Question, TestRule
from listener_training.learning import judging
from listener_training.learning.drawing import draw, is_whole, right_order
from listener_training.learning.judging import BadAnswer, check, checked_share, right_ids, worth_of
from listener_training.learning.standing import Standing, asks_of, done_lessons, next_lesson
from listener_training.learning.trying import Counted, may_try_at_ms, result_of
from tests.training.small_course import REPLY, SEVERAL, STEPS, WRITTEN, course, single

BANK = [single(f"q{n}") for n in range(12)]


# ---- drawing ----


@given(st.text(max_size=20), st.integers(0, 15))
def test_a_draw_follows_from_its_seed_and_asks_nothing_twice(seed: str, count: int) -> None:
    drawn = draw(BANK, count, seed)
    assert drawn == draw(list(reversed(BANK)), count, seed)
    ids = [one.question_id for one in drawn]
    assert len(ids) == len(set(ids)) == min(count, len(BANK))
    assert all(sorted(one.option_ids) == ["a", "b", "c"] for one in drawn)


def test_every_question_and_every_order_of_answers_comes_up_about_as_often() -> None:
    asked: Counter[str] = Counter()
    shown: Counter[tuple[str, ...]] = Counter()
    for seed in range(1200):
        for one in draw(BANK, 4, str(seed)):
            asked[one.question_id] += 1
            shown[tuple(one.option_ids)] += 1
    # 400 and 800 are expected; five standard deviations are about 82 and 131.
    assert set(asked) == {question.id for question in BANK}
    assert all(abs(n - 400) < 82 for n in asked.values())
    assert set(shown) == set(permutations("abc"))
    assert all(abs(n - 800) < 131 for n in shown.values())


@given(st.text(max_size=20))
def test_what_is_to_be_put_in_order_is_never_in_order_already(seed: str) -> None:
    assert draw([STEPS], 1, seed)[0].option_ids != right_order(STEPS)


def test_a_draw_is_whole_until_a_later_version_takes_something_away() -> None:
    lesson = course().original.lessons["hearing"]
    drawn = draw(lesson.questions, 4, "a")
    assert is_whole(drawn, lesson)
    assert is_whole(drawn, course(version="1.0+bbb").original.lessons["hearing"])
    assert not is_whole(drawn, course(lost="reply").original.lessons["hearing"])


# ---- judging ----


@pytest.mark.parametrize(
    ("question", "chosen", "worth"),
    [
        (single("q"), ["a"], 1),
        (single("q"), ["b"], 0),
        (REPLY, ["a"], 1),
        (REPLY, ["b"], 0.5),
        (REPLY, ["c"], 0),
        (SEVERAL, ["a", "b"], 1),
        (SEVERAL, ["b", "a"], 1),
        (SEVERAL, ["a"], 0.5),
        (SEVERAL, ["a", "b", "c"], 0.5),
        (SEVERAL, ["a", "c"], 0),
        (SEVERAL, ["a", "b", "c", "d"], 0),
        (SEVERAL, ["c", "d"], 0),
        (STEPS, ["a", "b", "c"], 1),
        (STEPS, ["b", "a", "c"], pytest.approx(1 / 3)),
        (STEPS, ["c", "b", "a"], 0),
        (WRITTEN, [], None),
    ],
)
def test_what_answers_are_worth(question: Question, chosen: list[str], worth: float | None) -> None:
    assert worth_of(question, chosen) == worth


def test_a_blind_guess_at_an_order_is_worth_little() -> None:
    worths = [worth_of(STEPS, guess) or 0 for guess in permutations("abc")]
    assert sum(worths) / len(worths) < 0.3


def test_choosing_everything_is_no_way_to_pass() -> None:
    assert worth_of(SEVERAL, [option.id for option in SEVERAL.options]) == 0


@pytest.mark.parametrize(
    ("question", "chosen", "text"),
    [
        (single("q"), [], None),
        (single("q"), ["a", "b"], None),
        (single("q"), ["z"], None),
        (single("q"), ["a"], "words"),
        (SEVERAL, [], None),
        (SEVERAL, ["a", "a"], None),
        (STEPS, ["a", "b"], None),
        (STEPS, ["a", "b", "b"], None),
        (REPLY, ["a", "c"], None),
        (WRITTEN, [], None),
        (WRITTEN, [], " \n "),
        (WRITTEN, ["a"], "words"),
        (WRITTEN, [], "x" * (judging.WRITTEN_MAX + 1)),
        (WRITTEN, [], "nul\0"),
    ],
)
def test_answers_that_do_not_fit_their_question(question: Question, chosen: list[str], text: str | None) -> None:
    with pytest.raises(BadAnswer):
        check(question, chosen, text)


def test_what_would_have_been_right() -> None:
    assert right_ids(single("q")) == ["a"]
    assert right_ids(SEVERAL) == ["a", "b"]
    assert right_ids(STEPS) == ["a", "b", "c"]
    assert right_ids(REPLY) == ["a"]


def test_a_checklist_is_ticked_by_its_own_points_only() -> None:
    assert checked_share(WRITTEN, ["feeling"]) == 0.5
    for bad in (["other"], ["short", "short"]):
        with pytest.raises(BadAnswer):
            checked_share(WRITTEN, bad)


# ---- results and waits ----


def test_a_test_is_passed_at_the_mark_and_not_below() -> None:
    third = Counted(1, 1 / 3)
    assert result_of([third, third, third], 1 / 3).outcome == "passed"
    assert result_of([Counted(1, 1), Counted(1, 0)], 0.51) == (0.5, "not_passed")
    # Two points count twice.
    assert result_of([Counted(2, 1), Counted(1, 0)], 0.66).outcome == "passed"


def test_what_is_written_counts_for_nothing_and_against_nobody() -> None:
    assert result_of([Counted(1, 1), Counted(1, None)], 1.0) == (1.0, "passed")
    assert result_of([Counted(1, 0), Counted(1, None)], 0.5).outcome == "not_passed"
    assert result_of([Counted(1, None)], 1.0).outcome == "passed"


@dataclass
class Tried:
    outcome: str | None
    ended_at_ms: int | None


def test_waits_grow_with_failures_in_a_row_and_end_with_a_pass() -> None:
    rule = TestRule(3, 0.8, [10, 60])
    minute = 60_000
    tries: list[Tried] = []
    assert may_try_at_ms(tries, rule) == 0
    for expected in (10, 60, 60):
        tries.append(Tried("not_passed", 1000))
        assert may_try_at_ms(tries, rule) == 1000 + expected * minute
    # A void attempt is nobody's failure; an open one is none yet.
    assert may_try_at_ms([*tries, Tried("void", 5000)], rule) == 1000 + 60 * minute
    assert may_try_at_ms([*tries, Tried("passed", 2000)], rule) == 0
    again = [*tries, Tried("passed", 2000), Tried("not_passed", 3000)]
    assert may_try_at_ms([*again, Tried(None, None)], rule) == 3000 + 10 * minute
    assert may_try_at_ms([Tried("not_passed", 1000)], TestRule(3, 0.8, [])) == 1000


# ---- standing ----


def test_a_lesson_is_done_when_it_is_read_and_its_test_passed() -> None:
    small = course()
    assert done_lessons(small, {}) == []
    assert done_lessons(small, {"hearing": Standing(is_read=True), "minding": Standing(is_read=True)}) == ["minding"]
    assert done_lessons(small, {"hearing": Standing(is_passed=True)}) == []
    assert done_lessons(small, {"hearing": Standing(True, True)}) == ["hearing"]


def test_what_everybody_needs_comes_before_what_some_need() -> None:
    small = course()
    assert small.lesson_ids[0] == "teens"
    assert next_lesson(small, []) == "hearing"
    assert next_lesson(small, ["hearing"]) == "minding"
    assert next_lesson(small, ["hearing", "minding"]) == "teens"
    assert next_lesson(small, small.lesson_ids) is None


def test_what_each_clearance_asks_for() -> None:
    asks = {(ask.kind, ask.value): ask for ask in asks_of(course(), ["hearing", "teens"])}
    assert set(asks) == {("age_band", "adult"), ("age_band", "teen")}
    adult, teen = asks["age_band", "adult"], asks["age_band", "teen"]
    assert (adult.lesson_ids, adult.done_ids) == (["hearing", "minding"], ["hearing"])
    assert (set(teen.lesson_ids), set(teen.done_ids)) == ({"hearing", "minding", "teens"}, {"hearing", "teens"})
