"""Drafts with their files, and editions. Times are Unix milliseconds."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class CourseDraftRow(Base):
    """A course on somebody's desk. `based_on`: the edition that it began from; 0: what ships, or nothing."""

    __tablename__ = "course_drafts"

    course_id: Mapped[str] = mapped_column(primary_key=True)
    based_on: Mapped[int]
    begun_by: Mapped[str] = mapped_column(ForeignKey("staff.person_id"))
    begun_at_ms: Mapped[int] = mapped_column(BigInteger)
    #: null: it is being written; else when its author asked for it to be published
    handed_in_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    #: what a verifier said when they gave it back
    given_back: Mapped[str | None]


class DraftFileRow(Base):
    """One file of a draft. `version` rises with each change, so that nobody overwrites what they haven't seen."""

    __tablename__ = "course_draft_files"

    course_id: Mapped[str] = mapped_column(ForeignKey("course_drafts.course_id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    version: Mapped[int]
    #: null: as it was when the draft began
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.person_id"))
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)


class DraftWriterRow(Base):
    """Somebody who changed something in a draft. It stays so when another one changes the same file afterwards."""

    __tablename__ = "course_draft_writers"

    course_id: Mapped[str] = mapped_column(ForeignKey("course_drafts.course_id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"), primary_key=True)


class CourseEditionRow(Base):
    """A course as it was published; its files never change. The newest one that isn't withdrawn is what people learn.

    `files`: the course's folder as a zip. `is_alone`: nobody but its author looked at it.
    """

    __tablename__ = "course_editions"

    course_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    course_version: Mapped[str]
    files: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str]
    written_by: Mapped[str]
    published_by: Mapped[str] = mapped_column(ForeignKey("staff.person_id"))
    published_at_ms: Mapped[int] = mapped_column(BigInteger)
    is_alone: Mapped[bool]
    withdrawn_by: Mapped[str | None]
    withdrawn_at_ms: Mapped[int | None] = mapped_column(BigInteger)
