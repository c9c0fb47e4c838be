"""What the calls of reviews take and answer."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from chat.protocol.fields import NO_NUL, AgeBand
from listener_training.review.assessing import COMMENT_MAX
from listener_training.review.phases import Phase
from listener_training.review.rubric import LEVELS, Rubric
from listener_training.review.talking import WORDS_MAX
from listener_training.review.transcript import Line

Kind = Literal["practice", "real"]
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL)]
Comment = Annotated[str, Meta(max_length=COMMENT_MAX, pattern=NO_NUL)]
Level = Annotated[int, Meta(ge=0, le=LEVELS - 1)]


class ReviewLine(Struct, frozen=True, kw_only=True):
    """A review in a list. `title`: the scenario's, empty for a real chat. `handed_in`: how many mentors have.

    `last_by_name`: who wrote last in the talk with the listener; null before anybody did.
    """

    review_id: str
    kind: Kind
    title: str
    topics: list[str]
    happened_at_ms: int | None
    asked_at_ms: int
    is_first_chats: bool
    phase: Phase
    taken: int
    handed_in: int
    is_handed_in: bool
    last_by_name: str | None
    last_at_ms: int | None


class Askable(Struct, frozen=True, kw_only=True):
    """A chat of one's own that mentors could read."""

    kind: Kind
    subject_id: str
    title: str
    topics: list[str]
    ended_at_ms: int


class OwnReviewsShown(Struct, frozen=True, kw_only=True):
    """`mentors`: the names of those who may read, without oneself. `by_certificate`: they earned it; else they are
    supervisors and admins, until somebody does.
    """

    reviews: list[ReviewLine]
    may_ask: list[Askable]
    mentors: list[str]
    by_certificate: bool
    is_mentor: bool
    first_chats: int
    words_kept_days: int


class NewReview(Struct, frozen=True):
    kind: Kind
    subject_id: Id


class ReadingShown(Struct, frozen=True, kw_only=True):
    """What one mentor found. Levels: item -> 0 to 3, null where it could not be seen."""

    mentor_name: str
    is_mine: bool
    levels: dict[str, int | None]
    helped: str
    to_try: str
    handed_in_at_ms: int

    def __repr__(self) -> str:
        return "ReadingShown()"


class WordsShown(Struct, frozen=True, kw_only=True):
    by_name: str
    is_mine: bool
    is_among_mentors: bool
    at_ms: int
    text: str

    def __repr__(self) -> str:
        return "WordsShown()"


class ReviewShown(Struct, frozen=True, kw_only=True):
    """A review as its listener or one of its mentors sees it.

    `person_name` is null for a mentor who has not handed in: they read the chat, not the person. `lines` null: the
    words are not kept any more. `readings`: one's own; the other's, too, when both are in; the listener's when shared.
    """

    line: ReviewLine
    role: Literal["listener", "mentor", "reader"]
    person_name: str | None
    rubric: Rubric
    lines: list[Line] | None
    readings: list[ReadingShown]
    far_apart: list[str]
    settled: dict[str, int]
    words: list[WordsShown]
    may_share: bool
    due_at_ms: int | None
    server_time_ms: int


class HandIn(Struct, frozen=True, kw_only=True):
    """Every item of the rubric needs a level, or null where it could not be seen."""

    levels: Annotated[dict[str, Level | None], Meta(max_length=40)]
    helped: Comment
    to_try: Comment = ""

    def __repr__(self) -> str:
        return "HandIn()"


class Sharing(Struct, frozen=True):
    """`settled`: item -> the level on which the mentors settled, for each item that they saw far apart."""

    settled: Annotated[dict[str, Level], Meta(max_length=40)] = {}


class NewWords(Struct, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=WORDS_MAX, pattern=NO_NUL)]
    is_among_mentors: bool = False

    def __repr__(self) -> str:
        return "NewWords()"


class MentoringShown(Struct, frozen=True, kw_only=True):
    """A mentor's desk: what has room for them, and what they took."""

    waiting: list[ReviewLine]
    mine: list[ReviewLine]
    take_days: int


class AgreementLine(Struct, frozen=True, kw_only=True):
    """`reviews` read by two, `pairs` of levels. Null: too few to say (`few_pairs`), or nothing varied."""

    item: str | None
    title: str
    reviews: int
    pairs: int
    same: float | None
    near: float | None
    kappa: float | None
    low: float | None
    high: float | None


class AgreementShown(Struct, frozen=True, kw_only=True):
    rubric: str
    version: str
    few_pairs: int
    whole: AgreementLine
    items: list[AgreementLine]


class FirstChat(Struct, frozen=True, kw_only=True):
    """An open chat. `observer_name`: who is attached; null: nobody. `may_attach`: cleared for its age band."""

    chat_id: str
    opened_at_ms: int
    observer_name: str | None
    is_mine: bool
    may_attach: bool


class FirstChatsLine(Struct, frozen=True, kw_only=True):
    """A new listener who is on duty. `number`: which of their chats comes or goes on now, from 1."""

    person_id: str
    display_name: str
    is_in_chat: bool
    number: int
    age_bands: list[AgeBand]
    chats: list[FirstChat]


class FirstChatsShown(Struct, frozen=True):
    """`first_chats`: how many chats count as first ones here."""

    first_chats: int
    people: list[FirstChatsLine]
