"""From the files of a course to the course: what is wrong is found all at once, with the file and the line. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

from listener_training.curriculum.blocks import Section
from listener_training.curriculum.course import Course, Lesson, Module, Source, Translation
from listener_training.curriculum.markup import Fault
from listener_training.curriculum.reading_time import minutes_for, words_in
from listener_training.curriculum.written import (
    CourseWords,
    WrittenCourse,
    WrittenSources,
    read_bank,
    read_lesson,
    read_toml,
)

T = TypeVar("T")

COURSE_FILE, SOURCES_FILE, WORDS_FILE = "course.toml", "sources.toml", "words.toml"

#: Path within the course's folder, with slashes -> what the file holds.
CourseFiles = Mapping[str, bytes]


class Defect(NamedTuple):
    """Something that must be mended before a course can be used; `where` is a file with a line."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Reading(NamedTuple):
    """What the files hold: a course as far as it could be read, and all that could not."""

    course: Course | None
    defects: list[Defect]
    sources: list[Source]


class _Desk:
    """Reads the files of one course, and keeps what is wrong with them and what goes into its version."""

    def __init__(self, course_id: str, files: CourseFiles) -> None:
        self.course_id = course_id
        self.files = files
        self.defects: list[Defect] = []
        self.digests: dict[str, str] = {}

    def text(self, path: str) -> str | None:
        content = self.files.get(path)
        if content is None:
            self.note(path, "this file is missing")
            return None
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            self.note(path, f"it can't be read as UTF-8 ({type(error).__name__})")
            return None
        self.digests[self._name(path)] = hashlib.sha256(content).hexdigest()
        return text.replace("\r\n", "\n")

    def note(self, path: str, what: str) -> None:
        self.defects.append(Defect(self._name(path), what))

    def note_all(self, path: str, faults: Iterable[Fault]) -> None:
        self.defects += [Defect(f"{self._name(path)}:{fault.line}", fault.what) for fault in faults]

    def version(self, *paths: str) -> str:
        """A short digest of these files, or of all that were read."""
        names = sorted(self._name(path) for path in paths) if paths else sorted(self.digests)
        whole = "\n".join(f"{name} {self.digests.get(name, '')}" for name in names)
        return hashlib.sha256(whole.encode()).hexdigest()[:12]

    def _name(self, path: str) -> str:
        return f"{self.course_id}/{path}"


def read_files(course_id: str, files: CourseFiles) -> Reading:
    """One course with all its languages; never raises for what stands in its files."""
    desk = _Desk(course_id, files)
    written = _read(desk, COURSE_FILE, WrittenCourse)
    listed = _read(desk, SOURCES_FILE, WrittenSources)
    folders = {folder for folder, slash, _ in (path.partition("/") for path in files) if slash}
    every = listed.sources if listed else []
    sources = {source.id: source for source in every}
    if written is None:
        return Reading(None, desk.defects, every)
    if written.id != course_id:
        desk.note(COURSE_FILE, f"its id is {written.id!r}, its folder is not")
    if written.language not in folders:
        desk.note(COURSE_FILE, f"there is no folder {written.language!r}")
        return Reading(None, desk.defects, every)
    named = {lesson_id for module in written.modules for lesson_id in module.lessons}
    for lesson_id in sorted(written.lesson_tests.keys() - named):
        desk.note(COURSE_FILE, f"it has a test for lesson {lesson_id}, which no module names")
    translations = {
        folder: _translation(desk, folder, written, sources)
        for folder in sorted(folders)
        if folder == written.language or f"{folder}/{WORDS_FILE}" in files
    }
    course = Course(
        course_id=written.id,
        version=f"{written.version}+{desk.version()}",
        language=written.language,
        translations=translations,
        for_whom=written.for_whom,
    )
    return Reading(course, desk.defects, every)


def _read(desk: _Desk, path: str, shape: type[T]) -> T | None:
    text = desk.text(path)
    if text is None:
        return None
    faults: list[Fault] = []
    found = read_toml(text, shape, faults)
    desk.note_all(path, faults)
    return found


def _translation(desk: _Desk, folder: str, written: WrittenCourse, sources: dict[str, Source]) -> Translation:
    words_path = f"{folder}/{WORDS_FILE}"
    words = _read(desk, words_path, CourseWords)
    is_original = folder == written.language
    named = {lesson_id for module in written.modules for lesson_id in module.lessons}
    here = [path.removeprefix(f"{folder}/") for path in desk.files if path.startswith(f"{folder}/")]
    there = {name.removesuffix(".md") for name in here if name.endswith(".md")}
    for stray in sorted(there - named):
        desk.note(f"{folder}/{stray}.md", "no module of the course names this lesson")
    lessons = {}
    for lesson_id in sorted(named if is_original else named & there):
        lesson = _lesson(desk, folder, lesson_id, written, sources)
        if lesson is not None:
            lessons[lesson_id] = lesson
    modules = []
    for module in written.modules:
        said = words.modules.get(module.id) if words else None
        if words and said is None:
            desk.note(words_path, f"module {module.id} has no title here")
        title, summary = (said.title, said.summary) if said else (module.id, "")
        modules.append(Module(module.id, title, summary, module.needed_for, module.lessons))
    title, summary = (words.title, words.summary) if words else (written.id, "")
    return Translation(folder, title, summary, modules, lessons)


def _lesson(
    desk: _Desk, folder: str, lesson_id: str, written: WrittenCourse, sources: dict[str, Source]
) -> Lesson | None:
    text_path, bank_path = f"{folder}/{lesson_id}.md", f"{folder}/{lesson_id}.toml"
    text, bank = desk.text(text_path), desk.text(bank_path)
    if text is None or bank is None:
        return None
    faults: list[Fault] = []
    front, sections = read_lesson(text, faults)
    desk.note_all(text_path, faults)
    faults = []
    questions = read_bank(bank, lesson_id, faults)
    desk.note_all(bank_path, faults)
    if front is None:
        return None
    test = written.test_of(lesson_id)
    words = words_in(sections, [*front.aims, *front.remember])
    return Lesson(
        lesson_id=lesson_id,
        language=folder,
        title=front.title,
        summary=front.summary,
        aims=front.aims,
        sections=sections,
        remember=front.remember,
        sources=_named(sections, sources),
        questions=questions,
        test=test,
        written_on=front.written_on,
        review_due=front.review_due,
        reviewed_by=front.reviewed_by,
        reviewed_on=front.reviewed_on,
        minutes=minutes_for(words, sections, questions, test),
        version=f"{written.version}+{desk.version(text_path, bank_path)}",
    )


def _named(sections: list[Section], sources: dict[str, Source]) -> list[Source]:
    ids = dict.fromkeys(span.source for section in sections for span in section.spans() if span.source)
    return [sources[source_id] for source_id in ids if source_id in sources]
