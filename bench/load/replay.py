"""Replay: a stretch of a large service's day, so many times faster than life, with listeners who come by shift.

What is compressed: arrivals, patience, lengths, pauses, typing, shifts. What isn't: the service's own grace times (ten
seconds for a seeker in line, thirty for a listener, an hour of recovery), since they are part of what is measured.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load.crowd import Crowd, add_up, crowd_at, make_listeners
from bench.load.figures import spread
from bench.load.gauges import Gauges, Sample
from bench.load.record import Judge, Verdict
from bench.service import Service, running
from routing.simulation.scenario import DAY_CURVE
from tealight.demo import load_model as model

#: Seconds of the service's own deadlines: nearer to the pace than in life, and still longer than a busy machine needs.
SETTINGS = {
    "START_GAP_S": "0.5", "OFFER_S": "3", "URGENT_OFFER_S": "2", "CONFIRM_S": "3", "WRAP_UP_S": "5",
}  # fmt: skip
#: The share of listeners' time on duty that chats take; listeners are planned for it.
OCCUPANCY = 0.75
WRAP_UP_S = 150.0
SHIFT_S = 2 * 3600.0
LOOK_S = 5.0
MOST_CHATS = 3


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which part of which day. Times of life in hours, `spike`: arrivals times so many in its middle third."""

    chats_a_day: int
    pace: float = 60.0
    minutes: float = 4.0
    begins_at: float = 20.0
    spike: float = 2.5
    generators: int = 2
    web: int = 2

    @property
    def seconds(self) -> float:
        return self.minutes * 60

    def arrivals_per_s(self, at_s: float) -> float:
        """Seekers a second of the clock, `at_s` seconds after the beginning."""
        hour = int(self.begins_at + at_s * self.pace / 3600) % 24
        is_spike = 1 / 3 <= at_s / self.seconds < 2 / 3
        per_hour = self.chats_a_day * DAY_CURVE[hour] / sum(DAY_CURVE)
        return per_hour / 3600 * self.pace * (self.spike if is_spike else 1.0)

    def listeners(self, at_s: float) -> int:
        """On duty: planned for what comes without a spike, half more in it (a call for help is followed by some)."""
        is_spike = 1 / 3 <= at_s / self.seconds < 2 / 3
        per_s = self.arrivals_per_s(at_s) / (self.spike if is_spike else 1.0) * (1.5 if is_spike else 1.0)
        busy_s = (model.EXPECTED_CHAT_S + WRAP_UP_S) / self.pace
        return max(2, math.ceil(per_s * busy_s / model.EXPECTED_CAPACITY / OCCUPANCY))

    @property
    def accounts(self) -> int:
        """So many that nobody has several shifts in a row."""
        most = max(self.listeners(second) for second in range(int(self.seconds)))
        shifts = max(1.0, self.seconds / (SHIFT_S / self.pace))
        return min(1500, math.ceil(most * (1 + min(shifts, 6))))


async def live(
    service: Service, crowd: Crowd, stretch: Stretch, cookies: list[str], look: Callable[[Sample], None]
) -> Any:
    """Play it, and tell what was seen."""
    habits = {"pace": stretch.pace, "is_lifelike": True}
    n = len(crowd.processes)
    await crowd.share(
        "staff", [{"cookies": cookies[k::n]} for k in range(n)], habits=habits, shift_s=SHIFT_S / stretch.pace
    )
    gauges, judge, seen = Gauges(service), Judge(), dict[str, Any]()

    def take(answers: list[dict[str, Any]]) -> None:
        for answer in answers:
            judge.take(answer.pop("lines"))
            add_up(seen, answer)

    begun = time.monotonic()
    steps = [[float(s), stretch.arrivals_per_s(s) / n] for s in range(0, int(stretch.seconds), 5)]
    await crowd.order(order="on_duty", count=math.ceil(stretch.listeners(0) / n))
    await asyncio.sleep(2)
    await crowd.order(order="arrivals", until_s=stretch.seconds, steps=steps, habits=habits)
    first = gauges.look()
    most: dict[str, int] = {}
    while (at_s := time.monotonic() - begun) < stretch.seconds:
        await crowd.order(order="on_duty", count=math.ceil(stretch.listeners(at_s) / n))
        counts = await crowd.counts()
        for name in ("people", "open_chats", "greeted"):
            most[name] = max(most.get(name, 0), counts[name])
        take(await crowd.order(order="collect"))
        sample = gauges.look()
        look(sample)
        await asyncio.sleep(max(0.0, LOOK_S - (time.monotonic() - begun - at_s)))
    last = gauges.look()
    settled = await crowd.order(order="hush")
    counts = await crowd.counts()
    take(await crowd.order(order="judge"))
    gauges.close()
    return {
        "chats_a_day": stretch.chats_a_day,
        "pace": stretch.pace,
        "accounts": len(cookies),
        "most": most,
        "unsettled": sum(answer["unsettled"] for answer in settled),
        **_figures(first, last, counts, seen, judge.end()),
    }


def _figures(
    first: Sample, last: Sample, counts: dict[str, Any], seen: dict[str, Any], verdict: Verdict
) -> dict[str, Any]:
    """What came of it between two looks. `counts`: of all generators; `seen`: what they wrote down, added up."""
    took = last.at_s - first.at_s
    cpu = {kind: round(last.cpu_s[kind] - first.cpu_s[kind], 1) for kind in last.cpu_s}
    return {
        "seconds": round(took),
        "seekers": counts["kinds"].get("welcome", 0),
        "chats": verdict.chats,
        "messages": counts["sent"],
        "messages_per_s": round(counts["sent"] / took, 1),
        "frames_per_s": round(counts["frames"] / took),
        "wait_s": spread(seen["waits_s"], 0.5, 0.9, 0.99),
        "delivered_s": spread(seen["delivered_s"], 0.5, 0.99, 0.999),
        "done_s": spread(seen["answered_s"], 0.5, 0.99, 0.999),
        "outcomes": dict(sorted(seen["outcomes"].items())),
        "refused": counts["refused"],
        "closed": counts["closed"],
        "gaps": counts["gaps"],
        "misordered_pushes": counts["misordered"],
        "cpu_s": cpu,
        "cpu_ms_per_chat": round(1000 * sum(cpu.values()) / max(1, verdict.chats), 2),
        "cpu_ms_per_message": round(1000 * sum(cpu.values()) / max(1, counts["sent"]), 3),
        "verdict": {name: getattr(verdict, name) for name in verdict.__slots__},
    }


def replay(
    stretch: Stretch, look: Callable[[Sample], None] = lambda _sample: None, log: Path | None = None, after_s: float = 0
) -> dict[str, Any]:
    """One stretch against a service of its own. `look` is called every five seconds, and after everybody left."""
    cookies: list[str] = []

    def prepare(folder: Path) -> None:
        cookies.extend(make_listeners(folder, stretch.accounts, MOST_CHATS))

    async def act(service: Service) -> Any:
        async with crowd_at(service, stretch.generators) as crowd:
            found = await live(service, crowd, stretch, cookies, look)
            await crowd.order(order="leave")
        await asyncio.sleep(after_s)
        gauges = Gauges(service)
        look(gauges.look())
        gauges.close()
        return found

    with running(web=stretch.web, prepare=prepare, log=log, settings=SETTINGS) as service:
        return dict(asyncio.run(act(service)))
