"""Made-up days: what policies do to people, and what no policy may do."""

from dataclasses import replace
from typing import Any

import pytest

from routing.simulation.comparing import compare
from routing.simulation.day import Day
from routing.simulation.daybook import DayBook
from routing.simulation.erlang import erlang_a
from routing.simulation.matcher import Durations
from routing.simulation.outcomes import figures
from routing.simulation.people import crowd
from routing.simulation.policy import HOUSE, POLICIES, Policy
from routing.simulation.scenario import Barrier, ProcessLoss, Scenario, one_pool
from routing.simulation.twin import Twin

EVENING = Scenario(hours=3, start_hour=20, peak_per_min=8, day_cv=0)
PEOPLE = crowd(EVENING, 1)


class Watched(Twin):
    """A twin that is looked at after each call."""

    def _offer(self, r: Any, w: Any) -> None:
        super()._offer(r, w)
        assert w.availability == 1 and w.number not in r.excluded
        assert w.may_serve(r.cell) and set(w.languages) & set(r.lines)
        assert len(w.units) <= w.capacity + (r.cell[0] == 3 and w.takes_emergencies)
        assert r.number in w.units


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_under_every_policy_only_those_meet_who_may(name: str) -> None:
    short = replace(EVENING, hours=1, staffing=0.9)
    policy = POLICIES[name]
    people = crowd(short, 2)
    day = Day(short, people, policy, Watched(policy, Durations.of(short, policy)))
    daybook = day.run()
    joined = sum(s.end == "joined" for s in daybook.stories)
    assert joined > 100 and all(s.wait_ms >= 0 for s in daybook.stories)


def daybook_of(policy: Policy, scenario: Scenario = EVENING) -> DayBook:
    people = PEOPLE if scenario is EVENING else crowd(scenario, 1)
    return Day(scenario, people, policy, Twin(policy, Durations.of(scenario, policy))).run()


def test_what_the_house_does_for_those_in_danger_and_what_a_blocked_head_does_to_all() -> None:
    house, fifo, blocked = (figures(daybook_of(POLICIES[name])) for name in ("house", "fifo", "head-of-line"))
    assert house["risk"]["3"]["wait_s"]["p95"] < 30 < fifo["risk"]["3"]["wait_s"]["p95"]
    assert house["all"]["topic_match"] > fifo["all"]["topic_match"] + 0.05
    assert house["all"]["pile_up"] < 0.1 < fifo["all"]["pile_up"]
    assert blocked["all"]["abandonment"] > 3 * fifo["all"]["abandonment"]


def test_without_the_emergency_unit_those_in_danger_wait_for_somebody_to_finish() -> None:
    short = replace(EVENING, staffing=0.9)
    with_unit, without = (figures(daybook_of(POLICIES[name], short)) for name in ("house", "no-emergency"))
    assert with_unit["risk"]["3"]["within_60_s"] > without["risk"]["3"]["within_60_s"] + 0.1


def test_one_line_behaves_as_erlang_a_says() -> None:
    """Short chats, so that a few hours hold many of them and chance has little to say."""
    scenario = one_pool(peak_per_min=30, units=52, handle_s=100, patience_s=60, hours=6)
    plain = replace(HOUSE, topics="ignored", prefers=False, emergency=False)
    found = compare(scenario, [plain], [1])["policies"]["house"]["figures"]["all"]
    computed = erlang_a(0.5, 100, 60, 52, 60)
    assert found["came"]["mean"] > 10_000
    assert found["abandonment"]["mean"] == pytest.approx(computed.abandons, abs=0.015)
    assert found["within_60_s"]["mean"] == pytest.approx(computed.within, abs=0.015)


def test_a_run_says_how_each_class_fares_against_first_come_first_served() -> None:
    result = compare(replace(EVENING, hours=1), [HOUSE, POLICIES["fifo"]], [1, 2])
    against = result["policies"]["house"]["against_fifo"]
    assert {"risk 0", "risk 3", "language en"} <= set(against)
    assert against["risk 3"]["seconds"]["low"] <= against["risk 3"]["seconds"]["mean"]
    assert "against_fifo" not in result["policies"]["fifo"]


def test_while_nothing_is_matched_nobody_is_offered_and_then_everybody_at_once() -> None:
    barred = replace(EVENING, barrier=Barrier(1, 20))
    from_ms, until_ms = barred.at_ms(1), barred.at_ms(1) + 20_000
    calm = Day(EVENING, PEOPLE, HOUSE, Twin(HOUSE, Durations.of(EVENING, HOUSE)))
    day = Day(barred, PEOPLE, HOUSE, Twin(HOUSE, Durations.of(barred, HOUSE)))
    calm.run()
    day.run()
    held_up = [request for at_ms, request, _ in calm.offers if from_ms < at_ms < until_ms]
    assert held_up
    assert not [offer for offer in day.offers if from_ms < offer[0] < until_ms]
    assert set(held_up) & {request for at_ms, request, _ in day.offers if at_ms == until_ms}


def test_who_is_cut_off_is_offered_nothing_from_when_it_is_known_until_they_are_back() -> None:
    broken = replace(EVENING, staffing=0.8, process_loss=ProcessLoss(1, 1.0, back_after_s=(8, 8)))
    died_ms, people = broken.at_ms(1), crowd(broken, 1)
    day = Day(broken, people, HOUSE, Watched(HOUSE, Durations.of(broken, HOUSE)))
    told = figures(day.run())
    known_ms, back_ms = died_ms + 1_000, died_ms + 8_000
    late = {listener for at_ms, _, listener in day.offers if known_ms < at_ms < back_ms}
    came = {person.number for person in people.listeners if died_ms < person.starts_ms < back_ms}
    assert late <= came, "but to whoever came just then"
    assert [offer for offer in day.offers if offer[0] == back_ms], "and are matched when they are"
    assert told["all"]["abandonment"] < 1


def test_a_story_that_began_before_the_measured_hours_is_not_told() -> None:
    daybook = daybook_of(HOUSE)
    from_ms, until_ms = EVENING.warm_up_ms, EVENING.warm_up_ms + EVENING.measured_ms
    assert daybook.stories and all(from_ms <= s.arrival_ms < until_ms for s in daybook.stories)


def test_the_wait_that_is_announced_mostly_holds() -> None:
    told = figures(daybook_of(HOUSE, replace(EVENING, staffing=0.8)))["told"]
    assert told["told"] > 0.5
    assert told["covered_of_joined"] > 0.75 and told["longer_than_announced"] < 0.2
