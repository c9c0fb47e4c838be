"""Reading courses: text becomes blocks and never HTML, versions follow every letter, and English stands in."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener_training.curriculum.blocks import ChatExample, Exercise, Paragraph, Points, Quote, Span
from listener_training.curriculum.course import TestRule
from listener_training.curriculum.library import CurriculumError, load_courses
from listener_training.curriculum.markup import Fault, sections_of
from listener_training.curriculum.written import read_bank, read_lesson
from tests.training.written_course import spoil, write_course


def test_text_becomes_blocks_in_order(tmp_path: Path) -> None:
    write_course(tmp_path)
    lesson = load_courses(tmp_path)["short"].original.lessons["hearing"]
    beginning, doing = lesson.sections
    assert beginning.blocks == [
        Paragraph(
            [
                Span("People want to be heard."),
                Span("", source="reader-2001"),
                Span(" See "),
                Span("", lesson="minding"),
                Span(" and "),
                Span("this", style="strong"),
                Span("."),
            ]
        )
    ]
    assert doing.title == "Doing it"
    assert doing.blocks[:2] == [
        Points(False, [[Span("One thing and its rest")], [Span("Another "), Span("thing", style="emphasis")]]),
        Quote([Span("Words to use.")]),
    ]
    assert [type(block) for block in doing.blocks[2:6]] == [ChatExample, ChatExample, Exercise, Exercise]
    example = next(lesson.chats())
    assert [(line.who, line.text, line.note) for line in example.lines] == [
        ("seeker", "hello", ""),
        ("listener", "Hello. I'm here.", "A greeting."),
    ]
    assert [source.by for source in lesson.sources] == ["R. Reader"]


def test_links_lead_to_https_and_nowhere_else() -> None:
    sections, faults = sections_of("See [here](https://example.org/a), [[other|that one]].\n\n1. one\n2. two")
    assert faults == []
    assert sections[0].blocks == [
        Paragraph(
            [
                Span("See "),
                Span("here", url="https://example.org/a"),
                Span(", "),
                Span("that one", lesson="other"),
                Span("."),
            ]
        ),
        Points(True, [[Span("one")], [Span("two")]]),
    ]
    for hostile in ("[x](http://example.org)", "[x](data:text/html,x)", "<script>", "![x](https://example.org/x.png)"):
        assert sections_of(hostile)[1], hostile


@given(st.text(alphabet="ab#->` \n*[]()^|:1.!<é", max_size=80) | st.text(max_size=40))
def test_whatever_is_written_is_read_or_refused_with_a_line(text: str) -> None:
    faults: list[Fault] = []
    read_lesson(f"+++\n{text}\n+++\n{text}", faults)
    read_bank(text, "hearing", faults)
    sections, found = sections_of(text)
    assert all(fault.line >= 1 and fault.what for fault in [*faults, *found])
    assert sections or found or not text.strip()


def test_blocks_tell_their_kind_on_the_wire() -> None:
    sections, _ = sections_of("### Deeper\n\n```exercise\ntask: Do it.\ncompare: Done.\n```")
    assert msgspec.to_builtins(sections[0].blocks) == [
        {"block": "heading", "level": 3, "spans": [{"text": "Deeper"}]},
        {"block": "exercise", "task": "Do it.", "compare": "Done."},
    ]


def test_a_version_changes_with_any_letter_and_only_where_it_stands(tmp_path: Path) -> None:
    folder = write_course(tmp_path)
    before = load_courses(tmp_path)["short"]
    spoil(folder, "en/hearing.toml", "Yonder", "Yonders")
    after = load_courses(tmp_path)["short"]
    lessons_before, lessons_after = before.original.lessons, after.original.lessons
    assert before.version != after.version
    assert lessons_before["hearing"].version != lessons_after["hearing"].version
    assert lessons_before["minding"].version == lessons_after["minding"].version
    assert after.version.startswith("1.0+")


def test_a_lesson_that_nobody_translated_is_read_in_the_original(tmp_path: Path) -> None:
    folder = write_course(tmp_path)
    (folder / "es").mkdir()
    for name in ("words.toml", "hearing.md", "hearing.toml"):
        (folder / "es" / name).write_text((folder / "en" / name).read_text())
    spoil(folder, "es/hearing.md", 'title = "Hearing"', 'title = "Oír"')
    course = load_courses(tmp_path)["short"]
    told = {}
    for lesson_id, language in (("hearing", "es-MX"), ("minding", "es-MX"), ("hearing", "fr"), ("hearing", "en-GB")):
        found = course.lesson(lesson_id, language)
        assert found is not None
        told[lesson_id, language] = (found.lesson.title, found.is_fallback)
    assert told == {
        ("hearing", "es-MX"): ("Oír", False),
        ("minding", "es-MX"): ("Hearing", True),
        ("hearing", "fr"): ("Hearing", True),
        ("hearing", "en-GB"): ("Hearing", False),
    }
    assert course.lesson("nothing", "es") is None


def test_a_clearance_asks_for_what_everybody_needs_and_for_its_own(tmp_path: Path) -> None:
    write_course(tmp_path)
    course = load_courses(tmp_path)["short"]
    assert course.needed_for("topic", "grief") == ["hearing", "minding"]
    assert course.needed_for("age_band", "adult") == ["hearing"]
    module = course.module_of("minding")
    assert module is not None
    assert (module.module_id, module.title) == ("more", "More")


def test_a_course_with_a_fault_is_not_loaded_and_all_faults_are_told(tmp_path: Path) -> None:
    folder = write_course(tmp_path)
    (folder / "en/minding.toml").unlink()
    (folder / "en/hearing.md").write_bytes(b"\xff\xfe")
    with pytest.raises(CurriculumError) as refused:
        load_courses(tmp_path)
    assert [str(defect) for defect in refused.value.defects] == [
        "short/en/hearing.md: it can't be read as UTF-8 (UnicodeDecodeError)",
        "short/en/minding.toml: this file is missing",
    ]


def test_waits_grow_to_the_last_and_stay_there() -> None:
    rule = TestRule(draw=4, pass_mark=0.8, retry_waits_min=[5, 30])
    assert [rule.wait_after(failures) for failures in range(4)] == [0, 5, 30, 30]
