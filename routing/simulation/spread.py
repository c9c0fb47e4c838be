"""From the figures of several days to a mean or a ratio with its 95% interval."""

import math
from collections.abc import Sequence
from random import Random
from typing import Any

#: The 97.5th percentile of Student's t, by degrees of freedom from 1.
_T = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131),
    *(2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
#: So many times the days are drawn again: enough for two decimals of a ratio.
RESAMPLES = 1000


def interval(values: Sequence[float]) -> dict[str, float | None]:
    """`mean`, `low` and `high` (Student's t: few days, unknown variance); one day has no interval."""
    count = len(values)
    mean = sum(values) / count
    if count < 2:
        return {"mean": mean, "low": None, "high": None}
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    half = _t(count - 1) * deviation / math.sqrt(count)
    return {"mean": mean, "low": mean - half, "high": mean + half}


def _t(freedom: int) -> float:
    """Beyond the table the first terms of its expansion, right to three decimals (Abramowitz and Stegun 26.7.5)."""
    return _T[freedom - 1] if freedom <= len(_T) else 1.95996 + 2.37227 / freedom + 2.8225 / freedom**2


def ratio(pairs: Sequence[tuple[float, float]]) -> dict[str, float | None]:
    """The ratio of two means over the same days, and its interval; None where nothing can be divided by.

    A paired bootstrap over days (percentiles; Efron 1979): what a day did to both policies is drawn together. It draws
    the same for the same number of days, so that a page can be made again.
    """
    found = _ratio(pairs)
    if found is None or len(pairs) < 2:
        return {"mean": found, "low": None, "high": None}
    chance = Random(len(pairs))  # noqa: S311
    again = sorted(
        drawn for _ in range(RESAMPLES) if (drawn := _ratio(chance.choices(pairs, k=len(pairs)))) is not None
    )
    cut = len(again) // 40
    return {"mean": found, "low": again[cut], "high": again[-1 - cut]}


def _ratio(pairs: Sequence[tuple[float, float]]) -> float | None:
    base = sum(theirs for _, theirs in pairs)
    return sum(mine for mine, _ in pairs) / base if base else None


def spread(runs: Sequence[Any]) -> Any:
    """The same tree as each run has, with an interval at each leaf; None where no seed had a figure.

    All figures are counts, shares or waits: none is below 0, whatever Student's t makes of a few days.
    """
    if isinstance(runs[0], dict):
        return {name: spread([run[name] for run in runs]) for name in runs[0]}
    values = [float(run) for run in runs if run is not None]
    if not values:
        return None
    found = interval(values)
    return {**found, "low": None if found["low"] is None else max(0.0, found["low"])}
