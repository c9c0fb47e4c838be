"""One process of clients: `python -m bench.load.generator`. Orders come as JSON lines, each gets one line back."""

import asyncio
import gc
import json
import sys
import time
from collections import Counter, deque
from functools import partial
from random import Random
from typing import Any

import uvloop

from bench.load.client import Client, Tally, Way
from bench.load.people import Listener, Seeker
from bench.load.record import Record
from bench.load.talk import Habits, Person, Seen

#: PROTOCOL of the service: a client that hears nothing for 2.5 heartbeats comes back.
SILENCE_S = 2.5 * 25
#: What is under way when nobody writes any more may take so long on a busy machine.
SETTLE_S = 40.0


class Generator:
    """The clients of this process, and what it is told to do with them."""

    def __init__(self, way: Way, seed: str) -> None:
        self.way, self.tally, self.record, self.seen = way, Tally(), Record(), Seen()
        self.seed = seed
        self.people: dict[Person, None] = {}
        self.made = 0
        self.arriving: asyncio.Task[None] | None = None
        #: (person, chat) of those who were told at the end that they hold everything
        self.whole: set[tuple[str, str]] = set()
        self.free: deque[str] = deque()
        self.shift_s = 120.0
        self.staff_habits = Habits()

    def add(self, kind: str, habits: Habits, cookie: str | None = None, capacity: int | None = None) -> Person:
        self.made += 1
        chance = Random(f"{self.seed}/{self.made}")
        person: Person
        if kind == "listener":
            person = Listener(habits, self.seen, self.record, chance, capacity)
        elif kind == "seeker":
            person = Seeker(habits, self.seen, self.record, chance)
        else:
            person = Person(habits, self.seen, self.record, chance)
        person.client = Client(self.way, self.tally, self.record, chance, person, cookie)
        person.on_gone = self._gone
        self.people[person] = None
        person.client.start()
        return person

    def _gone(self, person: Person) -> None:
        self.people.pop(person, None)
        if isinstance(person, Listener) and person.client.cookie:
            self.free.append(person.client.cookie)

    async def look(self) -> None:
        while True:
            await asyncio.sleep(1)
            now = asyncio.get_running_loop().time()
            for person in list(self.people):
                person.client.look(now, SILENCE_S)

    # ---- orders ----

    async def come(
        self,
        kind: str,
        count: int,
        per_s: float,
        habits: dict[str, Any],
        cookies: list[str] | None = None,
        capacity: int | None = None,
        within_s: float = 120,
    ) -> dict[str, Any]:
        """So many people of one kind come, and are greeted."""
        begun = time.monotonic()
        how = Habits(**habits)
        known = [person for person in self.people if person.client.is_greeted]
        target = len(known) + count
        for number in range(count):
            behind_s = begun + number / per_s - time.monotonic()
            if behind_s > 0:
                await asyncio.sleep(behind_s)
            self.add(kind, how, cookies[number] if cookies else None, capacity)
        while self.tally.greeted < target and time.monotonic() - begun < within_s:
            await asyncio.sleep(0.02)
        gc.collect()
        gc.freeze()
        return {"greeted": self.tally.greeted, "took_s": time.monotonic() - begun}

    async def arrivals(self, until_s: float, steps: list[list[float]], habits: dict[str, Any]) -> dict[str, Any]:
        """Seekers come at random: `steps` are (from second, seekers a second). Answers at once."""
        self.arriving = asyncio.create_task(self._arrive(until_s, steps, Habits(**habits)))
        return {}

    async def _arrive(self, until_s: float, steps: list[list[float]], habits: Habits) -> None:
        chance, begun, due = Random(f"{self.seed}/arrivals"), time.monotonic(), 0.0
        while due < until_s:
            rate = next(per_s for start, per_s in reversed(steps) if start <= due)
            gap = chance.expovariate(rate) if rate > 0 else 1.0
            due += min(gap, 1.0)
            if gap > 1.0:
                continue
            behind_s = begun + due - time.monotonic()
            if behind_s > 0:
                await asyncio.sleep(behind_s)
            self.add("seeker", habits)

    async def staff(self, cookies: list[str], habits: dict[str, Any], shift_s: float) -> dict[str, Any]:
        """Whose accounts may be used for shifts of so many seconds."""
        self.free, self.shift_s, self.staff_habits = deque(cookies), shift_s, Habits(**habits)
        return {}

    async def on_duty(self, count: int) -> dict[str, Any]:
        """So many listeners are on duty: shifts that are over end, others begin, with whoever rested longest."""
        now = time.monotonic()
        here = [p for p in self.people if isinstance(p, Listener) and not p.is_going]
        over = [listener for listener in here if now - listener.began_at > self.shift_s]
        over += [listener for listener in here if listener not in over][: max(0, len(here) - len(over) - count)]
        for listener in over:
            listener.go_off_duty()
        wanted = min(count - len(here) + len(over), len(self.free))
        for _ in range(wanted):
            self.add("listener", self.staff_habits, self.free.popleft())
        return {"on_duty": len(here) - len(over) + max(0, wanted)}

    async def counts(self) -> dict[str, Any]:
        """Where everything stands."""
        tally, seen = self.tally, self.seen
        return {
            "people": len(self.people),
            "greeted": tally.greeted,
            "connects": tally.connects,
            "failed_connects": tally.failed_connects,
            "refused": tally.refused,
            "closed": tally.closed,
            "silent": tally.silent,
            "gaps": tally.gaps,
            "repeats": tally.repeats,
            "misordered": tally.misordered,
            "frames": tally.frames,
            "kinds": tally.kinds,
            "sent": seen.sent,
            "open_chats": seen.open_chats,
            "in_chat": sum(1 for p in self.people if isinstance(p, Seeker) and p.talk is not None),
            "outcomes": dict(seen.outcomes),
            "unanswered": sum(1 for p in self.people if not p.client.is_settled),
        }

    async def collect(self) -> dict[str, Any]:
        """What was seen since the last time, and the lines of chats that are over."""
        seen = self.seen
        found = {
            "waits_s": seen.waits_s,
            "delivered_s": seen.delivered_s,
            "answered_s": seen.answered_s,
            "lines": seen.lines,
            "outcomes": dict(seen.outcomes),
        }
        seen.waits_s, seen.delivered_s, seen.answered_s, seen.lines = [], [], [], []
        seen.outcomes = Counter()
        return found

    async def hush(self) -> dict[str, Any]:
        """Nobody writes or comes any more; what is under way arrives."""
        if self.arriving is not None:
            self.arriving.cancel()
        for person in self.people:
            if isinstance(person, Listener):
                talks = list(person.talks.values())
            else:
                talks = [person.talk] if isinstance(person, Seeker) and person.talk is not None else []
            for talk in talks:
                talk.is_over = True
        await self._all_settled()
        for person in list(self.people):
            for position in self.record.positions(person.client.person_id):
                side = (person.client.person_id, position["chat_id"])
                person.catch_up(side[1], partial(self._caught_up, side))
        await self._all_settled()
        return {"unsettled": sum(1 for person in self.people if not person.client.is_settled)}

    def _caught_up(self, side: tuple[str, str], is_whole: bool) -> None:
        if is_whole:
            self.whole.add(side)

    async def _all_settled(self) -> None:
        until = time.monotonic() + SETTLE_S
        while not all(person.client.is_settled for person in self.people) and time.monotonic() < until:
            await asyncio.sleep(0.1)

    async def judge(self) -> dict[str, Any]:
        """The lines of all that is still held."""
        self.seen.lines += self.record.close_all(self.whole)
        return await self.collect()

    async def recovered(self, since: float, within_s: float) -> dict[str, Any]:
        """Wait until all are greeted who are here; when each was, in seconds after `since` (monotonic)."""
        until = time.monotonic() + within_s
        await asyncio.sleep(0.3)  # until every loss was noticed
        while self.tally.greeted < len(self.people) and time.monotonic() < until:
            await asyncio.sleep(0.02)
        came = [p.client.greeted_at - since for p in self.people if p.client.is_greeted and p.client.lost_at > since]
        return {"after_s": came, "missing": len(self.people) - self.tally.greeted}

    async def leave(self) -> dict[str, Any]:
        """Everybody closes the page."""
        for person in list(self.people):
            person.client.leave()
        self.people.clear()
        await asyncio.sleep(0.5)
        return {}


async def main() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**28)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    plan = json.loads(await reader.readline())
    generator = Generator(Way(**plan["way"]), plan["seed"])
    looking = asyncio.create_task(generator.look())
    while line := await reader.readline():
        order = json.loads(line)
        answer = await getattr(generator, order.pop("order"))(**order)
        print(json.dumps(answer), flush=True)
    looking.cancel()


if __name__ == "__main__":
    uvloop.run(main())
