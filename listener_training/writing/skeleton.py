"""The files of a course that has just been begun. Pure; the linter says what is still missing."""

from datetime import date, timedelta

from listener_training.curriculum.lint import QUESTIONS_MIN

#: The one that a new course begins with.
_SOURCE = "first-source"
_QUESTION = """[[questions]]
id = "question-{number}"
kind = "single"
prompt = ""

[[questions.options]]
id = "a"
text = ""
worth = 1
feedback = ""

[[questions.options]]
id = "b"
text = ""
feedback = ""
"""


def new_course(course_id: str, title: str, language: str, today: date) -> dict[str, str]:
    """A course with one module and one lesson, to be filled in."""
    return {
        "course.toml": (
            f'id = "{course_id}"\nversion = "1.0"\nlanguage = "{language}"\n\n'
            "[test]\ndraw = 6\npass_mark = 0.8\nretry_waits_min = [5, 30, 120]\n\n"
            '[[modules]]\nid = "first"\nneeded_for = []\nlessons = ["first-lesson"]\n'
        ),
        "sources.toml": (f'[[sources]]\nid = "{_SOURCE}"\ntitle = ""\nby = ""\nyear = {today.year}\n'),
        f"{language}/words.toml": (
            f'title = {quoted(title)}\nsummary = ""\n\n[modules.first]\ntitle = ""\nsummary = ""\n'
        ),
        **new_lesson("first-lesson", language, today),
    }


def new_lesson(lesson_id: str, language: str, today: date) -> dict[str, str]:
    """A lesson and its bank, to be filled in."""
    due = today + timedelta(days=365)
    text = (
        '+++\ntitle = ""\nsummary = ""\naims = [""]\nremember = [""]\n'
        f"written_on = {today}\nreview_due = {due}\n+++\n\n"
        f"What it is about.[^{_SOURCE}]\n\n## A section\n\n"
        "```chat\ntitle: How it goes well\nverdict: good\nSeeker: ...\nListener: ...\nwhy: ...\n```\n"
    )
    bank = "\n".join(_QUESTION.format(number=number) for number in range(1, QUESTIONS_MIN + 1))
    return {f"{language}/{lesson_id}.md": text, f"{language}/{lesson_id}.toml": bank}


def quoted(words: str) -> str:
    """Words as a TOML string."""
    escaped = "".join(
        f"\\u{ord(sign):04x}" if ord(sign) < 32 or ord(sign) == 127 else "\\" + sign if sign in '"\\' else sign
        for sign in words
    )
    return f'"{escaped}"'
