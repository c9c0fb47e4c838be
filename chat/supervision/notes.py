"""Wrap-up notes, as their writers and supervisors read them (docs/supervision.md). Each look at another's is logged."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.conversation.aftermath import NOTE
from chat.conversation.data_keys import DataKeys
from chat.conversation.facts_tables import WrapUpNoteRow
from chat.conversation.sealing import UNREADABLE, UnsealError
from chat.supervision.reports import listeners_of
from config.database import Database

READ = "read_notes"


@dataclass(frozen=True, slots=True)
class ReadNote:
    """One note and its words. Its repr shows no words."""

    row: WrapUpNoteRow
    words: str

    def __repr__(self) -> str:
        return f"ReadNote({self.row!r})"


async def notes_about(
    session: AsyncSession, reader_id: str, chat_ids: Collection[str]
) -> dict[str, list[WrapUpNoteRow]]:
    """Chat -> its notes that this supervisor may read: of a chat that was theirs, for a while at least, only their own.

    The next listener's note may be about them.
    """
    query = select(WrapUpNoteRow).where(WrapUpNoteRow.chat_id.in_(chat_ids)).order_by(WrapUpNoteRow.at_ms)
    rows = (await session.scalars(query)).all() if chat_ids else []
    listeners = await listeners_of(session, {row.chat_id for row in rows})
    found: dict[str, list[WrapUpNoteRow]] = {}
    for row in rows:
        if row.listener_id == reader_id or reader_id not in listeners.get(row.chat_id, [reader_id]):
            found.setdefault(row.chat_id, []).append(row)
    return found


async def own_notes(database: Database, keys: DataKeys, listener_id: str, *, limit: int) -> list[ReadNote]:
    """What this listener wrote after chats, the newest first. Raises KeysAwayError and the database's errors."""
    query = select(WrapUpNoteRow).where(WrapUpNoteRow.listener_id == listener_id)
    async with database.read() as session:
        rows = (await session.scalars(query.order_by(WrapUpNoteRow.at_ms.desc()).limit(limit))).all()
    return await _opened(keys, rows)


async def read_notes(database: Database, keys: DataKeys, reader_id: str, chat_id: str, now_ms: int) -> list[ReadNote]:
    """The notes about one chat that this supervisor may read. The line in the audit log is written first.

    Raises KeysAwayError and the database's errors.
    """
    async with database.write() as session:
        rows = (await notes_about(session, reader_id, [chat_id])).get(chat_id, [])
        if any(row.listener_id != reader_id for row in rows):
            record(session, by=reader_id, act=READ, about=chat_id, at_ms=now_ms)
    return await _opened(keys, rows)


async def _opened(keys: DataKeys, rows: Sequence[WrapUpNoteRow]) -> list[ReadNote]:
    # Asked for together, they are read from the database together.
    found = await asyncio.gather(*[keys.of(row.chat_id) for row in rows])
    notes = []
    for row, key in zip(rows, found, strict=True):
        if key is None or not row.sealed:
            continue  # it was deleted just now
        try:
            words = key.unseal_note(NOTE, row.listener_id, row.sealed)
        except UnsealError:
            words = UNREADABLE
        notes.append(ReadNote(row, words))
    return notes
