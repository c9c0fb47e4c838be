"""How many units of capacity a single line needs: Erlang-C and Erlang-A, by their recursions.

Erlang-A (Palm 1957; Garnett, Mandelbaum and Reiman 2002): Poisson arrivals, exponential handle times and patience,
`units` servers. It knows no languages, clearances or slow-down, so it is the least that a real day can need.
"""

import math
from dataclasses import dataclass

#: States rarer than this, against "all busy, none in line", change no figure that anybody reads.
_NEGLIGIBLE = 1e-12
_MOST = 1e200


@dataclass(frozen=True, slots=True)
class Standing:
    """Shares of all who come."""

    waits: float
    abandons: float
    #: Joined within the threshold.
    within: float


def erlang_b(erlangs: float, units: int) -> float:
    """Share that finds all units in use, if nobody would wait."""
    blocked = 1.0
    for n in range(1, units + 1):
        blocked = erlangs * blocked / (n + erlangs * blocked)
    return blocked


def erlang_c(per_s: float, handle_s: float, units: int, within_s: float) -> Standing:
    """Nobody ever leaves. With no more units than erlangs the line grows for ever: all wait, none is joined in time."""
    erlangs = per_s * handle_s
    if units <= erlangs:
        return Standing(1.0, 0.0, 0.0)
    blocked = erlang_b(erlangs, units)
    waits = blocked / (1 - erlangs / units * (1 - blocked))
    return Standing(waits, 0.0, 1 - waits * math.exp(-(units - erlangs) * within_s / handle_s))


def erlang_a(per_s: float, handle_s: float, patience_s: float, units: int, within_s: float) -> Standing:
    """People leave after an exponential patience of mean `patience_s`.

    Whoever finds all units busy and k in line waits V, a sum of exponentials with the rates served + j * leaves,
    j = 0..k; then exp(-leaves * V) is Beta(a, k + 1) with a = served / leaves, whose tail has a recursion in k.
    """
    served, leaves = units / handle_s, 1 / patience_s
    a = served / leaves
    blocked = erlang_b(per_s * handle_s, units)
    if blocked == 0:  # less than a float can hold
        return Standing(0.0, 0.0, 1.0)
    # The sum of the weights of all states below "all busy, none in line".
    total = 1 / blocked - 1
    weight, late, waiting, leaving, in_time, k = 1.0, 0.0, 0.0, 0.0, 0.0, 0
    while weight > _NEGLIGIBLE or k * leaves + served < per_s:
        late += _tail_step(a + 1, k, within_s * leaves)
        joins = a / (a + k + 1)
        waiting += weight
        leaving += weight * (1 - joins)
        in_time += weight * joins * max(0.0, 1 - late)
        k += 1
        weight *= per_s / (served + k * leaves)
        if weight > _MOST:  # only ratios count
            total, weight = total / _MOST, weight / _MOST
            waiting, leaving, in_time = waiting / _MOST, leaving / _MOST, in_time / _MOST
    total += waiting
    return Standing(waiting / total, leaving / total, 1 - (waiting - in_time) / total)


def _tail_step(a: float, k: int, log_x: float) -> float:
    """I_x(a, k + 1) - I_x(a, k) with x = exp(-log_x): x^a (1-x)^k Gamma(a+k) / (Gamma(a) Gamma(k+1))."""
    if log_x <= 0:
        return 1.0 if k == 0 else 0.0
    return math.exp(
        math.lgamma(a + k) - math.lgamma(a) - math.lgamma(k + 1) - a * log_x + k * math.log(-math.expm1(-log_x))
    )


def units_needed(
    per_s: float, handle_s: float, patience_s: float, *, within_s: float, share: float, abandons: float
) -> int:
    """The fewest units with which `share` join within `within_s` and at most `abandons` leave (Erlang-A)."""
    low, high = 0, max(1, math.ceil(per_s * handle_s))
    while not _is_enough(per_s, handle_s, patience_s, high, within_s, share, abandons):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if _is_enough(per_s, handle_s, patience_s, middle, within_s, share, abandons):
            high = middle
        else:
            low = middle
    return high


def _is_enough(
    per_s: float, handle_s: float, patience_s: float, units: int, within_s: float, share: float, abandons: float
) -> bool:
    standing = erlang_a(per_s, handle_s, patience_s, units, within_s)
    return standing.within >= share and standing.abandons <= abandons
