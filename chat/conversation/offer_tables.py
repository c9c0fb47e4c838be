"""Every offer that was made, with the note that says why it went to this listener: ids and numbers, no words."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Index, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base
from routing.rules.explaining import MadeOffer, parse_note


class OfferRow(Base):
    """One offer. `note` is as the scripts wrote it; `outcome` None: not known yet (routing/rules/explaining.py)."""

    __tablename__ = "offers"

    offer_id: Mapped[str] = mapped_column(primary_key=True)
    chat_id: Mapped[str] = mapped_column(index=True)
    turn: Mapped[int]
    language: Mapped[str]
    age_band: Mapped[str]
    cell: Mapped[str]
    listener_id: Mapped[str]
    made_at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    arrived_at_ms: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str]
    outcome: Mapped[str | None]

    __table_args__ = (Index(None, "language", "age_band", "made_at_ms"),)


def made_offer_of(row: OfferRow) -> MadeOffer:
    """The row as a value. Raises ValueError for a note that no script wrote."""
    return MadeOffer(row.offer_id, row.listener_id, row.made_at_ms, row.arrived_at_ms, row.cell, parse_note(row.note))


async def of_chat(session: AsyncSession, chat_id: str) -> Sequence[OfferRow]:
    """The offers of one chat, the first one first."""
    query = select(OfferRow).where(OfferRow.chat_id == chat_id).order_by(OfferRow.turn)
    return (await session.scalars(query)).all()


async def newest(
    session: AsyncSession, *, language: str | None, age_band: str | None, limit: int
) -> Sequence[OfferRow]:
    """The offers that were made last, of one pool or of all, newest first."""
    query = select(OfferRow)
    if language is not None:
        query = query.where(OfferRow.language == language)
    if age_band is not None:
        query = query.where(OfferRow.age_band == age_band)
    order = (OfferRow.made_at_ms.desc(), OfferRow.offer_id)
    return (await session.scalars(query.order_by(*order).limit(limit))).all()
