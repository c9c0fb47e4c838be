"""Many at once: memory of people, a long line that is served, a process that dies with everybody it held."""

import time
from typing import Any

from bench.routing import rebuild
from bench.routing.crowd import SWEEP_LIMIT, Crowd
from bench.routing.engine import GAP_MS, Engine, percentiles
from bench.routing.people import MadeListener, made_process


def one_chat_each(count: int, crowd: Crowd) -> list[MadeListener]:
    """Listeners of capacity 1, so that each holds one chat."""
    return [MadeListener(x.person, x.languages, 1, x.level, x.hard, x.topics) for x in crowd.people.listeners(count)]


def memory_rebuild_drain(count: int) -> dict[str, dict[str, Any]]:
    """Bytes per person (Connections included), a rebuild, and the whole line offered to listeners who become free."""
    with Engine() as engine:
        crowd = Crowd(engine)
        empty = engine.memory()
        crowd.come_on_duty(one_chat_each(count, crowd))
        idle = engine.memory()
        engine.call(crowd.requests(crowd.people.seeker_for(listener) for listener in crowd.listeners))
        engine.call(crowd.accept(crowd.offers(crowd.listeners)))
        engine.now_ms += GAP_MS + 1
        crowd.sweep()  # a chat is long, and the start gap short
        busy = engine.memory()
        waiting = [crowd.people.seeker_for(listener) for listener in crowd.listeners]
        engine.now_ms += 60_000
        engine.call(crowd.requests(waiting))
        full = engine.memory()
        figures = {
            "bytes_idle_listener": round((idle - empty) / count),
            "bytes_busy_listener": round((busy - empty) / count),
            "bytes_waiting_seeker": round((full - busy) / count),
            "people": 3 * count,
            "total_mb": round((full - empty) / 1e6, 1),
            "resident_mb": round(int(engine.told("memory")["used_memory_rss"]) / 1e6, 1),
            "huge_mb": round(engine.huge_mb()),
        }
        rebuilt = rebuild.measure(engine, 3 * count)
        full = engine.memory()
        drain = _drain(crowd, count)
        figures["bytes_ended_chat"] = round((engine.memory() - full) / count)
        return {"memory": figures, "rebuild": rebuilt, "drain": drain}


def _drain(crowd: Crowd, count: int) -> dict[str, Any]:
    """Every listener ends the chat and the wrap-up; each finished wrap-up takes the next one out of the line."""
    engine = crowd.engine
    pairs = crowd.open_chats(crowd.listeners)
    engine.call(("end_chat", x.person, chat, "listener", "ended", "0") for x, chat in pairs)
    engine.now_ms += 30_000
    commands = [engine.packed("finish_wrap_up", x.person, chat) for x, chat in pairs]
    began, clock = engine.cpu_us(), time.perf_counter()
    engine.send(commands)
    wall, spent = time.perf_counter() - clock, engine.cpu_us() - began
    offered = len(crowd.offers(crowd.listeners))
    return {
        "in_line": count,
        "offered": offered,
        "cpu_s": round(spent / 1e6, 2),
        "wall_s": round(wall, 2),
        "cpu_us_each": round(spent / count, 1),
        "matches_a_second_wall": round(offered / wall),
        "matches_a_second_of_cpu": round(1e6 * offered / spent),
    }


def dead_process(count: int) -> dict[str, Any]:
    """A process that held `count` people is gone: a third waits, the others talk with each other."""
    with Engine() as engine:
        crowd = Crowd(engine, processes=1)
        crowd.come_on_duty(one_chat_each(count // 3, crowd))
        engine.call(crowd.requests(crowd.people.seeker_for(listener) for listener in crowd.listeners))
        engine.call(crowd.accept(crowd.offers(crowd.listeners)))
        crowd.line_up(count - 2 * (count // 3))
        crowd.sweep()
        people = [x.person for x in crowd.listeners] + [s.person for s in crowd.seekers.values()]
        engine.call([("bye", made_process(0))])
        engine.times()
        engine.time_every_call(True)
        began, clock, calls = engine.cpu_us(), time.perf_counter(), 0
        while int(engine.call([("sweep", SWEEP_LIMIT)])[0]) > 0:
            calls += 1
        wall, spent = time.perf_counter() - clock, engine.cpu_us() - began
        engine.time_every_call(False)
        return {
            "people": len(people),
            "calls": calls,
            "cpu_us_each": round(spent / len(people), 1),
            "wall_s": round(wall, 2),
            "wall_s_per_50000": round(wall * 50_000 / len(people), 2),
            "longest_call_us": percentiles(engine.times())["longest"],
        }
