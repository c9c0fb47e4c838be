"""What the house's policy is meant to reach in a made-up day, and whether it did."""

from dataclasses import dataclass
from typing import Any

from routing.simulation.comparing import worst_against

DANGER_P95_S = 30
DANGER_ABANDONMENT = 0.08
#: Nobody's 95th percentile may be worse than FIFO's by more than this.
WORSE_THAN_FIFO = 1.15


@dataclass(frozen=True, slots=True)
class Goal:
    sentence: str
    is_met: bool


def goals_of(result: dict[str, Any]) -> list[Goal]:
    """Of the house's policy; none where it was not run, or nobody in danger came."""
    house = result["policies"].get("house")
    if house is None:
        return []
    danger = house["figures"]["risk"]["3"]
    goals = []
    if danger["wait_s"]["p95"] is not None:
        p95, left = danger["wait_s"]["p95"]["mean"], danger["abandonment"]["mean"]
        goals.append(Goal(f"95 of 100 in danger are joined within {DANGER_P95_S} s: {p95:.1f} s.", p95 <= DANGER_P95_S))
        goals.append(
            Goal(
                f"Fewer than {100 * DANGER_ABANDONMENT:g}% of those in danger leave: {100 * left:.1f}%; "
                f"for {100 * danger['unservable']['mean']:.1f}% of them nobody cleared was on duty when they came.",
                left < DANGER_ABANDONMENT,
            )
        )
    if house.get("against_fifo"):
        goals += [_against_fifo(house["against_fifo"], kind) for kind in ("risk", "language")]
    return goals


def _against_fifo(found: dict[str, Any], kind: str) -> Goal:
    name, ratio = worst_against(found, kind)
    seconds = found[name]["seconds"]
    spread = f", from {ratio['low']:.2f} to {ratio['high']:.2f}" if ratio["low"] is not None else ""
    return Goal(
        f"No {kind}'s 95th percentile is more than 15% worse than first come, first served: the worst is {name} "
        f"at {ratio['mean']:.2f} times{spread} ({seconds['mean']:+.1f} s).",
        ratio["mean"] <= WORSE_THAN_FIFO,
    )
