"""How many seconds: percentiles as everybody here tells them."""

from collections.abc import Sequence


def spread(values: Sequence[float], *shares: float) -> dict[str, float]:
    """p50, p95, p99 (or the shares named) and the longest, in seconds; empty of nothing."""
    ordered = sorted(values)
    if not ordered:
        return {}
    found = {
        f"p{100 * share:g}": round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)
        for share in shares or (0.5, 0.95, 0.99)
    }
    return {**found, "max": round(ordered[-1], 3)}
