"""Texts that admins put into the pages, and who reviewed what clinically."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.ids import new_id
from chat.accounts.tables import ClinicalReviewRow, TextRow

#: The text that names who runs the service.
ORGANISATION = "organisation"
DEFAULT_ORGANISATION = "Tealight"


async def all_texts(session: AsyncSession) -> dict[str, str]:
    """Every text by its key."""
    return {row.key: row.text for row in await session.scalars(select(TextRow).order_by(TextRow.key))}


async def put_texts(session: AsyncSession, texts: Mapping[str, str], *, by: str, now_ms: int) -> None:
    """Set these texts, and leave the others; an empty one is taken away, so that the page's own words show again."""
    changed = []
    for key, text in sorted(texts.items()):
        row = await session.get(TextRow, key)
        if not text and row is not None:
            await session.delete(row)
        elif text and row is None:
            session.add(TextRow(key=key, text=text, changed_by=by, changed_at_ms=now_ms))
        elif text and row is not None and row.text != text:
            row.text, row.changed_by, row.changed_at_ms = text, by, now_ms
        else:
            continue
        changed.append(key)
    if changed:
        record(session, by=by, act="put_texts", about="texts", at_ms=now_ms, detail={"keys": changed})
    await session.flush()


async def record_review(
    session: AsyncSession,
    *,
    subject: str,
    version: str,
    reviewer: str,
    reviewed_at_ms: int,
    note: str,
    by: str,
    now_ms: int,
) -> ClinicalReviewRow:
    """Record that someone reviewed a subject, in the version that stood then."""
    row = ClinicalReviewRow(
        review_id=new_id("r"),
        subject=subject,
        version=version,
        reviewer=reviewer,
        reviewed_at_ms=reviewed_at_ms,
        note=note,
        recorded_by=by,
        recorded_at_ms=now_ms,
    )
    session.add(row)
    detail = {"subject": subject, "version": version}
    record(session, by=by, act="record_clinical_review", about=row.review_id, at_ms=now_ms, detail=detail)
    await session.flush()
    return row


async def all_reviews(session: AsyncSession) -> Sequence[ClinicalReviewRow]:
    """Every review, newest first."""
    order = (ClinicalReviewRow.reviewed_at_ms.desc(), ClinicalReviewRow.recorded_at_ms.desc())
    return (await session.scalars(select(ClinicalReviewRow).order_by(*order))).all()


async def latest_reviews(session: AsyncSession) -> list[ClinicalReviewRow]:
    """The newest review of each subject."""
    newest: dict[str, ClinicalReviewRow] = {}
    for row in await all_reviews(session):
        newest.setdefault(row.subject, row)
    return list(newest.values())
