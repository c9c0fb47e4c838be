"""Editions: a draft that was published, taken back, and how processes come to show what is in force."""

import asyncio
import random
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.refusal import Refused
from config.database import Database, is_away
from config.log import get_logger
from listener_training.curriculum.course import Course
from listener_training.curriculum.reading import read_files
from listener_training.learning.shelf import Shelf
from listener_training.writing import drafts
from listener_training.writing.course_files import BadFiles, packed, unpacked
from listener_training.writing.tables import CourseDraftRow, CourseEditionRow

log = get_logger("writing")

#: Every process shows a new edition within this time.
FRESH_S = 5.0


async def editions_of(session: AsyncSession, course_id: str) -> Sequence[CourseEditionRow]:
    """All editions of a course, newest first."""
    query = select(CourseEditionRow).where(CourseEditionRow.course_id == course_id)
    return (await session.scalars(query.order_by(CourseEditionRow.number.desc()))).all()


async def in_force(session: AsyncSession) -> dict[str, int]:
    """Course -> number of the edition that people learn from; courses without one are absent."""
    query = (
        select(CourseEditionRow.course_id, func.max(CourseEditionRow.number))
        .where(CourseEditionRow.withdrawn_at_ms.is_(None))
        .group_by(CourseEditionRow.course_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def publish(
    session: AsyncSession,
    draft: CourseDraftRow,
    course_version: str,
    note: str,
    *,
    by: str,
    is_alone: bool,
    now_ms: int,
) -> CourseEditionRow:
    """Make the draft what people learn from. Whether its lessons are sound, and who may, was asked before.

    Raises Refused where it holds more than a course may.
    """
    writers = await drafts.writers_of(session, draft.course_id)
    files = packed(draft.course_id, drafts.texts_in(await drafts.files_of(session, draft.course_id)))
    try:
        # Files that are sound one by one may be more together than a course may have.
        unpacked(files)
    except BadFiles as bad:
        raise Refused("course_unsound", str(bad)) from None
    newest = await session.scalar(
        select(func.max(CourseEditionRow.number)).where(CourseEditionRow.course_id == draft.course_id)
    )
    edition = CourseEditionRow(
        course_id=draft.course_id,
        number=(newest or 0) + 1,
        course_version=course_version,
        files=files,
        note=note.strip(),
        written_by=",".join(sorted(writers) or [draft.begun_by]),
        published_by=by,
        published_at_ms=now_ms,
        is_alone=is_alone,
        withdrawn_by=None,
        withdrawn_at_ms=None,
    )
    session.add(edition)
    await drafts.clear(session, draft.course_id)
    detail = {"edition": edition.number, "version": course_version, "alone": is_alone}
    record(session, by=by, act="course_published", about=draft.course_id, at_ms=now_ms, detail=detail)
    return edition


async def withdraw(session: AsyncSession, course_id: str, number: int, *, by: str, now_ms: int) -> None:
    """Take an edition back: the one before it, or what ships, is in force again. Raises Refused."""
    edition = await session.get(CourseEditionRow, (course_id, number))
    if edition is None or edition.withdrawn_at_ms is not None:
        raise Refused("no_such_edition", "There is no such edition in force.")
    edition.withdrawn_by, edition.withdrawn_at_ms = by, now_ms
    record(session, by=by, act="course_withdrawn", about=course_id, at_ms=now_ms, detail={"edition": number})


async def refresh(shelf: Shelf, database: Database) -> None:
    """Show what is in force now. Reading a course takes a while, so only what is new is read, beside the loop.

    An edition that can't be read any more (a later version may be stricter) is left out with a line in the log; then
    what ships stands there.
    """
    async with database.read() as session:
        numbers = await in_force(session)
        if numbers == {course_id: number for course_id, (number, _) in shelf.editions.items()}:
            return
        new = {
            course_id: row.files
            for course_id, number in numbers.items()
            if shelf.editions.get(course_id, (0,))[0] != number
            and (row := await session.get(CourseEditionRow, (course_id, number))) is not None
        }
    shown: dict[str, tuple[int, Course | None]] = {}
    for course_id, number in numbers.items():
        known = shelf.editions.get(course_id)
        if course_id in new:
            shown[course_id] = number, await asyncio.to_thread(_read, course_id, new[course_id])
        elif known is not None:
            shown[course_id] = known
    shelf.show(shown)


async def refresh_if_there(shelf: Shelf, database: Database) -> None:
    """The same after a commit: a database that went away just then must not make what was done look undone.

    Every process finds it within `FRESH_S` of its return.
    """
    try:
        await refresh(shelf, database)
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("courses_not_refreshed", kind=type(error).__name__)


def _read(course_id: str, files: bytes) -> Course | None:
    try:
        texts = unpacked(files)
    except BadFiles as bad:
        log.error("course_defect", course=course_id, where="", what=str(bad))
        return None
    reading = read_files(course_id, {path: text.encode() for path, text in texts.items()})
    for defect in reading.defects:
        log.error("course_defect", course=course_id, where=defect.where, what=defect.what)
    return None if reading.defects else reading.course


async def keep_fresh(shelf: Shelf, database: Database) -> None:
    """Look every few seconds what is in force; runs until it is cancelled. A database that is away changes nothing."""
    while True:
        try:
            await refresh(shelf, database)
        except Exception as error:
            log.warning("courses_not_refreshed", kind=type(error).__name__)
        await asyncio.sleep(FRESH_S * random.uniform(0.9, 1.1))  # noqa: S311 - jitter, not a secret
