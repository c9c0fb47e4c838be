"""What each durability level costs a message: the engine's CPU, and how long a writer waits, alone and in a crowd.

Everything stands on one machine, so a replica costs its own CPU here too; the disk is the machine's own.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.failover import lines_on, open_chats
from bench.page import PAGE, replace_part, table
from config.engines.several import Server, until
from config.replica_ack import ReplicaAck
from routing.actions.lines import Lines

ALONE, CROWD = 1, 100
STEPS_ALONE, STEPS_CROWD = 1_000, 10_000
WORDS = "words " * 8
ACK = ReplicaAck(replicas=1, wait_ms=500)
_KEPT = {"appendonly": "yes", "save": '""'}
#: level -> lines of the engine's configuration, whether a replica must have each step
LEVELS: dict[str, tuple[dict[str, str], bool]] = {
    "none": ({}, False),
    "everysec": ({**_KEPT, "appendfsync": "everysec"}, False),
    "always": ({**_KEPT, "appendfsync": "always"}, False),
    "replica": ({**_KEPT, "appendfsync": "everysec"}, True),
}


def _cpu_s(server: Server) -> float:
    """What the process used so far, its background threads included."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _write(lines: Lines, people: Sequence[tuple[str, str]], steps: int, first: int) -> list[float]:
    """Each writes one message after the other; microseconds until `done`."""
    took_us: list[float] = []

    async def writes(chat: str, seeker: str) -> None:
        for number in range(steps // len(people)):
            began = time.perf_counter()
            answer = await lines.call("adult", "send_message", chat, seeker, f"m{first + number}", WORDS, "seeker")
            if not answer.startswith(b"done "):
                raise AssertionError(answer)
            took_us.append((time.perf_counter() - began) * 1e6)

    await asyncio.gather(*[writes(*person) for person in people])
    return sorted(took_us)


async def measure(level: str) -> dict[str, Any]:
    """One level's figures. Times of CPU are of master and replica together."""
    options, is_acknowledged = LEVELS[level]
    master = Server(options)
    servers = [master]
    try:
        await asyncio.to_thread(until, master.answers)
        if is_acknowledged:
            replica = Server({**options, "replicaof": f"127.0.0.1 {master.port}"})
            servers.append(replica)
            await asyncio.to_thread(until, replica.answers)
            await asyncio.to_thread(until, lambda: replica.client.info("replication")["master_link_status"] == "up")
        lines, link = await lines_on(master, ACK if is_acknowledged else None)
        people = await open_chats(lines, CROWD)
        alone = await _write(lines, people[:ALONE], STEPS_ALONE, 0)
        began_s, cpu_s = time.perf_counter(), sum(map(_cpu_s, servers))
        crowd = await _write(lines, people, STEPS_CROWD, STEPS_ALONE)
        lasted_s, used_s = time.perf_counter() - began_s, sum(map(_cpu_s, servers)) - cpu_s
        await link.close()
    finally:
        for server in servers:
            await asyncio.to_thread(server.close)
    return {
        "median us alone": round(alone[len(alone) // 2]),
        "p99 us alone": round(alone[int(0.99 * len(alone))]),
        "median us in a crowd": round(crowd[len(crowd) // 2]),
        "p99 us in a crowd": round(crowd[int(0.99 * len(crowd))]),
        "messages a second in a crowd": round(len(crowd) / lasted_s),
        "engine CPU us a message": round(used_s / len(crowd) * 1e6),
    }


def run() -> dict[str, Any]:
    """All levels, one after the other."""
    return {"writers in the crowd": CROWD, **{level: asyncio.run(measure(level)) for level in LEVELS}}


def publish(figures: dict[str, Any]) -> None:
    """The table of docs/durability.md."""
    names = list(figures["none"])
    rows = [[f"`{level}`", *[f"{figures[level][name]:,}" for name in names]] for level in LEVELS]
    replace_part("durability", table(["level", *names], rows), PAGE.with_name("durability.md"))
