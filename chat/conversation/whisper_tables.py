"""What a supervisor who reads along and the listener write to each other. Times are Unix milliseconds."""

from sqlalchemy import BigInteger, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class WhisperRow(Base):
    """One whisper, sealed with the key of the chat. `whisper_id` is the writer's own: a repeat is known by it."""

    __tablename__ = "whispers"

    # SQLite counts rows up by itself only in a column of exactly this type.
    whisper_no: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    chat_id: Mapped[str] = mapped_column(index=True)
    from_id: Mapped[str]
    to_id: Mapped[str]
    whisper_id: Mapped[str]
    at_ms: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (UniqueConstraint("chat_id", "from_id", "whisper_id"),)

    def __repr__(self) -> str:
        return f"WhisperRow(chat_id={self.chat_id!r}, whisper_id={self.whisper_id!r})"
