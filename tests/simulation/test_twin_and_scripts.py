"""One trace, decided by the real scripts and by their twin: every assignment must be the same."""

from dataclasses import replace

import pytest

from config.engines.valkey import ThrowAwayValkey
from routing.simulation.day import Day
from routing.simulation.matcher import Durations
from routing.simulation.people import Crowd, crowd
from routing.simulation.policy import POLICIES, Policy
from routing.simulation.scenario import Barrier, ProcessLoss, Scenario
from routing.simulation.scripts import BadPolicy, Scripts
from routing.simulation.twin import Twin
from tealight.library import library
from tests.helpers.valkey import empty, valkey

__all__ = ["valkey"]

#: An evening with too few listeners: lines, overtaking, misses, pauses, holds, emergencies, second languages.
EVENING = Scenario(hours=0.5, start_hour=21, staffing=0.6, peak_per_min=12, returning_share=0.5)
#: The same, and nothing is matched for a minute, in the middle of which a process dies with most connections.
BROKEN = replace(EVENING, barrier=Barrier(0.1, 60), process_loss=ProcessLoss(0.105, 0.7))
EVENING_PEOPLE = crowd(EVENING, 7)


def decided_by_twin(policy: Policy, people: Crowd, evening: Scenario = EVENING) -> list[tuple[int, int, int]]:
    day = Day(evening, people, policy, Twin(policy, Durations.of(evening, policy)))
    day.run()
    return day.offers


def decided_by_both(
    policy: Policy, evening: Scenario, valkey: ThrowAwayValkey
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    empty(valkey)
    scripts = Scripts(valkey.url, library(), policy, Durations.of(evening, policy))
    try:
        real = Day(evening, EVENING_PEOPLE, policy, scripts)
        real.run()
    finally:
        scripts.close()
    return decided_by_twin(policy, EVENING_PEOPLE, evening), real.offers


@pytest.mark.parametrize("name", ["house", "hold", "no-emergency"])
def test_twin_and_scripts_make_the_same_assignments(name: str, valkey: ThrowAwayValkey) -> None:
    twin, real = decided_by_both(POLICIES[name], EVENING, valkey)
    assert len(twin) > 600
    for mine, theirs in zip(twin, real, strict=False):
        assert mine == theirs, "(ms, request, listener) by the twin and by the scripts"
    assert len(twin) == len(real)


def test_they_do_so_when_the_engine_and_a_process_fail(valkey: ThrowAwayValkey) -> None:
    twin, real = decided_by_both(POLICIES["house"], BROKEN, valkey)
    assert twin == real
    for alone in ("barrier", "process_loss"):
        assert twin != decided_by_twin(POLICIES["house"], EVENING_PEOPLE, replace(BROKEN, **{alone: None}))


@pytest.mark.parametrize(
    "change",
    [
        {"topics": "ignored"},
        {"topics": "before_utilisation"},
        {"choice": "longest_idle"},
        {"order": "fifo"},
        {"order": "strict_risk"},
        {"prefers": False},
        {"emergency": False},
        {"danger_in_all_lines": False},
        {"overtake_ms": 60_000},
        {"hold_ms": 60_000},
        {"urgent_offer_ms": 25_000},
        {"overflow_ms": 60_000},
        {"are_asked_where_nobody_else_is": False},
        {"second_place": 0},
        {"targets_ms": (180_000, 120_000, 120_000, 15_000)},
    ],
)
def test_every_knob_changes_who_meets_whom_on_this_trace(change: dict[str, object]) -> None:
    """Else the comparison above would prove nothing about it."""
    other = replace(POLICIES["house"], **change)  # type: ignore[arg-type]
    assert decided_by_twin(other, EVENING_PEOPLE) != decided_by_twin(POLICIES["house"], EVENING_PEOPLE)


def test_the_scripts_refuse_a_policy_that_they_do_not_have(valkey: ThrowAwayValkey) -> None:
    with pytest.raises(BadPolicy, match="don't carry out the policy fifo"):
        Scripts(valkey.url, library(), POLICIES["fifo"], Durations.of(EVENING, POLICIES["fifo"]))
