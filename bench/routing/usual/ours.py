"""The same evening and the same two workers with the product's own calls."""

import threading
from collections import Counter
from typing import Any

from bench.routing.crowd import SWEEP_LIMIT, Crowd
from bench.routing.engine import GAP_MS, Call, Engine, Line
from bench.routing.usual.rocket_chat import over_capacity
from bench.routing.usual.scene import Scene


def evening(scene: Scene) -> dict[str, Any]:
    """The line stands, the listeners come on duty; each match is made in the call that makes it possible."""
    with Engine() as engine:
        crowd = Crowd(engine)
        engine.call(crowd.requests(scene.seekers))
        engine.now_ms += 60_000
        crowd.attach([listener.person for listener in scene.listeners])
        began = engine.cpu_us()
        engine.call(listener.duty(1) for listener in scene.listeners)
        spent = engine.cpu_us() - began
        offers = crowd.offers(scene.listeners)
    matched, busy = {chat for _, chat, _ in offers}, {listener.person for listener, _, _ in offers}
    return {
        "matches": len(offers),
        "engine_cpu_us_per_match": round(spent / max(1, len(offers)), 1),
        "commands_per_match": 1,
        "idle_beside_compatible": scene.idle_beside(
            [x for x in scene.listeners if x.person not in busy], [s for s in scene.seekers if s.chat not in matched]
        ),
    }


def two_workers(scene: Scene) -> dict[str, Any]:
    """Two workers ask at the same time; then both accept every offer and both sweep, until every unit is taken."""
    with Engine() as engine:
        crowd = Crowd(engine)
        crowd.come_on_duty(scene.listeners)
        asked = crowd.requests(scene.seekers)
        _at_once(engine, asked[0::2], asked[1::2])
        while offers := crowd.offers(scene.listeners):
            crowd.is_here(chat for _, chat, _ in offers)
            accepted = crowd.accept(offers)
            _at_once(engine, accepted, accepted)
            engine.now_ms += GAP_MS + 1
            sweeps: list[Call] = [("sweep", SWEEP_LIMIT)] * (len(scene.listeners) // SWEEP_LIMIT + 1)
            _at_once(engine, sweeps, sweeps)
        held = crowd.chats_of(scene.listeners)
    chats = Counter({x.person: len(units) for x, units in zip(scene.listeners, held, strict=True)})
    by_chat = Counter(chat for units in held for chat in units)
    return {
        "matches": chats.total(),
        "over_capacity": over_capacity(scene.listeners, chats),
        "chats_held_twice": sum(count - 1 for count in by_chat.values()),
    }


def _at_once(engine: Engine, *parts: list[Call]) -> None:
    """Each part by a connection and thread of its own, call by call, all at the same time."""
    start = threading.Barrier(len(parts))
    ready = [[engine.packed(str(call[0]), *call[1:]) for call in part] for part in parts]

    def run(commands: list[tuple[Any, ...]]) -> None:
        with Line(engine.url) as line:
            start.wait()
            for command in commands:
                line.send([command])

    threads = [threading.Thread(target=run, args=(commands,)) for commands in ready]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
