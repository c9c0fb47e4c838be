"""When a request's second languages come in, in the twin (routing/store/lua/02_lines.lua)."""

from collections.abc import Mapping

from routing.simulation.policy import Policy
from routing.simulation.searching import URGENT, ChatRequest, OnDuty

#: So often it is looked whether anybody is left who speaks the first language of somebody in line.
LOOK_AGAIN_MS = 30_000


class SecondLanguages:
    """Knows the policy, how long a request waits for its first language alone, and who is there."""

    def __init__(self, policy: Policy, overflow_ms: int, listeners: Mapping[int, OnDuty]) -> None:
        self._policy = policy
        self._overflow_ms = overflow_ms
        self._listeners = listeners

    def come_in(self, r: ChatRequest, now_ms: int) -> bool:
        """After a while, or at once where nobody on duty could take the request in its first language."""
        if r.stands_in_all or len(r.languages) == 1:
            return False
        is_left_alone = self._policy.are_asked_where_nobody_else_is and not self._is_served(r)
        return is_left_alone or self._overflows_at(r) <= now_ms

    def add(self, r: ChatRequest) -> None:
        """From now on it stands in all its languages' lines, in those of the second ones at a later place."""
        r.stands_in_all = True
        if r.cell[0] != URGENT:
            r.stands_later(self._policy.second_place * self._overflow_ms)

    def next_look(self, r: ChatRequest, now_ms: int) -> int | None:
        """When it is asked next whether they come in, or None."""
        if r.stands_in_all or len(r.languages) == 1:
            return None
        waited = now_ms - r.arrival
        return min(self._overflows_at(r), now_ms - waited % LOOK_AGAIN_MS + LOOK_AGAIN_MS)

    def _overflows_at(self, r: ChatRequest) -> int:
        is_at_once = self._policy.danger_in_all_lines and r.cell[0] == URGENT
        return r.arrival + (0 if is_at_once else self._overflow_ms)

    def _is_served(self, r: ChatRequest) -> bool:
        """Is anybody on duty, be they busy, who could take it in its first language?"""
        return any(
            w.availability == 1 and not w.is_lost and r.languages[0] in w.languages and w.may_serve(r.cell)
            for w in self._listeners.values()
            if w.number not in r.apart
        )
