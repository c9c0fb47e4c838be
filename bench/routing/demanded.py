"""What is demanded of routing, and whether a run reached it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MATCH = "wrap-up done, next one offered"


@dataclass(frozen=True, slots=True)
class Demand:
    """`limit` is the most that may be, or with `is_least` the least. `read` finds the figure in a run's figures."""

    quantity: str
    limit: float
    unit: str
    read: Callable[[dict[str, Any]], float]
    is_least: bool = False

    def is_met(self, reached: float) -> bool:
        return reached >= self.limit if self.is_least else reached <= self.limit


def _largest(figures: dict[str, Any]) -> dict[str, Any]:
    sizes: dict[str, Any] = figures["sizes"]
    return dict(sizes[max(sizes, key=int)])


def _growth(figures: dict[str, Any]) -> float:
    sizes = figures["sizes"]
    ends = [sizes[pick(sizes, key=int)]["calls"][MATCH]["cpu_us"] for pick in (min, max)]
    return round(float(ends[1] / ends[0]), 2)


def _longest_call(figures: dict[str, Any]) -> float:
    """The longest call of the whole run, in ms."""
    found = [figures["dead process"]["longest_call_us"]]
    for size in figures["sizes"].values():
        found += [size["longest_call_us"], *[row["longest"] for row in size["calls"].values()]]
        found += [row["longest_call_us"] for row in size["deadlines"].values()]
    return round(float(max(found)) / 1000, 2)


def _longest_hot(figures: dict[str, Any]) -> float:
    """The longest call that a person waits for, in ms: all but the sweeps."""
    rows = [row for size in figures["sizes"].values() for row in size["calls"].values()]
    return round(max(float(row["longest"]) for row in rows) / 1000, 2)


def _slowest(figures: dict[str, Any], share: str) -> float:
    return max(float(row["offer_ms"][share]) for row in figures["another process"].values())


DEMANDS = (
    Demand("a whole chat at the largest size", 150, "us of CPU", lambda f: float(_largest(f)["life_cpu_us"])),
    Demand(
        "match and offer at the largest size", 80, "us of CPU", lambda f: float(_largest(f)["calls"][MATCH]["cpu_us"])
    ),
    Demand("match and offer at the largest size, p99", 200, "us", lambda f: float(_largest(f)["calls"][MATCH]["p99"])),
    Demand("growth of match and offer over all sizes", 1.5, "times", _growth),
    Demand(
        "match behind those who can't be served",
        60,
        "us of CPU",
        lambda f: float(f["incompatible heads"][MATCH]["cpu_us"]),
    ),
    Demand("matches a second", 8000, "a second", lambda f: float(f["drain"]["matches_a_second_wall"]), is_least=True),
    Demand("the whole line offered to those who become free", 10, "s of CPU", lambda f: float(f["drain"]["cpu_s"])),
    Demand("longest call of all", 10, "ms", _longest_call),
    Demand("longest call that a person waits for", 1, "ms", _longest_hot),
    Demand("request to offer in another process, p50", 1, "ms", lambda f: _slowest(f, "p50")),
    Demand("request to offer in another process, p99", 15, "ms", lambda f: _slowest(f, "p99")),
    Demand("a waiting seeker", 350, "bytes", lambda f: float(f["memory"]["bytes_waiting_seeker"])),
    Demand("an idle listener", 350, "bytes", lambda f: float(f["memory"]["bytes_idle_listener"])),
    Demand("a busy listener and the chat", 650, "bytes", lambda f: float(f["memory"]["bytes_busy_listener_and_chat"])),
    Demand("everybody of the memory run", 120, "MB", lambda f: float(f["memory"]["total_mb"])),
    Demand("a dead process, per 50,000 people", 1, "s", lambda f: float(f["dead process"]["wall_s_per_50000"])),
)


def compare(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per demand."""
    rows = []
    for demand in DEMANDS:
        reached = demand.read(figures)
        bound = f"{'at least' if demand.is_least else 'at most'} {demand.limit:g} {demand.unit}"
        rows.append(
            {"quantity": demand.quantity, "demanded": bound, "reached": reached, "is_met": demand.is_met(reached)}
        )
    return rows
