"""One ended chat's log from the engine to the database, as it was sealed, and set aside where that can't be done."""

from typing import Any

from sqlalchemy import delete, select

from chat.conversation.archive_tables import ArchivedChatRow, SetAsideRow
from chat.conversation.facts import EndedChat
from chat.conversation.key_tables import ChatKeyRow
from chat.conversation.transcripts import SealedEntry, checked, longer, pack, unpack
from config import metrics
from config.database import Database, is_away
from config.log import get_logger
from config.redis_link import RedisAway, RedisRefused
from routing.store.shard import Shard

log = get_logger("archiver")

PAGE = 500


async def read_sealed(shard: Shard, chat_id: str) -> list[SealedEntry]:
    """All entries of a chat's log, in order. Raises RedisAway, RedisRefused; ValueError and its like for no entry."""
    entries: list[SealedEntry] = []
    after = 0
    while True:
        page: list[Any] = await shard.functions.link.send(
            "XRANGE", shard.key("log", chat_id), f"{after + 1}-0", "+", "COUNT", PAGE
        )
        for entry_id, values in page:
            h = dict(zip(values[::2], values[1::2], strict=True))
            after = int(entry_id.partition(b"-")[0])
            entries.append(SealedEntry(after, h[b"f"].decode(), h[b"i"].decode(), int(h[b"t"]), h[b"x"]))
        if len(page) < PAGE:
            return entries


async def keep_log(shard: Shard, database: Database, chat: EndedChat, now_ms: int) -> int | None:
    """See to it that all of a chat's log is in the database. Answers how many entries the engine holds of it.

    None: there is nothing to keep; it was no chat, or its seeker had it deleted. Raises what reading raises, the
    database's errors, and BadTranscriptError where the log is not what it should be.
    """
    record = chat.record
    if not record.opened_at_ms:
        # First words that nobody ever read: without their key nobody will.
        async with database.write() as session:
            await session.execute(delete(ChatKeyRow).where(ChatKeyRow.chat_id == chat.chat_id))
        return None
    has_key = select(ChatKeyRow.chat_id).where(ChatKeyRow.chat_id == chat.chat_id)
    async with database.read() as session:
        if await session.scalar(has_key) is None:
            return None  # also where the log is damaged: nobody could read it any more
        known = await session.scalar(select(ArchivedChatRow.sha256).where(ArchivedChatRow.chat_id == chat.chat_id))
    entries = checked(await read_sealed(shard, chat.chat_id), record.seq)
    packed, sha256 = pack(entries)
    if known == sha256:
        return len(entries)
    async with database.write() as session:
        # The lock makes two archivers take turns, and a deletion wait until what it shall delete is there.
        if await session.scalar(has_key.with_for_update()) is None:
            return None
        row = await session.get(ArchivedChatRow, chat.chat_id)
        if row is not None:
            packed, sha256 = pack(longer(unpack(row.entries, row.sha256), entries))
        if row is None or row.sha256 != sha256:
            await session.merge(
                ArchivedChatRow(
                    chat_id=chat.chat_id,
                    age_band=chat.band,
                    epoch=record.epoch,
                    count=len(entries),
                    sha256=sha256,
                    entries=packed,
                    ended_at_ms=record.ended_at_ms,
                    archived_at_ms=now_ms,
                )
            )
    metrics.archived.labels("archived").inc()
    return len(entries)


def is_everybodys(error: Exception) -> bool:
    """Does this error say that nothing can be archived now, and not that one chat can't?"""
    if isinstance(error, RedisRefused):
        return error.args[:1] != ("WRONGTYPE",)
    return isinstance(error, RedisAway) or is_away(error)


async def set_aside(database: Database, chat_id: str, band: str, error: Exception, now_ms: int) -> None:
    """Keep in mind that this chat could not be archived, and why. Raises the database's errors."""
    # Only our own sentences: another error may quote what it choked on.
    why = str(error) if type(error).__module__.startswith("chat.") else type(error).__name__
    async with database.write() as session:
        row = await session.get(SetAsideRow, chat_id)
        if row is None:
            row = SetAsideRow(chat_id=chat_id, age_band=band, why=why, first_at_ms=now_ms, last_at_ms=now_ms, tries=0)
            session.add(row)
        row.why, row.last_at_ms, row.tries = why, now_ms, row.tries + 1
    metrics.archived.labels("set_aside").inc()
    log.error("chat_set_aside", chat_id=chat_id, why=why)
