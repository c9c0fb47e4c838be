"""The outline of a course in its course.toml: whose it is, and a lesson more in it. Pure.

The file is its author's, with their remarks and their order: a lesson is written into it as text, nothing else moves.
"""

import re
import tomllib
from collections.abc import Mapping

from listener_training.curriculum.markup import Fault
from listener_training.curriculum.reading import COURSE_FILE, WORDS_FILE
from listener_training.curriculum.written import WrittenCourse, read_toml
from listener_training.writing.course_files import BadFiles, is_course_id

_MODULE = re.compile(r"^\[\[modules\]\]\s*$", re.MULTILINE)
_TABLE = re.compile(r"^\[", re.MULTILINE)
_LESSONS = re.compile(r"^(\s*lessons\s*=\s*\[)([^\]]*)(\])", re.MULTILINE)


def with_lesson(course_toml: str, module_id: str, lesson_id: str) -> str:
    """The text with a lesson more at the end of a module. Raises BadFiles."""
    for head in _MODULE.finditer(course_toml):
        after = _TABLE.search(course_toml, head.end())
        end = after.start() if after else len(course_toml)
        block = course_toml[head.end() : end]
        if not re.search(rf'^\s*id\s*=\s*"{re.escape(module_id)}"\s*(#.*)?$', block, re.MULTILINE):
            continue
        lessons = _LESSONS.search(block)
        if lessons is None:
            break
        before = lessons[2].rstrip().rstrip(",")
        more = f'{before}, "{lesson_id}"' if before.strip() else f'"{lesson_id}"'
        block = block[: lessons.start()] + lessons[1] + more + lessons[3] + block[lessons.end() :]
        return course_toml[: head.end()] + block + course_toml[end:]
    raise BadFiles(f"course.toml has no module {module_id!r} with a list of lessons.")


def id_in(course_toml: str) -> str:
    """The id that the course gives itself. Raises BadFiles."""
    try:
        course_id = tomllib.loads(course_toml).get("id")
    except (tomllib.TOMLDecodeError, RecursionError):
        raise BadFiles("course.toml can't be read, so nobody knows which course this is.") from None
    if not isinstance(course_id, str) or not is_course_id(course_id):
        raise BadFiles("course.toml gives the course no id of small letters, digits and dashes.")
    return course_id


def title_in(texts: Mapping[str, str]) -> str | None:
    """The title that a draft has in its own language; None where its files can't say."""
    try:
        language = tomllib.loads(texts.get(COURSE_FILE, "")).get("language")
        title = tomllib.loads(texts.get(f"{language}/{WORDS_FILE}", "")).get("title")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return title if isinstance(title, str) and title else None


def language_with(course_toml: str, lesson_id: str) -> str:
    """The language that the course was written in, if a lesson of this id may be added. Raises BadFiles."""
    faults: list[Fault] = []
    course = read_toml(course_toml, WrittenCourse, faults)
    if course is None:
        raise BadFiles(f"Mend course.toml first: {faults[0].what}.")
    if any(lesson_id in module.lessons for module in course.modules):
        raise BadFiles(f"There is a lesson {lesson_id!r} already.")
    return course.language
