"""How long anything is kept. Time is an argument; the archiver asks once a minute (docs/archive.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, select, tuple_

from chat.conversation.archive_tables import ArchivedChatRow, SetAsideRow
from chat.conversation.facts_tables import (
    ChatFactsRow,
    FeedbackCommentRow,
    LoadSampleRow,
    ReportRow,
    WrapUpNoteRow,
)
from chat.conversation.forgetting import ForgetChats, forget_words
from chat.conversation.handling_tables import HandlingRow
from chat.conversation.key_tables import ChatKeyRow
from chat.conversation.offer_tables import OfferRow
from config.database import Database

DAY_MS = 24 * 3600_000
#: Rows of one transaction: writers of other processes wait no longer than for these.
PAGE = 200
#: A key without a transcript may be of a chat that still goes on. None goes on for a week.
LONGEST_CHAT_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Retention:
    """Days. `words`: what was written in chats and about them; `facts`: numbers about chats, offers and load."""

    words: int
    facts: int


async def enforce(
    database: Database,
    retention: Retention,
    now_ms: int,
    *,
    spared: Select[Any] | None = None,
    others: Iterable[ForgetChats] = (),
) -> int:
    """Take away what has been kept for long enough, in pages. Answers how many rows there were.

    `spared`: ids of chats that are another house's, and their keys with them; `others`: what else goes with a chat.
    Raises the database's errors.
    """
    words_before, facts_before = now_ms - retention.words * DAY_MS, now_ms - retention.facts * DAY_MS
    keys = select(ChatKeyRow.chat_id).where(ChatKeyRow.made_at_ms < words_before - LONGEST_CHAT_MS)
    gone = 0
    for chats in (
        select(ArchivedChatRow.chat_id).where(ArchivedChatRow.ended_at_ms < words_before),
        select(SetAsideRow.chat_id).where(SetAsideRow.first_at_ms < words_before),
        keys if spared is None else keys.where(ChatKeyRow.chat_id.not_in(spared)),
    ):
        gone += await _forget_chats(database, chats, others)
    for table, key, at in (
        (FeedbackCommentRow, (FeedbackCommentRow.chat_id,), FeedbackCommentRow.at_ms < words_before),
        (ReportRow, (ReportRow.chat_id, ReportRow.person_id), ReportRow.at_ms < words_before),
        # After the reports: with the last one of a chat goes who handled it.
        (HandlingRow, (HandlingRow.handling_no,), HandlingRow.chat_id.not_in(select(ReportRow.chat_id))),
        (WrapUpNoteRow, (WrapUpNoteRow.chat_id, WrapUpNoteRow.listener_id), WrapUpNoteRow.at_ms < words_before),
        (ChatFactsRow, (ChatFactsRow.chat_id,), ChatFactsRow.ended_at_ms < facts_before),
        (OfferRow, (OfferRow.offer_id,), OfferRow.made_at_ms < facts_before),
        (
            LoadSampleRow,
            (LoadSampleRow.at_ms, LoadSampleRow.language, LoadSampleRow.age_band),
            LoadSampleRow.at_ms < facts_before,
        ),
    ):
        gone += await _delete(database, table, key, at)
    if gone:
        await database.scrub()
    return gone


async def _forget_chats(database: Database, chats: Select[Any], others: Iterable[ForgetChats]) -> int:
    gone = 0
    while True:
        async with database.write() as session:
            ids = (await session.scalars(chats.limit(PAGE))).all()
            await forget_words(session, ids, others)
        gone += len(ids)
        if len(ids) < PAGE:
            return gone


async def _delete(database: Database, table: Any, key: tuple[Any, ...], is_old: Any) -> int:
    gone = 0
    while True:
        async with database.write() as session:
            page = (await session.execute(select(*key).where(is_old).limit(PAGE))).all()
            if page:
                await session.execute(delete(table).where(tuple_(*key).in_([tuple(row) for row in page])))
        gone += len(page)
        if len(page) < PAGE:
            return gone
