"""Ended chats as they were sealed, and those that could not be archived (docs/archive.md)."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, LargeBinary, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, defer, mapped_column

from config.database import Base


class ArchivedChatRow(Base):
    """The log of one ended chat: its entries as the engine held them, sealed, and a sum over them."""

    __tablename__ = "archived_chats"

    chat_id: Mapped[str] = mapped_column(primary_key=True)
    age_band: Mapped[str]
    epoch: Mapped[str]
    #: how many entries, which is also the `seq` of the last one
    count: Mapped[int]
    sha256: Mapped[str]
    entries: Mapped[bytes] = mapped_column(LargeBinary)
    ended_at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    archived_at_ms: Mapped[int] = mapped_column(BigInteger)

    def __repr__(self) -> str:
        return f"ArchivedChatRow(chat_id={self.chat_id!r}, count={self.count})"


class SetAsideRow(Base):
    """A chat whose archiving failed for a reason of its own. Its log stays in the engine until somebody looks."""

    __tablename__ = "set_aside_chats"

    chat_id: Mapped[str] = mapped_column(primary_key=True)
    age_band: Mapped[str]
    #: for people; names what is wrong, never what was written
    why: Mapped[str]
    first_at_ms: Mapped[int] = mapped_column(BigInteger)
    last_at_ms: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int]


async def all_set_aside(session: AsyncSession) -> Sequence[SetAsideRow]:
    """Those that wait for somebody to look, the oldest first."""
    return (await session.scalars(select(SetAsideRow).order_by(SetAsideRow.first_at_ms, SetAsideRow.chat_id))).all()


async def newest_archived(session: AsyncSession, *, limit: int) -> Sequence[ArchivedChatRow]:
    """The chats that ended last, newest first, without their entries."""
    query = select(ArchivedChatRow).order_by(ArchivedChatRow.ended_at_ms.desc(), ArchivedChatRow.chat_id)
    return (await session.scalars(query.options(defer(ArchivedChatRow.entries)).limit(limit))).all()
