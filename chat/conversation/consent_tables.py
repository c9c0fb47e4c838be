"""Whether a mentor may read a chat later, so that its listener learns from it: both must say so (docs/review.md)."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class ReviewConsentRow(Base):
    """The seeker said yes; the listener, too, when `listener_at_ms` is set. Without a row nobody may read anything.

    It holds no id of the seeker. Times in Unix ms.
    """

    __tablename__ = "review_consents"

    chat_id: Mapped[str] = mapped_column(primary_key=True)
    seeker_at_ms: Mapped[int] = mapped_column(BigInteger)
    listener_at_ms: Mapped[int | None] = mapped_column(BigInteger)
