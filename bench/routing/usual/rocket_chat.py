"""Rocket.Chat's waiting queue as published: each pass takes one inquiry of each department, then the loop sleeps.

From `server/services/omnichannel/queue.ts` and `RoutingManager.ts` of the public repository (2025): the departments
with somebody in the queue; for each `findNextAndLock` of the first inquiry, checks of its room, the agent with the
fewest chats, the check that this agent has room, the assignment, unlock; then `Omnichannel_queue_delay_timeout`, by
default 5 s.
"""

import threading
from collections import Counter
from typing import Any

from bench.routing.engine import BOUND, Line
from bench.routing.people import MadeListener
from bench.routing.usual.scene import SECONDS, Meter, Scene
from config.engines.valkey import ThrowAwayValkey

DELAY_S = 5
LOCK_MS = 10_000
REBUILT = (
    "The loop's steps as separate commands on Valkey in place of MongoDB, in our own code. One department per "
    "language, risk level and topic clearance, with all listeners who may serve it, so that nobody is matched wrongly; "
    "a set-up by hand that is kinder than one department per language. Its clock is set forward by the delay, and a "
    "pass is taken to need no time. Left out: its database's and its application's own cost, preferred agents, "
    "service levels, avoided listeners, everything after the match."
)


def department_of(language: str, level: int, hard: int) -> str:
    return f"{language}.{level}.{hard}"


class Loop:
    """The loop of one instance of the application."""

    def __init__(self, line: Line, served: dict[str, list[str]], capacity: dict[str, int]) -> None:
        self._line = line
        #: listener -> the departments in which they stand
        self._served = served
        self._capacity = capacity

    def _one(self, *command: str | int) -> Any:
        return self._line.send([command])[0]

    def one_pass(self) -> list[tuple[str, str]]:
        """(inquiry, agent) of each match."""
        departments = sorted(name.decode() for name in self._one("SMEMBERS", "departments"))
        return [pair for department in departments if (pair := self._check_queue(department))]

    def _check_queue(self, department: str) -> tuple[str, str] | None:
        inquiry = self._next_and_lock(department)
        if not inquiry:
            return None
        try:
            if self._one("HGET", f"room:{inquiry}", "served_by"):
                return None
            agent = self._next_agent(department)
            return (inquiry, agent) if agent and self._take(department, inquiry, agent) else None
        finally:
            self._one("DEL", f"lock:{inquiry}")

    def _next_and_lock(self, department: str) -> str:
        # Whatever another instance holds is passed over.
        for found in self._one("ZRANGE", f"queue:{department}", 0, 7):
            inquiry = found.decode()
            if self._one("SET", f"lock:{inquiry}", "1", "NX", "PX", LOCK_MS):
                return str(inquiry)
        return ""

    def _next_agent(self, department: str) -> str:
        found = self._one("ZRANGE", f"agents:{department}", 0, 0)
        agent = found[0].decode() if found else ""
        # "Has this agent room?" and the assignment below are two steps: between them another instance may assign.
        if agent and int(self._one("HGET", "chats", agent) or 0) >= self._capacity[agent]:
            return ""
        return agent

    def _take(self, department: str, inquiry: str, agent: str) -> bool:
        if not self._one("ZREM", f"queue:{department}", inquiry):
            return False
        self._one("HSET", f"room:{inquiry}", "served_by", agent)
        self._one("HINCRBY", "chats", agent, 1)
        self._line.send([("ZINCRBY", f"agents:{name}", 1, agent) for name in self._served[agent]])
        if not self._one("EXISTS", f"queue:{department}"):
            self._one("SREM", "departments", department)
        return True


def _begin(meter: Meter, scene: Scene) -> dict[str, list[str]]:
    needed = sorted({(s.languages[0], s.level, s.hard) for s in scene.seekers})
    served = {
        x.person: [
            department_of(language, level, hard)
            for language, level, hard in needed
            if language in x.languages and x.level >= level and hard & ~x.hard == 0
        ]
        for x in scene.listeners
    }
    for number, seeker in enumerate(scene.seekers):
        department = department_of(seeker.languages[0], seeker.level, seeker.hard)
        meter.line.send(
            [
                ("ZADD", f"queue:{department}", (3 - seeker.risk) * 10**9 + number, seeker.person),
                ("SADD", "departments", department),
            ]
        )
    meter.line.send([("ZADD", f"agents:{name}", 0, agent) for agent, names in served.items() for name in names])
    return served


def evening(scene: Scene) -> dict[str, Any]:
    """One minute of passes by one instance."""
    matched: dict[str, str] = {}
    with ThrowAwayValkey(bound=BOUND) as valkey, Meter(valkey) as meter:
        served = _begin(meter, scene)
        queues = int(meter.line.send([("SCARD", "departments")])[0])
        loop = Loop(meter.line, served, {x.person: x.capacity for x in scene.listeners})
        began, commands = meter.cpu_us(), meter.commands()
        for _ in range(0, SECONDS, DELAY_S):
            matched.update(loop.one_pass())
        spent, commands = meter.cpu_us() - began, meter.commands() - commands
    left = [seeker for seeker in scene.seekers if seeker.person not in matched]
    idle = [listener for listener in scene.listeners if listener.person not in matched.values()]
    return {
        "departments": queues,
        "matches": len(matched),
        "matches_a_second_and_queue": 1 / DELAY_S,
        "engine_cpu_us_per_match": round(spent / max(1, len(matched)), 1),
        "commands_per_match": round(commands / max(1, len(matched)), 1),
        "idle_beside_compatible": scene.idle_beside(idle, left),
    }


def two_instances(scene: Scene, passes: int) -> dict[str, Any]:
    """Two instances without the delay: how many listeners hold more than their capacity afterwards."""
    capacity = {x.person: x.capacity for x in scene.listeners}
    matched: Counter[str] = Counter()
    with ThrowAwayValkey(bound=BOUND) as valkey, Meter(valkey) as meter:
        served = _begin(meter, scene)
        start = threading.Barrier(2)

        def run() -> None:
            with Line(valkey.url) as line:
                loop = Loop(line, served, capacity)
                start.wait()
                for _ in range(passes):
                    for _, agent in loop.one_pass():
                        matched[agent] += 1

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return {"matches": matched.total(), "over_capacity": over_capacity(scene.listeners, matched)}


def over_capacity(listeners: list[MadeListener], chats: Counter[str]) -> int:
    """Chats that listeners hold beyond what they may."""
    return sum(max(0, chats[x.person] - x.capacity) for x in listeners)
