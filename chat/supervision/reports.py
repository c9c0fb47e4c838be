"""Reports and comments, as supervisors read them (docs/supervision.md). Each look at the words is in the audit log."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.tables import AuditRow
from chat.conversation.aftermath import COMMENT, REPORT
from chat.conversation.data_keys import DataKeys
from chat.conversation.facts_tables import ChatFactsRow, FeedbackCommentRow, ReportRow
from chat.conversation.sealing import UNREADABLE, UnsealError
from config.database import Database

READ = "read_report"
#: Stands for whoever wrote a report where a seeker did: the audit log outlives reports, and names no seeker.
BY_SEEKER = "seeker"


@dataclass(frozen=True, slots=True)
class Report:
    """One report, or what a seeker wrote after a chat. `about_id`: the listener whom it is about, if that is known."""

    row: ReportRow | FeedbackCommentRow
    about_id: str | None

    @property
    def writer(self) -> str:
        """By what is told apart what was said of one chat, without a seeker's id."""
        if not isinstance(self.row, ReportRow):
            return COMMENT
        return BY_SEEKER if self.row.by_role == BY_SEEKER else self.row.person_id


async def reports_for(session: AsyncSession, reader_id: str, *, limit: int) -> list[Report]:
    """The newest reports first, without those about whoever reads."""
    newest = select(ReportRow).order_by(ReportRow.at_ms.desc(), ReportRow.chat_id, ReportRow.person_id).limit(limit)
    return await not_about(session, reader_id, (await session.scalars(newest)).all())


async def comments_for(session: AsyncSession, reader_id: str, *, limit: int) -> list[Report]:
    """What seekers wrote after their chats, the newest first, without what is about whoever reads."""
    newest = select(FeedbackCommentRow).order_by(FeedbackCommentRow.at_ms.desc(), FeedbackCommentRow.chat_id)
    return await not_about(session, reader_id, (await session.scalars(newest.limit(limit))).all())


async def not_about(
    session: AsyncSession, reader_id: str, rows: Sequence[ReportRow | FeedbackCommentRow]
) -> list[Report]:
    """Those of these rows that this person may know of: nobody reads what is about themselves."""
    listeners = await listeners_of(session, {row.chat_id for row in rows})
    reports = []
    for row in rows:
        known = listeners.get(row.chat_id)
        if isinstance(row, FeedbackCommentRow):
            if known is None:
                continue  # the archiver is about to write whose chat it was
            about, about_id = known, known[-1] if known else None
        elif row.by_role != BY_SEEKER:
            about, about_id = [], None
        elif row.about_id is not None:
            about, about_id = [row.about_id], row.about_id
        else:  # an older version did not keep which of them it is about
            about, about_id = known or [], known[-1] if known else None
        if reader_id not in about:
            reports.append(Report(row, about_id))
    return reports


async def listeners_of(session: AsyncSession, chat_ids: Collection[str]) -> dict[str, list[str]]:
    """Chat -> its listeners, the last one at the end; without chats whose facts nobody has written yet."""
    query = select(ChatFactsRow.chat_id, ChatFactsRow.listener_id, ChatFactsRow.listener_ids).where(
        ChatFactsRow.chat_id.in_(chat_ids)
    )
    found = await session.execute(query) if chat_ids else ()
    return {chat_id: every or ([] if last is None else [last]) for chat_id, last, every in found}


async def readers_of(session: AsyncSession, reports: Iterable[Report]) -> dict[tuple[str, str], list[str]]:
    """(chat, writer) -> who has read that report as it is now, the first one first."""
    by_key = {(report.row.chat_id, report.writer): report.row.at_ms for report in reports}
    if not by_key:
        return {}
    looks = (
        select(AuditRow.about, AuditRow.by, AuditRow.at_ms, AuditRow.detail)
        .where(AuditRow.act == READ, AuditRow.at_ms >= min(by_key.values()))
        .where(AuditRow.about.in_({chat_id for chat_id, _ in by_key}))
        .order_by(AuditRow.audit_id)
    )
    readers: dict[tuple[str, str], list[str]] = {}
    for chat_id, by, at_ms, detail in await session.execute(looks):
        key = (chat_id, str(detail.get("by")))
        # What was written once more after the look is news.
        if at_ms >= by_key.get(key, at_ms + 1) and by not in readers.setdefault(key, []):
            readers[key].append(by)
    return readers


async def read_report(
    database: Database, keys: DataKeys, reader_id: str, chat_id: str, writer: str, now_ms: int
) -> str | None:
    """The words of one report, empty where there are none (any more). None: there is no such report for this reader.

    The line in the audit log is written first. Raises KeysAwayError and the database's errors.
    """
    async with database.write() as session:
        rows: list[ReportRow | FeedbackCommentRow] = [
            *await session.scalars(select(ReportRow).where(ReportRow.chat_id == chat_id)),
            *await session.scalars(select(FeedbackCommentRow).where(FeedbackCommentRow.chat_id == chat_id)),
        ]
        found = [one.row for one in await not_about(session, reader_id, rows) if one.writer == writer]
        if not found:
            return None
        record(session, by=reader_id, act=READ, about=chat_id, at_ms=now_ms, detail={"by": writer})
    row = found[0]
    key = await keys.of(chat_id) if row.sealed else None
    if key is None or not row.sealed:
        return ""
    kind, by_id = (REPORT, row.person_id) if isinstance(row, ReportRow) else (COMMENT, "")
    try:
        return key.unseal_note(kind, by_id, row.sealed)
    except UnsealError:
        return UNREADABLE
