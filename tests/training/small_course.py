"""A course small enough to be known by heart: two lessons that everybody needs, one for teen chats."""

from datetime import date

from listener_training.curriculum.blocks import ChatExample, ChatLine, Exercise, Paragraph, Points, Section, Span
from listener_training.curriculum.course import (
    Check,
    Course,
    Lesson,
    Module,
    Option,
    Question,
    Source,
    TestRule,
    Translation,
)

#: How the right answers of all questions but the written one begin, so that a test can look for what must not leak.
KEY = "the key:"


def single(question_id: str, lesson_id: str = "hearing") -> Question:
    """`a` is right."""
    return Question(
        id=question_id,
        kind="single",
        lesson_id=lesson_id,
        prompt=f"Which one, {question_id}?",
        options=[
            Option("a", "this one", f"{KEY} yes", worth=1),
            Option("b", "that one", f"{KEY} no"),
            Option("c", "none", f"{KEY} never"),
        ],
        explanation=f"{KEY} because",
    )


SEVERAL = Question(
    id="several",
    kind="multiple",
    lesson_id="hearing",
    prompt="Which ones?",
    points=2,
    options=[
        Option("a", "one", f"{KEY} yes", worth=1),
        Option("b", "two", f"{KEY} yes", worth=1),
        Option("c", "three", f"{KEY} no"),
        Option("d", "four", f"{KEY} no"),
    ],
)
STEPS = Question(
    id="steps",
    kind="order",
    lesson_id="hearing",
    prompt="In which order?",
    options=[
        Option("a", "first", f"{KEY} 1", place=1),
        Option("b", "second", f"{KEY} 2", place=2),
        Option("c", "third", f"{KEY} 3", place=3),
    ],
)
REPLY = Question(
    id="reply",
    kind="best_reply",
    lesson_id="hearing",
    prompt="What do you write?",
    chat=[ChatLine("seeker", "nobody gets it")],
    options=[
        Option("a", "You feel alone with it.", f"{KEY} best", worth=1),
        Option("b", "Tell me more.", f"{KEY} good", worth=0.5),
        Option("c", "Cheer up.", f"{KEY} no"),
    ],
)
WRITTEN = Question(
    id="written",
    kind="write_and_compare",
    lesson_id="hearing",
    prompt="Answer in your own words.",
    chat=[ChatLine("seeker", "i can't sleep")],
    model=[f"{KEY} The nights are long right now."],
    checklist=[Check("feeling", f"{KEY} It names a feeling."), Check("short", f"{KEY} It is short.")],
)
#: A question's id -> an answer that is right, as the API takes it.
RIGHT = {
    "several": {"chosen": ["a", "b"]},
    "steps": {"chosen": ["a", "b", "c"]},
    "reply": {"chosen": ["a"]},
    "written": {"text": "That sounds exhausting."},
}
WRONG = {
    "several": {"chosen": ["c"]},
    "steps": {"chosen": ["c", "b", "a"]},
    "reply": {"chosen": ["c"]},
    "written": {"text": "Try warm milk."},
}


def right(question_id: str) -> dict[str, object]:
    """A right answer to any question of the course."""
    return dict(RIGHT.get(question_id, {"chosen": ["a"]}))


def wrong(question_id: str) -> dict[str, object]:
    """A wrong one."""
    return dict(WRONG.get(question_id, {"chosen": ["b"]}))


def lesson(lesson_id: str, title: str, questions: list[Question], test: TestRule, version: str = "1.0+aaa") -> Lesson:
    """A lesson of three sections with one of each kind of block."""
    return Lesson(
        lesson_id=lesson_id,
        language="en",
        title=title,
        summary=f"About {lesson_id}.",
        aims=["to hear what is said"],
        sections=[
            Section("", [Paragraph([Span("To be heard helps"), Span("", source="rogers"), Span(".")])]),
            Section(
                "An example",
                [
                    ChatExample(
                        "A first line",
                        "good",
                        [ChatLine("seeker", "hi"), ChatLine("listener", "Hello. I am here.", "A warm beginning.")],
                        "It is short.",
                    )
                ],
            ),
            Section(
                "To do",
                [
                    Points(is_ordered=False, items=[[Span("Read it again in "), Span("", lesson="minding")]]),
                    Exercise("Write one line.", "I am here."),
                ],
            ),
        ],
        remember=["Say back what you heard."],
        sources=[Source("rogers", "On Becoming a Person", "Rogers", 1961)],
        questions=questions,
        test=test,
        written_on=date(2026, 11, 1),
        review_due=date(2027, 11, 1),
        reviewed_by=None,
        reviewed_on=None,
        minutes=10,
        version=version,
    )


def course(*, version: str = "1.0+aaa", lost: str | None = None) -> Course:
    """The course; `lost` names a question of the first lesson that a later version has no more."""
    questions = [question for question in (SEVERAL, STEPS, REPLY, WRITTEN) if question.id != lost]
    lessons = [
        lesson("hearing", "Hearing", questions, TestRule(4, 0.8, [10, 60]), version),
        lesson("minding", "Minding yourself", [], TestRule(1, 1.0, []), version),
        lesson("teens", "Teens", [single(f"q{n}", "teens") for n in range(8)], TestRule(3, 0.66, [5]), version),
    ]
    modules = [
        Module("teens", "Teens", "Chats with teens.", ["age_band:teen"], ["teens"]),
        Module("start", "Start", "What everybody needs.", ["every"], ["hearing", "minding"]),
    ]
    words = Translation("en", "Learning to listen", "Everything.", modules, {one.lesson_id: one for one in lessons})
    return Course("small", version, "en", {"en": words})
