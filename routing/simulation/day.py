"""One made-up day: people come, answer, talk, lose patience and go, and a Matcher decides who meets whom."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from routing.simulation.daybook import DayBook
from routing.simulation.matcher import Durations, Matcher
from routing.simulation.mishaps import Away
from routing.simulation.people import Crowd, Seeker, again
from routing.simulation.policy import Policy
from routing.simulation.scenario import Barrier, ProcessLoss, Scenario
from routing.simulation.second_languages import LOOK_AGAIN_MS
from routing.simulation.shifts import Listener

#: A remembered decline ends after so long, which is a deadline to sweep.
TRIED_MS = 60_000
URGENT = 3

Act = Callable[[int, Any], None]


class Visit:
    """One request in its day. `state`: waiting, offered, asked, open or over."""

    __slots__ = ("asked", "listener", "seeker", "state")

    def __init__(self, seeker: Seeker) -> None:
        self.seeker = seeker
        self.state = "waiting"
        self.listener = -1
        #: Offers made so far: an answer to an earlier one means nothing.
        self.asked = 0


class Day:
    """Events in order of time; those of one instant in the order in which they were planned."""

    def __init__(self, scenario: Scenario, crowd: Crowd, policy: Policy, matcher: Matcher) -> None:
        self.scenario = scenario
        self.crowd = crowd
        self.policy = policy
        self.matcher = matcher
        self.durations = Durations.of(scenario, policy)
        self.daybook = DayBook(scenario)
        #: Every offer: (ms, request, listener).
        self.offers: list[tuple[int, int, int]] = []
        self._events: list[tuple[int, int, Act, Any]] = []
        self._planned = 0
        self._visits: dict[int, Visit] = {}
        self._open: dict[int, int] = {}
        self._on_duty: dict[int, Listener] = {}
        self._away = Away(crowd.seed)

    def run(self) -> DayBook:
        """Let the day pass. The daybook holds what became of everybody who came in the measured hours."""
        for listener in self.crowd.listeners:
            if not listener.is_no_show:
                # Those whose shift is under way come one after the other, so that "longest free" means something.
                self._plan(max(listener.number, listener.starts_ms), self._comes, listener)
        for seeker in self.crowd.seekers:
            self._plan(seeker.arrival_ms, self._asks, seeker)
        if self.policy.tick_ms:
            self._plan(self.policy.tick_ms, self._ticks, None)
        barrier, loss = self.scenario.barrier, self.scenario.process_loss
        if barrier:
            self._plan(self.scenario.at_ms(barrier.start_hour), self._is_barred, barrier)
        if loss:
            self._plan(self.scenario.at_ms(loss.start_hour), self._loses_process, loss)
        end_ms = self.scenario.end_ms
        events = self._events
        while events and events[0][0] < end_ms:
            at_ms, _, act, what = heappop(events)
            act(at_ms, what)
        self.daybook.close(end_ms)
        return self.daybook

    def _plan(self, at_ms: int, act: Act, what: Any) -> None:
        self._planned += 1
        heappush(self._events, (at_ms, self._planned, act, what))

    # ---- listeners ----

    def _comes(self, now_ms: int, listener: Listener) -> None:
        if listener.ends_ms <= now_ms:
            return
        self._open.setdefault(listener.number, 0)
        self._on_duty[listener.number] = listener
        self.daybook.comes(now_ms, listener)
        self.matcher.comes(now_ms, listener)
        if listener.rest_ms and listener.rest_ms[0] > now_ms:
            self._plan(listener.rest_ms[0], self._rests, listener)
        self._plan(listener.ends_ms, self._goes, listener)
        self._heed(now_ms)

    def _rests(self, now_ms: int, listener: Listener) -> None:
        if listener.rest_ms is None or listener.ends_ms <= now_ms or self._later(now_ms, listener, self._rests):
            return
        self.daybook.rests(listener)
        self._taken_back(listener)
        self.matcher.rests(now_ms, listener)
        self._plan(listener.rest_ms[1], self._is_back, listener)
        self._heed(now_ms)

    def _is_back(self, now_ms: int, listener: Listener) -> None:
        if self._later(now_ms, listener, self._is_back):
            return
        if now_ms < listener.ends_ms and not _is_resting(listener, now_ms):
            self.daybook.is_back(listener)
            self.matcher.comes(now_ms, listener)
            self._heed(now_ms)

    def _goes(self, now_ms: int, listener: Listener) -> None:
        if self._later(now_ms, listener, self._goes):
            return
        del self._on_duty[listener.number]
        self.daybook.goes(now_ms, listener)
        self._taken_back(listener)
        self.matcher.goes(now_ms, listener)
        self._heed(now_ms)

    def _taken_back(self, listener: Listener) -> None:
        """Whoever rests or goes answers no offer; the matcher takes it back by itself."""
        number = self.daybook.open_offer(listener.number)
        visit = self._visits.get(number) if number is not None else None
        if visit is not None and visit.state == "offered":
            visit.state = "waiting"
            self.daybook.withdrawn(visit.seeker, listener.number)

    # ---- seekers ----

    def _asks(self, now_ms: int, seeker: Seeker) -> None:
        self._visits[seeker.number] = Visit(seeker)
        self.daybook.asks(now_ms, seeker)
        self.matcher.asks(now_ms, seeker)
        self._plan(now_ms + seeker.patience_ms, self._gives_up, seeker.number)
        if seeker.second:
            self._plan_look(now_ms, seeker)
        if self.policy.hold_ms and seeker.prefers >= 0:
            self._plan(now_ms + self.policy.hold_ms, self._sweeps, None)
        self._heed(now_ms)
        if self._visits[seeker.number].state == "waiting":
            self.daybook.announces(now_ms, seeker)

    def _plan_look(self, now_ms: int, seeker: Seeker) -> None:
        """Whether the second language's listeners are asked yet is looked at now and then, until they are."""
        overflows = seeker.arrival_ms + self.durations.overflow
        if now_ms < overflows:
            look = now_ms + LOOK_AGAIN_MS if self.policy.are_asked_where_nobody_else_is else overflows
            self._plan(min(look, overflows), self._looks, seeker)

    def _looks(self, now_ms: int, seeker: Seeker) -> None:
        visit = self._visits.get(seeker.number)
        if visit is not None and visit.state != "open":
            self._sweeps(now_ms, None)
            self._plan_look(now_ms, seeker)

    def _gives_up(self, now_ms: int, number: int) -> None:
        visit = self._visits.get(number)
        if visit is None or visit.state not in ("waiting", "offered"):
            return
        if self._later(now_ms, visit.seeker, self._gives_up, number):
            return
        self.daybook.leaves(now_ms, visit.seeker, visit.listener if visit.state == "offered" else -1)
        visit.state = "over"
        del self._visits[number]
        self.matcher.leaves(now_ms, number)
        self._heed(now_ms)
        if visit.seeker.retry_ms:
            other = again(visit.seeker, now_ms, self.crowd.seed, self.scenario)
            self._plan(other.arrival_ms, self._asks, other)

    # ---- offers ----

    def _heed(self, now_ms: int) -> None:
        """Plan what follows from the offers that a call made."""
        matcher = self.matcher
        for number in matcher.paused:
            self.daybook.pauses(number)
            self._plan(now_ms + round(1000 * self.scenario.back_after_s), self._is_back, self._listener(number))
        matcher.paused.clear()
        for request, number in matcher.offers:
            visit = self._visits[request]
            visit.state, visit.listener = "offered", number
            self.offers.append((now_ms, request, number))
            self.daybook.offered(now_ms, visit.seeker, self._listener(number))
            answer, after_ms = visit.seeker.answer(visit.asked, self.crowd.seed, self.scenario)
            visit.asked += 1
            window = self.durations.urgent_offer if visit.seeker.risk == URGENT else self.durations.offer
            if answer == "miss" or after_ms >= window:
                self._plan(now_ms + window, self._misses, (request, visit.asked))
            elif answer == "accept":
                self._plan(now_ms + after_ms, self._accepts, (request, visit.asked))
            else:
                self._plan(now_ms + after_ms, self._declines, (request, visit.asked))
        matcher.offers.clear()

    def _listener(self, number: int) -> Listener:
        return self.crowd.listeners[number]

    def _offered(self, offer: tuple[int, int]) -> Visit | None:
        """The visit, if this very offer is still open."""
        visit = self._visits.get(offer[0])
        return visit if visit is not None and visit.state == "offered" and visit.asked == offer[1] else None

    def _misses(self, now_ms: int, offer: tuple[int, int]) -> None:
        visit = self._offered(offer)
        if visit is not None:
            visit.state = "waiting"
            self.daybook.withdrawn(visit.seeker, visit.listener)
            self.matcher.sweeps(now_ms)
            self._heed(now_ms)

    def _declines(self, now_ms: int, offer: tuple[int, int]) -> None:
        visit = self._offered(offer)
        if visit is not None and not self._later(now_ms, self._listener(visit.listener), self._declines, offer):
            visit.state = "waiting"
            self.daybook.withdrawn(visit.seeker, visit.listener)
            self.matcher.declines(now_ms, visit.seeker.number)
            self._plan(now_ms + TRIED_MS, self._sweeps, None)
            self._heed(now_ms)

    def _accepts(self, now_ms: int, offer: tuple[int, int]) -> None:
        visit = self._offered(offer)
        if visit is None or self._later(now_ms, self._listener(visit.listener), self._accepts, offer):
            return
        if self.matcher.accepts(now_ms, visit.seeker.number):
            self._opens(now_ms, visit)
        else:
            visit.state = "asked"
            self._plan(now_ms + visit.seeker.confirms_ms, self._confirms, visit)
        self._heed(now_ms)

    def _confirms(self, now_ms: int, visit: Visit) -> None:
        if self._later(now_ms, visit.seeker, self._confirms, visit):
            return
        self.matcher.confirms(now_ms, visit.seeker.number)
        self._opens(now_ms, visit)
        self._heed(now_ms)

    # ---- what breaks ----

    def _is_barred(self, now_ms: int, barrier: Barrier) -> None:
        for_ms = round(1000 * barrier.seconds)
        self.matcher.bars(now_ms, for_ms)
        self._plan(now_ms + for_ms, self._sweeps, None)

    def _loses_process(self, now_ms: int, loss: ProcessLoss) -> None:
        """Whoever is back before others find the process gone was never missed."""
        found_ms = now_ms + round(1000 * loss.found_after_s)
        for number, back_ms in self._away.cut_off(now_ms, loss, "listener", self._on_duty):
            if back_ms > found_ms:
                self._plan(found_ms, self._misses_listener, self._listener(number))
                self._plan(back_ms, self._regains_listener, number)
        for number, back_ms in self._away.cut_off(now_ms, loss, "seeker", self._visits):
            if back_ms > found_ms:
                self._plan(found_ms, self._misses_seeker, (number, back_ms))

    def _misses_listener(self, now_ms: int, listener: Listener) -> None:
        self._taken_back(listener)
        self.matcher.loses_listener(now_ms, listener.number)
        self._heed(now_ms)

    def _regains_listener(self, now_ms: int, number: int) -> None:
        self.matcher.regains_listener(now_ms, number)
        self._heed(now_ms)

    def _misses_seeker(self, now_ms: int, cut_off: tuple[int, int]) -> None:
        number, back_ms = cut_off
        if number in self._visits:
            self.matcher.loses_seeker(now_ms, number)
            self._plan(back_ms, self._regains_seeker, number)

    def _regains_seeker(self, now_ms: int, number: int) -> None:
        if number in self._visits:
            self.matcher.regains_seeker(now_ms, number)

    def _later(self, now_ms: int, person: Listener | Seeker, act: Act, what: Any = None) -> bool:
        """Whoever is cut off does it once they are back. True: they are."""
        back_ms = self._away.until(now_ms, "listener" if isinstance(person, Listener) else "seeker", person.number)
        if back_ms is not None:
            self._plan(back_ms, act, person if what is None else what)
        return back_ms is not None

    # ---- chats ----

    def _opens(self, now_ms: int, visit: Visit) -> None:
        visit.state = "open"
        at_once = self._open[visit.listener] = self._open[visit.listener] + 1
        self.daybook.joins(now_ms, visit.seeker, self._listener(visit.listener))
        length_ms = round(visit.seeker.chat_ms * (1 + self.scenario.slow_down * (at_once - 1)))
        self._plan(now_ms + length_ms, self._ends, visit)
        if self.durations.gap:
            self._plan(now_ms + self.durations.gap, self._sweeps, None)

    def _ends(self, now_ms: int, visit: Visit) -> None:
        visit.state = "over"
        self._open[visit.listener] -= 1
        del self._visits[visit.seeker.number]
        if not self.durations.wrap_up:
            self.daybook.freed(visit.listener, visit.seeker.number)
        self.matcher.ends(now_ms, visit.seeker.number)
        if self.durations.wrap_up:
            self._plan(now_ms + self.durations.wrap_up, self._wrapped_up, visit)
        self._heed(now_ms)

    def _wrapped_up(self, now_ms: int, visit: Visit) -> None:
        self.daybook.freed(visit.listener, visit.seeker.number)
        self.matcher.sweeps(now_ms)
        self._heed(now_ms)

    def _sweeps(self, now_ms: int, _: None) -> None:
        self.matcher.sweeps(now_ms)
        self._heed(now_ms)

    def _ticks(self, now_ms: int, _: None) -> None:
        self.matcher.ticks(now_ms)
        self._plan(now_ms + self.policy.tick_ms, self._ticks, None)
        self._heed(now_ms)


def _is_resting(listener: Listener, now_ms: int) -> bool:
    return listener.rest_ms is not None and listener.rest_ms[0] <= now_ms < listener.rest_ms[1]
