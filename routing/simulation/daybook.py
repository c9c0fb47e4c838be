"""What became of everybody on a made-up day, written down as it happens. Metrics are taken from it afterwards."""

from collections import Counter, deque
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Literal

from routing.rules.waiting import wait_band
from routing.simulation.people import Seeker
from routing.simulation.scenario import HOUR_MS, Scenario
from routing.simulation.shifts import Listener

#: As the service does (routing/actions/places.py): waits of so long ago still count, and so many are kept.
LOOK_BACK_MS = 3 * HOUR_MS
KEPT = 60
URGENT = 3

End = Literal["joined", "left", "waiting"]


@dataclass(slots=True)
class Story:
    """One request of the measured hours. `wait_ms` is until joined or left; -1 while it goes on."""

    risk: int
    language: str
    arrival_ms: int
    prefers: bool
    #: Somebody available at arrival, busy or not, might have taken it.
    is_servable: bool
    is_own_listener_on_shift: bool
    end: End = "waiting"
    wait_ms: int = -1
    offers: int = 0
    shares_topic: bool = False
    has_own_listener: bool = False
    #: Given to somebody in a chat while another who might have taken it had none.
    is_piled_up: bool = False
    #: What was announced to those who had to wait, in seconds; None: nothing.
    band_s: tuple[int, int] | None = None
    had_to_wait: bool = False


@dataclass(slots=True)
class Service:
    """What one listener did."""

    capacity: int
    on_duty_ms: int = 0
    chats: int = 0


class DayBook:
    """Calls tell what happened; nothing here decides anything."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.stories: list[Story] = []
        self.services: dict[int, Service] = {}
        self.offers = 0
        self._from_ms = scenario.warm_up_ms
        self._until_ms = scenario.warm_up_ms + scenario.measured_ms
        self._told: dict[int, Story] = {}
        self._since: dict[int, int] = {}
        self._listeners: dict[int, Listener] = {}
        #: (language) -> who is available, by (level, hard)
        self._available: dict[str, Counter[tuple[int, int]]] = {}
        self._units: dict[int, set[int]] = {}
        self._open_offers: dict[int, int] = {}
        self._idle: dict[str, set[int]] = {}
        self._is_available: set[int] = set()
        #: (language, is in danger) -> (joined at, wait) of those who had to wait, newest first
        self._waits: dict[tuple[str, bool], deque[tuple[int, int]]] = {}
        self._in_line: dict[tuple[str, bool], list[tuple[int, int]]] = {}
        self._waiting: set[int] = set()

    # ---- listeners ----

    def comes(self, now_ms: int, listener: Listener) -> None:
        self._since[listener.number] = now_ms
        self._listeners[listener.number] = listener
        self._units.setdefault(listener.number, set())
        self.services.setdefault(listener.number, Service(listener.capacity))
        self.is_back(listener)

    def is_back(self, listener: Listener) -> None:
        if listener.number in self._is_available:
            return
        self._is_available.add(listener.number)
        for language in listener.languages:
            self._available.setdefault(language, Counter())[listener.level, listener.hard] += 1
        self._note_idle(listener.number)

    def pauses(self, number: int) -> None:
        self.rests(self._listeners[number])

    def rests(self, listener: Listener) -> None:
        if listener.number not in self._is_available:
            return
        self._is_available.discard(listener.number)
        for language in listener.languages:
            self._available[language][listener.level, listener.hard] -= 1
        self._note_idle(listener.number)

    def goes(self, now_ms: int, listener: Listener) -> None:
        self.rests(listener)
        self.services[listener.number].on_duty_ms += now_ms - self._since.pop(listener.number)

    def open_offer(self, number: int) -> int | None:
        """The request that this listener is asked about, if any."""
        return self._open_offers.get(number)

    def _note_idle(self, number: int) -> None:
        is_idle = number in self._is_available and not self._units[number]
        for language in self._listeners[number].languages:
            idle = self._idle.setdefault(language, set())
            (idle.add if is_idle else idle.discard)(number)

    # ---- requests ----

    def asks(self, now_ms: int, seeker: Seeker) -> None:
        story = Story(
            risk=seeker.risk,
            language=seeker.language,
            arrival_ms=now_ms,
            prefers=seeker.prefers >= 0,
            is_servable=self._is_servable(seeker),
            is_own_listener_on_shift=seeker.prefers in self._is_available,
        )
        self._told[seeker.number] = story
        if self._from_ms <= now_ms < self._until_ms:
            self.stories.append(story)
        heappush(self._in_line.setdefault(_told_with(seeker), []), (now_ms, seeker.number))
        self._waiting.add(seeker.number)

    def _is_servable(self, seeker: Seeker) -> bool:
        for language in filter(None, (seeker.language, seeker.second)):
            for (level, hard), count in self._available.get(language, {}).items():
                if count and level >= seeker.level and hard & seeker.hard == seeker.hard:
                    return True
        return False

    def announces(self, now_ms: int, seeker: Seeker) -> None:
        """The wait band that is told to somebody who was not offered to anybody at once."""
        story = self._told[seeker.number]
        story.had_to_wait = True
        pool = _told_with(seeker)
        recent = [wait_ms for at_ms, wait_ms in self._waits.get(pool, ()) if at_ms > now_ms - LOOK_BACK_MS]
        band = wait_band(recent, now_ms - self._head(pool, now_ms))
        story.band_s = (band.low_s, band.high_s) if band else None

    def _head(self, pool: tuple[str, bool], now_ms: int) -> int:
        """When the one who has waited longest came."""
        line = self._in_line[pool]
        while line and line[0][1] not in self._waiting:
            heappop(line)
        return line[0][0] if line else now_ms

    def leaves(self, now_ms: int, seeker: Seeker, listener: int) -> None:
        """`listener` is whoever was asked about it just then, or -1."""
        if listener >= 0:
            self.withdrawn(seeker, listener)
        self._waiting.discard(seeker.number)
        story = self._told.pop(seeker.number)
        story.end, story.wait_ms = "left", now_ms - story.arrival_ms

    # ---- offers and chats ----

    def offered(self, now_ms: int, seeker: Seeker, listener: Listener) -> None:
        story = self._told[seeker.number]
        story.offers += 1
        units = self._units[listener.number]
        story.is_piled_up = bool(units) and self._has_idle(seeker, listener.number)
        units.add(seeker.number)
        self._open_offers[listener.number] = seeker.number
        self._note_idle(listener.number)

    def _has_idle(self, seeker: Seeker, but: int) -> bool:
        for number in self._idle.get(seeker.language, ()):
            if number != but and number not in seeker.avoids:
                other = self._listeners[number]
                if other.level >= seeker.level and other.hard & seeker.hard == seeker.hard:
                    return True
        return False

    def withdrawn(self, seeker: Seeker, listener: int) -> None:
        """The offer did not become a chat."""
        self._open_offers.pop(listener, None)
        self.freed(listener, seeker.number)

    def freed(self, listener: int, request: int) -> None:
        self._units[listener].discard(request)
        self._note_idle(listener)

    def joins(self, now_ms: int, seeker: Seeker, listener: Listener) -> None:
        story = self._told.pop(seeker.number)
        story.end, story.wait_ms = "joined", now_ms - story.arrival_ms
        story.shares_topic = bool(seeker.mask & listener.mask)
        story.has_own_listener = seeker.prefers == listener.number
        self._open_offers.pop(listener.number, None)
        self._waiting.discard(seeker.number)
        if story.had_to_wait:
            self._waits.setdefault(_told_with(seeker), deque(maxlen=KEPT)).appendleft((now_ms, story.wait_ms))
        self.services[listener.number].chats += 1

    def close(self, end_ms: int) -> None:
        """The day is over: whoever still waits, waits."""
        for number, since_ms in self._since.items():
            self.services[number].on_duty_ms += end_ms - since_ms
        self._since.clear()
        for story in self._told.values():
            story.wait_ms = end_ms - story.arrival_ms


def _told_with(seeker: Seeker) -> tuple[str, bool]:
    """Whose waits tell this seeker's: those of their language, in danger or not."""
    return seeker.language, seeker.risk == URGENT
