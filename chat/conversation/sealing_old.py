"""Words about chats that stand in clear, from before they were sealed: sealed and emptied by `tealight migrate`."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, inspect, select

from chat.conversation.aftermath import COMMENT, NOTE, REPORT
from chat.conversation.data_keys import DataKeys
from chat.conversation.facts_tables import FeedbackCommentRow, ReportRow, WrapUpNoteRow
from config.database import Base, Database

PAGE = 200


@dataclass(frozen=True, slots=True)
class InClear:
    """A column that held words, the one that holds them sealed, and what they are bound to."""

    table: type[Base]
    clear: str
    sealed: str
    kind: str
    #: the column that says whose words they are; empty where the chat alone says it
    by: str
    #: as text, what the column holds
    words: Callable[[Any], str] = str


PLACES = (
    InClear(FeedbackCommentRow, "comment", "sealed", COMMENT, ""),
    InClear(ReportRow, "comment", "sealed", REPORT, "person_id"),
    InClear(WrapUpNoteRow, "note", "sealed", NOTE, "listener_id"),
)


async def are_in_clear(database: Database, places: Sequence[InClear]) -> bool:
    """Is there anything to seal?"""
    async with database.read() as session:
        for place in places:
            if (await session.scalars(_in_clear(place, 1))).first() is not None:
                return True
    return False


def _in_clear(place: InClear, limit: int) -> Select[Any]:
    return select(place.table).where(getattr(place.table, place.clear).is_not(None)).limit(limit)


async def seal_old(database: Database, keys: DataKeys, places: Sequence[InClear]) -> int:
    """Seal what is left in clear and answer how many rows; each page is one transaction, and a repeat changes nothing.

    Raises KeysAwayError and the database's errors.
    """
    done = 0
    for place in places:
        while page := await _seal_page(database, keys, place):
            done += page
    if done:
        await database.scrub()
    return done


async def _seal_page(database: Database, keys: DataKeys, place: InClear) -> int:
    async with database.read() as session:
        rows: Sequence[Any] = (await session.scalars(_in_clear(place, PAGE))).all()
    sealed = await asyncio.gather(*[_sealed(keys, place, row) for row in rows])
    async with database.write() as session:
        for row, words in zip(rows, sealed, strict=True):
            now = await session.get(place.table, inspect(row).identity)
            if now is not None:
                setattr(now, place.sealed, words)
                setattr(now, place.clear, None)
    return len(rows)


async def _sealed(keys: DataKeys, place: InClear, row: Any) -> bytes:
    key = await keys.make(row.chat_id)
    by_id = getattr(row, place.by) if place.by else ""
    return key.seal_note(place.kind, by_id, place.words(getattr(row, place.clear)))
