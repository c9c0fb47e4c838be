"""How far a shard's clock is ahead of this process's: what is counted down on a page goes by the latter. Pure."""

from dataclasses import dataclass

#: Two clocks that differ by less are alike: nobody sees it in a countdown.
ALIKE_MS = 2_000


@dataclass(slots=True)
class ClockAhead:
    """Below 0 where the shard's clock is behind."""

    ahead_ms: int = 0

    def note(self, told_ms: int, sent_ms: int, received_ms: int) -> int:
        """A call of that time was told what the shard's clock is. How far is it ahead?

        The answer may have taken long either way, so only that much is known; what fits with it stays.
        """
        least, most = told_ms - received_ms, told_ms - sent_ms
        nearest = max(least, min(most, self.ahead_ms))
        # Below `least` where our own clock was put back under the call: the next one tells.
        if least <= most and abs(nearest - self.ahead_ms) > ALIKE_MS:
            self.ahead_ms = nearest
        return self.ahead_ms


@dataclass(slots=True)
class Steps:
    """Was this process's own clock put right, against one that never is?"""

    apart_ms: int | None = None

    def note(self, wall_ms: int, steady_ms: int) -> bool:
        apart_ms = wall_ms - steady_ms
        has_stepped = self.apart_ms is not None and abs(apart_ms - self.apart_ms) > ALIKE_MS
        # Clocks drift apart slowly, too, and that is no step.
        self.apart_ms = apart_ms
        return has_stepped
