"""For supervisors: what seekers and listeners reported of each other (docs/supervision.md)."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.directory import names_of
from chat.accounts.refusal import Refused
from chat.api.endpoint import DATABASE_AWAY, SUPERVISORS, Asked, Endpoint
from chat.api.fields import AtMs, Note
from chat.conversation.aftermath import COMMENT
from chat.conversation.data_keys import KeysAwayError
from chat.conversation.facts_tables import ReportRow
from chat.conversation.handling_tables import HandlingRow
from chat.protocol.fields import Role
from chat.supervision.handling import (
    count_open,
    handle_report,
    handled_by,
    handlings_in,
    handlings_of,
    note_of,
    reopen_report,
)
from chat.supervision.reports import BY_SEEKER, Report, comments_for, read_report, readers_of, reports_for

#: More than a large service gets in the days for which reports are kept.
_LOOKED_AT = 5_000


class ReportsQuery(Struct, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class Handling(Struct, frozen=True):
    """Somebody marked a report as handled, and perhaps somebody took that back. A note's words come with a reading."""

    handling_no: int
    by_name: str
    at_ms: int
    has_note: bool
    undone_by_name: str | None
    undone_at_ms: int | None


class ReportLine(Struct, frozen=True):
    """`by`: "seeker", the listener who wrote it, or "comment". `about_name`: the listener whom a seeker wrote about.

    `read_by`: names of those who have read it as it is now. `handled`: the handling that counts; null: nobody has
    handled it as it is now. `handlings`: all of them, the first one first.
    """

    chat_id: str
    by: str
    by_role: Role
    by_name: str | None
    about_name: str | None
    at_ms: int
    reason: str
    is_blocked: bool
    has_words: bool
    read_by: list[str]
    handled: Handling | None
    handlings: list[Handling]


class Reports(Struct, frozen=True):
    """Without those about whoever asks: those that nobody has read, then others that nobody has handled, then the rest.

    The newest first of each; of comments the newest.
    """

    reports: list[ReportLine]


class OpenReports(Struct, frozen=True):
    """How many reports nobody has handled, without those about whoever asks."""

    count: int


class HandlingNote(Struct, frozen=True):
    handling_no: int
    words: str

    def __repr__(self) -> str:
        return f"HandlingNote(handling_no={self.handling_no})"


class ReportWords(Struct, frozen=True):
    """Empty: nothing was written, or the seeker had it deleted. `notes`: of those who handled it."""

    words: str
    notes: list[HandlingNote]

    def __repr__(self) -> str:
        return "ReportWords()"


class NewHandling(Struct, frozen=True):
    """`report_at_ms`: the report's `at_ms` as it was seen. `note`: for those who read it next."""

    report_at_ms: AtMs
    note: Note = ""

    def __repr__(self) -> str:
        return "NewHandling()"


class HandlingNumber(Struct, frozen=True):
    handling_no: Annotated[int, Meta(ge=1, lt=2**53)]


async def _reports(asked: Asked) -> Reports:
    query: ReportsQuery = asked.query
    async with asked.deps.database.read() as session:
        reports = await reports_for(session, asked.by.person_id, limit=_LOOKED_AT)
        readers = await readers_of(session, reports)
        handlings = await handlings_of(session, reports)

        def stage(report: Report) -> int:
            key = report.row.chat_id, report.writer
            if handled_by(report, handlings.get(key, ())) is not None:
                return 2
            return 1 if readers.get(key) else 0

        # What nobody has read, or nobody has handled, must not slip behind newer ones.
        reports.sort(key=stage)
        return await _shown(session, reports[: query.limit], readers, handlings)


async def _open(asked: Asked) -> OpenReports:
    async with asked.deps.database.read() as session:
        return OpenReports(await count_open(session, asked.by.person_id, limit=_LOOKED_AT))


async def _comments(asked: Asked) -> Reports:
    query: ReportsQuery = asked.query
    async with asked.deps.database.read() as session:
        comments = await comments_for(session, asked.by.person_id, limit=query.limit)
        return await _shown(session, comments, await readers_of(session, comments), {})


async def _shown(
    session: AsyncSession,
    reports: Sequence[Report],
    readers: Mapping[tuple[str, str], Sequence[str]],
    handlings: Mapping[tuple[str, str], Sequence[HandlingRow]],
) -> Reports:
    named = [one for report in reports for one in (report.about_id, report.writer)]
    named += [one for those in readers.values() for one in those]
    named += [one for those in handlings.values() for row in those for one in (row.handled_by, row.undone_by)]
    names = await names_of(session, named)
    keys = [(report.row.chat_id, report.writer) for report in reports]
    return Reports(
        [
            _line(report, names, readers.get(key, ()), handlings.get(key, ()))
            for report, key in zip(reports, keys, strict=True)
        ]
    )


def _line(
    report: Report, names: Mapping[str, str], readers: Sequence[str], handlings: Sequence[HandlingRow]
) -> ReportLine:
    row = report.row
    counts = handled_by(report, handlings)
    return ReportLine(
        chat_id=row.chat_id,
        by=report.writer,
        by_role=row.by_role if isinstance(row, ReportRow) else BY_SEEKER,  # type: ignore[arg-type]  # a connection's own
        by_name=names.get(report.writer),
        about_name=names.get(report.about_id or ""),
        at_ms=row.at_ms,
        reason=row.reason if isinstance(row, ReportRow) else COMMENT,
        is_blocked=isinstance(row, ReportRow) and row.block,
        has_words=row.sealed is not None,
        read_by=[names.get(one, one) for one in readers],
        handled=None if counts is None else _handling(counts, names),
        handlings=[_handling(one, names) for one in handlings],
    )


def _handling(row: HandlingRow, names: Mapping[str, str]) -> Handling:
    return Handling(
        handling_no=row.handling_no,
        by_name=names.get(row.handled_by, row.handled_by),
        at_ms=row.at_ms,
        has_note=row.sealed is not None,
        undone_by_name=names.get(row.undone_by, row.undone_by) if row.undone_by else None,
        undone_at_ms=row.undone_at_ms,
    )


async def _read(asked: Asked) -> ReportWords:
    deps = asked.deps
    chat_id, by = asked.part("chat_id"), asked.part("by")
    try:
        words = await read_report(deps.database, deps.keys, asked.by.person_id, chat_id, by, asked.now_ms)
        if words is None:
            raise Refused("no_such_report", "There is no such report.")
        async with deps.database.read() as session:
            rows = [row for row in await handlings_in(session, chat_id) if row.by == by and row.sealed]
        key = await deps.keys.of(chat_id) if rows else None
    except KeysAwayError:
        raise DATABASE_AWAY from None
    return ReportWords(words, [HandlingNote(row.handling_no, note_of(key, row)) for row in rows])


async def _handle(asked: Asked) -> None:
    body: NewHandling = asked.body
    try:
        await handle_report(
            asked.deps.database,
            asked.deps.keys,
            asked.by.person_id,
            asked.part("chat_id"),
            asked.part("by"),
            report_at_ms=body.report_at_ms,
            note=body.note.strip(),
            now_ms=asked.now_ms,
        )
    except KeysAwayError:
        raise DATABASE_AWAY from None


async def _reopen(asked: Asked) -> None:
    await reopen_report(
        asked.deps.database,
        asked.by.person_id,
        asked.part("chat_id"),
        asked.part("by"),
        asked.query.handling_no,
        now_ms=asked.now_ms,
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/supervise/reports",
        act=_reports,
        query=ReportsQuery,
        answer=Reports,
        who=SUPERVISORS,
        summary="What seekers and listeners reported of each other, without their words, and who has read it.",
    ),
    Endpoint(
        method="GET",
        path="/api/supervise/comments",
        act=_comments,
        query=ReportsQuery,
        answer=Reports,
        who=SUPERVISORS,
        summary="What seekers wrote after their chats, as reports: by `comment`, and read as they are.",
    ),
    Endpoint(
        method="POST",
        path="/api/supervise/reports/{chat_id}/{by}/readings",
        act=_read,
        answer=ReportWords,
        who=SUPERVISORS,
        refusals=(404,),
        summary="Read one report. That you did stands in the audit log, and beside the report.",
    ),
    Endpoint(
        method="GET",
        path="/api/supervise/reports/open",
        act=_open,
        answer=OpenReports,
        who=SUPERVISORS,
        summary="How many reports nobody has handled, for every page of staff.",
    ),
    Endpoint(
        method="POST",
        path="/api/supervise/reports/{chat_id}/{by}/handlings",
        act=_handle,
        body=NewHandling,
        status=204,
        who=SUPERVISORS,
        refusals=(404, 409),
        summary="Mark one report as handled; `handled_already` where somebody else was first.",
    ),
    Endpoint(
        method="DELETE",
        path="/api/supervise/reports/{chat_id}/{by}/handlings",
        act=_reopen,
        query=HandlingNumber,
        status=204,
        who=SUPERVISORS,
        refusals=(404,),
        summary="Take a handling back: the report is open again.",
    ),
)
