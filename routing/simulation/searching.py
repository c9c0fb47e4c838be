"""The twin's lines and lists, and the two searches: a listener for a request, a request for a listener.

With the house's policy they find whom the scripts find (routing/store/lua/04_match.lua), ties included.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Final, Literal

from routing.simulation.people import Seeker
from routing.simulation.policy import Policy
from routing.simulation.shifts import Listener

#: So many are looked at for a topic in common, on either side.
LOOK = 16
URGENT = 3

#: (risk, level, hard topics) that all in one line have in common.
Cell = tuple[int, int, int]
#: (arrival, or a later place in second languages; request, topics)
Entry = tuple[int, int, int]
#: (utilisation in percent, free since, listener, topics)
Free = tuple[int, int, int, int]
Room = Literal[0, 1, 2]
NO_ROOM: Final = 0
ANY_CHAT: Final = 1
EMERGENCY_ONLY: Final = 2


class ChatRequest:
    """One request as the twin holds it. States as in docs/routing.md."""

    __slots__ = (
        *("apart", "arrival", "cell", "entry", "excluded", "hold_ends", "is_held", "is_here", "languages", "listener"),
        *("later_entry", "number", "prefers", "stands_in_all", "state"),
    )

    def __init__(self, seeker: Seeker, now_ms: int) -> None:
        self.number = seeker.number
        self.arrival = now_ms
        self.state = "W"
        self.cell: Cell = (seeker.risk, seeker.level, seeker.hard)
        self.entry: Entry = (now_ms, seeker.number, seeker.mask)
        self.later_entry = self.entry
        self.languages = (seeker.language, seeker.second) if seeker.second else (seeker.language,)
        self.prefers = seeker.prefers
        #: Listeners who are kept apart for good; those who declined are excluded, too, for a while.
        self.apart = frozenset(seeker.avoids)
        self.excluded = set(self.apart)
        self.listener: int | None = None
        self.is_here = True
        self.hold_ends = 0
        self.is_held = False
        #: Waited so long that the second language's lines hold it, too.
        self.stands_in_all = False

    @property
    def lines(self) -> tuple[str, ...]:
        """The languages in whose lines it stands."""
        return self.languages if self.stands_in_all else self.languages[:1]

    def stands_later(self, by_ms: int) -> None:
        """In the lines of its second languages it stands as if it had come so much later."""
        self.later_entry = (self.arrival + by_ms, *self.entry[1:])

    def entry_in(self, language: str) -> Entry:
        return self.entry if language == self.languages[0] else self.later_entry


class OnDuty:
    """One listener as the twin holds them. Availability: 1 available, 2 paused, 0 off duty."""

    __slots__ = (
        *("availability", "capacity", "free_since", "gap_ends", "given_at", "hard", "languages", "level", "listed"),
        *("is_lost", "listed_in", "mask", "misses", "number", "open_offer", "takes_emergencies", "units"),
    )

    def __init__(self, listener: Listener, *, takes_emergencies: bool) -> None:
        self.number = listener.number
        self.languages = listener.languages
        self.level = listener.level
        self.hard = listener.hard
        self.mask = listener.mask
        self.capacity = listener.capacity
        self.takes_emergencies = takes_emergencies and listener.takes_emergencies
        self.units: set[int] = set()
        self.availability = 0
        self.is_lost = False
        self.open_offer: int | None = None
        self.misses = 0
        self.free_since = self.given_at = self.gap_ends = 0
        self.listed: Free | None = None
        self.listed_in: Room = NO_ROOM

    def may_serve(self, cell: Cell) -> bool:
        return self.level >= cell[1] and self.hard & cell[2] == cell[2]

    def may_meet(self, r: ChatRequest) -> bool:
        """Do they speak a language of it, may they take it, and is nobody kept apart?"""
        is_apart = self.number in r.excluded
        return not is_apart and self.may_serve(r.cell) and any(language in self.languages for language in r.lines)

    def room(self, now_ms: int) -> Room:
        """What may be offered now."""
        if self.availability != 1 or self.is_lost or self.open_offer is not None or self.gap_ends > now_ms:
            return NO_ROOM
        load = len(self.units)
        if load < self.capacity:
            return ANY_CHAT
        return EMERGENCY_ONLY if self.takes_emergencies and load == self.capacity else NO_ROOM


class Lists:
    """Who waits and who is free, by what they need and may."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.lines: dict[str, dict[Cell, list[Entry]]] = {}
        #: Listener -> requests in line that prefer them, by arrival.
        self.preferring: dict[int, list[Entry]] = {}
        #: Listener -> requests in line that they may not be offered.
        self.excluding: dict[int, set[int]] = {}
        self._free: dict[str, dict[tuple[int, int], list[Free]]] = {}
        self._spare: dict[str, dict[tuple[int, int], list[Free]]] = {}

    # ---- lines ----

    def enter(self, r: ChatRequest, *, is_held: bool) -> None:
        """Into the lines, or, while it waits for its own listener only, beside them."""
        r.is_held = is_held
        if not is_held:
            for language in r.lines:
                insort(self.lines.setdefault(language, {}).setdefault(r.cell, []), r.entry_in(language))
        if r.prefers >= 0:
            insort(self.preferring.setdefault(r.prefers, []), r.entry)
        for listener in r.excluded:
            self.excluding.setdefault(listener, set()).add(r.number)

    def leave(self, r: ChatRequest) -> None:
        if not r.is_held:
            for language in r.lines:
                line = self.lines[language][r.cell]
                del line[bisect_left(line, r.entry_in(language))]
                if not line:
                    del self.lines[language][r.cell]
        if r.prefers >= 0:
            wishes = self.preferring[r.prefers]
            del wishes[bisect_left(wishes, r.entry)]
        for listener in r.excluded:
            self.excluding[listener].discard(r.number)

    def waiting(self, languages: tuple[str, ...]) -> Iterator[tuple[str, Cell, list[Entry]]]:
        """Each line with somebody in it."""
        for language in languages:
            for cell, line in self.lines.get(language, {}).items():
                yield language, cell, line

    # ---- lists ----

    def put(self, w: OnDuty, room: Room) -> None:
        """List this listener, or take them off all lists."""
        self.unlist(w)
        if room == NO_ROOM:
            return
        if self.policy.choice == "least_utilised":
            free = (100 * len(w.units) // w.capacity, w.free_since, w.number, w.mask)
        else:
            free = (0, w.given_at, w.number, w.mask)
        index = self._free if room == ANY_CHAT else self._spare
        for language in w.languages:
            insort(index.setdefault(language, {}).setdefault((w.level, w.hard), []), free)
        w.listed, w.listed_in = free, room

    def unlist(self, w: OnDuty) -> None:
        if w.listed is None:
            return
        index = self._free if w.listed_in == ANY_CHAT else self._spare
        for language in w.languages:
            free = index[language][w.level, w.hard]
            del free[bisect_left(free, w.listed)]
            if not free:
                del index[language][w.level, w.hard]
        w.listed, w.listed_in = None, NO_ROOM

    # ---- a listener for a request ----

    def best_listener(self, r: ChatRequest, room: Room, skip: int | None) -> int | None:
        """Least utilised first, among the first of the same utilisation a topic in common, then the longest free."""
        index = self._free if room == ANY_CHAT else self._spare
        _, level, hard = r.cell
        mask = 0 if self.policy.topics == "ignored" else r.entry[2]
        is_topic_first = self.policy.topics == "before_utilisation"
        depth = LOOK + len(r.excluded) + (skip is not None)
        best: tuple[int, int, int, str, int] | None = None
        for language in r.lines:
            for (has_level, has_hard), free in index.get(language, {}).items():
                if has_level < level or has_hard & hard != hard:
                    continue
                # Of two who became free in the same instant the scripts find the one of the smaller class name.
                name = f"{has_level}.{has_hard}"
                for load, since, number, topics in free[:depth]:
                    if number == skip or number in r.excluded:
                        continue
                    lacks = 0 if topics & mask else 1
                    found = (lacks, load, since, name, number) if is_topic_first else (load, lacks, since, name, number)
                    if best is None or found < best:
                        best = found
                    if not is_topic_first and load > best[0]:
                        break
        return None if best is None else best[4]

    # ---- a request for a listener ----

    def best_request(self, w: OnDuty, room: Room, now_ms: int) -> int | None:
        """Among the lines that this listener may serve, from the one whose head goes first."""
        heads = [
            (*self._goes_before(cell[0], line, now_ms), language, cell, line)
            for language, cell, line in self.waiting(w.languages)
            if w.may_serve(cell) and (room == ANY_CHAT or cell[0] == URGENT)
        ]
        heads.sort(key=lambda head: head[:4])
        for *_, line in heads:
            found = self._first_of_line(w, line)
            if found is not None:
                return found
        return None

    def _goes_before(self, risk: int, line: list[Entry], now_ms: int) -> tuple[float, float]:
        order, arrival = self.policy.order, line[0][0]
        if order == "fifo":
            return 0, arrival
        if order == "lifo":
            return 0, -line[-1][0]
        if order == "strict_risk":
            return -risk, arrival
        if risk == URGENT:
            return -1e18, arrival
        if arrival > now_ms:
            return arrival - now_ms, arrival
        return -((now_ms - arrival) / self.policy.targets_ms[risk]), arrival

    def is_anybody_late(self, w: OnDuty, now_ms: int) -> bool:
        """Does a head wait whom nobody's wish for their own listener may pass?"""
        targets = self.policy.targets_ms
        return any(
            cell[0] == URGENT or now_ms - line[0][0] > targets[cell[0]]
            for _, cell, line in self.waiting(w.languages)
            if w.may_serve(cell)
        )

    def _first_of_line(self, w: OnDuty, line: list[Entry]) -> int | None:
        """The first whom this listener may meet, or, with a topic in common, one of the next who came little later."""
        entries = reversed(line) if self.policy.order == "lifo" else iter(line)
        excluding = self.excluding.get(w.number)
        met = (entry for entry in entries if entry[1] not in excluding) if excluding else entries
        head = next(met, None)
        if head is None:
            return None
        if self.policy.topics == "ignored" or head[2] == 0 or w.mask == 0 or head[2] & w.mask:
            return head[1]
        for _, (arrival, number, topics) in zip(range(LOOK - 1), met, strict=False):
            if arrival > head[0] + self.policy.overtake_ms:
                break
            if topics == 0 or topics & w.mask:
                return number
        return head[1]
