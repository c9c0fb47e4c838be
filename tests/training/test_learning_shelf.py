"""Which courses a web process takes up when it starts."""

import shutil
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from chat.accounts.refusal import Refused
from config.database import Database
from listener_training.curriculum.library import SHIPPED
from listener_training.learning.shelf import find_course, find_lesson, open_shelf
from listener_training.writing import editions
from tests.helpers.service import free_port


def test_the_shipped_course_is_there_and_whole() -> None:
    with capture_logs() as said:
        courses = open_shelf()
    assert said == []
    course = find_course(courses, "starter")
    assert find_lesson(course, course.lesson_ids[0], "en").lesson.questions


def test_a_course_with_a_defect_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    for name in ("starter", "broken"):
        shutil.copytree(SHIPPED / "starter", tmp_path / name)
    written = tmp_path / "broken" / "course.toml"
    written.write_text(written.read_text().replace('id = "starter"', 'id = "broken"', 1))
    assert set(open_shelf(tmp_path)) == {"broken", "starter"}
    bank = next((tmp_path / "broken" / "en").glob("r*.toml"))
    bank.write_text("this is no bank")
    with capture_logs() as said:
        assert set(open_shelf(tmp_path)) == {"starter"}
    (line,) = said
    assert (line["event"], line["course"]) == ("course_defect", "broken")
    assert bank.name in line["where"]


def test_what_is_not_there_is_refused() -> None:
    courses = open_shelf()
    with pytest.raises(Refused) as no_course:
        find_course(courses, "none")
    with pytest.raises(Refused) as no_lesson:
        find_lesson(courses["starter"], "none", "en")
    assert (no_course.value.code, no_lesson.value.code) == ("no_such_course", "no_such_lesson")


async def test_a_database_that_goes_after_the_commit_makes_nothing_undone() -> None:
    """An edition is published then, and found by the next look; until then people see what they saw."""
    shelf, away = open_shelf(), Database(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    try:
        with capture_logs() as said:
            await editions.refresh_if_there(shelf, away)
        assert [line["event"] for line in said] == ["courses_not_refreshed"]
        assert "starter" in shelf
    finally:
        await away.close()
