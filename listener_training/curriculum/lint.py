"""The linter of courses: what a lesson must have before anybody learns from it (docs/curriculum.md). Pure.

Errors are about a course by itself. Today's date only warns, so that no build turns red by the passing of time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal, NamedTuple

from chat.accounts.clearances import ClearanceKind
from listener_training.curriculum.course import Course, Lesson, Source, TestRule, Translation
from listener_training.curriculum.lint_questions import bank_defects, translation_defects
from listener_training.curriculum.plain_language import remarks_on

MINUTES = range(10, 21)
QUESTIONS_MIN = 8
#: What is known about helping people changes; a text that nobody looked at for longer is not to be trusted.
REVIEW_AFTER_AT_MOST = timedelta(days=731)
WARN_BEFORE = timedelta(days=30)
EVERY = "every"


Level = Literal["error", "warning"]


class Finding(NamedTuple):
    """`where` is course/language/lesson, as far as it is about one."""

    level: Level
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.level}: {self.where}: {self.what}"


def lint_course(
    course: Course, *, today: date, clearable: Mapping[ClearanceKind, Collection[str]], sources: Iterable[Source] = ()
) -> list[Finding]:
    """What is wrong with a course. `clearable` says which clearances there are; `sources` are all that it lists."""
    listed = list(sources)
    findings = [Finding("error", course.course_id, what) for what in _course_defects(course, clearable, listed)]
    named: set[str] = set()
    for translation in course.translations.values():
        for lesson in translation.lessons.values():
            where = f"{course.course_id}/{translation.language}/{lesson.lesson_id}"
            findings += [Finding("error", where, what) for what in lesson_defects(lesson, course, listed)]
            findings += [Finding("warning", where, what) for what in _date_warnings(lesson, today)]
            findings += [Finding("warning", where, what) for what in remarks_on(lesson)]
            named |= cited(lesson)
        findings += _translation_findings(course, translation)
    unused = [source.id for source in listed if source.id not in named]
    return findings + [Finding("warning", course.course_id, f"source {one} is named by no lesson") for one in unused]


def lesson_defects(lesson: Lesson, course: Course, sources: Collection[Source]) -> Iterator[str]:
    """What must be mended in one lesson."""
    for name in ("title", "summary"):
        if not getattr(lesson, name).strip():
            yield f"it has no {name}"
    for name in ("aims", "remember"):
        said = getattr(lesson, name)
        if not said or not all(one.strip() for one in said):
            yield f"it has no {name}, or an empty one"
    if lesson.minutes not in MINUTES:
        yield f"it takes about {lesson.minutes} minutes; a lesson takes {MINUTES.start} to {MINUTES.stop - 1}"
    yield from _source_defects(lesson, sources)
    yield from _example_defects(lesson)
    yield from _review_defects(lesson)
    if len(lesson.questions) < QUESTIONS_MIN:
        yield f"its bank has {len(lesson.questions)} questions; it needs {QUESTIONS_MIN}"
    yield from bank_defects(lesson.questions)
    yield from _test_defects(lesson.test, len(lesson.questions))
    spans = [span for section in lesson.sections for span in section.spans()]
    for lesson_id in dict.fromkeys(span.lesson for span in spans if span.lesson):
        if lesson_id not in course.lesson_ids:
            yield f"it points to lesson {lesson_id}, which is not there"
        elif lesson_id == lesson.lesson_id:
            yield "it points to itself"


def cited(lesson: Lesson) -> set[str]:
    """The ids of the sources that a lesson's text names."""
    return {span.source for section in lesson.sections for span in section.spans() if span.source}


def _source_defects(lesson: Lesson, sources: Collection[Source]) -> Iterator[str]:
    named = cited(lesson)
    if not named:
        yield "it names no source"
    for missing in sorted(named - {source.id for source in sources}):
        yield f"it names source {missing}, which sources.toml does not hold"


def _example_defects(lesson: Lesson) -> Iterator[str]:
    chats = list(lesson.chats())
    verdicts = {chat.verdict for chat in chats}
    if not chats:
        yield "it has no example in chat form"
        return
    if not verdicts & {"good", "mended"}:
        yield "no example shows how to do it well"
    if not verdicts & {"less_good", "mended"}:
        yield "no example shows what goes less well, and why"
    for chat in chats:
        if not {"seeker", "listener"} <= {line.who for line in chat.lines}:
            yield f"the example {chat.title!r} does not show both sides"


def _review_defects(lesson: Lesson) -> Iterator[str]:
    if lesson.review_due <= lesson.written_on:
        yield "its review is due before it was written"
    if lesson.review_due - lesson.written_on > REVIEW_AFTER_AT_MOST:
        yield "its review is due more than two years after it was written"
    if bool(lesson.reviewed_by) != bool(lesson.reviewed_on):
        yield "reviewed_by and reviewed_on stand together or not at all"
    if lesson.reviewed_on is not None and lesson.reviewed_on < lesson.written_on:
        yield "it was reviewed before it was written"


def _date_warnings(lesson: Lesson, today: date) -> Iterator[str]:
    if lesson.written_on > today:
        yield f"it says that it was written on {lesson.written_on}, which is to come"
    if lesson.review_due <= today:
        yield f"its review was due on {lesson.review_due}"
    elif lesson.review_due - today <= WARN_BEFORE:
        yield f"its review is due on {lesson.review_due}"


def _test_defects(test: TestRule, questions: int) -> Iterator[str]:
    if not 1 <= test.draw <= questions:
        yield f"its test draws {test.draw} of {questions} questions"
    if not 0 < test.pass_mark <= 1:
        yield f"a pass mark is a share above 0 and up to 1, not {test.pass_mark}"
    waits = test.retry_waits_min
    if waits != sorted(waits) or any(wait < 0 for wait in waits):
        yield "the waits between two tries are minutes that don't fall"


def _course_defects(
    course: Course, clearable: Mapping[ClearanceKind, Collection[str]], sources: Collection[Source]
) -> Iterator[str]:
    modules = course.original.modules
    yield from _doubles("module", [module.module_id for module in modules])
    yield from _doubles("lesson", course.lesson_ids)
    yield from _doubles("source", [source.id for source in sources])
    known = {f"{kind}:{value}" for kind, values in clearable.items() for value in values}
    for module in modules:
        if not module.lesson_ids:
            yield f"module {module.module_id} has no lessons"
        for asked in module.needed_for:
            if asked != EVERY and asked not in known:
                yield f"module {module.module_id} is needed for {asked!r}, which is no clearance"
    for source in sources:
        if not source.title.strip() or not source.by.strip():
            yield f"source {source.id} has no title or does not say by whom"
        if source.url is not None and not source.url.startswith("https://"):
            yield f"the address of source {source.id} does not begin with https://"


def _doubles(what: str, ids: list[str]) -> Iterator[str]:
    for one in dict.fromkeys(ids):
        if ids.count(one) > 1:
            yield f"{what} {one} stands here {ids.count(one)} times"


def _translation_findings(course: Course, translation: Translation) -> Iterator[Finding]:
    if translation.language == course.language:
        return
    for lesson_id in course.lesson_ids:
        where = f"{course.course_id}/{translation.language}/{lesson_id}"
        lesson, original = translation.lessons.get(lesson_id), course.original.lessons.get(lesson_id)
        if lesson is None:
            yield Finding("warning", where, f"not translated yet: people read it in {course.language}")
        elif original is not None:
            for what in translation_defects(lesson.questions, original.questions):
                yield Finding("error", where, what)
