"""What may honestly be said about a wait: a band, or nothing; and whether what was said has held."""

from collections.abc import Sequence
from dataclasses import dataclass

#: With fewer who had to wait in the last hours nothing honest can be said.
STARTS_NEEDED = 10
#: Bands look at this many of the latest waits.
LOOK_BACK = 30
#: No band promises less than this at its upper end: an offer and a confirmation take as long.
SHORTEST_HIGH_S = 60


@dataclass(frozen=True, slots=True)
class WaitBand:
    """From arrival to listener joined, in seconds."""

    low_s: int
    high_s: int


def wait_band(waits_ms: Sequence[int], head_waited_ms: int) -> WaitBand | None:
    """The band for somebody who has to wait, from the waits of those who had to (newest first) and the head's so far.

    [half the smaller, twice the larger + 60 s] of the last wait (LES) and the head's wait (HOL), widened to the
    10th and 90th percentile of the last 30 waits. In the simulation 86-96 % join within it and 5-11 % wait longer than
    its upper end (docs/simulation.md). None with fewer than 10 waits.
    """
    if len(waits_ms) < STARTS_NEEDED:
        return None
    latest = sorted(waits_ms[:LOOK_BACK])
    last_ms = waits_ms[0]
    head_ms = head_waited_ms if head_waited_ms > 0 else last_ms
    low_ms = min(0.5 * min(last_ms, head_ms), latest[len(latest) // 10])
    high_ms = max(latest[min(len(latest) - 1, 9 * len(latest) // 10)], head_ms)
    if head_waited_ms > 0:
        high_ms = max(high_ms, 2 * max(last_ms, head_ms) + 60_000)
    return WaitBand(low_s=int(low_ms // 1000), high_s=max(SHORTEST_HIGH_S, _up_to_half_minute(high_ms)))


def renewed(band: WaitBand, waited_ms: int) -> WaitBand:
    """The band for somebody who has waited so long already; it tells of the whole wait and never of a past one.

    Nobody's whole wait is shorter than what they waited so far: the low end follows, in whole minutes. An upper end
    that has passed is doubled and a minute added, as often as it takes, and stands until that has passed, too.
    """
    waited_s = max(0, waited_ms) // 1000
    high_s = band.high_s
    while high_s <= waited_s:
        high_s = 2 * high_s + 60
    return WaitBand(low_s=max(band.low_s, waited_s // 60 * 60), high_s=high_s)


def was_kept(promised_s: int, waited_ms: int, *, has_joined: bool) -> bool | None:
    """Did a listener join within the upper end that was announced? `waited_ms`: to the joining, or to the end.

    None where nobody can know: the seeker left before the announced end.
    """
    if waited_ms > 1000 * promised_s:
        return False
    return True if has_joined else None


def _up_to_half_minute(ms: float) -> int:
    """Finer than half a minute would claim to know more than we do."""
    return int(-(-ms // 30_000) * 30)
