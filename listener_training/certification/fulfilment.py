"""What somebody achieved, and how much of an ask that is. Pure. More achievements never make less of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from listener_training.certification.rule_set import (
    AnyAsk,
    ChatHoursAsk,
    EducationAsk,
    ModulesAsk,
    PracticeAsk,
    ReviewAsk,
)

HOUR_MS = 3600_000


class LessonDone(NamedTuple):
    """A lesson was read and its test passed with that share of the points (1 where it has no test)."""

    on: date
    course: str
    lesson: str
    share: float


class Practised(NamedTuple):
    """A practice chat was finished; `score` 0 to 100."""

    on: date
    scenario: str
    score: int


class SignedOff(NamedTuple):
    """Somebody who may judge it signed an item off."""

    on: date
    item: str


class Educated(NamedTuple):
    """Hours of learning that were signed off."""

    on: date
    subject: str
    ms: int


class Chatted(NamedTuple):
    """Time in real chats that ended on that day."""

    on: date
    ms: int


Achievement = LessonDone | Practised | SignedOff | Educated | Chatted
#: (course, module) -> its lessons.
Shelf = Mapping[tuple[str, str], Sequence[str]]


class Fulfilment(NamedTuple):
    """`have` of `need`; hours as ms. `met_on`: the day on which it was enough, None until then."""

    ask: AnyAsk
    have: int
    need: int
    met_on: date | None

    @property
    def is_met(self) -> bool:
        """Is it enough?"""
        return self.met_on is not None


def fulfilment_of(
    ask: AnyAsk,
    achievements: Iterable[Achievement],
    shelf: Shelf,
    *,
    after: date | None = None,
) -> Fulfilment:
    """How much of an ask is there. `after`: only what was done later than that day counts."""
    counted = [one for one in achievements if after is None or one.on > after]
    match ask:
        case ModulesAsk():
            return _modules(ask, counted, shelf)
        case PracticeAsk():
            found = {
                scenario: [
                    one.on
                    for one in counted
                    if isinstance(one, Practised) and one.scenario == scenario and one.score >= ask.min_score
                ]
                for scenario in ask.scenarios
            }
            return _each(ask, found, ask.times)
        case ReviewAsk():
            days = [one.on for one in counted if isinstance(one, SignedOff) and one.item == ask.item]
            return _each(ask, {ask.item: days}, ask.times)
        case EducationAsk():
            return _sum(ask, ask.hours, counted, lambda one: _educated_ms(one, ask.subjects))
        case ChatHoursAsk():
            return _sum(ask, ask.hours, counted, lambda one: one.ms if isinstance(one, Chatted) else 0)


def _modules(ask: ModulesAsk, achievements: Sequence[Achievement], shelf: Shelf) -> Fulfilment:
    lessons = [lesson for module in ask.modules for lesson in shelf.get((ask.course, module), ())]
    # A module that is on no shelf can't be passed: the ask stays open, and the linter says so.
    missing = sum(not shelf.get((ask.course, module)) for module in ask.modules)
    found: dict[str, list[date]] = {lesson: [] for lesson in lessons}
    for one in achievements:
        # Shares are quotients of small whole numbers: 0.8 may come as a hair less.
        is_asked = isinstance(one, LessonDone) and one.course == ask.course and one.share >= ask.min_score - 1e-9
        if isinstance(one, LessonDone) and is_asked and one.lesson in found:
            found[one.lesson].append(one.on)
    done = _each(ask, found, 1)
    return done._replace(need=done.need + missing, met_on=None if missing else done.met_on)


def _each(ask: AnyAsk, found: Mapping[str, list[date]], times: int) -> Fulfilment:
    """Each of several things so many times."""
    have = sum(min(len(days), times) for days in found.values())
    need = times * len(found)
    met_on = max((sorted(days)[times - 1] for days in found.values()), default=None) if have == need else None
    return Fulfilment(ask, have, need, met_on)


def _sum(
    ask: AnyAsk, hours: float, achievements: Sequence[Achievement], ms_of: Callable[[Achievement], int]
) -> Fulfilment:
    """So much time altogether."""
    need, have, met_on = round(hours * HOUR_MS), 0, None
    for one in sorted(achievements, key=lambda one: one.on):
        have += ms_of(one)
        if met_on is None and have >= need:
            met_on = one.on
    return Fulfilment(ask, have, need, met_on)


def _educated_ms(one: Achievement, subjects: Sequence[str]) -> int:
    return one.ms if isinstance(one, Educated) and (not subjects or one.subject in subjects) else 0
