"""Courses, modules, lessons and questions as values. Pure; the files behind them are docs/curriculum.md."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from listener_training.curriculum.blocks import ChatExample, ChatLine, Exercise, Section

#: Ids become names of files and parts of addresses, so they hold nothing that means something there.
Id = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)", max_length=60)]
#: `trainers`: shown to those who may take chats already, and to supervisors and admins.
Audience = Literal["listeners", "trainers"]
Kind = Literal["single", "multiple", "order", "best_reply", "write_and_compare"]


class Source(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A publication that a lesson leans on, named so that a reader can find it."""

    id: Id
    title: str
    by: str
    year: int
    where: str = ""
    url: str | None = None


class Option(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One answer of a question, and what is said to whoever chose it.

    `worth` is 1 for what is right and 0 for what is not; only in `best_reply` it may lie between. `place` is where an
    option of `order` belongs, from 1.
    """

    id: Id
    text: str
    feedback: str
    worth: float = 0
    place: int | None = None


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to look for in what one has written oneself."""

    id: Id
    text: str


class Question(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One item of a bank.

    `single`, `multiple`, `order` and `best_reply` have `options`; `write_and_compare` has `model` answers and a
    `checklist` instead, by which people judge what they wrote themselves. `chat` is what went before, where it matters.
    """

    id: str
    kind: Kind
    lesson_id: str
    prompt: str
    points: int = 1
    chat: list[ChatLine] = []
    options: list[Option] = []
    model: list[str] = []
    checklist: list[Check] = []
    explanation: str = ""


class TestRule(Struct, frozen=True, forbid_unknown_fields=True):
    """How the test of a lesson goes: `draw` questions of its bank, passed with `pass_mark`, a share of the points.

    `retry_waits_min` are the minutes to wait after the first, second, ... failure; the last one holds for all later.
    """

    # pytest would otherwise take it for a class of tests.
    __test__ = False

    draw: int
    pass_mark: float
    retry_waits_min: list[int]

    def wait_after(self, failures: int) -> int:
        """Minutes to wait after so many failures in a row; 0 before the first."""
        if failures <= 0 or not self.retry_waits_min:
            return 0
        return self.retry_waits_min[min(failures, len(self.retry_waits_min)) - 1]


class Lesson(Struct, frozen=True, kw_only=True):
    """One lesson in one language. `version` changes with any letter of its files; so does what was reviewed.

    `reviewed_by` and `reviewed_on` say who looked at it clinically; without them it is "not clinically reviewed".
    `sources` are those that the text names, in the order in which it does. `minutes` is the time to read it, do its
    exercises and answer one test.
    """

    lesson_id: str
    language: str
    title: str
    summary: str
    aims: list[str]
    sections: list[Section]
    remember: list[str]
    sources: list[Source]
    questions: list[Question]
    test: TestRule
    written_on: date
    review_due: date
    reviewed_by: str | None
    reviewed_on: date | None
    minutes: int
    version: str

    @property
    def is_clinically_reviewed(self) -> bool:
        return bool(self.reviewed_by and self.reviewed_on)

    def chats(self) -> Iterator[ChatExample]:
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, ChatExample))

    def exercises(self) -> Iterator[Exercise]:
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, Exercise))


class Module(Struct, frozen=True):
    """Lessons that belong together. `needed_for`: `every`, or clearances as `kind:value`; empty: a free choice."""

    module_id: str
    title: str
    summary: str
    needed_for: list[str]
    lesson_ids: list[str]

    def is_needed_for(self, kind: str, value: str) -> bool:
        """Does the clearance `kind` for `value` ask for this module?"""
        return "every" in self.needed_for or f"{kind}:{value}" in self.needed_for


class FoundLesson(NamedTuple):
    """A lesson in the language asked for, or the original with `is_fallback`."""

    lesson: Lesson
    is_fallback: bool


class Translation(Struct, frozen=True):
    """The words of a course in one language; lessons that nobody has translated yet are absent."""

    language: str
    title: str
    summary: str
    modules: list[Module]
    lessons: dict[str, Lesson]


class Course(Struct, frozen=True):
    """A course with all its languages. `language` is the one it was written in, and holds every lesson."""

    course_id: str
    version: str
    language: str
    translations: dict[str, Translation]
    for_whom: Audience = "listeners"

    @property
    def original(self) -> Translation:
        return self.translations[self.language]

    @property
    def lesson_ids(self) -> list[str]:
        """All lessons, in the order in which they are meant to be read."""
        return [lesson_id for module in self.original.modules for lesson_id in module.lesson_ids]

    def words(self, language: str) -> Translation:
        """The translation for a language tag: itself, its first part (`pt` for `pt-BR`), or the original."""
        known = self.translations
        return known.get(language) or known.get(language.partition("-")[0]) or self.original

    def lesson(self, lesson_id: str, language: str) -> FoundLesson | None:
        """A lesson in a language, or the original of it, or None if there is no such lesson."""
        words = self.words(language)
        found = words.lessons.get(lesson_id)
        if found is not None:
            wanted = {language, language.partition("-")[0]}
            return FoundLesson(found, is_fallback=words.language not in wanted)
        original = self.original.lessons.get(lesson_id)
        return None if original is None else FoundLesson(original, is_fallback=True)

    def module_of(self, lesson_id: str) -> Module | None:
        return next((module for module in self.original.modules if lesson_id in module.lesson_ids), None)

    def needed_for(self, kind: str, value: str) -> list[str]:
        """The lessons that a clearance asks for, in reading order."""
        asked = [module for module in self.original.modules if module.is_needed_for(kind, value)]
        return [lesson_id for module in asked for lesson_id in module.lesson_ids]
