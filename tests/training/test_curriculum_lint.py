"""The linter of courses: a sound course passes, and each rule finds the one thing that was spoilt."""

import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chat.accounts.clearances import CLEARABLE
from listener_training.curriculum.library import read_course
from listener_training.curriculum.lint import Finding, lint_course
from tealight.courses_cli import app
from tests.training.written_course import PADDING, spoil, write_course

TODAY = date(2026, 12, 1)
COURSE, SOURCES, WORDS = "course.toml", "sources.toml", "en/words.toml"
TEXT, BANK = "en/hearing.md", "en/hearing.toml"


def findings(folder: Path, today: date = TODAY) -> list[Finding]:
    reading = read_course(folder)
    unread = [Finding("error", defect.where, defect.what) for defect in reading.defects]
    if reading.course is None:
        return unread
    return unread + lint_course(reading.course, today=today, clearable=CLEARABLE, sources=reading.sources)


def test_a_sound_course_has_nothing_to_mend(tmp_path: Path) -> None:
    assert findings(write_course(tmp_path)) == []


#: file, what stands there, what is put there instead, and what the linter then says.
SPOILT = [
    # the lesson's text
    (TEXT, "[^reader-2001]", "", "it names no source"),
    (TEXT, "[^reader-2001]", "[^nobody-1999]", "it names source nobody-1999, which sources.toml does not hold"),
    (TEXT, "[[minding]]", "[[mending]]", "it points to lesson mending, which is not there"),
    (TEXT, "[[minding]]", "[[hearing]]", "it points to itself"),
    (TEXT, 'aims = ["You can hear."]', "aims = []", "it has no aims"),
    (TEXT, 'remember = ["Hear first."]', 'remember = [" "]', "it has no remember"),
    (TEXT, 'title = "Hearing"', 'title = ""', "it has no title"),
    (TEXT, 'summary = "What it is to hear."', 'summary = ""', "it has no summary"),
    (TEXT, "review_due = 2027-11-22\n", "", "missing required field `review_due`"),
    (TEXT, "review_due = 2027-11-22", "review_due = 2026-11-22", "its review is due before it was written"),
    (TEXT, "review_due = 2027-11-22", "review_due = 2029-11-22", "more than two years after"),
    (TEXT, "review_due", 'reviewed_by = "A. Nurse"\nreview_due', "stand together or not at all"),
    (
        TEXT,
        "review_due",
        'reviewed_by = "A. Nurse"\nreviewed_on = 2026-11-01\nreview_due',
        "it was reviewed before it was written",
    ),
    (TEXT, PADDING, "", "minutes; a lesson takes 10 to 20"),
    (TEXT, PADDING, "\n\n".join([PADDING] * 5), "minutes; a lesson takes 10 to 20"),
    (TEXT, "Listener: Hello. I'm here.\n> A greeting.\n", "", "the example 'Well' does not show both sides"),
    (TEXT, "verdict: good", "verdict: less good", "no example shows how to do it well"),
    (TEXT, "verdict: less good", "verdict: good", "no example shows what goes less well"),
    (TEXT, "verdict: good", "verdict: splendid", "a verdict is one of good, less good, mended"),
    (TEXT, "why: It is short.\n", "", "the chat has no why"),
    (TEXT, "Seeker: hello", "Client: hello", "a line of a chat begins with Seeker: or Listener: or Service:"),
    (TEXT, "compare: Any will do.\n", "", "the exercise has no compare"),
    (TEXT, "## Doing it", "# Doing it", "a heading is one line that begins with ## or ###"),
    (TEXT, "**this**", "<b>this</b>", "'<b' means nothing here"),
    (TEXT, "**this**", "[this](javascript:alert(1))", "'](' means nothing here"),
    (TEXT, "```exercise\ntask: Write another.", "```python\ntask: Write another.", "a fence is a chat or an exercise"),
    (TEXT, "compare: Any will do.\n```", "compare: Any will do.\n", "this fence is never closed"),
    (TEXT, "\n+++\n\nPeople", "\n\nPeople", "are not closed by a line +++"),
    # the bank
    (BANK, "[[questions]]", '[[questions]]\nanswer = "a"', "unknown field `answer`"),
    (BANK, 'kind = "single"', 'kind = "riddle"', "Invalid enum value 'riddle'"),
    (BANK, 'id = "q2"', 'id = "q1"', "two questions have the id q1"),
    (BANK, 'prompt = "Which of them, number 1?"', 'prompt = ""', "question q1: it has no prompt"),
    (BANK, 'kind = "single"', 'kind = "single"\npoints = 0', "question q1: it is worth no point"),
    (BANK, "worth = 1\n", "", "question q1: it has 0 right answers; it needs one"),
    (BANK, 'text = "Yonder"', 'text = "Yonder"\nworth = 1', "question q1: it has 2 right answers"),
    (BANK, "worth = 1\n", "worth = 0.5\n", "question q1: only in best_reply may a worth lie between"),
    (BANK, "worth = 1\n", "worth = 3\n", "question q1: a worth lies between 0 and 1"),
    (BANK, 'text = "Yonder"', 'text = "this one "', "question q1: two options have the same text"),
    (BANK, 'id = "c"', 'id = "b"', "question q1: two options have the same id"),
    (BANK, 'feedback = "Yes."', 'feedback = " "', "question q1: option a has no feedback"),
    (BANK, '[[questions.options]]\nid = "c"\ntext = "Yonder"\nfeedback = "No."\n', "", "it has 2 options; it needs 3"),
    (BANK, 'text = "Yonder"', 'text = "Yonder"\nplace = 1', "only the options of an order have places"),
    (BANK, 'prompt = "Which of', 'model = ["x"]\nprompt = "Which of', "only write_and_compare has a model"),
    (BANK, 'text = "Third"', 'text = "Third"\nworth = 1', "some of its options are right, and some are not"),
    (BANK, "place = 3", "place = 2", "question sorted: the places of its options are not 1 to 3"),
    (BANK, "place = 3", "place = 3\nworth = 1", "each option has a place, and none has a worth"),
    (BANK, "worth = 0.5", "worth = 1", "question best: it has 2 right answers"),
    (BANK, 'model = ["Hello, I\'m here."]\n', "", "it has no model answer"),
    (BANK, '[[questions.checklist]]\nid = "short"\ntext = "It is short."\n', "", "it has no checklist"),
    (BANK, 'chat = ["Seeker: hello"', 'chat = ["hello"', "question best: a line of a chat begins with"),
    (BANK, '[[questions.options]]\nid = "a"', "[[questions.options]]\nid = ", "Invalid value"),
    # the course
    (COURSE, "draw = 4", "draw = 40", "its test draws 40 of 8 questions"),
    (COURSE, "pass_mark = 0.8", "pass_mark = 80", "a pass mark is a share above 0 and up to 1"),
    (COURSE, "[5, 30]", "[30, 5]", "the waits between two tries are minutes that don't fall"),
    (COURSE, 'id = "more"', 'id = "first"', "module first stands here 2 times"),
    (COURSE, '["minding"]', '["minding", "hearing"]', "lesson hearing stands here 2 times"),
    (COURSE, '["minding"]', "[]", "module more has no lessons"),
    (COURSE, '["minding"]', "[]", "no module of the course names this lesson"),
    (COURSE, '["minding"]', '["minding", "mending"]', "short/en/mending.md: this file is missing"),
    (COURSE, '"topic:grief"', '"topic:gardening"', "is needed for 'topic:gardening', which is no clearance"),
    (COURSE, 'id = "short"', 'id = "long"', "its id is 'long', its folder is not"),
    (COURSE, 'language = "en"', 'language = "fr"', "there is no folder 'fr'"),
    (COURSE, '["minding"]', '["../../minding"]', "Expected `str` matching regex"),
    (
        COURSE,
        "[[modules]]",
        "[lesson_tests.x]\ndraw = 1\npass_mark = 1\nretry_waits_min = []\n[[modules]]",
        "lesson x,",
    ),
    (COURSE, "draw = 4", f"draw = {'[' * 5000}", "nested too deeply"),
    (WORDS, "[modules.more]", "[modules.moor]", "module more has no title here"),
    (SOURCES, "year = 2001\n", "", "missing required field `year`"),
    (SOURCES, 'by = "R. Reader"', 'by = ""', "does not say by whom"),
    (SOURCES, "https://", "http://", "does not begin with https://"),
    (
        SOURCES,
        "[[sources]]",
        '[[sources]]\nid = "reader-2001"\ntitle = "x"\nby = "x"\nyear = 1\n[[sources]]',
        "2 times",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), SPOILT, ids=[f"{one[0]}-{one[3][:40]}" for one in SPOILT])
def test_one_thing_that_is_spoilt_is_an_error(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    course = write_course(tmp_path)
    spoil(course, name, old, new)
    errors = [str(finding) for finding in findings(course) if finding.level == "error"]
    assert [line for line in errors if said in line], errors


def test_a_bank_needs_eight_questions(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    text = (course / BANK).read_text()
    (course / BANK).write_text("[[questions]]" + text.split("[[questions]]", 2)[2])
    assert [finding.what for finding in findings(course)] == ["its bank has 7 questions; it needs 8"]


def test_a_fault_is_told_with_its_line(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    spoil(course, TEXT, "- Another *thing*", "and no dash")
    lines = (course / TEXT).read_text().splitlines()
    at = lines.index("and no dash") + 1
    assert findings(course)[0].where == f"short/en/hearing.md:{at}"


#: What only makes a course worse to read or easier to guess: warned of, and the course still passes.
REMARKS = [
    (TEXT, "## Doing it", "Word " * 31 + "end.\n\n## Doing it", "a sentence of 32 words"),
    (TEXT, "## Doing it", "One can utilise it.\n\n## Doing it", "'utilis'... could be 'use'"),
    (TEXT, PADDING, ("It is good to be heard " * 4 + "by all. ") * 60, "words in the mean"),
    (
        SOURCES,
        "[[sources]]",
        '[[sources]]\nid = "x"\ntitle = "x"\nby = "x"\nyear = 1\n[[sources]]',
        "named by no lesson",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), REMARKS, ids=[one[3] for one in REMARKS])
def test_language_is_remarked_on_without_failing_the_course(
    tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    course = write_course(tmp_path)
    spoil(course, name, old, new)
    found = findings(course)
    assert {finding.level for finding in found} == {"warning"}
    assert any(said in finding.what for finding in found), found


def test_a_bank_that_gives_its_answers_away_is_remarked_on(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    for _ in range(4):
        spoil(course, BANK, 'text = "This one"', 'text = "This one, as anybody can see from its length"')
    assert [finding.what for finding in findings(course)] == [
        "in 4 of 5 questions the longest answer is the right one",
    ]


def test_the_passing_of_time_warns_and_breaks_nothing(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    for today, said in (
        (date(2026, 11, 1), "it says that it was written on 2026-11-22, which is to come"),
        (date(2027, 11, 1), "its review is due on 2027-11-22"),
        (date(2028, 1, 1), "its review was due on 2027-11-22"),
    ):
        found = findings(course, today)
        assert {(finding.level, finding.what) for finding in found} == {("warning", said)}


def test_a_translated_bank_keeps_questions_and_keys(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    spanish = course / "es"
    spanish.mkdir()
    for name in ("words.toml", "hearing.md", "hearing.toml"):
        (spanish / name).write_text((course / "en" / name).read_text())
    assert [str(finding) for finding in findings(course)] == [
        "warning: short/es/minding: not translated yet: people read it in en"
    ]
    spoil(course, "es/hearing.toml", 'id = "q1"', 'id = "p1"')
    spoil(course, "es/hearing.toml", "worth = 0.5", "worth = 0.7")
    errors = [finding.what for finding in findings(course) if finding.level == "error"]
    assert errors == [
        "the original lacks question p1",
        "it lacks question q1",
        "question best has another kind, other options or another key than the original",
    ]


def test_the_command_prints_a_line_a_defect_and_fails(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    runner = CliRunner()
    sound = runner.invoke(app, ["lint", str(course)])
    assert (sound.exit_code, sound.output.splitlines()[-1]) == (0, "1 courses, 2 lessons: 0 errors, 0 warnings.")
    spoil(course, TEXT, "[^reader-2001]", "")
    spoil(course, BANK, "worth = 1\n", "")
    spoilt = runner.invoke(app, ["lint", str(tmp_path)])
    assert spoilt.exit_code == 1
    assert spoilt.output.splitlines() == [
        "error: short/en/hearing: it names no source",
        "error: short/en/hearing: question q1: it has 0 right answers; it needs one",
        "1 courses, 2 lessons: 2 errors, 0 warnings.",
    ]
    nowhere = runner.invoke(app, ["lint", str(tmp_path / "none")])
    assert (nowhere.exit_code, "There is no course in" in nowhere.output) == (1, True)


def test_the_command_lists_what_a_course_holds(tmp_path: Path) -> None:
    listed = CliRunner().invoke(app, ["list", str(write_course(tmp_path))])
    assert listed.exit_code == 0
    assert re.search(
        r"more  More  \(needed for: topic:grief\)\n +minding +1\d min +8 questions +not clin", listed.output
    )
