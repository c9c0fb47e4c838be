"""Answers that wait until replicas have what was written: how many, how long, and when to stop waiting."""

from dataclasses import dataclass, field

#: So many waits in vain in a row, over so many seconds, and steps are answered without waiting. A master that has been
#: replaced without knowing it loses its replicas and takes steps that will be lost: so long it takes at most until
#: everybody has asked again who the master is (config/redis_engine.py).
FAILURES = 3
PATIENCE_S = 5.0
#: One that has had no replica since the link found it was promoted a moment ago: it is the master, and has none yet.
PATIENCE_WITH_NEW_S = 1.0
#: This lasts until a wait that nobody stands behind, tried this often, says that the replicas are back.
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
    failing_since_s: float = 0.0
    has_replicas: bool = False
    is_open: bool = False
    _try_at_s: float = field(default=0.0, repr=False)

    def is_try_due(self, now_s: float) -> bool:
        """Open: should one wait be tried now? Asking takes the turn."""
        if not self.is_open or now_s < self._try_at_s:
            return False
        self._try_at_s = now_s + TRY_AGAIN_S
        return True

    def reconnected(self) -> None:
        """Perhaps to another master: what was counted doesn't tell of it."""
        self.failures = 0
        self.has_replicas = False
        self._try_at_s = 0.0

    def answered(self, replicas: int, now_s: float) -> bool:
        """A wait ended with so many replicas. Were they enough?"""
        if replicas >= self.wanted.replicas:
            self.failures = 0
            self.is_open = False
            self.has_replicas = True
            return True
        if self.failures == 0:
            self.failing_since_s = now_s
        self.failures += 1
        patience_s = PATIENCE_S if self.has_replicas else PATIENCE_WITH_NEW_S
        if not self.is_open and self.failures >= FAILURES and now_s - self.failing_since_s >= patience_s:
            self.is_open = True
            self._try_at_s = now_s + TRY_AGAIN_S
        return False
