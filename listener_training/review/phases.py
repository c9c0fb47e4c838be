"""Where a review stands, who may do what in it, and what its mentors have to settle. Pure: times are arguments."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

from listener_training.review.rubric import ReviewRules

DAY_MS = 24 * 3600_000

#: waiting: there is room for a mentor. reading: all places are taken. talking: its mentors see each other's reading and
#: settle what they saw differently. shared: the listener sees it.
Phase = Literal["waiting", "reading", "talking", "shared"]


class Assessment(Protocol):
    """What the rules need to know of one mentor's reading."""

    @property
    def mentor_id(self) -> str: ...
    @property
    def taken_at_ms(self) -> int: ...
    @property
    def handed_in_at_ms(self) -> int | None: ...
    @property
    def levels(self) -> Mapping[str, int | None] | None: ...


def is_overdue(assessment: Assessment, rules: ReviewRules, now_ms: int) -> bool:
    """Was it taken so long ago that the place is free again?"""
    is_late = now_ms >= assessment.taken_at_ms + rules.take_days * DAY_MS
    return assessment.handed_in_at_ms is None and is_late


def standing(assessments: Iterable[Assessment], rules: ReviewRules, now_ms: int) -> list[Assessment]:
    """Those that hold a place."""
    return [one for one in assessments if not is_overdue(one, rules, now_ms)]


def phase_of(shared_at_ms: int | None, assessments: Iterable[Assessment], rules: ReviewRules, now_ms: int) -> Phase:
    """Where the review stands now."""
    if shared_at_ms is not None:
        return "shared"
    held = standing(assessments, rules, now_ms)
    if len(held) < rules.readers:
        return "waiting"
    return "talking" if all(one.handed_in_at_ms is not None for one in held) else "reading"


def may_be_shared(
    asked_at_ms: int, shared_at_ms: int | None, assessments: Iterable[Assessment], rules: ReviewRules, now_ms: int
) -> bool:
    """Is all in, or has the only mentor who came waited long enough for a second one?"""
    held = standing(assessments, rules, now_ms)
    phase = phase_of(shared_at_ms, held, rules, now_ms)
    if phase == "waiting" and held and all(one.handed_in_at_ms is not None for one in held):
        return now_ms >= asked_at_ms + rules.alone_after_days * DAY_MS
    return phase == "talking"


def sees_all(shared_at_ms: int | None, assessments: Iterable[Assessment], rules: ReviewRules, now_ms: int) -> bool:
    """May a mentor of this review see what the other one found? Not before both are in: they read apart."""
    return phase_of(shared_at_ms, assessments, rules, now_ms) in ("talking", "shared")


def far_apart(assessments: Sequence[Assessment], rules: ReviewRules) -> list[str]:
    """The items that two mentors saw so differently that they settle them first, in the order of their names."""
    read = [one.levels for one in assessments if one.levels is not None]
    items = sorted({item for levels in read for item in levels})
    found = []
    for item in items:
        seen = [level for levels in read if (level := levels.get(item)) is not None]
        if len(seen) > 1 and max(seen) - min(seen) >= rules.far_apart:
            found.append(item)
    return found
