"""The facts of ended chats: what stays of them without a word of what was said (docs/privacy.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.tables import AuditRow
from chat.conversation.facts_tables import ChatFactsRow
from chat.conversation.offers import settle_outcomes
from chat.protocol.topics import topics_of
from config import metrics
from config.database import Database
from routing.rules.waiting import was_kept
from routing.store.snapshots import ChatRecord, chat_record


@dataclass(frozen=True, slots=True)
class EndedChat:
    """One ended ChatRequest and its chat: the hash as the shard holds it, and as a value."""

    band: str
    fields: Mapping[str, str]
    record: ChatRecord

    @property
    def chat_id(self) -> str:
        return self.record.chat_id


def ended_chat(chat_id: str, band: str, fields: dict[str, str]) -> EndedChat:
    """The chat of this hash. Raises ValueError where its numbers are none."""
    return EndedChat(band, fields, chat_record(chat_id, fields))


def facts_of(chat: EndedChat) -> ChatFactsRow:
    """The facts of one ended ChatRequest and its chat. Raises ValueError where its numbers are none."""
    record, h = chat.record, chat.fields
    listeners = sorted(record.listeners, key=lambda listener: abs(record.listeners[listener]))
    opened = record.opened_at_ms or None
    return ChatFactsRow(
        chat_id=record.chat_id,
        language=record.language,
        age_band=chat.band,
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
        listener_id=listeners[-1] if listeners else None,
        listener_ids=listeners,
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


async def _note_ends_of_observing(session: AsyncSession, chat: EndedChat) -> None:
    """In the audit log, once: who read along in this chat until something else ended it than they themselves."""
    for end in filter(None, chat.fields.get("ox", "").split(",")):
        who, _, at = end.rpartition(":")
        line = (AuditRow.at_ms == int(at), AuditRow.act == "observing_ended", AuditRow.about == chat.chat_id)
        if (await session.scalars(select(AuditRow.audit_id).where(*line, AuditRow.by == who))).first() is None:
            record(session, by=who, act="observing_ended", about=chat.chat_id, at_ms=int(at))


async def write_facts(database: Database, chats: Sequence[EndedChat]) -> None:
    """Write the facts of these chats, and what became of their offers; a repeat replaces the same rows."""
    rows = [facts_of(chat) for chat in chats]
    if not rows:
        return
    async with database.write() as session:
        ids = [row.chat_id for row in rows]
        known = set(await session.scalars(select(ChatFactsRow.chat_id).where(ChatFactsRow.chat_id.in_(ids))))
        for row in rows:
            await session.merge(row)
        for chat in chats:
            await _note_ends_of_observing(session, chat)
    await settle_outcomes(database, {chat.chat_id: chat.fields for chat in chats})
    # Each chat is counted once, when its facts are written first.
    for kept in (kept_promise(row) for row in rows if row.chat_id not in known):
        if kept is not None:
            metrics.wait_promise.labels("yes" if kept else "no").inc()


async def why_ended(database: Database, chat_id: str) -> str | None:
    """Why this request or chat ended, where the engine has forgotten it; None: nobody knows of an end."""
    async with database.read() as session:
        query = select(ChatFactsRow.end_reason).where(ChatFactsRow.chat_id == chat_id)
        return (await session.scalars(query)).first()
