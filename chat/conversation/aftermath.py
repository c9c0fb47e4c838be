"""What people say about a chat: feedback, reports, wrap-up notes. Sealed in the database; a repeat replaces."""

from sqlalchemy import delete

from chat.conversation.consent_tables import ReviewConsentRow
from chat.conversation.facts_tables import FeedbackCommentRow, ReportRow, WrapUpNoteRow
from chat.conversation.sealing import ChatKey
from chat.protocol.fields import Role
from config.clock import now_ms
from config.database import Database

#: The kinds of words about a chat, as they are bound into what is sealed.
COMMENT, REPORT, NOTE = "comment", "report", "note"


async def save_comment(database: Database, key: ChatKey, comment: str) -> None:
    """Keep what a seeker wrote about a chat."""
    # Whose comment it is follows from the chat, and its row names no seeker.
    sealed = key.seal_note(COMMENT, "", comment)
    async with database.write() as session:
        await session.merge(FeedbackCommentRow(chat_id=key.chat_id, at_ms=now_ms(), comment=None, sealed=sealed))


async def save_report(
    database: Database,
    *,
    chat_id: str,
    person_id: str,
    role: Role,
    about_id: str | None,
    reason: str,
    sealed: bytes | None,
    block: bool,
) -> None:
    """Keep one participant's report of the other one. `sealed`: what they wrote about it, as a REPORT.

    Whoever reports once more takes nothing back: words stay where no new ones come, and so does a block.
    """
    async with database.write() as session:
        before = await session.get(ReportRow, (chat_id, person_id))
        await session.merge(
            ReportRow(
                chat_id=chat_id,
                person_id=person_id,
                by_role=role,
                at_ms=now_ms(),
                reason=reason,
                comment=None,
                sealed=sealed or (before.sealed if before else None),
                block=block or (before is not None and before.block),
                about_id=about_id,
            )
        )


async def save_note(database: Database, key: ChatKey, listener_id: str, note: str) -> None:
    """Keep a listener's wrap-up note."""
    sealed = key.seal_note(NOTE, listener_id, note)
    async with database.write() as session:
        row = WrapUpNoteRow(chat_id=key.chat_id, listener_id=listener_id, at_ms=now_ms(), note=None, sealed=sealed)
        await session.merge(row)


async def save_review_consent(database: Database, chat_id: str, *, may_review: bool) -> None:
    """Keep a seeker's yes to a mentor's reading, or take it back; what the yes allowed then ends at once."""
    async with database.write() as session:
        if not may_review:
            await session.execute(delete(ReviewConsentRow).where(ReviewConsentRow.chat_id == chat_id))
        elif await session.get(ReviewConsentRow, chat_id) is None:
            session.add(ReviewConsentRow(chat_id=chat_id, seeker_at_ms=now_ms(), listener_at_ms=None))
