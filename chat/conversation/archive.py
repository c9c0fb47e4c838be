"""What stays of an ended chat: facts without words. The log itself is forgotten (docs/privacy.md)."""

from typing import Any

from sqlalchemy import select

from chat.conversation.facts_tables import ChatFactsRow
from chat.conversation.offers import archive_offers, settle_outcomes
from chat.protocol.topics import topics_of
from config import metrics
from config.database import Database
from routing.actions.lines import Lines
from routing.rules.waiting import was_kept
from routing.store.snapshots import ChatRecord, chat_record, pairs

#: PROTOCOL: an ended chat can be recovered for 1 h; a little more, so that nobody reads half a log.
FORGET_AFTER_MS = 3_660_000
PAGE = 100


def facts_of(record: ChatRecord, band: str, h: dict[str, str]) -> ChatFactsRow:
    """The facts of one ended ChatRequest and its chat."""
    last = max(record.listeners.items(), key=lambda item: abs(item[1]), default=None)
    opened = record.opened_at_ms or None
    return ChatFactsRow(
        chat_id=record.chat_id,
        language=record.language,
        age_band=band,
        topics=list(topics_of(record.topic_mask)),
        distress_before=record.distress,
        distress_after=int(h["da"]) if h.get("da") else None,
        rating=int(h["fb"]) if h.get("fb") else None,
        arrived_at_ms=record.arrived_at_ms,
        offered_at_ms=None,
        opened_at_ms=opened,
        ended_at_ms=record.ended_at_ms,
        ended_by=record.ended_by,
        end_reason=record.ended_reason,
        listener_id=last[0] if last else None,
        wait_ms=opened - record.arrived_at_ms if opened else None,
        wait_promised_s=int(h["pm"]) if h.get("pm") else None,
        offers=record.offers,
        messages_seeker=record.written.get("seeker", 0),
        messages_listener=record.written.get("listener", 0),
    )


def kept_promise(facts: ChatFactsRow) -> bool | None:
    """Did the wait that was announced first hold? None where none was announced, or nobody can know."""
    if facts.wait_promised_s is None:
        return None
    has_joined = facts.wait_ms is not None
    waited_ms = facts.wait_ms if facts.wait_ms is not None else facts.ended_at_ms - facts.arrived_at_ms
    return was_kept(facts.wait_promised_s, waited_ms, has_joined=has_joined)


async def archive_band(lines: Lines, database: Database, band: str, now_ms: int) -> int:
    """Write why offers were made, the facts of chats that ended or got feedback, and forget chats after an hour.

    Answers how many were forgotten. Facts are written once more before a chat is forgotten, so that a crash between
    two steps loses nothing; a repeat replaces the same row. Raises RedisAway, RedisRefused and the database's errors.
    """
    shard = lines.shards[band]
    link = shard.functions.link
    # Before the facts: what became of an offer is written into its row with them.
    await archive_offers(shard, database, band)
    while ids := await link.send("SPOP", shard.key("unwritten"), PAGE):
        await _write(lines, database, band, [raw.decode() for raw in ids])
    forgotten = 0
    while True:
        old = f"({now_ms - FORGET_AFTER_MS}"
        ids = await link.send("ZRANGEBYSCORE", shard.key("ended"), "-inf", old, "LIMIT", 0, PAGE)
        chat_ids = [raw.decode() for raw in ids]
        still_wrapping = await _write(lines, database, band, chat_ids)
        gone = [chat_id for chat_id in chat_ids if chat_id not in still_wrapping]
        for chat_id in gone:
            await lines.call(band, "forget", chat_id)
        forgotten += len(gone)
        if len(ids) < PAGE or not gone:
            return forgotten


async def _write(lines: Lines, database: Database, band: str, chat_ids: list[str]) -> set[str]:
    """Write these chats' facts. Answers those that are still in their wrap-up."""
    shard = lines.shards[band]
    rows: list[ChatFactsRow] = []
    wrapping: set[str] = set()
    ended: dict[str, dict[str, str]] = {}
    for chat_id in chat_ids:
        flat: list[Any] = await shard.functions.link.send("HGETALL", shard.key("chat", chat_id))
        if flat:
            h = ended[chat_id] = pairs(flat)
            record = chat_record(chat_id, h)
            rows.append(facts_of(record, band, h))
            if record.state == "U":
                wrapping.add(chat_id)
    if rows:
        async with database.write() as session:
            ids = [row.chat_id for row in rows]
            known = set(await session.scalars(select(ChatFactsRow.chat_id).where(ChatFactsRow.chat_id.in_(ids))))
            for row in rows:
                await session.merge(row)
        await settle_outcomes(database, ended)
        # Each chat is counted once, when its facts are written first.
        for kept in (kept_promise(row) for row in rows if row.chat_id not in known):
            if kept is not None:
                metrics.wait_promise.labels("yes" if kept else "no").inc()
    return wrapping
