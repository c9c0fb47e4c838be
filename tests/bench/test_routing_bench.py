"""Each part of the routing benchmark runs at a tiny size and tells what it says it tells."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.page import replace_part
from bench.routing import FULL, page, run
from bench.routing.calls import LIFE
from bench.routing.demanded import DEMANDS, compare
from bench.routing.people import MadeListener, People

TINY = replace(
    FULL,
    sizes=(100, 300),
    rounds=2,
    in_front=300,
    freed=20,
    crowd=120,
    in_dead_process=120,
    asked=((200, 20),),
    listening=40,
    waiting=200,
    scan_looks=2,
    two_workers=20,
)


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    return run(TINY)


def test_a_chat_costs_what_its_calls_cost(figures: dict[str, Any]) -> None:
    for size in figures["sizes"].values():
        each = [size["calls"][name]["cpu_us"] for name in LIFE]
        assert all(cost > 0 for cost in each)
        assert size["life_cpu_us"] == pytest.approx(sum(each), abs=0.5)
        assert size["chats"] >= size["listening"]


def test_nobody_compatible_is_hidden_behind_those_who_are_not(figures: dict[str, Any]) -> None:
    """The bounded scan looks at 64 and finds nobody; the lines and the unbounded scan find everybody."""
    assert figures["incompatible heads"]["matched"] == TINY.freed
    scans = figures["usual designs"]["incompatible heads"]
    assert scans["sorted set, scanned"]["matched"] == TINY.scan_looks
    assert scans["sorted set, first 64"]["matched"] == 0


def test_a_whole_line_is_offered_and_everybody_of_a_dead_process_is_found(figures: dict[str, Any]) -> None:
    drain, dead = figures["drain"], figures["dead process"]
    assert drain["offered"] > 0.9 * drain["in_line"]
    assert dead["people"] == pytest.approx(TINY.in_dead_process, abs=3) and dead["calls"] >= 1


def test_what_is_derived_is_the_same_after_it_was_thrown_away(figures: dict[str, Any]) -> None:
    rebuilt = figures["rebuild"]
    assert rebuilt["is_the_same_again"] and rebuilt["put back"] > TINY.crowd


def test_everybody_stands_again_after_an_engine_lost_all(figures: dict[str, Any]) -> None:
    again = figures["forgotten"]
    assert again["is_the_same_again"] and again["resumed"] == again["requests"] == TINY.crowd


def test_every_offer_is_seen_in_the_other_process(figures: dict[str, Any]) -> None:
    [row] = figures["another process"].values()
    assert row["seen"] == row["asked"] == 20
    assert row["offer_ms"]["p50"] >= row["push_ms"]["p50"] > 0


def test_only_the_usual_designs_leave_listeners_idle(figures: dict[str, Any]) -> None:
    evening = figures["usual designs"]["evening"]
    assert evening["this service"]["idle_beside_compatible"] == 0
    assert evening["sorted set, scanned"]["idle_beside_compatible"] == 0
    assert evening["Chatwoot's round robin"]["idle_beside_compatible"] > 0
    assert evening["head of each queue every 5 s"]["matches"] <= 12 * 12  # one per language and look


def test_two_workers_at_once_double_nobody_here(figures: dict[str, Any]) -> None:
    here = figures["usual designs"]["two workers at once"]["this service"]
    assert here["over_capacity"] == 0 and here["chats_held_twice"] == 0 and here["matches"] > 0


def test_the_page_tells_the_same_figures(figures: dict[str, Any], tmp_path: Path) -> None:
    said = tmp_path / "performance.md"
    said.write_text("before\n<!-- routing: written by python -m bench routing -->old<!-- routing: end -->\nafter\n")
    for _ in range(2):  # written again, it replaces itself
        replace_part("routing", "\n\n".join(page.text(figures)), said)
    text = said.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert text.count(str(figures["memory"]["total_mb"])) >= 1
    assert all(f"| {demand.quantity} |" in text for demand in DEMANDS)


def test_a_page_without_the_marks_is_an_error(tmp_path: Path) -> None:
    bare = tmp_path / "performance.md"
    bare.write_text("no marks\n")
    with pytest.raises(ValueError, match="no marks for routing"):
        replace_part("routing", "text", bare)


def test_a_demand_that_is_missed_says_so_with_its_cause(figures: dict[str, Any]) -> None:
    worse = {**figures, "memory": {**figures["memory"], "total_mb": 121.0}}
    row = compare(worse)["everybody of the memory run"]
    assert not row["is_met"] and row["cause"]
    better = {**figures, "memory": {**figures["memory"], "total_mb": 119.0}}
    assert "cause" not in compare(better)["everybody of the memory run"]


def test_made_up_people_are_the_same_in_every_run_and_as_said() -> None:
    listeners = People(7).listeners(2000)
    assert listeners == People(7).listeners(2000)
    seekers = list(People(7).seekers(4000, listeners))
    by_risk = [sum(s.risk == risk for s in seekers) / len(seekers) for risk in range(4)]
    assert by_risk == pytest.approx([0.60, 0.25, 0.12, 0.03], abs=0.03)
    assert sum(s.hard > 0 for s in seekers) / len(seekers) == pytest.approx(0.08, abs=0.02)
    assert sum(bool(s.avoid) for s in seekers) / len(seekers) == pytest.approx(0.10, abs=0.02)
    assert sum(x.capacity for x in listeners) / len(listeners) == pytest.approx(2, abs=0.15)


def test_a_seeker_made_for_a_listener_may_be_served_by_them() -> None:
    people = People(3)
    listeners: list[MadeListener] = people.listeners(300)
    assert all(listener.may_serve(people.seeker_for(listener)) for listener in listeners)
