"""What a delivered message costs beside what teams would otherwise pick: `python -m bench peers --harness FOLDER`.

The harness is a driver of its own with the peers' servers and their generator; it is named by its folder and is no part
of this repository (docs/performance.md tells what it does and which peers it runs). This service is one more entry.
"""

import os
import platform
import statistics
import tempfile
from pathlib import Path
from typing import Any

from bench.peers import page
from bench.peers.harness import Lab
from bench.peers.idling import idle

#: What the targets are about first: it is visited more often.
BESIDE = ("tealight", "socketio-redis")
OTHERS = ("python-socketio", "channels-pubsub/uvicorn", "node-ws-ioredis", "tealight, written at once")
PAIRS = 100
#: Saturated first: it warms the peers' compilers up before latencies are measured.
SATURATED = "closed:1:1:2"
AT_RATE, AT_FOUR = "rate:1000:0.5:3", "rate:4000:0.5:3"
#: Of those that take four thousand a second at all: what is offered more than it can carry measures nothing else.
CARRIES_FOUR = ("tealight", "socketio-redis", "node-ws-ioredis", "tealight, written at once")
#: Web processes at which the cost must stay flat.
PROCESSES = (1, 2, 4)
IDLE_CONNECTIONS = 5000


def run(harness: Path, *, is_short: bool = False) -> dict[str, Any]:
    """All figures. About eight minutes on a quiet machine; short: two."""
    lab = Lab(harness)
    try:
        return _figures(lab, is_short)
    finally:
        lab.close()


def _figures(lab: Lab, is_short: bool) -> dict[str, Any]:
    busy_before = os.getloadavg()[0]
    for rep in range(2 if is_short else 5):
        for name in (*BESIDE, *(() if rep >= 2 or (is_short and rep) else OTHERS)):
            phases = (SATURATED, AT_RATE, AT_FOUR) if name in CARRIES_FOUR else (SATURATED, AT_RATE)
            lab.visit(name, rep, [f"{PAIRS}={'+'.join(phases)}"])
    peers = {name: _peer(lab.rows, name) for name in (*BESIDE, *OTHERS)}
    figures: dict[str, Any] = {
        "python": platform.python_version(),
        "pairs": PAIRS,
        "load_before": round(busy_before, 2),
        "has_instructions": any(row.get("srv_kinstr") for row in lab.rows),
        "peers": {name: figure for name, figure in peers.items() if figure},
        "errors": [row for row in lab.rows if "error" in row],
    }
    capacity = peers["tealight"]["per_s"] if peers["tealight"] else 0.0
    figures["twice_the_capacity"] = _overload(lab, int(capacity))
    figures["processes"] = {str(procs): _at(lab, procs, 1 if is_short else 2) for procs in PROCESSES}
    with tempfile.TemporaryDirectory() as folder:
        figures["idle"] = idle(lab, 1000 if is_short else IDLE_CONNECTIONS, Path(folder))
    return figures


def _peer(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Medians over the visits of one peer."""
    own = [row for row in rows if row["peer"] == name and "phase" in row]
    saturated = [row for row in own if row["phase"].startswith("closed")]
    at_rate = [row for row in own if row["phase"] == AT_RATE]
    at_four = [row for row in own if row["phase"] == AT_FOUR]
    if not saturated or not at_rate:
        return {}
    return {
        "visits": len(saturated),
        "per_s": _median(saturated, "per_s"),
        "cpu_us": _median(saturated, "srv_ms_per_k"),
        "kinstr": _median(saturated, "srv_kinstr"),
        "engine_cpu_us": _median(saturated, "redis_ms_per_k"),
        "cpu_us_at_1000": _median(at_rate, "srv_ms_per_k"),
        "p50_ms": _median(at_rate, "p50_ms"),
        "p99_ms": _median(at_rate, "p99_ms"),
        "p99_ms_of_each": sorted(row["p99_ms"] for row in at_rate),
        "at_4000": [_median(at_four, what) for what in ("srv_ms_per_k", "p50_ms", "p99_ms")] if at_four else None,
        "lost_or_dead": sum(row["lost"] + row["dead"] for row in own),
    }


def _overload(lab: Lab, capacity: int) -> dict[str, Any]:
    """Twice of what was delivered when saturated, offered without mercy."""
    before = len(lab.rows)
    lab.visit("tealight", 0, [f"{PAIRS}=closed:1:0.5:2+rate:{2 * capacity}:2:4+closed:1:6:2"])
    rows = [row for row in lab.rows[before:] if "phase" in row]
    if len(rows) != 3:
        return {}
    first, over, after = rows
    return {
        "saturated_per_s": first["per_s"],
        "offered_per_s": 2 * capacity,
        "delivered_per_s": over["per_s"],
        "p50_ms": over["p50_ms"],
        "p99_ms": over["p99_ms"],
        "refused": over.get("refused", 0),
        "held_back": over.get("held_back", 0),
        "saturated_again_per_s": after["per_s"],
        "dead": after["dead"],
    }


def _at(lab: Lab, procs: int, reps: int) -> dict[str, Any]:
    before = len(lab.rows)
    for rep in range(reps):
        lab.visit("tealight", rep, [f"{PAIRS}={SATURATED}"], procs)
    rows = [row for row in lab.rows[before:] if "phase" in row]
    if not rows:
        return {}
    return {
        "cpu_us": _median(rows, "srv_ms_per_k"),
        "kinstr": _median(rows, "srv_kinstr"),
        "engine_cpu_us": _median(rows, "redis_ms_per_k"),
    }


def _median(rows: list[dict[str, Any]], name: str) -> float:
    return round(statistics.median(row[name] for row in rows), 2)


def publish(figures: dict[str, Any]) -> None:
    """Write this part of docs/performance.md."""
    page.publish(figures)
