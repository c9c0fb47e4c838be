"""A loop that looks at the head of each queue every five seconds."""

from typing import Any

from bench.routing.engine import BOUND
from bench.routing.people import MadeListener, MadeSeeker
from bench.routing.usual.scene import SECONDS, Meter, Scene
from config.engines.valkey import ThrowAwayValkey

EVERY_S = 5
REBUILT = (
    "A sorted set by arrival and a list of free listeners per language; a loop looks every 5 s at the first request of "
    "each language and gives it to the first free listener who may serve it; where there is none, the request stays "
    "first. Between looks its clock is set forward, and a look is taken to need no time. Left out: everything "
    "after the match."
)


def evening(scene: Scene) -> dict[str, Any]:
    """One minute of looks."""
    listeners = {listener.person: listener for listener in scene.listeners}
    seekers = {seeker.person: seeker for seeker in scene.seekers}
    with ThrowAwayValkey(bound=BOUND) as valkey, Meter(valkey) as meter:
        _begin(meter, scene)
        queues = sorted({seeker.languages[0] for seeker in scene.seekers})
        began, matched = meter.cpu_us(), {}
        for _ in range(0, SECONDS, EVERY_S):
            for queue in queues:
                pair = _look(meter, queue, listeners, seekers)
                if pair:
                    matched[pair[0]] = pair[1]
        spent = meter.cpu_us() - began
    left = [seeker for name, seeker in seekers.items() if name not in matched]
    idle = [listener for name, listener in listeners.items() if name not in matched.values()]
    return {
        "matches": len(matched),
        "matches_a_second_and_queue": 1 / EVERY_S,
        "engine_cpu_us_per_match": round(spent / max(1, len(matched)), 1),
        "idle_beside_compatible": scene.idle_beside(idle, left),
    }


def _begin(meter: Meter, scene: Scene) -> None:
    meter.line.send([("ZADD", f"queue:{s.languages[0]}", n, s.person) for n, s in enumerate(scene.seekers)])
    meter.line.send([("RPUSH", f"free:{language}", x.person) for x in scene.listeners for language in x.languages])


def _look(
    meter: Meter, queue: str, listeners: dict[str, MadeListener], seekers: dict[str, MadeSeeker]
) -> tuple[str, str] | None:
    [heads, free] = meter.line.send([("ZRANGE", f"queue:{queue}", 0, 0), ("LRANGE", f"free:{queue}", 0, -1)])
    if not heads:
        return None
    head = heads[0].decode()
    for name in map(bytes.decode, free):
        if listeners[name].may_serve(seekers[head]):
            meter.line.send(
                [("ZREM", f"queue:{queue}", head)]
                + [("LREM", f"free:{language}", 1, name) for language in listeners[name].languages]
            )
            return head, name
    return None
