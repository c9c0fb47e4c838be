"""What connections cost that say nothing."""

import time
from pathlib import Path
from typing import Any

from bench.peers.arriving import Arrival, pair_up
from bench.peers.harness import Lab
from bench.peers.subject import Subject

#: Brought in before the first look, so that what is imported late is not counted as theirs.
FIRST = 50
PAIRS = 100


def idle(lab: Lab, count: int, folder: Path) -> dict[str, Any]:
    """KiB of the web process for each greeted seeker, and for each person in an open chat."""
    harness = lab.harness
    redis = harness.start_redis()
    subject, started, held = Subject(harness, harness.REDIS_PORT), [], []
    try:
        subject.prepare(PAIRS)
        started = subject.start([harness.BASE], str(folder / "processes.log"))
        web = [started[0].pid]
        subject.sign_in(harness.BASE, PAIRS)
        held = [Arrival(harness.BASE) for _ in range(FIRST)]
        time.sleep(1)
        before = harness.mem(web)
        while len(held) < FIRST + count:
            held += [Arrival(harness.BASE) for _ in range(100)]
            _attend(held, 0.0)
        _attend(held, 2.0)
        greeted = harness.mem(web)
        used, began = harness.cpu(web), time.monotonic()
        time.sleep(2)
        share = (harness.cpu(web) - used) / (time.monotonic() - began)
        opened = pair_up([harness.BASE], subject.cookies())
        talking = harness.mem(web)
        del opened
        return {
            "connections": count,
            "kib_per_greeted_seeker": round((greeted - before) / count, 1),
            "kib_per_person_in_a_chat": round((talking - greeted) / (2 * PAIRS), 1),
            "cpu_percent_of_one_core": round(100 * share, 1),
        }
    finally:
        for process in started:
            process.stop()
        redis.stop()
        subject.close()


def _attend(held: list[Arrival], seconds: float) -> None:
    """Answer pings, for so long."""
    until = time.monotonic() + seconds
    while True:
        for one in held:
            one.attend()
        if time.monotonic() >= until:
            return
        time.sleep(0.5)
