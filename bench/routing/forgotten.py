"""An engine that came back empty: everybody is there again, listeners stand again, requests and chats are said again.

What comes back is what processes and seekers' tickets tell (docs/routing.md, "When the engine forgot"), in their order:
listeners first, then the chats, then the line.
"""

import time
from typing import Any

from bench.routing.crowd import PROCESSES, Crowd
from bench.routing.engine import LONG_US, Call, Engine
from bench.routing.masses import one_chat_each
from bench.routing.people import MadeSeeker, made_process
from routing.store.snapshots import needs_of

BARRIER_MS = 3_000
#: What is said of a request, and must be as it was. An offer is not: whoever had one stands in line again.
FIELDS = ("st", "l", "pe", "ar", "nd", "rq", "turn", "op")


def measure(count: int) -> dict[str, Any]:
    """`count` requests: half of them open chats, half of them in line. All is lost and said again."""
    with Engine() as engine:
        crowd = Crowd(engine)
        listeners = one_chat_each(count // 2, crowd)
        crowd.come_on_duty(listeners)
        engine.call(crowd.requests(crowd.people.seeker_for(listener) for listener in listeners))
        engine.call(crowd.accept(crowd.offers(listeners)))
        crowd.line_up(count - count // 2)
        before = _rows(crowd)
        again = [_said_again(crowd.seekers[chat], row) for chat, row in before.items()]
        engine.send([("FLUSHALL",)])
        engine.call([("raise_barrier", "f" * 40, BARRIER_MS)])
        engine.call(("beat", made_process(number), 10**12) for number in range(PROCESSES))
        engine.times()
        began, clock = engine.cpu_us(), time.perf_counter()
        crowd.attach([listener.person for listener in listeners])
        engine.call(listener.duty(1) for listener in listeners)
        crowd.attach([seeker.person for seeker in crowd.seekers.values()])
        answers = engine.call(again)
        wall, spent = time.perf_counter() - clock, engine.cpu_us() - began
        return {
            "requests": count,
            "resumed": sum(answer == b"resumed" for answer in answers),
            "wall_s": round(wall, 2),
            "engine_cpu_s": round(spent / 1e6, 2),
            "cpu_us_each": round(spent / count, 1),
            "longest_call_us": max(engine.times(), default=LONG_US),
            "is_the_same_again": _standing(_rows(crowd)) == _standing(before),
        }


def _rows(crowd: Crowd) -> dict[str, list[str]]:
    engine, chats = crowd.engine, list(crowd.seekers)
    rows = engine.send([("HMGET", engine.key("chat", chat), *FIELDS) for chat in chats])
    return {chat: [(field or b"").decode() for field in row] for chat, row in zip(chats, rows, strict=True)}


def _standing(rows: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Who talks with whom, and who waits since when for what."""
    return {
        chat: (state if state == "A" else "", listener if state == "A" else "", *rest[:-2])
        for chat, (state, listener, *rest) in rows.items()
    }


def _said_again(seeker: MadeSeeker, row: list[str]) -> Call:
    """What a process says of this request."""
    state, listener, person, arrived, packed, request, turn, opened = row
    needs = needs_of({"nd": packed})
    told = (
        state,
        request,
        needs.languages,
        needs.cell,
        needs.topic_mask,
        arrived,
        "",
        needs.distress,
        listener,
        opened or 0,
    )
    return ("resume", seeker.chat, person, turn, *told, "0123456789ab", "f" * 40, ",".join(seeker.avoid))
