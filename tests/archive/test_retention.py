"""What has been kept for long enough goes, and nothing else does: time is an argument."""

from typing import Any

import pytest
from sqlalchemy import func, select

from chat.conversation import retention
from chat.conversation.archive_tables import ArchivedChatRow, SetAsideRow
from chat.conversation.facts_tables import (
    ChatFactsRow,
    FeedbackCommentRow,
    LoadSampleRow,
    ReportRow,
    WrapUpNoteRow,
)
from chat.conversation.handling_tables import HandlingRow
from chat.conversation.key_tables import ChatKeyRow
from chat.conversation.offer_tables import OfferRow
from chat.conversation.retention import DAY_MS, Retention, enforce
from config.database import Database

KEPT = Retention(words=30, facts=400)
NOW = 2_000 * DAY_MS
TABLES: tuple[Any, ...] = (
    ChatKeyRow,
    ArchivedChatRow,
    SetAsideRow,
    FeedbackCommentRow,
    ReportRow,
    HandlingRow,
    WrapUpNoteRow,
    ChatFactsRow,
    OfferRow,
    LoadSampleRow,
)


def chat(chat_id: str, at_ms: int) -> list[Any]:
    """All that is kept of one chat that began and ended at that instant."""
    return [
        ChatKeyRow(chat_id=chat_id, wrapped=b"w", master_id="m", made_at_ms=at_ms),
        ArchivedChatRow(
            chat_id=chat_id,
            age_band="adult",
            epoch="e",
            count=0,
            sha256="",
            entries=b"",
            ended_at_ms=at_ms,
            archived_at_ms=at_ms,
        ),
        SetAsideRow(chat_id=chat_id, age_band="adult", why="", first_at_ms=at_ms, last_at_ms=at_ms, tries=1),
        FeedbackCommentRow(chat_id=chat_id, at_ms=at_ms, sealed=b"words"),
        ReportRow(chat_id=chat_id, person_id="s", by_role="seeker", at_ms=at_ms, reason="rude", block=False),
        HandlingRow(chat_id=chat_id, by="seeker", report_at_ms=at_ms, handled_by="v", at_ms=NOW, sealed=b"words"),
        WrapUpNoteRow(chat_id=chat_id, listener_id="l", at_ms=at_ms, sealed=b"words"),
        ChatFactsRow(
            chat_id=chat_id,
            language="en",
            age_band="adult",
            topics=[],
            arrived_at_ms=at_ms,
            ended_at_ms=at_ms,
            ended_by="seeker",
            end_reason="ended",
            offers=1,
            messages_seeker=0,
            messages_listener=0,
        ),
        OfferRow(
            offer_id=f"{chat_id}.1",
            chat_id=chat_id,
            turn=1,
            language="en",
            age_band="adult",
            cell="0.0.0",
            listener_id="l",
            made_at_ms=at_ms,
            arrived_at_ms=at_ms,
            note="",
        ),
        LoadSampleRow(
            at_ms=at_ms,
            language="en",
            age_band="adult",
            waiting=0,
            longest_wait_ms=0,
            available=0,
            paused=0,
            in_chat=0,
            open_chats=0,
            open_offers=0,
            offers_missed_1h=0,
        ),
    ]


async def add(database: Database, *chats: list[Any]) -> None:
    async with database.write() as session:
        session.add_all(row for rows in chats for row in rows)


async def counts(database: Database) -> list[int]:
    async with database.read() as session:
        return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


async def test_words_go_after_their_days_and_facts_after_theirs(database: Database) -> None:
    ages = {
        "new": 0,
        "last-day": 30 * DAY_MS,
        "old": 30 * DAY_MS + 1,
        "older": 400 * DAY_MS,
        "oldest": 400 * DAY_MS + 1,
    }
    await add(database, *[chat(name, NOW - age) for name, age in ages.items()])
    assert await enforce(database, KEPT, NOW) > 0
    assert await counts(database) == [2, 2, 2, 2, 2, 2, 2, 4, 4, 4]
    assert await enforce(database, KEPT, NOW) == 0, "a repeat finds nothing"
    assert await enforce(database, KEPT, NOW + 1) > 0
    assert await counts(database) == [1, 1, 1, 1, 1, 1, 1, 3, 3, 3]


async def test_pages_are_walked_to_their_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PAGE", 3)
    await add(database, *[chat(f"c{n}", NOW - 401 * DAY_MS - n) for n in range(7)], chat("new", NOW))
    await enforce(database, KEPT, NOW)
    assert await counts(database) == [1] * len(TABLES)


async def test_keys_without_a_transcript_go_a_week_later_but_not_another_houses(database: Database) -> None:
    keys = {"open-for-long": 36, "nobody-came": 38, "practice": 150}
    await add(
        database,
        [
            ChatKeyRow(chat_id=name, wrapped=b"w", master_id="m", made_at_ms=NOW - days * DAY_MS)
            for name, days in keys.items()
        ],
        [WrapUpNoteRow(chat_id="practice", listener_id="another house", at_ms=NOW, sealed=b"words")],
    )
    await enforce(database, KEPT, NOW, spared=select(WrapUpNoteRow.chat_id))
    async with database.read() as session:
        assert sorted(await session.scalars(select(ChatKeyRow.chat_id))) == ["open-for-long", "practice"]
