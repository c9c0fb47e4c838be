"""The rules of reviews: where one stands, who sees what, what has to be settled, and how far mentors agree."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from listener_training.review.agreement import agreement_of, table_of, weighted_kappa
from listener_training.review.phases import DAY_MS, far_apart, may_be_shared, phase_of, sees_all
from listener_training.review.rubric import (
    LEVELS,
    SHIPPED,
    RubricError,
    digest_of,
    read_rubric,
    read_rules,
    shipped_rubric,
    shipped_rules,
    what_is_wrong_with,
)

RULES = shipped_rules()


@dataclass
class Seat:
    mentor_id: str
    taken_at_ms: int = 0
    handed_in_at_ms: int | None = None
    levels: dict[str, int | None] | None = None


# ---- where a review stands ----


def test_a_review_waits_is_read_is_talked_over_and_is_shared() -> None:
    maple, linden = Seat("maple"), Seat("linden", 5)
    assert phase_of(None, [], RULES, 10) == "waiting"
    assert phase_of(None, [maple], RULES, 10) == "waiting"
    assert phase_of(None, [maple, linden], RULES, 10) == "reading"
    one_in = [replace(maple, handed_in_at_ms=8), linden]
    assert phase_of(None, one_in, RULES, 10) == "reading"
    assert not sees_all(None, one_in, RULES, 10), "they read apart until both are in"
    both_in = [replace(maple, handed_in_at_ms=8), replace(linden, handed_in_at_ms=9)]
    assert phase_of(None, both_in, RULES, 10) == "talking"
    assert sees_all(None, both_in, RULES, 10)
    assert phase_of(10, both_in, RULES, 11) == "shared"


def test_a_place_that_nobody_used_in_time_is_free_again() -> None:
    late = RULES.take_days * DAY_MS
    seats = [Seat("maple"), Seat("linden", 1)]
    assert phase_of(None, seats, RULES, late - 1) == "reading"
    assert phase_of(None, seats, RULES, late) == "waiting"
    assert phase_of(None, [replace(seats[0], handed_in_at_ms=3), seats[1]], RULES, late) == "reading"


def test_one_mentor_alone_may_share_only_after_having_waited_for_a_second() -> None:
    wait = RULES.alone_after_days * DAY_MS
    alone = [Seat("maple", 0, 5, {"a": 1})]
    assert not may_be_shared(0, None, alone, RULES, wait - 1)
    assert may_be_shared(0, None, alone, RULES, wait)
    assert not may_be_shared(0, None, [], RULES, wait)
    assert not may_be_shared(0, None, [*alone, Seat("linden", wait)], RULES, wait), "the second one reads right now"
    both = [*alone, Seat("linden", 1, 6, {"a": 1})]
    assert may_be_shared(0, None, both, RULES, 7)
    assert not may_be_shared(0, 7, both, RULES, 8), "it was shared already"


def test_far_apart_is_two_levels_and_what_one_could_not_see_is_no_disagreement() -> None:
    one = Seat("maple", 0, 1, {"a": 0, "b": 3, "c": None, "d": 1, "e": 0})
    other = Seat("linden", 0, 1, {"a": 2, "b": 2, "c": 3, "d": 1, "e": 3})
    assert far_apart([one, other], RULES) == ["a", "e"]
    assert far_apart([one], RULES) == []


# ---- the rubric ----


def test_the_shipped_rubric_is_whole_and_says_that_nobody_reviewed_it() -> None:
    rubric = shipped_rubric()
    assert len(rubric.items) == 8
    assert "Not clinically reviewed" in rubric.notice
    anchors = [anchor for item in rubric.items for anchor in item.anchors]
    assert len(anchors) == 8 * LEVELS
    assert all(item.idea for item in rubric.items)
    assert digest_of(rubric).startswith(f"{rubric.version}+")


def test_a_reading_says_something_about_each_item() -> None:
    rubric = shipped_rubric()
    whole: dict[str, int | None] = dict.fromkeys((item.id for item in rubric.items), 2)
    assert what_is_wrong_with(whole, rubric) is None
    assert what_is_wrong_with({**whole, "danger": None}, rubric) is None
    assert "no item 'kindness'" in str(what_is_wrong_with({**whole, "kindness": 1}, rubric))
    assert "Noticing danger" in str(what_is_wrong_with({k: v for k, v in whole.items() if k != "danger"}, rubric))
    assert what_is_wrong_with({**whole, "danger": LEVELS}, rubric)
    assert what_is_wrong_with({**whole, "danger": -1}, rubric)
    assert what_is_wrong_with(dict.fromkeys(whole), rubric), "who saw nothing at all has not read it"


def test_a_rubric_with_a_slip_says_what_is_wrong(tmp_path: Path) -> None:
    written = SHIPPED.read_text(encoding="utf-8")
    for change, said in (
        (('id = "asking"', 'id = "arriving"'), "twice"),
        (('id = "listening"', 'id = "hearing"'), "file's name"),
        (('  "Broke off.",\n', ""), "length"),
        (('question = "Did the questions', 'qestion = "Did the questions'), "qestion"),
    ):
        path = tmp_path / "listening.toml"
        path.write_text(written.replace(*change, 1), encoding="utf-8")
        with pytest.raises(RubricError, match=said):
            read_rubric(path)
    rules = tmp_path / "rules.toml"
    rules.write_text("first_chats = 0", encoding="utf-8")
    with pytest.raises(RubricError):
        read_rules(rules)


# ---- agreement ----


def test_kappa_of_two_levels_by_hand() -> None:
    # 35 of 50 agree (.70); chance: (25*30 + 25*20) / 50^2 = .50; (.70 - .50) / (1 - .50) = .40
    assert weighted_kappa([[20, 5], [10, 15]]) == pytest.approx(0.4)


def test_weighted_kappa_of_three_levels_by_hand() -> None:
    # Distances found: 2*1 + 1*2 + 3*1 + 2*1 + 3*1 = 12.
    # By chance: (169 + 2*182 + 169 + 182 + 2*182 + 182) / 40 = 1430 / 40 = 35.75.
    table = [[10, 2, 1], [3, 8, 2], [0, 3, 11]]
    assert weighted_kappa(table) == pytest.approx(1 - 12 / 35.75)


def test_kappa_is_one_for_the_same_zero_by_chance_and_below_for_contrary_readings() -> None:
    assert weighted_kappa([[5, 0, 0], [0, 5, 0], [0, 0, 5]]) == 1
    assert weighted_kappa([[4, 4], [4, 4]]) == pytest.approx(0)
    assert weighted_kappa([[0, 5], [5, 0]]) == pytest.approx(-1)
    assert weighted_kappa([[9, 0], [0, 0]]) is None, "where nothing varies, chance explains everything"
    assert weighted_kappa([[0, 0], [0, 0]]) is None


def test_who_is_named_first_changes_nothing() -> None:
    pairs = [(0, 1), (2, 2), (3, 1), (1, 1), (0, 2)]
    turned = [(b, a) for a, b in pairs]
    mixed = pairs[:2] + turned[2:]
    kappas = {weighted_kappa(table_of(one, LEVELS)) for one in (pairs, turned, mixed)}
    assert len(kappas) == 1
    assert weighted_kappa(table_of(pairs, LEVELS, are_fixed=True)) not in kappas


def test_below_the_bound_nothing_is_said() -> None:
    few = agreement_of([[(1, 1)]] * 19 + [[]] * 30, LEVELS, 20)
    assert (few.reviews, few.pairs, few.kappa, few.same) == (19, 19, None, None)
    same = agreement_of([[(1, 1)]] * 20, LEVELS, 20)
    assert (same.same, same.kappa) == (1.0, None), "all the same level: kappa can't be told"
    told = agreement_of([[(1, 1)], [(2, 3)]] * 10, LEVELS, 20)
    assert told.near == 1.0
    assert told.same == 0.5
    assert told.kappa is not None
    assert told.low is not None
    assert told.low < told.kappa


def test_the_interval_is_as_wide_as_the_large_sample_formula_says() -> None:
    # Fleiss, Cohen and Everitt (1969), worked out here apart from the code, on the table with equal margins.
    table = [[40.0, 10.0, 2.0], [10.0, 40.0, 12.0], [2.0, 12.0, 60.0]]
    pairs = [(i, j) for i in range(3) for j in range(3) for _ in range(int(table[i][j]))]
    n = len(pairs)
    share = [sum(row) / n for row in table]
    worth = [[1 - abs(i - j) / 2 for j in range(3)] for i in range(3)]
    chance = sum(share[i] * share[j] * worth[i][j] for i in range(3) for j in range(3))
    found = sum(table[i][j] / n * worth[i][j] for i in range(3) for j in range(3))
    kappa = (found - chance) / (1 - chance)
    mean = [sum(share[j] * worth[i][j] for j in range(3)) for i in range(3)]
    square = sum(
        table[i][j] / n * (worth[i][j] - (mean[i] + mean[j]) * (1 - kappa)) ** 2 for i in range(3) for j in range(3)
    )
    error = math.sqrt(square - (kappa - chance * (1 - kappa)) ** 2) / (1 - chance) / math.sqrt(n)
    told = agreement_of([[pair] for pair in pairs], 3, 20)
    assert told.kappa == pytest.approx(kappa)
    assert told.low is not None
    assert told.high is not None
    assert (told.high - told.low) / 2 == pytest.approx(1.96 * error, rel=0.03)


def test_items_of_one_review_do_not_count_as_so_many_reviews() -> None:
    pairs = [[(0, 0)], [(1, 2)], [(2, 2)], [(3, 1)], [(3, 3)]] * 8
    once = agreement_of(pairs, LEVELS, 20)
    thrice = agreement_of([one * 3 for one in pairs], LEVELS, 20)
    assert thrice.pairs == 3 * once.pairs
    assert thrice.kappa == pytest.approx(once.kappa)
    assert thrice.low == pytest.approx(once.low)
