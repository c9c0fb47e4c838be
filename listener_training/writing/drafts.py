"""A course on the desk: beginning it, changing its files, handing it in, giving it back, throwing it away."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.refusal import Refused
from listener_training.curriculum.reading import COURSE_FILE
from listener_training.writing.course_files import FILES_MAX, BadFiles, checked_text
from listener_training.writing.tables import CourseDraftRow, DraftFileRow, DraftWriterRow

NOTE_MAX = 1000


async def draft_of(session: AsyncSession, course_id: str, *, locks: bool = False) -> CourseDraftRow:
    """The draft of a course, `locks`: so that nobody else changes anything in it until the commit. Raises Refused."""
    draft = await session.get(CourseDraftRow, course_id, with_for_update=locks)
    if draft is None:
        raise Refused("no_such_draft", "Nobody is writing this course.")
    return draft


async def files_of(session: AsyncSession, course_id: str) -> Sequence[DraftFileRow]:
    """All files of a draft by their paths."""
    query = select(DraftFileRow).where(DraftFileRow.course_id == course_id).order_by(DraftFileRow.path)
    return (await session.scalars(query)).all()


def texts_in(files: Sequence[DraftFileRow]) -> dict[str, str]:
    return {file.path: file.text for file in files}


async def writers_of(session: AsyncSession, course_id: str) -> set[str]:
    """Everybody who changed something in a draft, also what somebody else changed once more."""
    return set(await session.scalars(select(DraftWriterRow.person_id).where(DraftWriterRow.course_id == course_id)))


async def begin(
    session: AsyncSession,
    course_id: str,
    texts: Mapping[str, str],
    *,
    based_on: int,
    by: str,
    now_ms: int,
    is_own: bool,
) -> CourseDraftRow:
    """Put a course on the desk. `is_own`: its words come from whoever begins it. Raises Refused."""
    draft = CourseDraftRow(
        course_id=course_id, based_on=based_on, begun_by=by, begun_at_ms=now_ms, handed_in_at_ms=None, given_back=None
    )
    session.add(draft)
    try:
        await session.flush()
    except IntegrityError:
        raise Refused("draft_open", "Somebody is writing this course already.") from None
    if is_own:
        session.add(DraftWriterRow(course_id=course_id, person_id=by))
    for path, text in texts.items():
        session.add(
            DraftFileRow(
                course_id=course_id,
                path=path,
                text=text,
                version=1,
                changed_by=by if is_own else None,
                changed_at_ms=now_ms,
            )
        )
    record(session, by=by, act="course_begun", about=course_id, at_ms=now_ms, detail={"based_on": based_on})
    return draft


async def save_file(
    session: AsyncSession, course_id: str, path: str, text: str, *, seen: int, by: str, now_ms: int
) -> DraftFileRow:
    """Write one file. `seen`: the version that the writer has before them, 0 for a new file. Raises Refused."""
    draft = await draft_of(session, course_id, locks=True)
    try:
        text = checked_text(path, text.encode("utf-8", "surrogatepass"))
    except BadFiles as bad:
        raise Refused("bad_course_file", str(bad)) from None
    row = await session.get(DraftFileRow, (course_id, path))
    if (row.version if row else 0) != seen:
        raise Refused("changed_meanwhile", "Somebody else changed this file meanwhile. Nothing was overwritten.")
    if row is None:
        if len(await files_of(session, course_id)) >= FILES_MAX:
            raise Refused("bad_course_file", f"A course has at most {FILES_MAX} files.")
        row = DraftFileRow(course_id=course_id, path=path, text=text, version=1, changed_by=by, changed_at_ms=now_ms)
        session.add(row)
    elif row.text == text:
        return row
    else:
        row.text, row.version, row.changed_by, row.changed_at_ms = text, row.version + 1, by, now_ms
    await _was_changed(session, draft, by)
    return row


async def remove_file(session: AsyncSession, course_id: str, path: str, *, seen: int, by: str) -> None:
    """Take a file out, all but the outline. `seen` as in `save_file`. Raises Refused."""
    draft = await draft_of(session, course_id, locks=True)
    row = await session.get(DraftFileRow, (course_id, path))
    if row is None or path == COURSE_FILE:
        raise Refused("bad_course_file", "There is no such file that could be removed.")
    if row.version != seen:
        raise Refused("changed_meanwhile", "Somebody else changed this file meanwhile. It was kept.")
    await session.delete(row)
    await _was_changed(session, draft, by)


async def hand_in(session: AsyncSession, course_id: str, now_ms: int) -> None:
    """Ask for it to be published. Raises Refused."""
    draft = await draft_of(session, course_id, locks=True)
    draft.handed_in_at_ms, draft.given_back = draft.handed_in_at_ms or now_ms, None


async def give_back(session: AsyncSession, course_id: str, note: str, *, by: str, now_ms: int) -> None:
    """A verifier says what is to be mended. Raises Refused."""
    draft = await draft_of(session, course_id, locks=True)
    if not note.strip():
        raise Refused("no_reason", "Say what is to be mended.")
    draft.handed_in_at_ms, draft.given_back = None, note.strip()
    record(session, by=by, act="course_given_back", about=course_id, at_ms=now_ms)


async def throw_away(session: AsyncSession, course_id: str, *, by: str, now_ms: int) -> None:
    """Take a draft from the desk; what is published stays. Raises Refused."""
    await draft_of(session, course_id, locks=True)
    await clear(session, course_id)
    record(session, by=by, act="course_draft_thrown_away", about=course_id, at_ms=now_ms)


async def clear(session: AsyncSession, course_id: str) -> None:
    """Delete a draft with all that belongs to it."""
    for table in (DraftFileRow, DraftWriterRow, CourseDraftRow):
        await session.execute(delete(table).where(table.course_id == course_id))


async def _was_changed(session: AsyncSession, draft: CourseDraftRow, by: str) -> None:
    # What somebody looks at to judge it must not change under their eyes.
    draft.handed_in_at_ms = None
    await session.merge(DraftWriterRow(course_id=draft.course_id, person_id=by))
