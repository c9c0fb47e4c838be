"""Reports that somebody of the staff has dealt with, and those that nobody has (docs/supervision.md)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, case, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.refusal import Refused
from chat.conversation.data_keys import DataKeys
from chat.conversation.facts_tables import ReportRow
from chat.conversation.handling_tables import HandlingRow
from chat.conversation.key_tables import ChatKeyRow
from chat.conversation.sealing import UNREADABLE, ChatKey, UnsealError
from chat.supervision.reports import BY_SEEKER, Report, not_about
from config.database import Database

HANDLE, REOPEN = "handle_report", "reopen_report"


async def handlings_of(session: AsyncSession, reports: Iterable[Report]) -> dict[tuple[str, str], list[HandlingRow]]:
    """(chat, writer) -> each time that somebody handled that report, the first one first."""
    found: dict[tuple[str, str], list[HandlingRow]] = {}
    for row in await handlings_in(session, *{report.row.chat_id for report in reports}):
        found.setdefault((row.chat_id, row.by), []).append(row)
    return found


async def handlings_in(session: AsyncSession, *chat_ids: str) -> Sequence[HandlingRow]:
    """All handlings of reports of these chats, the first one first."""
    query = select(HandlingRow).where(HandlingRow.chat_id.in_(chat_ids)).order_by(HandlingRow.handling_no)
    return (await session.scalars(query)).all() if chat_ids else []


def handled_by(report: Report, handlings: Sequence[HandlingRow]) -> HandlingRow | None:
    """Who handled this report as it is now; None: it is open, also where it was said once more since."""
    return next((one for one in handlings if _counts(one) and one.report_at_ms == report.row.at_ms), None)


def _counts(handling: HandlingRow) -> bool:
    return handling.undone_at_ms is None


async def count_open(session: AsyncSession, reader_id: str, *, limit: int) -> int:
    """How many reports nobody has handled, without those about whoever asks; of more than `limit` the newest."""
    writer = case((ReportRow.by_role == BY_SEEKER, BY_SEEKER), else_=ReportRow.person_id)
    handled = select(HandlingRow.handling_no).where(
        HandlingRow.chat_id == ReportRow.chat_id,
        HandlingRow.by == writer,
        HandlingRow.report_at_ms == ReportRow.at_ms,
        HandlingRow.undone_at_ms.is_(None),
    )
    open_ones = select(ReportRow).where(~handled.exists()).order_by(ReportRow.at_ms.desc()).limit(limit)
    return len(await not_about(session, reader_id, (await session.scalars(open_ones)).all()))


async def handle_report(
    database: Database,
    keys: DataKeys,
    handler_id: str,
    chat_id: str,
    writer: str,
    *,
    report_at_ms: int,
    note: str,
    now_ms: int,
) -> None:
    """Mark one report as handled. A repeat by the same person changes nothing.

    `report_at_ms`: as the handler saw it; one that was said once more meanwhile is another matter. Raises Refused,
    KeysAwayError and the database's errors.
    """
    key = await keys.of(chat_id) if note else None
    if note and key is None:
        raise Refused("words_deleted", "This chat's words were deleted; no note about it is kept any more.")
    sealed = key.seal_note(_kind(writer), handler_id, note) if key else None
    async with database.write() as session:
        if sealed:
            # The key's lock first, as whoever deletes the chat takes them: they wait, or the note goes with the words.
            has_key = select(ChatKeyRow.chat_id).where(ChatKeyRow.chat_id == chat_id).with_for_update()
            if await session.scalar(has_key) is None:
                raise Refused("words_deleted", "This chat's words were deleted; no note about it is kept any more.")
        report = await _locked(session, handler_id, chat_id, writer)
        if report.row.at_ms != report_at_ms:
            raise Refused("changed_meanwhile", "This was reported once more meanwhile; look at it again.")
        before = handled_by(report, (await handlings_of(session, [report])).get((chat_id, writer), []))
        if before is not None:
            if (before.handled_by, before.sealed) == (handler_id, sealed):
                return
            raise Refused("handled_already", "Somebody has marked this report as handled already.")
        session.add(
            HandlingRow(
                chat_id=chat_id,
                by=writer,
                report_at_ms=report_at_ms,
                handled_by=handler_id,
                at_ms=now_ms,
                sealed=sealed,
            )
        )
        record(session, by=handler_id, act=HANDLE, about=chat_id, at_ms=now_ms, detail={"by": writer})


async def reopen_report(
    database: Database, by: str, chat_id: str, writer: str, handling_no: int, *, now_ms: int
) -> None:
    """Take a handling back. The report is open again, and who handled it stays; a repeat changes nothing.

    Raises Refused and the database's errors.
    """
    async with database.write() as session:
        await _locked(session, by, chat_id, writer)
        row = await session.get(HandlingRow, handling_no)
        if row is None or (row.chat_id, row.by) != (chat_id, writer):
            raise Refused("no_such_report", "There is no such report.")
        if not _counts(row):
            return
        row.undone_by, row.undone_at_ms = by, now_ms
        record(session, by=by, act=REOPEN, about=chat_id, at_ms=now_ms, detail={"by": writer})


async def _locked(session: AsyncSession, reader_id: str, chat_id: str, writer: str) -> Report:
    """The report, held for this transaction: of two who handle it at once, the second finds the first one's."""
    query: Select[ReportRow] = select(ReportRow).where(ReportRow.chat_id == chat_id).with_for_update()
    rows = (await session.scalars(query.order_by(ReportRow.person_id))).all()
    for report in await not_about(session, reader_id, rows):
        if report.writer == writer:
            return report
    raise Refused("no_such_report", "There is no such report.")


def note_of(key: ChatKey | None, row: HandlingRow) -> str:
    """What the handler noted; empty where nothing is kept (any more)."""
    if key is None or not row.sealed:
        return ""
    try:
        return key.unseal_note(_kind(row.by), row.handled_by, row.sealed)
    except UnsealError:
        return UNREADABLE


def _kind(writer: str) -> str:
    return f"handling:{writer}"
