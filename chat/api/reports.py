"""For supervisors: what seekers and listeners reported of each other (docs/supervision.md)."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.directory import names_of
from chat.accounts.refusal import Refused
from chat.api.endpoint import DATABASE_AWAY, SUPERVISORS, Asked, Endpoint
from chat.conversation.aftermath import COMMENT
from chat.conversation.data_keys import KeysAwayError
from chat.conversation.facts_tables import ReportRow
from chat.protocol.fields import Role
from chat.supervision.reports import BY_SEEKER, Report, comments_for, read_report, readers_of, reports_for

#: More than a large service gets in the days for which reports are kept.
_LOOKED_AT = 5_000


class ReportsQuery(Struct, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class ReportLine(Struct, frozen=True):
    """`by`: "seeker", the listener who wrote it, or "comment". `about_name`: the listener whom a seeker wrote about.

    `read_by`: names of those who have read it as it is now.
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


class Reports(Struct, frozen=True):
    """Without those about whoever asks: reports that nobody has read, then the newest; of comments the newest."""

    reports: list[ReportLine]


class ReportWords(Struct, frozen=True):
    """Empty: nothing was written, or the seeker had it deleted."""

    words: str

    def __repr__(self) -> str:
        return "ReportWords()"


async def _reports(asked: Asked) -> Reports:
    query: ReportsQuery = asked.query
    async with asked.deps.database.read() as session:
        reports = await reports_for(session, asked.by.person_id, limit=_LOOKED_AT)
        readers = await readers_of(session, reports)
        # What nobody has read must not slip behind newer ones.
        reports.sort(key=lambda report: bool(readers.get((report.row.chat_id, report.writer))))
        return await _shown(session, reports[: query.limit], readers)


async def _comments(asked: Asked) -> Reports:
    query: ReportsQuery = asked.query
    async with asked.deps.database.read() as session:
        comments = await comments_for(session, asked.by.person_id, limit=query.limit)
        return await _shown(session, comments, await readers_of(session, comments))


async def _shown(
    session: AsyncSession, reports: Sequence[Report], readers: Mapping[tuple[str, str], Sequence[str]]
) -> Reports:
    named = [one for report in reports for one in (report.about_id, report.writer)]
    names = await names_of(session, [*named, *(one for those in readers.values() for one in those)])
    return Reports([_line(report, names, readers.get((report.row.chat_id, report.writer), [])) for report in reports])


def _line(report: Report, names: Mapping[str, str], readers: Sequence[str]) -> ReportLine:
    row = report.row
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
    )


async def _read(asked: Asked) -> ReportWords:
    deps = asked.deps
    chat_id, by = asked.part("chat_id"), asked.part("by")
    try:
        words = await read_report(deps.database, deps.keys, asked.by.person_id, chat_id, by, asked.now_ms)
    except KeysAwayError:
        raise DATABASE_AWAY from None
    if words is None:
        raise Refused("no_such_report", "There is no such report.")
    return ReportWords(words)


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
)
