"""Enrolments, bookmarks, attempts and their answers. Times are Unix milliseconds."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class EnrolmentRow(Base):
    """Somebody takes a course. `enrolled_by`: who invited them, or themselves."""

    __tablename__ = "enrolments"

    person_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"), primary_key=True)
    course_id: Mapped[str] = mapped_column(primary_key=True)
    enrolled_by: Mapped[str]
    enrolled_at_ms: Mapped[int] = mapped_column(BigInteger)


class LessonProgressRow(Base):
    """A bookmark. `section`: where somebody was last, from 0; `read_at_ms`: when they first came to the end."""

    __tablename__ = "lesson_progress"

    person_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"), primary_key=True)
    course_id: Mapped[str] = mapped_column(primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    lesson_version: Mapped[str]
    section: Mapped[int]
    begun_at_ms: Mapped[int] = mapped_column(BigInteger)
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)
    read_at_ms: Mapped[int | None] = mapped_column(BigInteger)


class AttemptRow(Base):
    """One try at the test of a lesson. What was drawn stands in it: a later version of the bank changes no result."""

    __tablename__ = "test_attempts"

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"))
    course_id: Mapped[str]
    lesson_id: Mapped[str]
    #: 1, 2, ... of this person and lesson.
    number: Mapped[int]
    lesson_version: Mapped[str]
    language: Mapped[str]
    seed: Mapped[str]
    drawn: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    begun_at_ms: Mapped[int] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    #: passed, not_passed or void; null while it is open.
    outcome: Mapped[str | None]
    #: Of the points that count, 0 to 1.
    share: Mapped[float | None]

    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "lesson_id", "number"),
        Index(None, "course_id", "lesson_id", "begun_at_ms"),
    )


class AnswerRow(Base):
    """One answered question of an attempt; the first answer stands. `text` is what somebody wrote, and never logged.

    `worth` is null where nothing is counted; then `checked` says which points of the checklist the writer found in
    their own words, once they compared.
    """

    __tablename__ = "test_answers"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("test_attempts.attempt_id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    kind: Mapped[str]
    points: Mapped[int]
    chosen: Mapped[list[str]] = mapped_column(JSON)
    text: Mapped[str | None]
    worth: Mapped[float | None]
    answered_at_ms: Mapped[int] = mapped_column(BigInteger)
    checked: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    compared_at_ms: Mapped[int | None] = mapped_column(BigInteger)

    def __repr__(self) -> str:
        return f"AnswerRow(attempt_id={self.attempt_id!r}, question_id={self.question_id!r})"
