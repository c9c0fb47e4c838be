"""What is demanded of routing, and whether a run reached it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MATCH = "wrap-up done, next one offered"


@dataclass(frozen=True, slots=True)
class Demand:
    """`limit` is the most that may be, or with `is_least` the least. `read` finds the figure in a run's figures.

    `cause`: what it is due to where a run does not reach it, as far as it is known.
    """

    quantity: str
    limit: float
    unit: str
    read: Callable[[dict[str, Any]], float]
    cause: str
    is_least: bool = False

    def is_met(self, reached: float) -> bool:
        return reached >= self.limit if self.is_least else reached <= self.limit


def _largest(figures: dict[str, Any]) -> dict[str, Any]:
    sizes: dict[str, Any] = figures["sizes"]
    return dict(sizes[max(sizes, key=int)])


def _match(figures: dict[str, Any]) -> dict[str, float]:
    return dict(_largest(figures)["calls"][MATCH])


def _behind(figures: dict[str, Any]) -> dict[str, float]:
    return dict(figures["incompatible heads"][MATCH])


def _growth(figures: dict[str, Any]) -> float:
    sizes = figures["sizes"]
    ends = [sizes[pick(sizes, key=int)]["calls"][MATCH]["cpu_us"] for pick in (min, max)]
    return round(float(ends[1] / ends[0]), 2)


def _longest_call(figures: dict[str, Any]) -> float:
    """The longest call of the whole run, in ms."""
    found = [figures["dead process"]["longest_call_us"], figures["rebuild"]["longest_call_us"]]
    for size in figures["sizes"].values():
        found += [size["longest_call_us"], *[row["longest"] for row in size["calls"].values()]]
        found += [row["longest_call_us"] for row in (*size["deadlines"].values(), *size["views"].values())]
    return round(float(max(found)) / 1000, 2)


def _longest_hot(figures: dict[str, Any]) -> float:
    """The longest call that a person waits for, in ms: all but the sweeps."""
    rows = [row for size in figures["sizes"].values() for row in size["calls"].values()]
    return round(max(float(row["longest"]) for row in rows) / 1000, 2)


def _slowest(figures: dict[str, Any], share: str) -> float:
    return max(float(row["offer_ms"][share]) for row in figures["another process"].values())


ROWS = (
    "Some 50 commands of the engine a chat, each 5,400 instructions before it does anything, 54 fields read and 35 "
    "written at 2,300 and 2,600, four calls at 17,000: most of its 1.35 million instructions. At the largest size "
    "waiting for memory comes to it."
)
OTHER_WORK = (
    "Other work of the machine: whoever is put aside by it for a moment counts that moment, too (the CPU of calls made "
    "alone, below, leaves it out)."
)
FRESH = (
    "A call that needs a huge page which nobody has used yet waits until the system has cleared it (first touch, "
    "below). In a virtual machine whose unused memory went back to the host that takes milliseconds: of three calls "
    "sampled that took 6 to 8 ms of CPU, 19 in 20 samples lay there."
)
KEPT = (
    "Ids of 21 characters, what the page of each person shows, Connections, the explanation of each offer "
    "and the lists of deadlines all stand in the engine."
)
MENDED = "Pages of 400 chats or 150 listeners, one call at a time, so that nobody waits long for one."

DEMANDS = (
    Demand("a whole chat, largest size", 150, "us of CPU", lambda f: float(_largest(f)["life_cpu_us"]), ROWS),
    Demand("match and offer, largest size", 80, "us of CPU", lambda f: float(_match(f)["cpu_us"]), ROWS),
    Demand("match and offer, largest size, p99", 200, "us", lambda f: float(_match(f)["p99"]), OTHER_WORK),
    Demand(
        "growth of match and offer over all sizes", 1.5, "times", _growth, "Memory that no cache holds, and more lines."
    ),
    Demand("match behind those who can't be served", 60, "us of CPU", lambda f: float(_behind(f)["cpu_us"]), ROWS),
    Demand(
        "matches a second, by the clock",
        8000,
        "a second",
        lambda f: float(f["drain"]["matches_a_second_wall"]),
        f"{ROWS} {OTHER_WORK}",
        is_least=True,
    ),
    Demand("a whole line offered as wrap-ups end", 10, "s of CPU", lambda f: float(f["drain"]["cpu_s"]), ROWS),
    Demand("a rebuild of all that is derived", 5, "s", lambda f: float(f["rebuild"]["wall_s"]), MENDED),
    Demand("longest call of all", 10, "ms", _longest_call, f"{FRESH} {OTHER_WORK}"),
    Demand("longest call that a person waits for", 1, "ms", _longest_hot, f"{FRESH} {OTHER_WORK}"),
    Demand("request to offer in another process, p50", 1, "ms", lambda f: _slowest(f, "p50"), OTHER_WORK),
    Demand("request to offer in another process, p99", 15, "ms", lambda f: _slowest(f, "p99"), OTHER_WORK),
    Demand("a waiting seeker", 350, "bytes", lambda f: float(f["memory"]["bytes_waiting_seeker"]), KEPT),
    Demand("an idle listener", 350, "bytes", lambda f: float(f["memory"]["bytes_idle_listener"]), KEPT),
    Demand("a busy listener and the chat", 650, "bytes", lambda f: float(f["memory"]["bytes_busy_listener"]), KEPT),
    Demand("everybody of the memory run", 120, "MB", lambda f: float(f["memory"]["total_mb"]), KEPT),
    Demand(
        "everybody said again to an empty engine",
        15,
        "s of CPU",
        lambda f: float(f["forgotten"]["engine_cpu_s"]),
        "Connections, listeners' choices and requests are said in calls of their own.",
    ),
    Demand(
        "a dead process, per 50,000 people",
        1,
        "s",
        lambda f: float(f["dead process"]["wall_s_per_50000"]),
        f"50 people a call, so that nobody waits long for one. {OTHER_WORK}",
    ),
)


def compare(figures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """One row per demand, by its quantity."""
    rows: dict[str, dict[str, Any]] = {}
    for demand in DEMANDS:
        reached = demand.read(figures)
        is_met = demand.is_met(reached)
        bound = f"{'at least' if demand.is_least else 'at most'} {demand.limit:g} {demand.unit}"
        rows[demand.quantity] = {"demanded": bound, "reached": reached, "is_met": is_met}
        if not is_met:
            rows[demand.quantity]["cause"] = demand.cause
    return rows
