"""What stays of ended chats and of the line without a word of what was said, and what people said about a chat."""

from collections.abc import Sequence

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class LoadSampleRow(Base):
    """The load of one pool, once a minute."""

    __tablename__ = "load_samples"

    at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(primary_key=True)
    age_band: Mapped[str] = mapped_column(primary_key=True)
    waiting: Mapped[int]
    longest_wait_ms: Mapped[int] = mapped_column(BigInteger)
    available: Mapped[int]
    paused: Mapped[int]
    in_chat: Mapped[int]
    open_chats: Mapped[int]
    open_offers: Mapped[int]
    offers_missed_1h: Mapped[int]


class ChatFactsRow(Base):
    """One ended chat, or a request that ended before a chat opened: times and numbers, no words, no seeker."""

    __tablename__ = "chat_facts"

    chat_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str]
    age_band: Mapped[str]
    topics: Mapped[list[str]] = mapped_column(JSON)
    distress_before: Mapped[int | None]
    distress_after: Mapped[int | None]
    rating: Mapped[int | None]
    arrived_at_ms: Mapped[int] = mapped_column(BigInteger)
    offered_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    opened_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    ended_by: Mapped[str]
    end_reason: Mapped[str]
    #: the last one; all of them, the first one first, in `listener_ids` (null: an older version knew the last one only)
    listener_id: Mapped[str | None]
    listener_ids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    wait_ms: Mapped[int | None] = mapped_column(BigInteger)
    #: the upper end of the wait that was announced first; None: no number was
    wait_promised_s: Mapped[int | None]
    offers: Mapped[int]
    messages_seeker: Mapped[int]
    messages_listener: Mapped[int]

    __table_args__ = (Index(None, "listener_id", "ended_at_ms"),)


class FeedbackCommentRow(Base):
    """What a seeker wrote about a chat afterwards, sealed with the chat's key.

    `comment` holds words that an older version left in clear, until `tealight migrate` has sealed them.
    """

    __tablename__ = "feedback_comments"

    chat_id: Mapped[str] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    comment: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    def __repr__(self) -> str:
        return f"FeedbackCommentRow(chat_id={self.chat_id!r})"


class ReportRow(Base):
    """One participant's report of the other one. A repeat by the same person replaces the first.

    Its words stand in `sealed`, if there are any; for `comment` see FeedbackCommentRow. `about_id` names a listener,
    never a seeker.
    """

    __tablename__ = "reports"

    chat_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    by_role: Mapped[str]
    at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    reason: Mapped[str]
    comment: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    block: Mapped[bool]
    about_id: Mapped[str | None]

    def __repr__(self) -> str:
        return f"ReportRow(chat_id={self.chat_id!r}, reason={self.reason!r})"


class WrapUpNoteRow(Base):
    """A listener's note after a chat, in `sealed`; for `note` see `comment` of FeedbackCommentRow."""

    __tablename__ = "wrap_up_notes"

    chat_id: Mapped[str] = mapped_column(primary_key=True)
    listener_id: Mapped[str] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    note: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    def __repr__(self) -> str:
        return f"WrapUpNoteRow(chat_id={self.chat_id!r})"


async def load_since(session: AsyncSession, since_ms: int, *, limit: int) -> Sequence[LoadSampleRow]:
    """The samples from that instant on, oldest first; where there are more than `limit`, the newest of them."""
    query = select(LoadSampleRow).where(LoadSampleRow.at_ms >= since_ms)
    order = (LoadSampleRow.at_ms.desc(), LoadSampleRow.language.desc(), LoadSampleRow.age_band.desc())
    newest_first = (await session.scalars(query.order_by(*order).limit(limit))).all()
    return newest_first[::-1]


async def recent_chats(session: AsyncSession, *, limit: int) -> Sequence[ChatFactsRow]:
    """The chats that ended last, newest first."""
    query = select(ChatFactsRow).order_by(ChatFactsRow.ended_at_ms.desc(), ChatFactsRow.chat_id)
    return (await session.scalars(query.limit(limit))).all()


async def shift_of(session: AsyncSession, listener_id: str, since_ms: int) -> tuple[int, int, int]:
    """What a listener did in chats that ended since then: how many, ms in chat, messages written.

    Chats held at the same time count each.
    """
    query = select(
        func.count(),
        func.coalesce(func.sum(ChatFactsRow.ended_at_ms - ChatFactsRow.opened_at_ms), 0),
        func.coalesce(func.sum(ChatFactsRow.messages_listener), 0),
    ).where(
        ChatFactsRow.listener_id == listener_id,
        ChatFactsRow.ended_at_ms >= since_ms,
        ChatFactsRow.opened_at_ms.is_not(None),
    )
    chats, in_chat_ms, messages = (await session.execute(query)).one()
    return int(chats), int(in_chat_ms), int(messages)
