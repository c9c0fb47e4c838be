"""The numbers of training, held against examples worked out by hand."""

import math
from itertools import pairwise

import pytest

from listener_training.numbers.discretion import FEWEST, shown, shown_parts, shown_steps
from listener_training.numbers.durations import quantile, spread, time_to
from listener_training.numbers.funnel import QUIET_MS, STEPS, Way, funnel
from listener_training.numbers.questions import FEW_ANSWERS, Answered, correlation, question_numbers
from listener_training.numbers.ranks import FEW_PEOPLE, rank_correlation, ranks

DAY_MS = 86_400_000
NOW_MS = 1_800_000_000_000


# ---- small groups ----


def test_a_group_of_fewer_than_five_is_not_shown() -> None:
    assert FEWEST == 5
    assert [shown(n) for n in (0, 1, 4, 5, 60)] == [0, None, None, 5, 60]
    assert shown_parts([10, 5, 0]) == [10, 5, 0]
    assert shown_parts([10, 4, 6]) == [None, None, None], "the small one is the whole less the others"


def test_a_small_group_can_not_be_worked_out_from_two_large_ones() -> None:
    assert shown_steps([30, 27, 22, 22, 3, 0]) == [30, None, 22, 22, None, 0]
    for counts in ([40, 39, 38, 37, 36, 35, 30, 1], [9, 5, 4, 0], [3, 2, 1]):
        told = [n for n in shown_steps(counts) if n is not None]
        assert all(before == after or before - after >= FEWEST for before, after in pairwise(told))
        assert all(n == 0 or n >= FEWEST for n in told)


# ---- from the invitation to the first chat ----


def way(*days: int, active: int = 0, is_closed: bool = False) -> Way:
    """Somebody who came to the first steps on these days; `active`: so many days ago."""
    at_ms = {STEPS[n]: NOW_MS - 100 * DAY_MS + day * DAY_MS for n, day in enumerate(days)}
    return Way(at_ms, NOW_MS - active * DAY_MS, is_closed)


def test_people_come_to_a_step_wait_at_it_or_stop() -> None:
    ways = [way(0) for _ in range(6)]  # invited a moment ago, as far as activity goes
    ways += [way(0, 1, active=40) for _ in range(5)]  # joined, and were never seen again
    ways += [way(0, 2, 3) for _ in range(7)]
    ways += [way(0, 2, 4, 14, 15, 20, 21, 21, is_closed=n == 0) for n in range(5)]
    told = {one.step: one for one in funnel(ways, NOW_MS)}
    assert [told[step].reached for step in STEPS] == [23, 17, 12, 5, 5, 5, 5, 5]
    assert (told["invited"].waits, told["invited"].stopped) == (6, 0)
    assert (told["joined"].waits, told["joined"].stopped) == (0, 5)
    assert (told["began"].waits, told["began"].stopped) == (7, 0)
    assert (told["chatted"].waits, told["chatted"].stopped) == (None, None), "who came to the end has not stopped"
    assert (told["joined"].from_before.n, told["joined"].from_before.median) == (17, 2.0)
    assert (told["finished"].from_before.median, told["finished"].from_before.n) == (10.0, 5)
    assert told["invited"].from_before.n == 0


def test_who_skips_a_step_came_through_it_and_thirty_quiet_days_are_a_stop() -> None:
    cleared_at_once = Way({"invited": NOW_MS, "joined": NOW_MS, "cleared": NOW_MS}, NOW_MS - QUIET_MS)
    told = {one.step: one for one in funnel([cleared_at_once] * 5, NOW_MS)}
    assert (told["practised"].reached, told["practised"].waits, told["practised"].stopped) == (5, 0, 0)
    assert told["practised"].from_before.n == 0, "nobody knows how long what they skipped would have taken"
    assert (told["cleared"].waits, told["cleared"].stopped) == (5, 0)
    told = {one.step: one for one in funnel([cleared_at_once] * 5, NOW_MS + 1)}
    assert (told["cleared"].waits, told["cleared"].stopped) == (0, 5)
    assert funnel([], NOW_MS)[0].reached == 0


# ---- how long ----


def test_median_and_quartiles_by_hand() -> None:
    # Seven values: the quarters stand at places 1.5, 3 and 4.5 (from 0).
    told = spread([9, 1, 4, 2, 16, 7, 3])
    assert (told.low, told.median, told.high) == (2.5, 4, 8)
    assert quantile([1, 2], 0.25) == 1.25
    assert spread([1, 2, 3, 4]).median is None, "four people are too few"
    assert spread([]).n == 0


def test_who_is_still_on_the_way_makes_the_median_longer_not_shorter() -> None:
    # By hand: at 6 of ten people 2 come (8/10), at 10 one of seven (x 6/7), at 13 two of five (x 3/5: .411).
    lived = [(6, True), (6, True), (7, False), (10, True), (11, False), (13, True), (13, True)]
    lived += [(20, False), (25, False), (30, False)]
    told = time_to(lived)
    assert (told.n, told.came, told.median) == (10, 5, 13)
    only_those_who_came = sorted(when for when, is_there in lived if is_there)
    assert quantile(only_those_who_came, 0.5) == 10, "what a plain median would say"
    assert time_to([(1.0, True)] * 5 + [(9.0, False)] * 6).median is None, "fewer than half got there"
    assert time_to([(1.0, True)] * 6 + [(9.0, False)] * 3).median is None, "three on the way are too few to show"
    assert time_to([]).n == 0


# ---- questions ----


def attempts(rows: list[tuple[float, float, float]]) -> list[Answered]:
    """Three questions each, of one point, one point and two."""
    return [
        Answered(f"t{n}", question, points, worth)
        for n, row in enumerate(rows)
        for question, points, worth in zip("abc", (1, 1, 2), row, strict=True)
    ]


def test_difficulty_and_discrimination_by_hand() -> None:
    rows = [(1.0, 1.0, 1.0)] * 12 + [(0.0, 1.0, 0.0)] * 12 + [(1.0, 1.0, 0.0)] * 3 + [(0.0, 1.0, 0.5)] * 3
    told = question_numbers(attempts(rows))
    assert told["a"].n == 30
    assert told["a"].difficulty == 0.5
    # The rest of `a` is (b + 2c) / 3: 1, 1/3, 1/3 and 2/3. Mean .6333; r = 6.5 / (sqrt(7.5) * sqrt(1.2556 + ...)).
    rest = [1.0] * 12 + [1 / 3] * 12 + [1 / 3] * 3 + [2 / 3] * 3
    own = [row[0] for row in rows]
    mean_rest, mean_own = sum(rest) / 30, 0.5
    top = sum((x - mean_own) * (y - mean_rest) for x, y in zip(own, rest, strict=True))
    bottom = math.sqrt(7.5 * sum((y - mean_rest) ** 2 for y in rest))
    assert told["a"].discrimination == pytest.approx(top / bottom)
    assert told["a"].remarks == []
    assert (told["b"].difficulty, told["b"].discrimination, told["b"].remarks) == (1.0, None, ["easy"])


def test_the_point_biserial_of_a_textbook_table() -> None:
    # Right: rest 8, 7, 6, 7 (mean 7); wrong: 4, 5, 3, 4 (mean 4). r = (7 - 4) / s * sqrt(p * q), s = sqrt(2.75).
    pairs = [(1.0, float(n)) for n in (8, 7, 6, 7)] + [(0.0, float(n)) for n in (4, 5, 3, 4)]
    assert correlation(pairs) == pytest.approx(3 / math.sqrt(2.75) * 0.5)


def test_few_answers_say_little_and_the_answers_of_four_people_nothing() -> None:
    row = [(1.0, 0.0, 1.0), (0.0, 1.0, 0.0)]
    told = question_numbers(attempts(row * 2))["a"]
    assert (told.n, told.difficulty, told.discrimination) == (None, None, None)
    told = question_numbers(attempts((row * 15)[: FEW_ANSWERS - 1]))["a"]
    assert told.n == FEW_ANSWERS - 1
    assert told.difficulty is not None
    assert told.discrimination is None
    alone = [Answered(f"t{n}", "only", 1, n % 2) for n in range(40)]
    assert question_numbers(alone)["only"].discrimination is None, "a test of one question has no rest"


def test_a_question_that_those_who_know_get_wrong_is_remarked() -> None:
    rows = [(0.0, 1.0, 1.0)] * 20 + [(1.0, 0.0, 0.0)] * 20
    told = question_numbers(attempts(rows))["a"]
    assert told.discrimination == pytest.approx(-1)
    assert told.remarks == ["weak"]
    assert question_numbers(attempts([(0.0, 1.0, 1.0)] * 5))["a"].remarks == ["hard"]


# ---- ranks ----


def test_ranks_share_what_is_equal() -> None:
    assert ranks([10, 30, 20, 20, 5]) == [2, 5, 3.5, 3.5, 1]
    assert ranks([]) == []


def test_spearman_by_hand_and_by_the_differences() -> None:
    # Without equal values rho = 1 - 6 * sum(d^2) / (n (n^2 - 1)).
    other = [2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11]
    told = rank_correlation([(float(n), float(one)) for n, one in enumerate(other, 1)])
    assert told.n == 12
    assert told.rho == pytest.approx(1 - 6 * 12 / (12 * 143))
    # Bonett and Wright: tanh(atanh(rho) +- 1.96 * sqrt((1 + rho^2 / 2) / (n - 3))).
    rho = 1 - 6 * 12 / (12 * 143)
    error = math.sqrt((1 + rho**2 / 2) / 9)
    assert told.low == pytest.approx(math.tanh(math.atanh(rho) - 1.959964 * error))
    assert told.high == pytest.approx(math.tanh(math.atanh(rho) + 1.959964 * error))


def test_any_rising_curve_is_one_and_few_people_are_too_few() -> None:
    rising = [(float(n), math.exp(n)) for n in range(20)]
    assert rank_correlation(rising).rho == pytest.approx(1)
    assert rank_correlation([(x, -y) for x, y in rising]).rho == pytest.approx(-1)
    assert rank_correlation(rising[: FEW_PEOPLE - 1]).rho is None
    assert rank_correlation([(1.0, y) for _, y in rising]).rho is None
    assert rank_correlation([]).n == 0
