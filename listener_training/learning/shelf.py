"""The courses that people may take: what ships, read at the start, and editions that were published here since."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from chat.accounts.refusal import Refused
from config.log import get_logger
from listener_training.curriculum.course import Course, FoundLesson
from listener_training.curriculum.library import SHIPPED, course_folders, read_course

log = get_logger("learning")


class Shelf(Mapping[str, Course]):
    """Courses by their ids. An edition of this service stands in front of the shipped course of the same id."""

    def __init__(self, shipped: Mapping[str, Course]) -> None:
        self.shipped = shipped
        #: id -> number of the edition that was looked at last, and its course, None where it couldn't be read
        self.editions: dict[str, tuple[int, Course | None]] = {}
        self._all = dict(shipped)

    def show(self, editions: Mapping[str, tuple[int, Course | None]]) -> None:
        """From now on these editions, and what ships beside them or in place of one that can't be read."""
        self.editions = dict(editions)
        self._all = {**self.shipped, **{course_id: course for course_id, (_, course) in editions.items() if course}}

    def __getitem__(self, course_id: str) -> Course:
        return self._all[course_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def open_shelf(folder: Path = SHIPPED) -> Shelf:
    """Every course of the folder that is whole. One that isn't is left out, with a line in the log for each defect.

    A slip in a course must not keep people in need from the chat, which runs in the same process.
    """
    courses: dict[str, Course] = {}
    for path in course_folders(folder):
        reading = read_course(path)
        for defect in reading.defects:
            log.error("course_defect", course=path.name, where=defect.where, what=defect.what)
        if reading.course is not None and not reading.defects:
            courses[reading.course.course_id] = reading.course
    return Shelf(courses)


def find_course(courses: Mapping[str, Course], course_id: str) -> Course:
    """The course of that id. Raises Refused."""
    course = courses.get(course_id)
    if course is None:
        raise Refused("no_such_course", "There is no such course.")
    return course


def find_lesson(course: Course, lesson_id: str, language: str) -> FoundLesson:
    """The lesson in that language, or as it was first written. Raises Refused."""
    found = course.lesson(lesson_id, language)
    if found is None:
        raise Refused("no_such_lesson", "There is no such lesson.")
    return found
