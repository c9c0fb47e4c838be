"""Practice chats as rows. Times are Unix milliseconds."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class PracticeChatRow(Base):
    """One practice chat, from the wish to the debrief. What was written stands sealed, nowhere else.

    `turns`: for each reply that the partner answered, the highest `seq` that belongs to it. With seed, scenario and log
    that is the whole chat, so a process that takes over goes on with the same words.
    """

    __tablename__ = "practice_chats"

    practice_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"))
    scenario: Mapped[str]
    version: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger)
    age_band: Mapped[str]
    #: Times of the partner are divided by this.
    pace: Mapped[int]
    chat_id: Mapped[str] = mapped_column(index=True)
    begun_at_ms: Mapped[int] = mapped_column(BigInteger)
    opened_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int | None] = mapped_column(BigInteger, index=True)
    #: The process that plays the partner, and until when it is believed to live.
    holder: Mapped[str]
    lease_until_ms: Mapped[int] = mapped_column(BigInteger)
    turns: Mapped[list[int]] = mapped_column(JSON)
    #: well, unfinished, badly; not_begun, lost; null while it goes on.
    outcome: Mapped[str | None]
    score: Mapped[int | None]
    has_passed: Mapped[bool | None]
    #: Words that an older version left in clear, until `tealight migrate` has sealed them.
    debrief: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    note: Mapped[str | None]
    #: The debrief and the note, sealed with the key of the chat.
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_note: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: Why the trainee reported the partner, as a code.
    reported: Mapped[str | None]

    __table_args__ = (Index(None, "person_id", "begun_at_ms"),)

    def __repr__(self) -> str:
        return f"PracticeChatRow(practice_id={self.practice_id!r}, scenario={self.scenario!r})"
