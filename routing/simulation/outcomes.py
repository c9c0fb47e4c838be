"""What a made-up day was like, as figures: shares of 1, waits in seconds. Pure arithmetic on a daybook."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from routing.simulation.daybook import DayBook, Service, Story
from routing.simulation.scenario import HOUR_MS, RISKS

#: By risk: the wait that the house aims at, whatever policy is tried.
TARGETS_S = (180, 120, 60, 15)
WITHIN_S = 60
#: Points of the curve "joined within so many seconds".
CURVE_S = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800)

Figures = dict[str, Any]
T = TypeVar("T")


def figures(daybook: DayBook) -> Figures:
    """Everybody, then by risk and by language, then the listeners. A figure that nobody stands behind is None."""
    stories = daybook.stories
    return {
        "all": of_class(stories),
        "risk": {str(risk): of_class([s for s in stories if s.risk == risk]) for risk in RISKS},
        "language": {
            language: of_class([s for s in stories if s.language == language])
            for language in daybook.scenario.languages
        },
        "told": of_bands(stories),
        "listeners": of_listeners(list(daybook.services.values())),
    }


def of_class(stories: Sequence[Story]) -> Figures:
    """Waits and shares of one class."""
    joined = [s for s in stories if s.end == "joined"]
    left = [s for s in stories if s.end == "left"]
    wished = [s for s in joined if s.prefers]
    waits = sorted(s.wait_ms for s in joined)
    return {
        "came": len(stories),
        "joined": len(joined),
        "abandonment": share(len(left), stories),
        "wait_s": _quantiles(waits),
        "wait_of_those_who_left_s": _quantiles(sorted(s.wait_ms for s in left)),
        "within_60_s": _share_of(stories, lambda s: s.end == "joined" and s.wait_ms <= WITHIN_S * 1000),
        "within_60_s_of_joined": _share_of(joined, lambda s: s.wait_ms <= WITHIN_S * 1000),
        "within_target": _share_of(stories, lambda s: s.end == "joined" and s.wait_ms <= TARGETS_S[s.risk] * 1000),
        "unservable": _share_of(stories, lambda s: not s.is_servable),
        "abandonment_of_servable": _share_of([s for s in stories if s.is_servable], lambda s: s.end == "left"),
        "topic_match": _share_of(joined, lambda s: s.shares_topic),
        "pile_up": _share_of(joined, lambda s: s.is_piled_up),
        "offers_per_chat": sum(s.offers for s in stories) / len(joined) if joined else None,
        "own_listener_of_those_who_wished": _share_of(wished, lambda s: s.has_own_listener),
        "own_listener_of_those_on_shift": _share_of(
            [s for s in wished if s.is_own_listener_on_shift], lambda s: s.has_own_listener
        ),
        "joined_within": {str(at_s): share(_up_to(waits, at_s * 1000), stories) for at_s in CURVE_S},
    }


def of_bands(stories: Sequence[Story]) -> Figures:
    """How often what was announced to those who had to wait came true."""
    waited = [s for s in stories if s.had_to_wait]
    told = [(s, s.band_s) for s in waited if s.band_s is not None]
    joined = [(s, band) for s, band in told if s.end == "joined"]
    return {
        "had_to_wait": share(len(waited), stories),
        "told": share(len(told), waited),
        "covered_of_joined": _share_of(joined, lambda pair: pair[1][0] * 1000 <= pair[0].wait_ms <= pair[1][1] * 1000),
        "longer_than_announced": _share_of(told, lambda pair: pair[0].wait_ms > pair[1][1] * 1000),
    }


def of_listeners(services: Sequence[Service]) -> Figures:
    """Who worked how much: chats begun by each unit of capacity and hour on duty."""
    rates = [s.chats / (s.capacity * s.on_duty_ms / HOUR_MS) for s in services if s.on_duty_ms >= HOUR_MS / 2]
    unit_hours = sum(s.capacity * s.on_duty_ms for s in services) / HOUR_MS
    return {
        "shifts": len(services),
        "unit_hours": unit_hours,
        "chats_per_unit_hour": sum(s.chats for s in services) / unit_hours if unit_hours else None,
        "gini_per_unit_hour": gini(rates),
    }


def share(count: int, of: Sequence[object]) -> float | None:
    return count / len(of) if of else None


def quantile(ascending: Sequence[int], part: float) -> int:
    """The smallest value that `part` of all don't exceed. Raises IndexError for none."""
    return ascending[max(0, math.ceil(part * len(ascending)) - 1)]


def gini(values: Iterable[float]) -> float | None:
    """0: all the same; 1: one has everything (Gini 1912)."""
    ascending = sorted(values)
    total, count = sum(ascending), len(ascending)
    if not total:
        return None
    return 2 * sum(rank * value for rank, value in enumerate(ascending, 1)) / (count * total) - (count + 1) / count


def _quantiles(ascending: Sequence[int]) -> Figures:
    parts = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    return {name: quantile(ascending, part) / 1000 if ascending else None for name, part in parts}


def _share_of(items: Sequence[T], is_so: Callable[[T], bool]) -> float | None:
    return share(sum(map(is_so, items)), items)


def _up_to(ascending: Sequence[int], most: int) -> int:
    return sum(wait <= most for wait in ascending)
