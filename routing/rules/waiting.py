"""What may honestly be said about a wait: a band, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

#: With fewer chats begun in the last hour nothing honest can be said.
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
    """The band for somebody who joins now, from the waits of the last hour (newest first) and the head's wait so far.

    [half the smaller, twice the larger + 60 s] of the last wait (LES) and the head's wait (HOL), widened to the
    10th and 90th percentile of the last 30 waits: covers 84-93 % in a big pool. None with fewer than 10 starts.
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


def _up_to_half_minute(ms: float) -> int:
    """Finer than half a minute would claim to know more than we do."""
    return int(-(-ms // 30_000) * 30)
