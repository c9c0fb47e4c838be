"""Who shall not meet whom again, for an engine that forgot it."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class BlockRow(Base):
    """One seeker and one listener. `used_at_ms`: when the seeker's token was last seen in use (Unix ms)."""

    __tablename__ = "blocks"

    seeker_id: Mapped[str] = mapped_column(primary_key=True)
    listener_id: Mapped[str] = mapped_column(primary_key=True)
    used_at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
