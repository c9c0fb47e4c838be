"""How long things take. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listener_training.numbers.discretion import FEWEST


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle, and the quarters around it; None: of fewer than FEWEST. `n` None: the same."""

    n: int | None
    low: float | None
    median: float | None
    high: float | None


def spread(values: Sequence[float]) -> Spread:
    """Median and quartiles, with linear interpolation (Hyndman and Fan 1996, type 7)."""
    if len(values) < FEWEST:
        return Spread(0 if not values else None, None, None, None)
    ordered = sorted(values)
    low, median, high = (quantile(ordered, share) for share in (0.25, 0.5, 0.75))
    return Spread(len(ordered), low, median, high)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie. `ordered`: at least one, the smallest first."""
    at = (len(ordered) - 1) * share
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


@dataclass(frozen=True, slots=True)
class TimeTo:
    """Of `n` people `came` got there. `median` None: too few, or fewer than half got there as far as it is known."""

    n: int | None
    came: int | None
    median: float | None


def time_to(lived: Iterable[tuple[float, bool]]) -> TimeTo:
    """The time by which half get there, by Kaplan and Meier (1958): who is still on the way counts for as long as seen.

    `lived`: for each person how long they were seen, and whether they got there then. Leaving out those who are not
    there yet, or who stopped, would make it look quicker than it is.
    """
    seen = sorted(lived, key=lambda one: (one[0], not one[1]))
    came = sum(is_there for _, is_there in seen)
    if len(seen) < FEWEST or 0 < came < FEWEST or 0 < len(seen) - came < FEWEST:
        return TimeTo(0 if not seen else None, None, None)
    still, median = 1.0, None
    at = 0
    while at < len(seen):
        moment = seen[at][0]
        same = [is_there for when, is_there in seen[at:] if when == moment]
        still *= 1 - sum(same) / (len(seen) - at)
        if still <= 0.5:
            median = moment
            break
        at += len(same)
    return TimeTo(len(seen), came, median)
