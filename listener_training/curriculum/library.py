"""Reads courses from folders. What is wrong is found all at once, with the file and the line."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
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

#: The courses that ship with the service.
SHIPPED = Path(__file__).parent.parent / "courses"
T = TypeVar("T")

COURSE_FILE, SOURCES_FILE, WORDS_FILE = "course.toml", "sources.toml", "words.toml"


class Defect(NamedTuple):
    """Something that must be mended before a course can be used; `where` is a file with a line."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class CurriculumError(Exception):
    """A course can't be used. `defects` says all that is wrong."""

    def __init__(self, defects: list[Defect]) -> None:
        super().__init__("; ".join(map(str, defects)))
        self.defects = defects


class Reading(NamedTuple):
    """What a folder holds: a course as far as it could be read, and all that could not."""

    course: Course | None
    defects: list[Defect]
    sources: list[Source]


class _Desk:
    """Reads the files of one course, and keeps what is wrong with them and what goes into its version."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.defects: list[Defect] = []
        self.digests: dict[str, str] = {}

    def text(self, path: Path) -> str | None:
        name = self.name(path)
        try:
            content = path.read_bytes()
            text = content.decode("utf-8")
        except FileNotFoundError:
            self.defects.append(Defect(name, "this file is missing"))
            return None
        except (OSError, UnicodeDecodeError) as error:
            self.defects.append(Defect(name, f"it can't be read as UTF-8 ({type(error).__name__})"))
            return None
        self.digests[name] = hashlib.sha256(content).hexdigest()
        return text.replace("\r\n", "\n")

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.folder.parent))

    def note(self, path: Path, faults: Iterable[Fault]) -> None:
        self.defects += [Defect(f"{self.name(path)}:{fault.line}", fault.what) for fault in faults]

    def version(self, *paths: Path) -> str:
        """A short digest of these files, or of all that were read."""
        names = sorted(self.name(path) for path in paths) if paths else sorted(self.digests)
        whole = "\n".join(f"{name} {self.digests.get(name, '')}" for name in names)
        return hashlib.sha256(whole.encode()).hexdigest()[:12]


def load_courses(folder: Path = SHIPPED) -> dict[str, Course]:
    """All courses of a folder by their ids. Raises CurriculumError with every defect of every course."""
    readings = [read_course(path) for path in course_folders(folder)]
    if defects := [defect for reading in readings for defect in reading.defects]:
        raise CurriculumError(defects)
    return {reading.course.course_id: reading.course for reading in readings if reading.course is not None}


def course_folders(folder: Path) -> list[Path]:
    """The folders that hold a course: this one, or those in it."""
    if (folder / COURSE_FILE).exists():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{COURSE_FILE}"))


def read_course(folder: Path) -> Reading:
    """One course with all its languages; never raises for what stands in its files."""
    folder = folder.absolute()
    desk = _Desk(folder)
    written = _read(desk, folder / COURSE_FILE, WrittenCourse)
    listed = _read(desk, folder / SOURCES_FILE, WrittenSources)
    every = listed.sources if listed else []
    sources = {source.id: source for source in every}
    if written is None:
        return Reading(None, desk.defects, every)
    if written.id != folder.name:
        desk.defects.append(Defect(desk.name(folder / COURSE_FILE), f"its id is {written.id!r}, its folder is not"))
    if not (folder / written.language).is_dir():
        desk.defects.append(Defect(desk.name(folder / COURSE_FILE), f"there is no folder {written.language!r}"))
        return Reading(None, desk.defects, every)
    named = {lesson_id for module in written.modules for lesson_id in module.lessons}
    for lesson_id in sorted(written.lesson_tests.keys() - named):
        what = f"it has a test for lesson {lesson_id}, which no module names"
        desk.defects.append(Defect(desk.name(folder / COURSE_FILE), what))
    translations = {
        path.name: _translation(desk, path, written, sources)
        for path in sorted(folder.iterdir())
        if path.is_dir() and (path.name == written.language or (path / WORDS_FILE).exists())
    }
    course = Course(
        course_id=written.id,
        declared_version=written.version,
        version=f"{written.version}+{desk.version()}",
        language=written.language,
        translations=translations,
    )
    return Reading(course, desk.defects, every)


def _read(desk: _Desk, path: Path, shape: type[T]) -> T | None:
    text = desk.text(path)
    if text is None:
        return None
    faults: list[Fault] = []
    found = read_toml(text, shape, faults)
    desk.note(path, faults)
    return found


def _translation(desk: _Desk, folder: Path, written: WrittenCourse, sources: dict[str, Source]) -> Translation:
    words = _read(desk, folder / WORDS_FILE, CourseWords)
    is_original = folder.name == written.language
    named = {lesson_id for module in written.modules for lesson_id in module.lessons}
    there = {path.stem for path in folder.glob("*.md")}
    for stray in sorted(there - named):
        desk.defects.append(Defect(desk.name(folder / f"{stray}.md"), "no module of the course names this lesson"))
    lessons = {}
    for lesson_id in sorted(named if is_original else named & there):
        lesson = _lesson(desk, folder, lesson_id, written, sources)
        if lesson is not None:
            lessons[lesson_id] = lesson
    modules = []
    for module in written.modules:
        said = words.modules.get(module.id) if words else None
        if words and said is None:
            desk.defects.append(Defect(desk.name(folder / WORDS_FILE), f"module {module.id} has no title here"))
        title, summary = (said.title, said.summary) if said else (module.id, "")
        modules.append(Module(module.id, title, summary, module.needed_for, module.lessons))
    title, summary = (words.title, words.summary) if words else (written.id, "")
    return Translation(folder.name, title, summary, modules, lessons)


def _lesson(
    desk: _Desk, folder: Path, lesson_id: str, written: WrittenCourse, sources: dict[str, Source]
) -> Lesson | None:
    text_path, bank_path = folder / f"{lesson_id}.md", folder / f"{lesson_id}.toml"
    text, bank = desk.text(text_path), desk.text(bank_path)
    if text is None or bank is None:
        return None
    faults: list[Fault] = []
    front, sections = read_lesson(text, faults)
    desk.note(text_path, faults)
    faults = []
    questions = read_bank(bank, lesson_id, faults)
    desk.note(bank_path, faults)
    if front is None:
        return None
    test = written.test_of(lesson_id)
    words = words_in(sections, [*front.aims, *front.remember])
    return Lesson(
        lesson_id=lesson_id,
        language=folder.name,
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
