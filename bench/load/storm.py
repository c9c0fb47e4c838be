"""Storm: everybody of a web process loses it at once, by kill -9, and comes back."""

import argparse
import asyncio
import json
import os
import signal
import time
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


async def _storm(service: Service, crowd: Crowd, clients: int, chats: int, cookies: list[str], kills: int) -> Any:
    turn_s = 100.0
    habits = {"turn_s": turn_s}
    judge = Judge()
    figures: dict[str, Any] = {"clients": clients}
    listeners = len(cookies)
    if listeners:
        await crowd.come("listener", listeners, 400, cookies, habits=habits, capacity=EACH)
        await crowd.come("seeker", chats, 300, habits=habits)
    waiting = (clients - listeners - chats) // 2
    await crowd.come("seeker", waiting, 400, habits=habits)
    came_s = await crowd.come("idle", clients - listeners - chats - waiting, 500, habits=habits)
    await asyncio.sleep(3)
    counts = await crowd.counts()
    figures |= {"chats_open": counts["open_chats"], "waiting_in_line": waiting, "came_s": round(came_s, 1)}
    pids = service.processes()
    victims = pids["web"][:kills]
    watched = {kind: [p for p in found if p not in victims] for kind, found in pids.items()}
    before = {kind: cpu_seconds(found) for kind, found in watched.items()} | {"generator": cpu_seconds(crowd.pids)}
    since = time.monotonic()
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    answers = await crowd.order(order="recovered", since=since, within_s=RECOVERED_WITHIN_S)
    took = time.monotonic() - since
    after_s = [value for answer in answers for value in answer["after_s"]]
    now = service.processes()
    # Whoever is new began at nought.
    used = {kind: cpu_seconds(found) - before.get(kind, 0.0) for kind, found in now.items()}
    used["generator"] = cpu_seconds(crowd.pids) - before["generator"]
    missing = sum(answer["missing"] for answer in answers)
    figures |= {
        "killed": len(victims),
        "lost_their_process": len(after_s) + missing,
        "recovered_s": spread(after_s),
        "not_recovered": missing,
        "within_10_s": sum(1 for value in after_s if value <= 10),
        "cpu_s": {kind: round(value, 2) for kind, value in used.items()},
        "took_s": round(took, 2),
    }
    await asyncio.sleep(8)
    await crowd.order(order="hush")
    counts = await crowd.counts()
    for answer in await crowd.order(order="judge"):
        judge.take(answer["lines"])
    verdict = judge.end()
    figures |= {
        "counts": {name: counts[name] for name in COUNTS},
        "verdict": {name: getattr(verdict, name) for name in verdict.__slots__},
    }
    return figures


def storm(
    clients: int, chats: int, web: int, kills: int, generators: int = 2, log: Path | None = None
) -> dict[str, Any]:
    """One storm against a service of its own."""
    cookies: list[str] = []

    def prepare(folder: Path) -> None:
        cookies.extend(make_listeners(folder, chats // EACH, EACH))

    async def act(service: Service) -> Any:
        async with crowd_at(service, generators) as crowd:
            return await _storm(service, crowd, clients, chats, cookies, kills)

    with running(web=web, prepare=prepare, log=log) as service:
        return dict(asyncio.run(act(service)), web_processes=web)


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--clients", type=int, default=10_000)
    words.add_argument("--chats", type=int, default=3_000)
    words.add_argument("--web", type=int, default=2)
    words.add_argument("--kills", type=int, default=2)
    words.add_argument("--generators", type=int, default=2)
    words.add_argument("--log", type=Path)
    print(json.dumps(storm(**vars(words.parse_args())), indent=1))
