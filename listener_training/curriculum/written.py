"""The files of a course as their authors write them, checked field by field. Pure: texts come in, values go out."""

import re
import tomllib
from datetime import date
from typing import Annotated, NamedTuple, TypeVar

import msgspec
from msgspec import Meta, Struct

from listener_training.curriculum.blocks import Section
from listener_training.curriculum.course import Audience, Check, Id, Kind, Option, Question, Source, TestRule
from listener_training.curriculum.markup import Fault, chat_lines, sections_of

FENCE = "+++"
_AT_LINE = re.compile(r" ?\(?at line (\d+).*$")

Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$(?!\n)")]
T = TypeVar("T")


class WrittenModule(Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    lessons: list[Id]
    needed_for: list[str]


class WrittenCourse(Struct, frozen=True, forbid_unknown_fields=True):
    """`course.toml`: what is the same in every language."""

    id: Id
    version: str
    language: Language
    test: TestRule
    modules: list[WrittenModule]
    lesson_tests: dict[Id, TestRule] = {}
    for_whom: Audience = "listeners"

    def test_of(self, lesson_id: str) -> TestRule:
        return self.lesson_tests.get(lesson_id, self.test)


class WrittenSources(Struct, frozen=True, forbid_unknown_fields=True):
    """`sources.toml`"""

    sources: list[Source]


class ModuleWords(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    summary: str


class CourseWords(Struct, frozen=True, forbid_unknown_fields=True):
    """`<language>/words.toml`: the titles of the course and its modules."""

    title: str
    summary: str
    modules: dict[str, ModuleWords]


class Front(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands between the two `+++` of a lesson."""

    title: str
    summary: str
    aims: list[str]
    remember: list[str]
    written_on: date
    review_due: date
    reviewed_by: str | None = None
    reviewed_on: date | None = None


class WrittenQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    kind: Kind
    prompt: str
    points: int = 1
    chat: list[str] = []
    options: list[Option] = []
    model: list[str] = []
    checklist: list[Check] = []
    explanation: str = ""


class Bank(Struct, frozen=True, forbid_unknown_fields=True):
    """`<language>/<lesson>.toml`"""

    questions: list[WrittenQuestion]


class WrittenLesson(NamedTuple):
    """A lesson's Markdown file. `front` is None where it could not be read."""

    front: Front | None
    sections: list[Section]


def read_toml(text: str, shape: type[T], faults: list[Fault], first_line: int = 1) -> T | None:
    """A TOML text as `shape`, or None and a fault that says where."""
    try:
        return msgspec.convert(tomllib.loads(text), shape)
    except tomllib.TOMLDecodeError as error:
        where = _AT_LINE.search(str(error))
        line = first_line - 1 + int(where[1]) if where else first_line
        faults.append(Fault(line, _AT_LINE.sub("", str(error))))
    except msgspec.ValidationError as error:
        faults.append(Fault(first_line, str(error)))
    except RecursionError:
        faults.append(Fault(first_line, "it is nested too deeply"))
    return None


def read_lesson(text: str, faults: list[Fault]) -> WrittenLesson:
    """The front and the sections of a lesson's file."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        faults.append(Fault(1, f"the file begins with a line {FENCE}, the lesson's fields, and another {FENCE}"))
        return WrittenLesson(None, [])
    end = next((at for at, line in enumerate(lines) if at > 0 and line.rstrip() == FENCE), None)
    if end is None:
        faults.append(Fault(1, f"the fields of the lesson are not closed by a line {FENCE}"))
        return WrittenLesson(None, [])
    front = read_toml("\n".join(lines[1:end]), Front, faults, first_line=2)
    sections, found = sections_of("\n".join(lines[end + 1 :]), first_line=end + 2)
    faults += found
    return WrittenLesson(front, sections)


def read_bank(text: str, lesson_id: str, faults: list[Fault]) -> list[Question]:
    """The questions of a lesson's bank."""
    bank = read_toml(text, Bank, faults)
    return [] if bank is None else [_question(written, lesson_id, faults) for written in bank.questions]


def _question(written: WrittenQuestion, lesson_id: str, faults: list[Fault]) -> Question:
    unread: list[Fault] = []
    chat = chat_lines(written.chat, 1, unread)
    faults += [Fault(1, f"question {written.id}: {what}") for _, what in unread]
    return Question(
        id=written.id,
        kind=written.kind,
        lesson_id=lesson_id,
        prompt=written.prompt,
        points=written.points,
        chat=chat,
        options=written.options,
        model=written.model,
        checklist=written.checklist,
        explanation=written.explanation,
    )
