"""The files of a course without a service: zips, outlines, what a course begins with."""

import io
import random
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener_training.curriculum.library import course_files
from listener_training.writing.course_files import BadFiles, checked_files, is_course_path, packed, unpacked
from listener_training.writing.judged import judge
from listener_training.writing.outline import language_with, title_in, with_lesson
from listener_training.writing.skeleton import new_course, quoted
from tests.training.written_course import write_course

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("name", ["../course.toml", "/etc/passwd", "en/../x.md", "en/x.html", "EN/x.md", "en/a/b.md"])
def test_a_file_outside_of_a_course_is_none_of_its_files(name: str) -> None:
    assert not is_course_path(name)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as folder:
        folder.writestr("course.toml", 'id = "x"')
        folder.writestr(name, "")
    with pytest.raises(BadFiles):
        unpacked(out.getvalue())


def test_a_spoiled_zip_is_refused_whatever_is_wrong_with_it(tmp_path: Path) -> None:
    whole = packed("short", checked_files(course_files(write_course(tmp_path))[0]))
    chance = random.Random(7)
    refused = 0
    for _ in range(400):
        spoiled = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        try:
            unpacked(bytes(spoiled))
        except BadFiles:
            refused += 1
    assert refused > 200


def test_a_zip_that_would_burst_is_never_unpacked_whole() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("course.toml", 'id = "x"')
        folder.writestr("en/big.md", "a" * 50_000_000)
    assert len(out.getvalue()) < 100_000
    with pytest.raises(BadFiles):
        unpacked(out.getvalue())


@given(st.text(max_size=200))
def test_any_title_makes_a_course_that_can_be_read(title: str) -> None:
    title = "".join(sign for sign in title if not 0xD800 <= ord(sign) <= 0xDFFF and sign != "\x00")
    course, _ = judge("new", new_course("new", title, "en", TODAY), TODAY)
    assert course is not None and course.original.title == title
    assert quoted(title).startswith('"')


def test_a_lesson_is_written_into_its_module_and_nothing_else_moves() -> None:
    before = (
        'id = "c"\nversion = "1"\nlanguage = "en"\n# mine\n[test]\ndraw = 1\npass_mark = 1\nretry_waits_min = []\n'
        '[[modules]]\nid = "a" # the first\nneeded_for = []\nlessons = [\n  "one",\n  "two",\n]\n'
        '[[modules]]\nid = "b"\nneeded_for = []\nlessons = []\n'
    )
    after = with_lesson(with_lesson(before, "a", "three"), "b", "four")
    assert '"two", "three"]' in after and 'lessons = ["four"]' in after and "# mine" in after and "# the first" in after
    assert language_with(after, "five") == "en"
    with pytest.raises(BadFiles):
        language_with(after, "three")


def test_the_title_of_a_draft_is_found_where_its_files_can_say_it() -> None:
    texts = new_course("new", "At night", "en", TODAY)
    assert title_in(texts) == "At night"
    for spoiled in ({}, {**texts, "course.toml": "language ="}, {**texts, "en/words.toml": "title = 1"}):
        assert title_in(spoiled) is None
