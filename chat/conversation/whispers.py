"""Whispers: what a supervisor who reads along and the listener write to each other (docs/supervision.md).

They are no messages of the chat: they take no `seq`, and the seeker never sees them. They go with the chat's words.
"""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.refusal import Refused
from chat.conversation.sealing import UNREADABLE, ChatKey, UnsealError
from chat.conversation.whisper_tables import WhisperRow
from config.database import Database


async def written(session: AsyncSession, chat_id: str, from_id: str, whisper_id: str) -> WhisperRow | None:
    """The whisper that this person wrote under this id."""
    query = select(WhisperRow).where(
        WhisperRow.chat_id == chat_id, WhisperRow.from_id == from_id, WhisperRow.whisper_id == whisper_id
    )
    return (await session.scalars(query)).first()


async def keep_whisper(
    database: Database, key: ChatKey, *, from_id: str, to_id: str, whisper_id: str, text: str, now_ms: int
) -> int:
    """Keep one, and say how many of this chat are kept. A repeat changes nothing; raises Refused for another text."""
    row = {
        "chat_id": key.chat_id,
        "from_id": from_id,
        "to_id": to_id,
        "whisper_id": whisper_id,
        "at_ms": now_ms,
        "sealed": key.seal_note(_kind(whisper_id), from_id, text),
    }
    async with database.write() as session:
        await session.execute(database.dialect.insert(WhisperRow).on_conflict_do_nothing(), [row])
        kept = await written(session, key.chat_id, from_id, whisper_id)
        if kept is None or kept.sealed != row["sealed"]:
            raise Refused("whisper_id_reused", "This whisper_id was used for other words.")
        counted = select(func.count()).where(WhisperRow.chat_id == key.chat_id)
        return int(await session.scalar(counted) or 0)


async def whispers_of(session: AsyncSession, chat_id: str, person_id: str) -> Sequence[WhisperRow]:
    """What this person wrote and was written to in a chat, oldest first."""
    mine = or_(WhisperRow.from_id == person_id, WhisperRow.to_id == person_id)
    query = select(WhisperRow).where(WhisperRow.chat_id == chat_id, mine).order_by(WhisperRow.whisper_no)
    return (await session.scalars(query)).all()


def words_of(key: ChatKey, row: WhisperRow) -> str:
    """The words; Unicode's sign for what can't be shown where they were damaged."""
    try:
        return key.unseal_note(_kind(row.whisper_id), row.from_id, row.sealed)
    except UnsealError:
        return UNREADABLE


def _kind(whisper_id: str) -> str:
    return f"whisper:{whisper_id}"
