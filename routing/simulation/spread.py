"""From the figures of several seeds to a mean with its 95% interval (Student's t: few seeds, unknown variance)."""

import math
from collections.abc import Sequence
from typing import Any

#: The 97.5th percentile of Student's t, by degrees of freedom from 1.
_T = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131),
    *(2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)


def interval(values: Sequence[float]) -> dict[str, float | None]:
    """`mean`, `low` and `high`; one seed has no interval."""
    count = len(values)
    mean = sum(values) / count
    if count < 2:
        return {"mean": mean, "low": None, "high": None}
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    half = (_T[count - 2] if count - 1 <= len(_T) else 1.96) * deviation / math.sqrt(count)
    return {"mean": mean, "low": mean - half, "high": mean + half}


def spread(runs: Sequence[Any]) -> Any:
    """The same tree as each run has, with an interval at each leaf; None where no seed had a figure."""
    if isinstance(runs[0], dict):
        return {name: spread([run[name] for run in runs]) for name in runs[0]}
    values = [float(run) for run in runs if run is not None]
    return interval(values) if values else None
