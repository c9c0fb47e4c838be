"""What is wrong with a course's files, at the file where it must be mended. Pure."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from chat.accounts.clearances import CLEARABLE
from listener_training.curriculum.course import Course
from listener_training.curriculum.lint import Level, lint_course
from listener_training.curriculum.reading import COURSE_FILE, read_files


class Remark(Struct, frozen=True):
    """`path`: a file of the course; `line` from 1, None where it is about the whole file. An `error` keeps the course
    from being published, a `warning` doesn't.
    """

    level: Level
    path: str
    line: int | None
    what: str


def judge(course_id: str, texts: Mapping[str, str], today: date) -> tuple[Course | None, list[Remark]]:
    """The course, where it could be read, and everything that reader and linter say of it."""
    reading = read_files(course_id, {path: text.encode() for path, text in texts.items()})
    remarks = [_at(course_id, "error", defect.where, defect.what) for defect in reading.defects]
    if reading.course is not None:
        remarks += [
            _in(course_id, finding.level, finding.where, finding.what)
            for finding in lint_course(reading.course, today=today, clearable=CLEARABLE, sources=reading.sources)
        ]
    return reading.course, sorted(remarks, key=lambda one: (one.level != "error", one.path, one.line or 0))


def _at(course_id: str, level: Level, where: str, what: str) -> Remark:
    """The reader names a file, and often a line: `starter/en/grief.md:12`."""
    path, colon, line = where.removeprefix(f"{course_id}/").partition(":")
    return Remark(level, path, int(line) if colon and line.isdecimal() else None, what)


def _in(course_id: str, level: Level, where: str, what: str) -> Remark:
    """The linter names the course or a lesson in a language: `starter/en/grief`."""
    _, _, lesson = where.partition("/")
    is_of_bank = what.startswith(("question ", "its bank ", "two questions "))
    path = f"{lesson}.toml" if is_of_bank else f"{lesson}.md"
    return Remark(level, path if lesson else COURSE_FILE, None, what)
