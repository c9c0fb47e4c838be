"""One demo run: seekers arrive, listeners take them, and at the end the ledger is judged."""

import asyncio
import time
from dataclasses import dataclass
from random import Random

from tealight.demo import load_model
from tealight.demo.ledger import Ledger, Verdict
from tealight.demo.listeners import ListenerCounts, SignInRefused, SimulatedListener, sign_in
from tealight.demo.seekers import SeekerCounts, SimulatedSeeker
from tealight.demo.talk import Stage
from tealight.demo.wire import Gone, Refused

#: What is under way may take so long to be answered and shown before we judge; recovery after a crash takes 2-8 s.
SETTLE_S = 10.0
TEEN_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate. `chats` 0 means: until stopped. `at_once` is about how many chats are open at a time."""

    url: str
    chats: int
    at_once: int
    pace: float
    seed: int
    language: str
    listeners: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the run saw; times in seconds."""

    lasted_s: float
    arrived: int
    seekers: SeekerCounts
    listeners: ListenerCounts
    answered: int
    delivered: int
    delays_s: list[float]
    reconnects: int
    verdict: Verdict


class DemoRun:
    """The people of one run. Each draws from a chance of their own, whatever the timing of others."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._stage = Stage(plan.url, plan.pace, Ledger())
        self._seekers: list[SimulatedSeeker] = []
        self._visits: set[asyncio.Task[None]] = set()
        self._listeners: list[SimulatedListener] = []
        self._seeker_counts, self._listener_counts = SeekerCounts(), ListenerCounts()
        self._arrived = self._reconnects = 0

    async def run(self, stop: asyncio.Event) -> Outcome:
        """Go on until all seekers have left or `stop` is set. Raises SignInRefused if a listener can't come on duty."""
        began = time.monotonic()
        try:
            await self._open_the_shift()
            arriving = asyncio.create_task(self._arrivals())
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({arriving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await _cancel(arriving, stopping)
            await self._settle()
        finally:
            await self._send_everybody_home()
        ledger = self._stage.ledger
        return Outcome(
            lasted_s=time.monotonic() - began,
            arrived=self._arrived,
            seekers=self._seeker_counts,
            listeners=self._listener_counts,
            answered=ledger.answered_count(),
            delivered=ledger.delivered(),
            delays_s=sorted(ledger.delays_s),
            reconnects=self._reconnects,
            verdict=ledger.judge(),
        )

    async def _open_the_shift(self) -> None:
        for name, password in self._plan.listeners.items():
            cookie = await sign_in(self._plan.url, name, password)
            chance = self._chance_of(name)
            listener = SimulatedListener(self._stage, chance, self._listener_counts, cookie=cookie)
            self._listeners.append(listener)
            try:
                await listener.come_on_duty()
            except Refused as refused:
                raise SignInRefused(f"{name} could not become available: {refused.frame.get('message')}") from None
            except Gone:
                raise SignInRefused(f"The service closed the connection of {name}.") from None

    async def _arrivals(self) -> None:
        chance = self._chance_of("arrivals")
        while self._plan.chats == 0 or self._arrived < self._plan.chats:
            self._arrived += 1
            seeker = SimulatedSeeker(
                self._stage,
                self._chance_of(f"seeker {self._arrived}"),
                self._seeker_counts,
                language=self._plan.language,
                age_band="teen" if chance.random() < TEEN_SHARE else "adult",
            )
            visit = asyncio.create_task(self._visit(seeker))
            self._visits.add(visit)
            visit.add_done_callback(self._visits.discard)
            # The first few come at once, so that there is something to see from the start.
            if self._arrived > self._plan.at_once // 2:
                await self._stage.pause(load_model.gap_to_next_arrival_s(chance, self._plan.at_once))
        await asyncio.gather(*self._visits)

    async def _visit(self, seeker: SimulatedSeeker) -> None:
        self._seekers.append(seeker)
        await seeker.live()
        # Give the last pushes of the chat the time to come.
        await asyncio.sleep(1)
        self._seekers.remove(seeker)
        self._reconnects += max(0, seeker.wire.reconnects)
        await seeker.leave_quietly()

    async def _settle(self) -> None:
        """Everybody falls silent; what is under way arrives."""
        visits = list(self._visits)
        await _cancel(*visits)
        for listener in self._listeners:
            await listener.stop_talking()
        wires = [*(seeker.wire for seeker in self._seekers), *(listener.wire for listener in self._listeners)]
        for _ in range(int(SETTLE_S / 0.1)):
            if not self._stage.sending and all(wire.is_settled for wire in wires):
                return
            await asyncio.sleep(0.1)

    async def _send_everybody_home(self) -> None:
        for seeker in self._seekers:
            self._reconnects += max(0, seeker.wire.reconnects)
        homeward = [asyncio.create_task(seeker.go_home()) for seeker in self._seekers]
        homeward += [asyncio.create_task(listener.go_home()) for listener in self._listeners]
        if homeward:
            _, late = await asyncio.wait(homeward, timeout=SETTLE_S)
            await _cancel(*late)
        for seeker in self._seekers:
            await seeker.leave_quietly()
        for listener in self._listeners:
            self._reconnects += max(0, listener.wire.reconnects)
            await listener.wire.close()

    def _chance_of(self, who: str) -> Random:
        return Random(f"{self._plan.seed}/{who}")  # noqa: S311 - chance that can be repeated, no secret


def listeners_needed(at_once: int) -> int:
    """So many that the chats find a listener, with one to spare for misses and wrap-ups."""
    return max(2, round(at_once / load_model.EXPECTED_CAPACITY) + 1)


async def _cancel(*tasks: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
