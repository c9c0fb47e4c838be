"""One act, played: people talk, faults come by their seed, and in the end everything is judged."""

import asyncio
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos.checker import check
from tests.chaos.crowd import Crowd
from tests.chaos.faults.clocks import bent_clocks
from tests.chaos.finding import Finding, Kind
from tests.chaos.history import History
from tests.chaos.schedule import Act, Fault
from tests.chaos.stage import Stage

#: After so long the next fault comes, whoever is not well yet; now and then one waits for everybody.
NEXT_AFTER_S = 2.5
ALL_WELL_EVERY = 20
#: By then everybody must be well again, whatever it was.
WELL_WITHIN_S = 60.0
SETTLE_S = 150.0
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Size:
    """How large an act is. It ends when it had its faults and its messages, or when its time is over."""

    faults: int
    messages: int
    minutes: float
    seekers: int
    listeners: int
    webs: int
    per_s: float
    visit_messages: int = 60


@dataclass(frozen=True, slots=True)
class Happened:
    """One fault: when it began and was over (seconds since the act began), and how long until everybody was well."""

    kind: str
    target: str
    began_s: float
    over_s: float
    recovered_s: float


@dataclass
class Outcome:
    """What an act came to."""

    act: Act
    happened: list[Happened] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    history: History = field(default_factory=History)
    messages: int = 0
    seconds: float = 0.0
    tracebacks: list[str] = field(default_factory=list)


class Performance:
    """`play` once."""

    def __init__(self, act: Act, size: Size, seed: str, folder: Path) -> None:
        self.act = act
        self.size = size
        self.outcome = Outcome(act)
        self._rng = Random(f"{seed}/{act.name}")
        self._folder = folder
        self._crowd: Crowd | None = None
        self._seed = seed
        self._began_s = 0.0
        self._running: set[asyncio.Task[None]] = set()
        self._asleep: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    @property
    def _now_s(self) -> float:
        return asyncio.get_running_loop().time() - self._began_s

    async def play(self) -> Outcome:
        """Set up, let it happen, judge, take down."""
        size = self.size
        clocks = bent_clocks(self._folder / "clocks") if any("clock" in f.kind for f in self.act.faults) else {}
        stage = Stage(self._folder, webs=size.webs, has_replica=self.act.has_replica, clocks=clocks)
        try:
            await stage.start(size.listeners, max_chats=8)
            crowd = self._crowd = Crowd(
                stage, self._seed, seekers=size.seekers, per_s=size.per_s, visit_messages=size.visit_messages
            )
            self.outcome.history = crowd.history
            self._began_s = asyncio.get_running_loop().time()
            await crowd.start()
            await self._until_well(within_s=30)
            await self._faults(stage, crowd)
            await self._end(stage, crowd)
        finally:
            await stage.stop()
        self.outcome.tracebacks = [
            f"{name}: {said[max(0, said.index('Traceback') - 300) :][:3000]}"
            for name, said in stage.logs()
            if "Traceback" in said
        ]
        self.outcome.findings += check(self.outcome.history, self.act.level)
        return self.outcome

    async def _end(self, stage: Stage, crowd: Crowd) -> None:
        await asyncio.gather(*self._running)
        await stage.until_ready(WELL_WITHIN_S)
        if not await crowd.settle(SETTLE_S):
            late = [one.name for one in crowd.seekers]
            self.outcome.findings.append(Finding(Kind.FORGOTTEN, f"not at their end after {SETTLE_S:g} s: {late[:8]}"))
        self.outcome.messages = crowd.messages_done()
        self.outcome.seconds = self._now_s
        await crowd.read_all()

    async def _faults(self, stage: Stage, crowd: Crowd) -> None:
        size, rng = self.size, self._rng
        until_s = self._now_s + size.minutes * 60
        drawn = 0
        while drawn < size.faults and self._now_s < until_s:
            await asyncio.sleep(rng.uniform(0, 0.6))
            await self._until_half_are_there(crowd)
            count = 2 if not self.act.rest_s and rng.random() < 0.2 else 1
            together = [self.act.draw(rng, has_background=bool(self._asleep)) for _ in range(count)]
            seeds = [rng.getrandbits(64) for _ in together]
            drawn += count
            running = []
            for fault, seed in zip(together, seeds, strict=True):
                task = asyncio.ensure_future(self._one(stage, fault, Random(seed)))
                self._running.add(task)
                task.add_done_callback(self._ended)
                if fault.in_background:
                    self._asleep.add(task)
                    task.add_done_callback(self._asleep.discard)
                else:
                    running.append(task)
            if running:
                waits_for_all = bool(self.act.rest_s) or drawn % ALL_WELL_EVERY < count
                await asyncio.wait(running, timeout=None if waits_for_all else NEXT_AFTER_S)
            await asyncio.sleep(self.act.rest_s)
            if self._failures:
                raise self._failures[0]
            if drawn % 20 < count:
                self._tell(drawn, crowd)
        while crowd.messages_done() < size.messages and self._now_s < until_s:
            await asyncio.sleep(0.5)

    async def _until_half_are_there(self, crowd: Crowd) -> None:
        """Faults on processes that are all just starting try nothing, and on a busy machine would never end."""
        until_s = self._now_s + WELL_WITHIN_S
        while self._now_s < until_s:
            clients = crowd.clients
            if 2 * sum(client.is_greeted for client in clients) >= len(clients):
                return
            await asyncio.sleep(LOOK_S)

    def _ended(self, fault: asyncio.Task[None]) -> None:
        self._running.discard(fault)
        error = None if fault.cancelled() else fault.exception()
        if error is not None:
            self._failures.append(error)

    def _tell(self, drawn: int, crowd: Crowd) -> None:
        words = f"{self.act.name}: {drawn} of {self.size.faults} faults, {crowd.messages_done()} messages"
        print(f"{words}, {self._now_s:.0f} s", file=sys.stderr, flush=True)

    async def _one(self, stage: Stage, fault: Fault, rng: Random) -> None:
        began_s = self._now_s
        target = await fault.happens(stage, rng)
        over_s = self._now_s
        recovered_s = await self._until_well(WELL_WITHIN_S)
        self.outcome.happened.append(Happened(fault.kind, target, began_s, over_s, recovered_s))
        if recovered_s >= WELL_WITHIN_S:
            what = (
                f"not well {WELL_WITHIN_S:g} s after {fault.kind} ({target}) at {over_s:.0f} s: {self._crowd_unwell()}"
            )
            self.outcome.findings.append(Finding(Kind.UNWELL, what))

    async def _until_well(self, within_s: float) -> float:
        """Seconds until everybody is connected and nothing is unanswered that was asked before now."""
        assert self._crowd is not None
        since_s, began = self._crowd.probe(), time.monotonic()
        while not self._crowd.is_well(since_s) and time.monotonic() - began < within_s:
            await asyncio.sleep(LOOK_S)
        return time.monotonic() - began

    def _crowd_unwell(self) -> str:
        assert self._crowd is not None
        away = [one.name for one in self._crowd.clients if not one.is_greeted]
        waiting = [
            f"{one.name}: {command.frame['type']}"
            for one in self._crowd.clients
            for command in one.outbox.values()
            if asyncio.get_running_loop().time() - command.asked_at_s > WELL_WITHIN_S
        ]
        return f"{len(away)} away {away[:5]}, {len(waiting)} unanswered {waiting[:5]}"
