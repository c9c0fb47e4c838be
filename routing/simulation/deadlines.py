"""Deadlines as the scripts keep and sweep them, so that many of one instant are acted on in the same order here."""

from collections.abc import Callable, Hashable
from heapq import heappop, heappush
from math import ceil
from typing import Any, Generic, TypeVar

#: About so many matches' worth of deadlines in one call (routing/store/lua/13_sweep.lua).
SWEEP_LIMIT = 10

Member = TypeVar("Member", bound=Hashable)


class Deadlines(Generic[Member]):
    """One deadline a member; those of one instant by their members. `act` answers what it cost, in matches."""

    def __init__(self, act: Callable[[Member], int]) -> None:
        self._act = act
        self._at: dict[Member, int] = {}
        #: May hold what was moved or dropped since.
        self._heap: list[tuple[int, Any]] = []

    def set(self, member: Member, at_ms: int | None) -> None:
        """None: it has no deadline any more."""
        if at_ms is None:
            self.drop(member)
        else:
            self._at[member] = at_ms
            heappush(self._heap, (at_ms, member))

    def drop(self, member: Member) -> None:
        self._at.pop(member, None)

    def has_passed(self, member: Member, now_ms: int) -> bool:
        return self._at.get(member, now_ms + 1) <= now_ms

    def is_any_due(self, now_ms: int) -> bool:
        return bool(self._heap) and self._heap[0][0] <= now_ms

    def sweep(self, now_ms: int, spent: int) -> tuple[int, int]:
        """Act on what is due, for about as much as is left of the limit. How many there were, and what is spent now."""
        found = self._first_due(now_ms, max(1, ceil(SWEEP_LIMIT - spent)))
        for index, member in enumerate(found):
            spent += self._act(member)
            if spent >= SWEEP_LIMIT:
                for later in found[index + 1 :]:
                    if later in self._at:
                        heappush(self._heap, (self._at[later], later))
                return index + 1, spent
        return len(found), spent

    def _first_due(self, now_ms: int, most: int) -> list[Member]:
        found: list[Member] = []
        while self._heap and self._heap[0][0] <= now_ms and len(found) < most:
            at_ms, member = heappop(self._heap)
            if self._at.get(member) == at_ms and (not found or found[-1] != member):
                found.append(member)
        return found


def sweep_all(kinds: tuple[Deadlines[Any], ...], now_ms: int) -> None:
    """Call by call, each kind in turn, until nothing is due."""
    while any(kind.is_any_due(now_ms) for kind in kinds):
        spent = 0
        for kind in kinds:
            _, spent = kind.sweep(now_ms, spent)
