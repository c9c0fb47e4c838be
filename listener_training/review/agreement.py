"""Do two mentors who read the same chat see the same? Weighted kappa with its interval. Pure.

Cohen's kappa (Cohen 1960) compares the agreement found with what chance would bring; the weighted one (Cohen 1968)
counts two levels apart as worse than one, here in proportion to the distance (linear weights, Cicchetti and Allison
1971):

    kappa = 1 - sum(d[i][j] * found[i][j]) / sum(d[i][j] * expected[i][j]),   d[i][j] = |i - j| / (levels - 1)

Mentors change from chat to chat, so there is no first and second rater: each pair counts half in either order, which
makes both margins equal (with two levels that is Scott's pi, 1955; Bloch and Kraemer 1989 call it intraclass kappa).
With `are_fixed` the order counts, as in Cohen's own examples. Intervals: the jackknife (Fleiss and Davies 1982), which
leaves one review out at a time, so that several items of one review don't count as independent.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Two levels of one item, from the two mentors.
Pair = tuple[int, int]
Table = list[list[float]]

#: 97.5% of a normal distribution lies below so many deviations: an interval of 95%.
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Agreement:
    """`reviews` with at least one pair, `pairs` in all. Shares: of pairs with the same level, and at most one apart.

    `kappa` None: too few to say, or all levels are the same, so that chance can't be told from agreement.
    `low`, `high`: the 95% interval; None where it can't be told.
    """

    reviews: int
    pairs: int
    same: float | None
    near: float | None
    kappa: float | None
    low: float | None
    high: float | None


def weighted_kappa(table: Sequence[Sequence[float]]) -> float | None:
    """Kappa of a square table of counts, with linear weights; None where chance alone explains everything."""
    levels = len(table)
    total = sum(map(sum, table))
    if total <= 0 or levels < 2:
        return None
    rows = [sum(row) for row in table]
    columns = [sum(row[j] for row in table) for j in range(levels)]
    found = expected = 0.0
    for i in range(levels):
        for j in range(levels):
            distance = abs(i - j)
            found += distance * table[i][j]
            expected += distance * rows[i] * columns[j] / total
    return None if expected <= 0 else 1 - found / expected


def table_of(pairs: Sequence[Pair], levels: int, *, are_fixed: bool = False) -> Table:
    """Counts of pairs; each in both orders by half, unless the first is always the same rater."""
    table = [[0.0] * levels for _ in range(levels)]
    for first, second in pairs:
        table[first][second] += 1.0 if are_fixed else 0.5
        if not are_fixed:
            table[second][first] += 0.5
    return table


def agreement_of(reviews: Sequence[Sequence[Pair]], levels: int, few: int) -> Agreement:
    """How far the two mentors of each review agree. `reviews`: the pairs of each; fewer than `few` say nothing."""
    counted = [pairs for pairs in reviews if pairs]
    pairs = [pair for one in counted for pair in one]
    if not pairs or len(counted) < few:
        return Agreement(len(counted), len(pairs), None, None, None, None, None)
    same = sum(first == second for first, second in pairs) / len(pairs)
    near = sum(abs(first - second) <= 1 for first, second in pairs) / len(pairs)
    table = table_of(pairs, levels)
    kappa = weighted_kappa(table)
    low, high = (None, None) if kappa is None else _interval(kappa, table, counted, levels)
    return Agreement(len(counted), len(pairs), same, near, kappa, low, high)


def _interval(
    kappa: float, table: Table, reviews: Sequence[Sequence[Pair]], levels: int
) -> tuple[float, float] | tuple[None, None]:
    n = len(reviews)
    pseudo = []
    for pairs in reviews:
        without = [row[:] for row in table]
        for i, row in enumerate(table_of(pairs, levels)):
            for j, count in enumerate(row):
                without[i][j] -= count
        left = weighted_kappa(without)
        if left is None:
            return (None, None)
        pseudo.append(n * kappa - (n - 1) * left)
    middle = sum(pseudo) / n
    error = math.sqrt(sum((one - middle) ** 2 for one in pseudo) / (n - 1) / n)
    return (max(-1.0, kappa - _Z * error), min(1.0, kappa + _Z * error))
