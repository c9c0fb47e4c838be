"""Who comes and who listens: drawn from a seed, by the day's curve and the plan."""

import statistics
from collections import Counter
from dataclasses import replace

import pytest

from routing.simulation.arrivals import arrivals, forecast_per_ms
from routing.simulation.people import RETRY_STEP, again, crowd
from routing.simulation.scenario import HOUR_MS, BadScenario, Barrier, ProcessLoss, Scenario, Spike
from routing.simulation.shifts import listeners_of, units_wanted
from tests.simulation.chance import chance

USUAL = Scenario()


def test_the_same_seed_draws_the_same_people_and_another_seed_others() -> None:
    short = replace(USUAL, hours=2)
    assert crowd(short, 1) == crowd(short, 1)
    assert crowd(short, 1) != crowd(short, 2)


def test_another_staffing_meets_the_same_seekers() -> None:
    few, many = (crowd(replace(USUAL, hours=4, staffing=factor), 1) for factor in (0.8, 1.6))
    assert len(few.listeners) < len(many.listeners)
    # Whom they had before, and whom they avoid, can only be somebody who is there.
    mine, theirs = ([replace(s, prefers=-1, avoids=()) for s in people.seekers] for people in (few, many))
    assert mine == theirs


def test_as_many_come_as_the_curve_says() -> None:
    calm = replace(USUAL, day_cv=0)
    expected = sum(forecast_per_ms(calm, at_ms) * 60_000 for at_ms in range(0, calm.end_ms, 60_000))
    came = statistics.mean(len(arrivals(calm, chance(seed))) for seed in range(5))
    assert came == pytest.approx(expected, rel=0.03)
    times = arrivals(calm, chance(1))
    assert times == sorted(times) and times[0] >= 0 and times[-1] < calm.end_ms
    by_hour = Counter(int(10 + (at_ms - calm.warm_up_ms) / HOUR_MS) % 24 for at_ms in times)
    assert by_hour[22] > 3 * by_hour[8], "the evening is when people come"


def test_days_vary_more_than_chance_alone_where_told_to() -> None:
    def variation(scenario: Scenario) -> float:
        counts = [len(arrivals(scenario, chance(seed))) for seed in range(25)]
        return statistics.variance(counts) / statistics.mean(counts)

    day = replace(USUAL, hours=6, start_hour=12)
    assert variation(replace(day, day_cv=0)) < 2.5
    assert variation(replace(day, day_cv=0.2)) > 5


def test_a_spike_lasts_its_time_and_no_longer() -> None:
    calm = replace(USUAL, day_cv=0, has_day_curve=False, hours=6)
    stormy = replace(calm, spike=Spike(start_hour=2, hours=1, factor=3))

    def hour(scenario: Scenario, number: int) -> int:
        from_ms = scenario.warm_up_ms + number * HOUR_MS
        return sum(from_ms <= at_ms < from_ms + HOUR_MS for at_ms in arrivals(scenario, chance(3)))

    assert hour(stormy, 2) == pytest.approx(3 * 720, rel=0.1)
    assert hour(stormy, 1) == pytest.approx(720, rel=0.15)
    assert hour(stormy, 3) == pytest.approx(720, rel=0.15)


def test_as_many_units_are_on_duty_as_planned_and_some_do_not_show() -> None:
    people = listeners_of(USUAL, chance(1))
    for hour in (2, 8, 12):
        at_ms = hour * HOUR_MS
        there = [w for w in people if not w.is_no_show and w.starts_ms <= at_ms < w.ends_ms]
        resting = [w for w in there if w.rest_ms and w.rest_ms[0] <= at_ms < w.rest_ms[1]]
        units = sum(w.capacity for w in there) - sum(w.capacity for w in resting)
        assert units == pytest.approx(units_wanted(USUAL, at_ms), rel=0.15)
    assert 0.04 < sum(w.is_no_show for w in people) / len(people) < 0.12


def test_the_plan_can_keep_somebody_cleared_for_danger_in_each_language() -> None:
    covered = replace(USUAL, danger_cover=2)
    people = [w for w in listeners_of(covered, chance(1)) if w.starts_ms <= 12 * HOUR_MS < w.ends_ms]
    for language in covered.languages:
        planned = [w for w in people if w.languages[0] == language]
        assert sum(w.level == 3 for w in planned) >= min(2, len(planned))


def test_whoever_returns_had_a_listener_who_may_take_them_and_does_not_avoid_that_one() -> None:
    people = crowd(replace(USUAL, hours=4), 1)
    returning = [s for s in people.seekers if s.prefers >= 0]
    assert len(returning) > 100
    for seeker in returning:
        assert people.listeners[seeker.prefers].may_take(seeker.language, seeker.level, seeker.hard)
        assert seeker.prefers not in seeker.avoids


def test_who_tries_again_is_the_same_person_with_new_patience_and_does_so_once() -> None:
    people = crowd(replace(USUAL, hours=2), 1)
    seeker = next(s for s in people.seekers if s.retry_ms)
    other = again(seeker, 1_000_000, 1, USUAL)
    assert other.number == seeker.number + RETRY_STEP and other.arrival_ms == 1_000_000 + seeker.retry_ms
    assert (other.language, other.risk, other.mask) == (seeker.language, seeker.risk, seeker.mask)
    assert other.patience_ms != seeker.patience_ms and other.retry_ms == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hours": 0}, "hours must be"),
        ({"hours": float("nan")}, "hours must be"),
        ({"staffing": -1}, "staffing must be"),
        ({"weekday": 7}, "weekday must be"),
        ({"risk_shares": (0.5, 0.1, 0.1, 0.1)}, "risk_shares must add up"),
        ({"spike": Spike(1, 0, 2)}, "spike needs"),
        ({"barrier": Barrier(1, 0)}, "barrier needs"),
        ({"barrier": Barrier(25, 3)}, "barrier needs"),
        ({"process_loss": ProcessLoss(1, 1.5)}, "process_loss needs"),
        ({"process_loss": ProcessLoss(float("inf"), 0.5)}, "process_loss needs"),
        ({"danger_cover": -1}, "danger_cover must be"),
    ],
)
def test_a_day_that_can_not_be_is_refused_in_a_sentence(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(BadScenario, match=words):
        replace(USUAL, **wrong)  # type: ignore[arg-type]
