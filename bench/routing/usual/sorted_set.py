"""One sorted set, scanned: HMGET of one candidate after the other, in one script, with and without a bound."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.routing.engine import BOUND
from bench.routing.heads import out_of_reach, plain_listeners, plain_seekers
from bench.routing.people import MadeListener, MadeSeeker, People
from bench.routing.usual.scene import Meter, Scene
from config.engines.valkey import ThrowAwayValkey

LUA = Path(__file__).with_suffix(".lua")
#: The usual remedy for a long scan.
USUAL_BOUND = 64
REBUILT = (
    "One sorted set by risk and arrival and a hash per seeker; one Lua call scans it in pages of 100 with one HMGET "
    "per candidate until the first whom the listener may serve. Left out: offers that end, presence, wrap-up, "
    "everything after the match, so each of its calls does less than one of ours."
)


def _ask(meter: Meter, seekers: Sequence[MadeSeeker]) -> None:
    meter.line.send(
        [
            # Risk first, then arrival.
            ("FCALL", "sorted_set_ask", 1, "line", s.person, (3 - s.risk) * 10**9 + number, *_needs(s))
            for number, s in enumerate(seekers)
        ]
    )


def _needs(seeker: MadeSeeker) -> tuple[str | int, ...]:
    return seeker.languages[0], seeker.level, seeker.hard, ",".join(seeker.avoid)


def _take(listener: MadeListener, most: int) -> tuple[str | int, ...]:
    languages = ",".join(listener.languages)
    return "FCALL", "sorted_set_take", 1, "line", listener.person, languages, listener.level, listener.hard, most


def _load(meter: Meter) -> None:
    meter.line.send([("FUNCTION", "LOAD", "REPLACE", LUA.read_text())])
    meter.line.send([("CONFIG", "SET", "slowlog-max-len", 100_000)])


def evening(scene: Scene, most: int) -> dict[str, Any]:
    """Every listener of the scene looks once; `most` bounds the look (0: it does not)."""
    with ThrowAwayValkey(bound=BOUND) as valkey, Meter(valkey) as meter:
        _load(meter)
        _ask(meter, scene.seekers)
        began = meter.cpu_us()
        found = meter.line.send([_take(listener, most) for listener in scene.listeners])
        spent = meter.cpu_us() - began
    taken = {seeker.decode() for seeker in found if seeker}
    idle = [listener for listener, seeker in zip(scene.listeners, found, strict=True) if not seeker]
    left = [seeker for seeker in scene.seekers if seeker.person not in taken]
    return {
        "matches": len(taken),
        "engine_cpu_us_per_match": round(spent / max(1, len(taken)), 1),
        "idle_beside_compatible": scene.idle_beside(idle, left),
    }


def behind(count: int, looks: int, most: int) -> dict[str, Any]:
    """`looks` listeners look while `count` whom they may not serve stand before those whom they may."""
    people = People()
    with ThrowAwayValkey(bound=BOUND) as valkey, Meter(valkey) as meter:
        _load(meter)
        _ask(meter, [*out_of_reach(people, count), *plain_seekers(people, looks)])
        meter.line.send([("CONFIG", "SET", "slowlog-log-slower-than", 0), ("SLOWLOG", "RESET")])
        began = meter.cpu_us()
        found = meter.line.send([_take(listener, most) for listener in plain_listeners(looks)])
        spent = meter.cpu_us() - began
        [entries] = meter.line.send([("SLOWLOG", "GET", -1)])
    longest = max(entry[2] for entry in entries if entry[3][0] == b"FCALL")
    matched = sum(map(bool, found))
    return {
        "in_front": count,
        "freed": looks,
        "matched": matched,
        "cpu_us": round(spent / looks, 1),
        "longest_call_us": longest,
    }
