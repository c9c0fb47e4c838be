"""How far somebody is in a course, what comes next, and what a clearance still asks for. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from chat.accounts.clearances import CLEARABLE, ClearanceKind
from listener_training.curriculum.course import Course, Lesson


class Standing(NamedTuple):
    """What somebody has done in one lesson."""

    is_read: bool = False
    is_passed: bool = False


class ClearanceAsk(NamedTuple):
    """The lessons that a clearance asks for. More than lessons is asked, too: an admin decides and grants it."""

    kind: ClearanceKind
    value: str
    lesson_ids: list[str]
    done_ids: list[str]


def is_done(lesson: Lesson, standing: Standing) -> bool:
    """Read, and its test passed if it has one."""
    return standing.is_read and (standing.is_passed or not lesson.questions)


def done_lessons(course: Course, standings: Mapping[str, Standing]) -> list[str]:
    """The lessons that are done, in reading order."""
    lessons = course.original.lessons
    return [one for one in course.lesson_ids if is_done(lessons[one], standings.get(one, Standing()))]


def next_lesson(course: Course, done: Iterable[str]) -> str | None:
    """The first lesson that is not done: first of what everybody needs, then in reading order."""
    over = set(done)
    modules = sorted(course.original.modules, key=lambda module: "every" not in module.needed_for)
    return next((one for module in modules for one in module.lesson_ids if one not in over), None)


def asks_of(course: Course, done: Iterable[str]) -> list[ClearanceAsk]:
    """Every clearance that some module is needed for; age bands always, since no chat comes without one."""
    over = set(done)
    named = {tag for module in course.original.modules for tag in module.needed_for}
    asks = []
    for kind, values in CLEARABLE.items():
        for value in values:
            if f"{kind}:{value}" in named or (kind == "age_band" and "every" in named):
                needed = course.needed_for(kind, value)
                asks.append(ClearanceAsk(kind, value, needed, [one for one in needed if one in over]))
    return asks
