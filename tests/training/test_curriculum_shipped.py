"""The course that ships: sound by the linter, whole, and true of the service that it describes."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

from chat.accounts.clearances import CLEARABLE
from config.settings import load
from listener_training.curriculum.blocks import words_of
from listener_training.curriculum.course import Course, Lesson
from listener_training.curriculum.library import SHIPPED, course_folders, load_courses, read_course
from listener_training.curriculum.lint import lint_course
from listener_training.review.rubric import shipped_rules

ROOT = Path(__file__).parents[2]
STARTER: Course = load_courses()["starter"]
LESSONS: list[Lesson] = list(STARTER.original.lessons.values())


def text_of(lesson: Lesson) -> str:
    return "\n".join(words_of(block) for section in lesson.sections for block in section.blocks)


def test_the_linter_finds_nothing_in_what_ships() -> None:
    # On the day on which the newest lesson was written: a test that fails by the passing of time tells nothing.
    today = max(lesson.written_on for lesson in LESSONS)
    for folder in course_folders(SHIPPED):
        reading = read_course(folder)
        assert reading.course is not None
        assert reading.defects == []
        assert lint_course(reading.course, today=today, clearable=CLEARABLE, sources=reading.sources) == []


def test_every_part_of_a_lesson_is_there() -> None:
    assert len(LESSONS) >= 20
    for lesson in LESSONS:
        assert len(list(lesson.chats())) >= 2, lesson.lesson_id
        assert list(lesson.exercises()), lesson.lesson_id
        assert 900 <= len(text_of(lesson).split()) <= 1800, lesson.lesson_id
        kinds = {question.kind for question in lesson.questions}
        assert {"single", "best_reply", "write_and_compare"} < kinds, lesson.lesson_id
        assert not lesson.is_clinically_reviewed
        assert lesson.review_due - lesson.written_on <= timedelta(days=366)


def test_who_takes_teens_or_danger_has_learned_for_it() -> None:
    for_everybody = set(STARTER.needed_for("age_band", "adult"))
    assert {"asking-directly", "staying-and-handing-over", "confidentiality", "ending-well"} <= for_everybody
    assert set(STARTER.needed_for("age_band", "teen")) == for_everybody | {"teens"}
    assert set(STARTER.needed_for("topic", "grief")) == for_everybody | {"grief"}


def test_what_is_said_of_the_console_is_so() -> None:
    settings = load({}, needs=())
    text = text_of(STARTER.original.lessons["your-console"])
    assert f"You have {settings.offer_s:.0f} seconds." in text
    assert settings.wrap_up_s == 60
    assert "you have a minute to wrap up" in text
    assert shipped_rules().first_chats == 5
    assert "In your first five chats a supervisor may be near" in text


def test_buttons_have_the_names_that_their_pages_give_them() -> None:
    messages = "\n".join(path.read_text() for path in sorted((ROOT / "web" / "messages").glob("*/en.json")))
    console = (SHIPPED / "starter" / "en" / "your-console.md").read_text()
    named = re.findall(r"\*\*([A-Z][A-Za-z ]+?)[.:]?\*\*", console)
    assert {"Available", "Pause", "Off duty", "Accept", "Pass", "Take the next one", "Block"} <= set(named)
    aside = {"Do nothing"}
    assert [name for name in named if name not in aside and not re.search(rf'": "{name}\b', messages)] == []


def test_the_package_carries_the_courses() -> None:
    packaging = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    patterns = packaging["listener_training"]
    folder = Path(SHIPPED).parent
    carried = {path for pattern in patterns for path in folder.glob(pattern)}
    assert {path for path in SHIPPED.rglob("*") if path.is_file()} <= carried
