"""What the call of the numbers answers. Null: too few people to say, or nothing varies."""

from msgspec import Struct

from listener_training.numbers.funnel import Step


class StepShown(Struct, frozen=True, kw_only=True):
    """`reached` this step or a later one; of them `waits` are at it, `stopped` came no further. Days from the last."""

    step: Step
    reached: int | None
    waits: int | None
    stopped: int | None
    days_low: float | None
    days_median: float | None
    days_high: float | None


class CompetenceShown(Struct, frozen=True, kw_only=True):
    """From joining to the first clearance for an age band, in days, by Kaplan and Meier."""

    people: int | None
    cleared: int | None
    median_days: float | None


class FeedbackShown(Struct, frozen=True, kw_only=True):
    """Practice scores before the first chat against ratings after: Spearman's rho and its 95% interval."""

    people: int | None
    few_people: int
    rho: float | None
    low: float | None
    high: float | None


class QuestionShown(Struct, frozen=True, kw_only=True):
    """`remarks`: hard, easy, weak."""

    course_id: str
    lesson_id: str
    lesson_title: str
    question_id: str
    prompt: str
    answers: int | None
    difficulty: float | None
    discrimination: float | None
    remarks: list[str]


class NumbersShown(Struct, frozen=True, kw_only=True):
    """`fewest`: no number of fewer people is told; `few_answers`: below, nothing is said of discrimination."""

    fewest: int
    few_answers: int
    quiet_days: int
    steps: list[StepShown]
    competence: CompetenceShown
    feedback: FeedbackShown
    questions: list[QuestionShown]
