"""The courses that people may take, read once at the start."""

from collections.abc import Mapping
from pathlib import Path

from chat.accounts.refusal import Refused
from config.log import get_logger
from listener_training.curriculum.course import Course, FoundLesson
from listener_training.curriculum.library import SHIPPED, course_folders, read_course

log = get_logger("learning")


def open_shelf(folder: Path = SHIPPED) -> dict[str, Course]:
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
    return courses


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
