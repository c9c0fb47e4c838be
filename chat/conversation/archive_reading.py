"""Reading an archived chat. Who may is the caller's matter, and so is the line in the audit log."""

from dataclasses import dataclass

from chat.conversation.archive_tables import ArchivedChatRow
from chat.conversation.data_keys import DataKeys
from chat.conversation.log import ChatMessage
from chat.conversation.sealing import UNREADABLE, ChatKey, UnsealError
from chat.conversation.transcripts import SealedEntry, unpack
from config.database import Database
from config.log import get_logger

log = get_logger("archive")


@dataclass(frozen=True, slots=True)
class Transcript:
    """All that was written in one ended chat, in order. Its repr shows no words."""

    chat_id: str
    age_band: str
    ended_at_ms: int
    messages: tuple[ChatMessage, ...]

    def __repr__(self) -> str:
        return f"Transcript(chat_id={self.chat_id!r}, messages={len(self.messages)})"


async def read_transcript(database: Database, keys: DataKeys, chat_id: str) -> Transcript | None:
    """What was written in an ended chat; None where nothing is kept of it, or its key is gone.

    Raises KeysAwayError, BadTranscriptError and the database's errors.
    """
    async with database.read() as session:
        row = await session.get(ArchivedChatRow, chat_id)
    if row is None:
        return None
    entries = unpack(row.entries, row.sha256)
    key = await keys.of(chat_id)
    if key is None:
        return None
    messages = tuple(_message(key, entry) for entry in entries)
    return Transcript(chat_id, row.age_band, row.ended_at_ms, messages)


def _message(key: ChatKey, entry: SealedEntry) -> ChatMessage:
    try:
        text = key.unseal(entry.from_id, entry.message_id, entry.text)
    except UnsealError:
        log.error("archived_message_unreadable", chat_id=key.chat_id, seq=entry.seq)
        text = UNREADABLE
    return ChatMessage(entry.seq, entry.from_id, entry.message_id, entry.sent_at_ms, text)
