"""Answers that wait until replicas have what was written: how many, how long, and when to stop waiting."""

from dataclasses import dataclass, field

#: So many waits in vain in a row, and steps are answered without waiting ...
FAILURES = 3
#: ... until a wait that nobody stands behind, tried this often, says that the replicas are back.
TRY_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class ReplicaAck:
    """So many replicas must have a step before it is answered; a wait lasts at most `wait_ms`."""

    replicas: int
    wait_ms: int


@dataclass(slots=True)
class AckBreaker:
    """Closed, every step waits. Open, none does: people in a crisis are not kept from talking by a lost replica.

    Times in seconds of any steady clock.
    """

    wanted: ReplicaAck
    failures: int = 0
    is_open: bool = False
    waits: int = 0
    in_vain: int = 0
    _try_at_s: float = field(default=0.0, repr=False)

    def is_try_due(self, now_s: float) -> bool:
        """Open: should one wait be tried now? Asking takes the turn."""
        if not self.is_open or now_s < self._try_at_s:
            return False
        self._try_at_s = now_s + TRY_AGAIN_S
        return True

    def answered(self, replicas: int, now_s: float) -> bool:
        """A wait ended with so many replicas. Were they enough?"""
        self.waits += 1
        if replicas >= self.wanted.replicas:
            self.failures = 0
            self.is_open = False
            return True
        self.in_vain += 1
        self.failures += 1
        if self.failures >= FAILURES:
            if not self.is_open:
                self._try_at_s = now_s + TRY_AGAIN_S
            self.is_open = True
        return False
