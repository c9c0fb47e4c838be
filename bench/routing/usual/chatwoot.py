"""Chatwoot's first round robin as published: a list of agents, and LRANGE, LREM, LPUSH as separate commands.

From `inbox_round_robin_service.rb`, `agent_assignment_service.rb` and `auto_assignment_handler.rb` of the public
repository: when a conversation opens, the agents with room are read, then the list (twice: once to see that it holds
exactly the members of the inbox), the last one of it who is allowed is taken, removed and pushed to the front, and the
conversation is updated. Nothing runs when an agent becomes free.
"""

import threading
from collections import Counter
from typing import Any

from bench.routing.engine import BOUND, Line
from bench.routing.people import MadeListener, MadeSeeker, People
from bench.routing.usual.rocket_chat import over_capacity
from bench.routing.usual.scene import Meter, Scene
from config.engines.valkey import ThrowAwayValkey

REBUILT = (
    "The steps as separate commands, in our own code; one inbox per language, whose members are all who speak it; the "
    "database's parts (members, open conversations per agent) are a set and a hash in the same engine. Left out: "
    "clearances, which it does not know (so its matches are not checked for them), the application's own cost, "
    "everything after the match."
)


class Inboxes:
    """What one worker of the application does when a conversation opens."""

    def __init__(self, line: Line, listeners: list[MadeListener]) -> None:
        self._line = line
        self._limit = {x.person: x.capacity for x in listeners}

    def _one(self, *command: str | int) -> Any:
        return self._line.send([command])[0]

    def opened(self, conversation: str, inbox: str) -> str:
        """The agent who got it, or nothing."""
        members = [name.decode() for name in self._one("SMEMBERS", f"members:{inbox}")]
        if not members:
            return ""
        held = self._one("HMGET", "open", *members)
        allowed = {name for name, count in zip(members, held, strict=True) if int(count or 0) < self._limit[name]}
        if sorted(name.decode() for name in self._one("LRANGE", f"robin:{inbox}", 0, -1)) != sorted(members):
            self._one("DEL", f"robin:{inbox}")
            self._one("LPUSH", f"robin:{inbox}", *members)
        queue = [name.decode() for name in self._one("LRANGE", f"robin:{inbox}", 0, -1)]
        agent = next((name for name in reversed(queue) if name in allowed), "")
        if not agent:
            return ""
        self._one("LREM", f"robin:{inbox}", 0, agent)
        self._one("LPUSH", f"robin:{inbox}", agent)
        self._one("HSET", f"conversation:{conversation}", "agent", agent)
        self._one("HINCRBY", "open", agent, 1)
        return str(agent)


def _begin(line: Line, scene: Scene) -> None:
    for listener in scene.listeners:
        for language in listener.languages:
            line.send(
                [("SADD", f"members:{language}", listener.person), ("LPUSH", f"robin:{language}", listener.person)]
            )


def evening(scene: Scene) -> dict[str, Any]:
    """Everybody of the scene opens a conversation; then half of those who talk are done, and nobody opens a new one."""
    holds: dict[str, list[MadeSeeker]] = {x.person: [] for x in scene.listeners}
    waiting: list[MadeSeeker] = []
    with ThrowAwayValkey(bound=BOUND) as valkey, Meter(valkey) as meter:
        _begin(meter.line, scene)
        inboxes = Inboxes(meter.line, scene.listeners)
        began, commands = meter.cpu_us(), meter.commands()
        for seeker in scene.seekers:
            agent = inboxes.opened(seeker.chat, seeker.languages[0])
            holds[agent].append(seeker) if agent else waiting.append(seeker)
        spent, commands = meter.cpu_us() - began, meter.commands() - commands
    matches = sum(map(len, holds.values()))
    freed = [listener for number, listener in enumerate(scene.listeners) if number % 2 == 0]
    return {
        "matches": matches,
        "engine_cpu_us_per_match": round(spent / max(1, matches), 1),
        "commands_per_match": round(commands / max(1, matches), 1),
        "waiting_when_half_are_freed": len(waiting),
        "idle_beside_compatible": scene.idle_beside(freed, waiting),
    }


def two_workers(scene: Scene) -> dict[str, Any]:
    """Two workers open the scene's conversations at the same time."""
    chats: Counter[str] = Counter()
    with ThrowAwayValkey(bound=BOUND) as valkey, Line(valkey.url) as line:
        _begin(line, scene)
        start = threading.Barrier(2)

        def run(part: list[MadeSeeker]) -> None:
            with Line(valkey.url) as own:
                inboxes = Inboxes(own, scene.listeners)
                start.wait()
                for seeker in part:
                    if agent := inboxes.opened(seeker.chat, seeker.languages[0]):
                        chats[agent] += 1

        threads = [threading.Thread(target=run, args=(scene.seekers[half::2],)) for half in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return {"matches": chats.total(), "over_capacity": over_capacity(scene.listeners, chats)}


def small_scene(listening: int) -> Scene:
    """As many seekers as there are units, so that a double is a double and not a lack of room."""
    people = People(3)
    listeners = people.listeners(listening)
    return Scene(listeners, [people.seeker_for(x) for x in listeners for _ in range(x.capacity)])
