"""A seeker has their chat deleted, by the code that they were shown at its end (docs/archive.md)."""

from collections.abc import Iterable

from sqlalchemy import select

from chat.accounts.audit import record
from chat.conversation.archive_log import is_everybodys
from chat.conversation.data_keys import DataKeys
from chat.conversation.deletion_codes import hash_of
from chat.conversation.facts import ended_chat, write_facts
from chat.conversation.forgetting import ForgetChats, forget_words
from chat.conversation.key_tables import ChatKeyRow
from chat.conversation.offers import chat_fields
from config.database import Database
from config.log import get_logger
from routing.actions.lines import Lines

log = get_logger("archive")

#: Who acted, in the audit log: whoever holds the code.
BY = "seeker"


async def delete_chat(
    database: Database, keys: DataKeys, lines: Lines, code: str, now_ms: int, *, others: Iterable[ForgetChats] = ()
) -> bool:
    """Make the chat of this code unreadable, here at once. False: there is no such code (any more).

    First its facts, so that nothing brings it back from a ticket; then its key and all words, in one transaction; the
    engine last, which tells both sides. After a crash in between, the engine holds what nobody can read, until the
    archiver forgets it. Raises RedisAway, RedisRefused and the database's errors; a repeat is harmless.
    """
    async with database.read() as session:
        chat_id = await session.scalar(select(ChatKeyRow.chat_id).where(ChatKeyRow.deletion_hash == hash_of(code)))
    if chat_id is None:
        return False
    if not await _write_facts(database, lines, chat_id):
        return False
    async with database.write() as session:
        await forget_words(session, [chat_id], others)
        record(session, by=BY, act="delete_chat", about=chat_id, at_ms=now_ms)
    keys.forget(chat_id)
    await database.scrub()
    for band in lines.shards:
        await lines.call(band, "forget", chat_id)
    log.info("chat_deleted", chat_id=chat_id)
    return True


async def _write_facts(database: Database, lines: Lines, chat_id: str) -> bool:
    """The facts, where the engine still holds the chat. False: it goes on, and nobody was shown a code yet."""
    try:
        held = {band: await chat_fields(shard, chat_id) for band, shard in lines.shards.items()}
        chats = [ended_chat(chat_id, band, fields) for band, fields in held.items() if fields]
        if not all(chat.record.is_ended for chat in chats):
            return False
        await write_facts(database, chats)
    except Exception as error:
        if is_everybodys(error):
            raise
        # It is damaged, and was perhaps set aside for that: no reason to keep what shall be deleted.
        log.warning("facts_unwritable", chat_id=chat_id, kind=type(error).__name__)
    return True
