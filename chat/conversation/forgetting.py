"""Taking away all that was written in a chat and about it. Its facts stay (docs/archive.md)."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from chat.conversation.archive_tables import ArchivedChatRow, SetAsideRow
from chat.conversation.facts_tables import FeedbackCommentRow, ReportRow, WrapUpNoteRow
from chat.conversation.handling_tables import HandlingRow
from chat.conversation.key_tables import ChatKeyRow
from chat.conversation.whisper_tables import WhisperRow

#: What holds words of a chat, in the order in which it goes. The key first: who waits for its lock then finds whatever
#: the archiver wrote meanwhile.
_WORDS = (ChatKeyRow, ArchivedChatRow, SetAsideRow, FeedbackCommentRow, WrapUpNoteRow, WhisperRow)


#: What another house keeps about these chats goes with them, in the same transaction.
ForgetChats = Callable[[AsyncSession, Sequence[str]], Awaitable[object]]


async def forget_words(session: AsyncSession, chat_ids: Sequence[str], others: Iterable[ForgetChats] = ()) -> None:
    """Take away keys and all words; of reports the words alone. That there was one, and who handled it, stays."""
    for table in _WORDS:
        await session.execute(delete(table).where(table.chat_id.in_(chat_ids)))
    wordless = update(ReportRow).where(ReportRow.chat_id.in_(chat_ids)).values(comment=None, sealed=None)
    await session.execute(wordless)
    await session.execute(update(HandlingRow).where(HandlingRow.chat_id.in_(chat_ids)).values(sealed=None))
    for forget_chats in others:
        await forget_chats(session, chat_ids)
