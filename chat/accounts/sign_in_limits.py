"""Slowing those who guess passwords. Pure: time, and what stands for an address, are arguments; kept in memory only."""

from collections import OrderedDict
from dataclasses import dataclass

#: A person may mistype this often before they wait.
FREE_TRIES_NAME = 5
#: A household or an office shares an address.
FREE_TRIES_ADDRESS = 15
FIRST_WAIT_MS = 2_000
#: Short for a name: somebody who fails on purpose must not lock its owner out for long.
LONGEST_WAIT_NAME_MS = 60_000
LONGEST_WAIT_ADDRESS_MS = 15 * 60_000
#: After this long without a failure all is forgotten.
FORGET_MS = 30 * 60_000
#: Bounds the memory; the longest unused goes first.
KEPT = 20_000


@dataclass(slots=True)
class _Failures:
    count: int
    last_ms: int


class FailedTries:
    """How often sign-in failed lately, for one kind of key, and how long that key waits because of it."""

    def __init__(self, *, free_tries: int, longest_wait_ms: int) -> None:
        self._free = free_tries
        self._longest_ms = longest_wait_ms
        self._of: OrderedDict[str, _Failures] = OrderedDict()

    def wait_ms(self, key: str, now_ms: int) -> int:
        """How long this key must wait before its next try is looked at; 0: not at all."""
        failures = self._of.get(key)
        if failures is None or failures.count < self._free:
            return 0
        # The exponent is bounded, or an endless guesser would make an endless number.
        wait_ms = min(self._longest_ms, FIRST_WAIT_MS << min(failures.count - self._free, 20))
        return max(0, failures.last_ms + wait_ms - now_ms)

    def failed(self, key: str, now_ms: int) -> None:
        """Count a failure."""
        failures = self._of.get(key)
        if failures is None or now_ms - failures.last_ms > FORGET_MS:
            failures = self._of[key] = _Failures(0, now_ms)
        failures.count += 1
        failures.last_ms = now_ms
        self._of.move_to_end(key)
        while len(self._of) > KEPT:
            self._of.popitem(last=False)

    def undo(self, key: str) -> None:
        """Take one failure back: it was counted before its answer was known."""
        failures = self._of.get(key)
        if failures is not None:
            failures.count -= 1

    def succeeded(self, key: str) -> None:
        """Forget the failures of this key."""
        self._of.pop(key, None)
