"""The twin: what the scripts do with requests, listeners and deadlines, in plain Python and fast.

A test holds it against the scripts, assignment by assignment. Where a policy is not the house's own only the search
and its moment differ; lives, offers, gaps, misses and deadlines are the same for all.
"""

from routing.simulation.deadlines import Deadlines, sweep_all
from routing.simulation.matcher import Durations
from routing.simulation.people import Seeker
from routing.simulation.policy import Policy
from routing.simulation.searching import (
    ANY_CHAT,
    EMERGENCY_ONLY,
    LOOK,
    NO_ROOM,
    URGENT,
    ChatRequest,
    Entry,
    Lists,
    OnDuty,
)
from routing.simulation.second_languages import SecondLanguages
from routing.simulation.shifts import Listener

TRIED_MS = 60_000
ACTED_MS = 30_000
MISSES_TO_PAUSE = 2


class Twin:
    """A Matcher. Raises KeyError for a request or listener that never came."""

    def __init__(self, policy: Policy, durations: Durations) -> None:
        self.offers: list[tuple[int, int]] = []
        self.paused: list[int] = []
        self.policy = policy
        self.durations = durations
        self.lists = Lists(policy)
        self.requests: dict[int, ChatRequest] = {}
        self.listeners: dict[int, OnDuty] = {}
        self._second = SecondLanguages(policy, durations.overflow, self.listeners)
        self._gaps = Deadlines(self._gap_ends)
        self._due = Deadlines(self._deadline)
        self._tried = Deadlines(self._forget_decline)
        self._barred_until = 0
        self._now = 0
        self._is_at_once = policy.pace == "at_once"
        self._is_blocked_by_head = policy.pace == "head_of_line"

    # ---- listeners ----

    def comes(self, now_ms: int, listener: Listener) -> None:
        self._now = now_ms
        w = self.listeners.get(listener.number)
        if w is None:
            w = self.listeners[listener.number] = OnDuty(listener, takes_emergencies=self.policy.emergency)
        if w.availability == 0:
            w.free_since = w.given_at = now_ms
            w.gap_ends = 0
        w.availability, w.misses = 1, 0
        self._match_listener(w)
        self._serve_heads()

    def rests(self, now_ms: int, listener: Listener) -> None:
        self._now = now_ms
        self._steps_back(self.listeners[listener.number], 2)
        self._serve_heads()

    def goes(self, now_ms: int, listener: Listener) -> None:
        self._now = now_ms
        self._steps_back(self.listeners[listener.number], 0)
        self._serve_heads()

    def _steps_back(self, w: OnDuty, availability: int) -> None:
        if availability == 0 and not w.units:
            self._gaps.drop(w.number)
        w.availability, w.misses = availability, 0
        self.lists.unlist(w)
        r = self.requests[w.open_offer] if w.open_offer is not None else None
        if r is not None and r.state == "O":
            self._release(r, w)
            self._requeue(r, skip=w.number)
        self._end_holds(w)

    def _end_holds(self, w: OnDuty) -> None:
        """Nobody waits for a listener who is not available any more."""
        if w.availability == 1:
            return
        for _, number, _ in list(self.lists.preferring.get(w.number, ())):
            r = self.requests[number]
            if r.hold_ends > self._now:
                self._leave_line(r)
                r.hold_ends = 0
                self._requeue(r)

    def loses_listener(self, now_ms: int, number: int) -> None:
        self._now = now_ms
        w = self.listeners[number]
        w.is_lost = True
        self.lists.unlist(w)
        r = self.requests[w.open_offer] if w.open_offer is not None else None
        if r is not None and r.state == "O":
            self._release(r, w)
            self._requeue(r)
        self._serve_heads()

    def regains_listener(self, now_ms: int, number: int) -> None:
        self._now = now_ms
        w = self.listeners[number]
        w.is_lost = False
        self._match_listener(w)
        self._serve_heads()

    # ---- seekers ----

    def loses_seeker(self, now_ms: int, request: int) -> None:
        self.requests[request].is_here = False

    def regains_seeker(self, now_ms: int, request: int) -> None:
        self.requests[request].is_here = True

    def asks(self, now_ms: int, seeker: Seeker) -> None:
        self._now = now_ms
        r = self.requests[seeker.number] = ChatRequest(seeker, now_ms)
        if not self.policy.prefers:
            r.prefers = -1
        own = self.listeners.get(r.prefers)
        is_urgent = r.cell[0] == URGENT  # nobody in danger waits for one listener alone
        if self.policy.hold_ms and own is not None and own.availability == 1 and own.may_meet(r) and not is_urgent:
            r.hold_ends = now_ms + self.policy.hold_ms
        self._stand_in_line(r)
        self._match_seeker(r)
        self._serve_heads()

    def leaves(self, now_ms: int, request: int) -> None:
        self._now = now_ms
        r = self.requests.pop(request)
        self._due.drop(request)
        if r.state == "W":
            self._leave_line(r)
        if r.listener is not None:
            w = self.listeners[r.listener]
            self._release(r, w)
            self._match_listener(w)
        self._serve_heads()

    def confirms(self, now_ms: int, request: int) -> None:
        self._now = now_ms
        r = self.requests[request]
        if r.state == "H":
            self._open(r)

    # ---- offers and chats ----

    def accepts(self, now_ms: int, request: int) -> bool:
        self._now = now_ms
        r = self.requests[request]
        self._of(r).misses = 0
        if r.is_here and now_ms - r.arrival <= ACTED_MS:
            self._open(r)
            return True
        r.state = "H"
        self._due.set(r.number, now_ms + self.durations.confirm)
        return False

    def declines(self, now_ms: int, request: int) -> None:
        self._now = now_ms
        r = self.requests[request]
        w = self._of(r)
        w.misses = 0
        self._release(r, w)
        r.excluded.add(w.number)
        self._tried.set((r.number, w.number), now_ms + TRIED_MS)
        self._requeue(r)
        self._match_listener(w)
        self._serve_heads()

    def ends(self, now_ms: int, request: int) -> None:
        self._now = now_ms
        r = self.requests[request]
        if self.durations.wrap_up > 0:
            r.state = "U"
            self._due.set(r.number, now_ms + self.durations.wrap_up)
        else:
            self._end_wrap_up(r)
            self._serve_heads()

    def _of(self, r: ChatRequest) -> OnDuty:
        if r.listener is None:
            raise KeyError(r.number)
        return self.listeners[r.listener]

    def _offer(self, r: ChatRequest, w: OnDuty) -> None:
        self._leave_line(r)
        self.lists.unlist(w)
        window = self.durations.urgent_offer if r.cell[0] == URGENT else self.durations.offer
        r.state, r.listener = "O", w.number
        self._due.set(r.number, self._now + window)
        w.units.add(r.number)
        w.open_offer = r.number
        w.given_at = self._now
        self.offers.append((r.number, w.number))

    def _release(self, r: ChatRequest, w: OnDuty) -> None:
        w.units.discard(r.number)
        if w.open_offer == r.number:
            w.open_offer = None
        if not w.units:
            w.free_since = self._now
        r.listener = None

    def _open(self, r: ChatRequest) -> None:
        w = self._of(r)
        r.state = "A"
        self._due.drop(r.number)
        w.open_offer = None
        w.gap_ends = self._now + self.durations.gap
        if self.durations.gap > 0:
            self._gaps.set(w.number, w.gap_ends)
        self._match_listener(w)
        self._serve_heads()

    def _end_wrap_up(self, r: ChatRequest) -> None:
        w = self._of(r)
        self._due.drop(r.number)
        self._release(r, w)
        del self.requests[r.number]
        self._match_listener(w)

    # ---- deadlines ----

    def bars(self, now_ms: int, for_ms: int) -> None:
        self._now = now_ms
        self._barred_until = now_ms + for_ms

    def sweeps(self, now_ms: int) -> None:
        self._now = now_ms
        if self._barred_until > now_ms:
            return  # whose deadline passes meanwhile may have been in time
        sweep_all((self._gaps, self._due, self._tried), now_ms)
        self._serve_heads()

    def _gap_ends(self, number: int) -> int:
        self._gaps.drop(number)
        w = self.listeners[number]
        self._match_listener(w)
        if w.gap_ends > self._now:
            self._gaps.set(number, w.gap_ends)  # a barrier ended before the gap did
        return 1

    def _deadline(self, number: int) -> int:
        """Answers what it cost."""
        r = self.requests.get(number)
        if r is None or not self._due.has_passed(number, self._now):
            return 1
        self._due.drop(number)
        if r.state == "O":
            w = self._of(r)
            w.misses += 1
            if w.misses >= MISSES_TO_PAUSE and w.availability == 1:
                w.availability = 2
                self.lists.unlist(w)
                self.paused.append(w.number)
            self._release(r, w)
            self._requeue(r, skip=w.number)
            self._end_holds(w)
            self._match_listener(w)
            return 2
        if r.state == "U":
            self._end_wrap_up(r)
        elif r.state == "W" and len(r.languages) > 1 and r.hold_ends == 0 and not self._second.come_in(r, self._now):
            self._due.set(r.number, self._second.next_look(r, self._now))
            self._match_seeker(r)
        elif r.state == "W":
            self._leave_line(r)
            if r.hold_ends <= self._now:
                r.hold_ends = 0
            self._requeue(r)
        return 1

    def _forget_decline(self, pair: tuple[int, int]) -> int:
        self._tried.drop(pair)
        number, listener = pair
        r = self.requests.get(number)
        if r is not None:
            r.excluded.discard(listener)
            self.lists.excluding.get(listener, set()).discard(number)
            if r.state == "W":
                self._match_seeker(r)
        return 1

    # ---- the line ----

    def _stand_in_line(self, r: ChatRequest) -> None:
        r.state = "W"
        if self._second.come_in(r, self._now):
            self._second.add(r)
        if r.prefers in r.excluded:
            r.hold_ends = 0  # nobody waits for who won't be asked
        is_held = r.hold_ends > self._now
        self.lists.enter(r, is_held=is_held)
        self._due.set(r.number, r.hold_ends if is_held else self._second.next_look(r, self._now))

    def _leave_line(self, r: ChatRequest) -> None:
        self._due.drop(r.number)
        self.lists.leave(r)

    def _requeue(self, r: ChatRequest, skip: int | None = None) -> None:
        self._stand_in_line(r)
        self._match_seeker(r, skip)

    # ---- matching ----

    def _match_seeker(self, r: ChatRequest, skip: int | None = None) -> None:
        if not self._is_at_once:
            return
        if self._barred_until > self._now:
            self._due.set(r.number, self._barred_until)
            return
        own = self.listeners.get(r.prefers)
        if own is not None and r.prefers != skip and own.listed_in == ANY_CHAT and own.may_meet(r):
            self._offer(r, own)
        elif not r.is_held:
            self._find_listener(r, skip)

    def _find_listener(self, r: ChatRequest, skip: int | None = None) -> bool:
        found = self.lists.best_listener(r, ANY_CHAT, skip)
        if found is None and r.cell[0] == URGENT:
            found = self.lists.best_listener(r, EMERGENCY_ONLY, skip)
        if found is None:
            return False
        self._offer(r, self.listeners[found])
        return True

    def _match_listener(self, w: OnDuty) -> None:
        room = w.room(self._now)
        if room != NO_ROOM and self._barred_until > self._now:
            self._gaps.set(w.number, self._barred_until)
        elif room != NO_ROOM and self._is_at_once:
            number = None
            wishes = self.lists.preferring.get(w.number) if room == ANY_CHAT else None
            # Own returning seekers first, unless somebody has waited past their target meanwhile.
            if wishes and not self.lists.is_anybody_late(w, self._now):
                number = self._first_returning(w, wishes)
            if number is None:
                number = self.lists.best_request(w, room, self._now)
            if number is None and wishes:
                number = self._first_returning(w, wishes)
            if number is not None:
                self._offer(self.requests[number], w)
                return
        self.lists.put(w, room)

    def _first_returning(self, w: OnDuty, wishes: list[Entry]) -> int | None:
        for _, number, _ in wishes[:LOOK]:
            if w.may_meet(self.requests[number]):
                return number
        return None

    # ---- policies that don't match at once ----

    def _in_line(self) -> list[ChatRequest]:
        """Everybody in any line, by arrival."""
        languages = tuple(self.lists.lines)
        found = {number for _, _, line in self.lists.waiting(languages) for _, number, _ in line}
        return sorted((self.requests[number] for number in found), key=lambda r: r.entry)

    def _serve_heads(self) -> None:
        """One line for all: as long as its head finds somebody, the next one is the head."""
        if not self._is_blocked_by_head or self._barred_until > self._now:
            return
        while True:
            heads = [line[0] for _, _, line in self.lists.waiting(tuple(self.lists.lines))]
            if not heads or not self._find_listener(self.requests[min(heads)[1]]):
                return

    def ticks(self, now_ms: int) -> None:
        self._now = now_ms
        if self._barred_until > self._now:
            return
        if self.policy.pace == "poll":
            for language in list(self.lists.lines):
                heads = [line[0] for _, _, line in self.lists.waiting((language,))]
                if heads:
                    self._find_listener(self.requests[min(heads)[1]])
        elif self.policy.pace == "batch":
            targets = self.policy.targets_ms
            everybody = self._in_line()
            everybody.sort(key=lambda r: (r.cell[0] != URGENT, -(now_ms - r.arrival) / targets[r.cell[0]], r.number))
            for r in everybody:
                own = self.listeners.get(r.prefers)
                if own is not None and own.listed_in == ANY_CHAT and own.may_meet(r):
                    self._offer(r, own)
                else:
                    self._find_listener(r)
