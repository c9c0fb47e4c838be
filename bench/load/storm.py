"""Storm: everybody of a web process loses it at once, by kill -9, and comes back."""

import argparse
import asyncio
import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load.crowd import Crowd, crowd_at, make_listeners
from bench.load.figures import spread
from bench.load.record import Judge
from bench.service import Service, cpu_seconds, running

#: Chats a listener holds here, so that the accounts are not what takes the time.
EACH = 2
RECOVERED_WITHIN_S = 60.0
COUNTS = (
    *("greeted", "connects", "failed_connects", "refused", "closed", "silent", "gaps", "repeats", "misordered"),
    *("sent", "open_chats", "outcomes", "unanswered", "kinds"),
)


@dataclass(frozen=True, slots=True)
class Storm:
    """Who is there, and how many web processes are killed under them. `settle_s`: before both sides are compared."""

    clients: int = 10_000
    chats: int = 3_000
    web: int = 2
    kills: int = 2
    generators: int = 2
    settle_s: float = 8.0
    #: mean seconds between two turns of one side
    turn_s: float = 100.0

    @property
    def listeners(self) -> int:
        return -(-self.chats // EACH)

    @property
    def waiting(self) -> int:
        """In line, while as many others only opened the page."""
        return (self.clients - self.listeners - self.chats) // 2


async def _come(crowd: Crowd, plan: Storm, cookies: list[str]) -> float:
    habits = {"turn_s": plan.turn_s}
    await crowd.come("listener", plan.listeners, 400, cookies, habits=habits, capacity=EACH)
    await crowd.come("seeker", plan.chats, 300, habits=habits)
    await crowd.come("seeker", plan.waiting, 400, habits=habits)
    idle = plan.clients - plan.listeners - plan.chats - plan.waiting
    return await crowd.come("idle", idle, 500, habits=habits)


async def _break(service: Service, crowd: Crowd, plan: Storm) -> dict[str, Any]:
    """Kill, and wait until all are back."""
    pids = service.processes()
    victims = pids["web"][: plan.kills]
    watched = {kind: [p for p in found if p not in victims] for kind, found in pids.items()}
    before = {kind: cpu_seconds(found) for kind, found in watched.items()} | {"generator": cpu_seconds(crowd.pids)}
    since = time.monotonic()
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    answers = await crowd.order(order="recovered", since=since, within_s=RECOVERED_WITHIN_S)
    took = time.monotonic() - since
    after_s = [value for answer in answers for value in answer["after_s"]]
    missing = sum(answer["missing"] for answer in answers)
    # Whoever is new began at nought.
    used = {kind: cpu_seconds(found) - before.get(kind, 0.0) for kind, found in service.processes().items()}
    used["generator"] = cpu_seconds(crowd.pids) - before["generator"]
    return {
        "killed": len(victims),
        "lost_their_process": len(after_s) + missing,
        "recovered_s": spread(after_s),
        "not_recovered": missing,
        "within_10_s": sum(1 for value in after_s if value <= 10),
        "cpu_s": {kind: round(value, 2) for kind, value in used.items()},
        "took_s": round(took, 2),
    }


async def _storm(service: Service, crowd: Crowd, plan: Storm, cookies: list[str]) -> dict[str, Any]:
    came_s = await _come(crowd, plan, cookies)
    await asyncio.sleep(min(3.0, plan.settle_s))
    counts = await crowd.counts()
    figures = {
        "clients": plan.clients,
        "web_processes": plan.web,
        "chats_open": counts["open_chats"],
        "waiting_in_line": plan.waiting,
        "came_s": round(came_s, 1),
        **await _break(service, crowd, plan),
    }
    await asyncio.sleep(plan.settle_s)
    await crowd.order(order="hush")
    counts = await crowd.counts()
    judge = Judge()
    for answer in await crowd.order(order="judge"):
        judge.take(answer["lines"])
    verdict = judge.end()
    figures["counts"] = {name: counts[name] for name in COUNTS}
    figures["verdict"] = {name: getattr(verdict, name) for name in verdict.__slots__}
    return figures


def storm(plan: Storm, log: Path | None = None) -> dict[str, Any]:
    """One storm against a service of its own."""
    cookies: list[str] = []

    def prepare(folder: Path) -> None:
        cookies.extend(make_listeners(folder, plan.listeners, EACH))

    async def act(service: Service) -> dict[str, Any]:
        async with crowd_at(service, plan.generators) as crowd:
            return await _storm(service, crowd, plan, cookies)

    with running(web=plan.web, prepare=prepare, log=log) as service:
        return asyncio.run(act(service))


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="python -m bench.load.storm", description=__doc__)
    for option in ("clients", "chats", "web", "kills", "generators"):
        words.add_argument(f"--{option}", type=int, default=getattr(Storm(), option))
    words.add_argument("--log", type=Path)
    given = vars(words.parse_args())
    said = given.pop("log")
    print(json.dumps(storm(Storm(**given), said), indent=1))
