"""What the learning pages are told. Nothing here holds the key of a question that is not answered yet."""

from typing import Annotated

from msgspec import Meta, Struct

from chat.accounts.clearances import ClearanceKind
from chat.protocol.fields import NO_NUL, LanguageTag, Role
from listener_training.curriculum.blocks import ChatLine, Section
from listener_training.curriculum.course import Check, Kind, Source
from listener_training.learning.judging import WRITTEN_MAX
from listener_training.learning.trying import Outcome

Id = Annotated[str, Meta(max_length=100, pattern=NO_NUL)]


class Wanted(Struct, frozen=True):
    """The language that the page speaks; what nobody translated comes as it was first written."""

    language: LanguageTag = "en"


class LessonLine(Struct, frozen=True):
    """A lesson in the list of a course, and how far the person is in it.

    `section`: where they were last, null before the first time. `may_try_at_ms`: 0, or when the wait after a failed
    test is over. `has_changed`: what is taught has changed in substance since they read it.
    """

    lesson_id: str
    title: str
    summary: str
    minutes: int
    is_fallback: bool
    is_reviewed: bool
    has_test: bool
    is_read: bool
    is_passed: bool
    is_done: bool
    has_changed: bool
    section: int | None
    tries: int
    best_share: float | None
    open_attempt_id: str | None
    may_try_at_ms: int


class ModuleShown(Struct, frozen=True):
    """`needed_for`: `every`, or clearances as `kind:value`; empty: whoever likes."""

    module_id: str
    title: str
    summary: str
    needed_for: list[str]
    lessons: list[LessonLine]


class AskShown(Struct, frozen=True):
    """How many lessons a clearance asks for and how many of them are done. `is_held`: the person holds it now."""

    kind: ClearanceKind
    value: str
    lessons: int
    done: int
    is_held: bool


class CourseShown(Struct, frozen=True):
    """A course and how far a person is in it. Minutes are those of its lessons; `next_lesson_id` null: all is done."""

    course_id: str
    version: str
    title: str
    summary: str
    is_fallback: bool
    enrolled_at_ms: int | None
    minutes: int
    minutes_done: int
    next_lesson_id: str | None
    modules: list[ModuleShown]
    asks: list[AskShown]


class Learning(Struct, frozen=True):
    """`server_time_ms`: by which waits are counted down."""

    server_time_ms: int
    courses: list[CourseShown]


class ClinicallyReviewed(Struct, frozen=True):
    """Who looked at this version of a lesson; `on` as YYYY-MM-DD."""

    by: str
    on: str


class LessonShown(Struct, frozen=True, kw_only=True):
    """A lesson to read; nothing in it is of one person. Without `reviewed` it is not clinically reviewed.

    `questions`: how many its test asks, 0 if it has none; `pass_mark`: the share of the points that passes.
    `lesson_number` of `lesson_count` in its module.
    """

    course_id: str
    course_title: str
    module_title: str
    lesson_number: int
    lesson_count: int
    lesson_id: str
    version: str
    language: str
    is_fallback: bool
    title: str
    summary: str
    aims: list[str]
    sections: list[Section]
    remember: list[str]
    sources: list[Source]
    minutes: int
    written_on: str
    reviewed: ClinicallyReviewed | None
    questions: int
    pass_mark: float
    previous_lesson_id: str | None
    next_lesson_id: str | None


class BookmarkBody(Struct, frozen=True):
    """`section` from 0; `is_read`: the end was reached."""

    section: Annotated[int, Meta(ge=0, le=1000)]
    is_read: bool = False


class Bookmark(Struct, frozen=True):
    section: int
    read_at_ms: int | None


class OptionShown(Struct, frozen=True):
    id: str
    text: str


class OptionJudged(Struct, frozen=True):
    id: str
    worth: float
    feedback: str


class AnswerShown(Struct, frozen=True):
    """What was answered and what is to be said to it. `right`: what would have been right (`order`: in this order).

    `worth` null: it doesn't count, because it was written; then `model` and `checklist` are for comparing, and
    `checked` is what the writer found, null until they have compared.
    """

    chosen: list[str]
    text: str | None
    worth: float | None
    right: list[str]
    options: list[OptionJudged]
    explanation: str
    model: list[str]
    checklist: list[Check]
    checked: list[str] | None

    def __repr__(self) -> str:
        return "AnswerShown()"


class QuestionShown(Struct, frozen=True):
    """`answer` null: not answered yet."""

    question_id: str
    kind: Kind
    points: int
    prompt: str
    chat: list[ChatLine]
    options: list[OptionShown]
    answer: AnswerShown | None


class AttemptShown(Struct, frozen=True, kw_only=True):
    """A try at the test of a lesson. `outcome` null: it is open. `may_try_at_ms` as in the list of lessons."""

    attempt_id: str
    course_id: str
    lesson_id: str
    lesson_title: str
    language: str
    number: int
    begun_at_ms: int
    ended_at_ms: int | None
    outcome: Outcome | None
    share: float | None
    pass_mark: float
    may_try_at_ms: int
    server_time_ms: int
    questions: list[QuestionShown]


class AnswerBody(Struct, frozen=True):
    """`chosen`: ids of options, for `order` all of them in order. `text`: for what is to be written."""

    chosen: Annotated[list[Id], Meta(max_length=50)] = []
    text: Annotated[str, Meta(max_length=WRITTEN_MAX, pattern=NO_NUL)] | None = None

    def __repr__(self) -> str:
        return "AnswerBody()"


class ComparisonBody(Struct, frozen=True):
    """Ids of the points of the checklist that were found."""

    checked: Annotated[list[Id], Meta(max_length=50)] = []


class PersonLine(Struct, frozen=True):
    """Somebody who learns. `is_trainee`: a listener without a clearance for an age band.

    `enrolled_by_name` null: by themselves, or by somebody who is gone. Counts are over all courses.
    """

    person_id: str
    name: str
    display_name: str
    role: Role
    is_trainee: bool
    enrolled_at_ms: int | None
    enrolled_by_name: str | None
    active_at_ms: int | None
    lessons: int
    read: int
    passed: int
    done: int
    tries: int


class PeopleLearning(Struct, frozen=True):
    people: list[PersonLine]


class AttemptLine(Struct, frozen=True):
    """One attempt without its answers."""

    course_id: str
    lesson_id: str
    number: int
    begun_at_ms: int
    ended_at_ms: int | None
    outcome: Outcome | None
    share: float | None


class PersonLearning(Struct, frozen=True):
    """Attempts: newest first."""

    person: PersonLine
    courses: list[CourseShown]
    attempts: list[AttemptLine]


class NewTrainee(Struct, frozen=True):
    languages: Annotated[list[LanguageTag], Meta(min_length=1, max_length=20)] | None = None


class TraineeInvited(Struct, frozen=True):
    """`code` is shown this once; the link is `/join/{code}`."""

    code: str
    expires_at_ms: int

    def __repr__(self) -> str:
        return "TraineeInvited()"
