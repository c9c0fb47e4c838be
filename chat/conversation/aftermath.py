"""What people say about a chat: feedback, reports, wrap-up notes. Written to the database, a repeat replaces."""

from chat.conversation.facts_tables import FeedbackCommentRow, ReportRow, WrapUpNoteRow
from chat.protocol.fields import Role
from config.clock import now_ms
from config.database import Database


async def save_comment(database: Database, chat_id: str, comment: str) -> None:
    """Keep what a seeker wrote about a chat."""
    async with database.write() as session:
        await session.merge(FeedbackCommentRow(chat_id=chat_id, at_ms=now_ms(), comment=comment))


async def save_report(
    database: Database, *, chat_id: str, person_id: str, role: Role, reason: str, comment: str | None, block: bool
) -> None:
    """Keep one participant's report of the other one."""
    async with database.write() as session:
        await session.merge(
            ReportRow(
                chat_id=chat_id,
                person_id=person_id,
                by_role=role,
                at_ms=now_ms(),
                reason=reason,
                comment=comment,
                block=block,
            )
        )


async def save_note(database: Database, chat_id: str, listener_id: str, note: str) -> None:
    """Keep a listener's wrap-up note."""
    async with database.write() as session:
        await session.merge(WrapUpNoteRow(chat_id=chat_id, listener_id=listener_id, at_ms=now_ms(), note=note))
