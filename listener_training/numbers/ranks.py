"""Do two things go together, whatever their scales? Spearman's rank correlation with its interval. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from listener_training.numbers.questions import correlation

#: 97.5% of a normal distribution lies below so many deviations: an interval of 95%.
_Z = 1.959963984540054
#: Below so many people the interval would hold nearly everything.
FEW_PEOPLE = 12


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """`rho` None: of fewer than FEW_PEOPLE, or one side doesn't vary; then `n` is not told either unless it is none."""

    n: int | None
    rho: float | None
    low: float | None
    high: float | None


def rank_correlation(pairs: Sequence[tuple[float, float]]) -> RankCorrelation:
    """Pearson's r of the ranks, equal values sharing theirs (Spearman 1904). Interval: Bonett and Wright (2000)."""
    n = len(pairs)
    if n < FEW_PEOPLE:
        return RankCorrelation(0 if n == 0 else None, None, None, None)
    rho = correlation(list(zip(ranks([x for x, _ in pairs]), ranks([y for _, y in pairs]), strict=True)))
    if rho is None:
        return RankCorrelation(n, None, None, None)
    if abs(rho) >= 1:
        return RankCorrelation(n, rho, rho, rho)
    middle, error = math.atanh(rho), math.sqrt((1 + rho * rho / 2) / (n - 3))
    return RankCorrelation(n, rho, math.tanh(middle - _Z * error), math.tanh(middle + _Z * error))


def ranks(values: Sequence[float]) -> list[float]:
    """1 for the smallest; equal values get the mean of the ranks that they take up."""
    order = sorted(range(len(values)), key=lambda n: values[n])
    found = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for n in order[at : end + 1]:
            found[n] = (at + end) / 2 + 1
        at = end + 1
    return found
