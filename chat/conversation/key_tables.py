"""The data keys of chats, wrapped. Who has a row and the master key can read that chat; without the row nobody can."""

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class ChatKeyRow(Base):
    """One chat's key. Its going makes everything that was sealed with it unreadable."""

    __tablename__ = "chat_keys"

    chat_id: Mapped[str] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    #: under which master key
    master_id: Mapped[str] = mapped_column(index=True)
    made_at_ms: Mapped[int] = mapped_column(BigInteger)
    #: of the code by which the seeker can delete this chat
    deletion_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)

    def __repr__(self) -> str:
        return f"ChatKeyRow(chat_id={self.chat_id!r}, master_id={self.master_id!r})"
