"""Reviews of chats, what each mentor found, and what was said about it. Times are Unix milliseconds."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class ReviewRow(Base):
    """One chat that is to be read by mentors, or was. `person_id`: whose chat it is, as the one who listens.

    It holds no words of the chat: those stand where the chat is kept, and go with it.
    """

    __tablename__ = "reviews"

    review_id: Mapped[str] = mapped_column(primary_key=True)
    #: practice or real
    kind: Mapped[str]
    #: the practice chat or the chat
    subject_id: Mapped[str]
    #: whose key seals the words
    chat_id: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"), index=True)
    age_band: Mapped[str]
    is_first_chats: Mapped[bool]
    rubric_id: Mapped[str]
    rubric_version: Mapped[str]
    asked_at_ms: Mapped[int] = mapped_column(BigInteger)
    shared_by: Mapped[str | None]
    #: from when on the listener sees what the mentors found
    shared_at_ms: Mapped[int | None] = mapped_column(BigInteger, index=True)
    #: item -> level on which mentors settled who had been far apart
    settled: Mapped[dict[str, int]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("kind", "subject_id"), Index(None, "asked_at_ms"))

    def __repr__(self) -> str:
        return f"ReviewRow(review_id={self.review_id!r})"


class AssessmentRow(Base):
    """What one mentor found, apart from the other one. Once handed in its levels change no more.

    `levels`: item -> 0 to 3, or null where it could not be seen. `helped`, `to_try`: for the listener (wording.py).
    """

    __tablename__ = "assessments"

    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.review_id"), primary_key=True)
    mentor_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"), primary_key=True, index=True)
    taken_at_ms: Mapped[int] = mapped_column(BigInteger)
    handed_in_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    levels: Mapped[dict[str, int | None] | None] = mapped_column(JSON(none_as_null=True))
    helped: Mapped[bytes] = mapped_column(LargeBinary)
    to_try: Mapped[bytes] = mapped_column(LargeBinary)

    def __repr__(self) -> str:
        return f"AssessmentRow(review_id={self.review_id!r}, mentor_id={self.mentor_id!r})"


class ReviewWordsRow(Base):
    """Something said about a review: among its mentors (`is_among_mentors`), or with the listener. See wording.py."""

    __tablename__ = "review_words"

    # SQLite counts rows up by itself only in a column of exactly this type.
    words_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.review_id"), index=True)
    by: Mapped[str]
    at_ms: Mapped[int] = mapped_column(BigInteger)
    is_among_mentors: Mapped[bool]
    text: Mapped[bytes] = mapped_column(LargeBinary)

    def __repr__(self) -> str:
        return f"ReviewWordsRow(words_id={self.words_id!r})"
