"""Who takes a course, and their bookmarks in its lessons. Each action works inside the caller's transaction."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.tables import InvitationRow, StaffRow
from listener_training.curriculum.course import Lesson
from listener_training.learning.tables import EnrolmentRow, LessonProgressRow


async def take_turn(session: AsyncSession, person_id: str) -> None:
    """Let nobody else write this person's learning until the commit: two tabs press the same button at once."""
    # The weaker lock: signing in, which only points at the row, needn't wait for it. SQLite has one writer anyway.
    await session.execute(
        select(StaffRow.person_id).where(StaffRow.person_id == person_id).with_for_update(key_share=True)
    )


async def enrol(session: AsyncSession, person_id: str, course_id: str, *, now_ms: int) -> None:
    """Put the person on the course's list, once. Whoever came by an invitation was enrolled by its maker."""
    if await session.get(EnrolmentRow, (person_id, course_id)) is not None:
        return
    invited = select(InvitationRow.created_by).where(InvitationRow.used_by == person_id)
    invited_by = (await session.scalars(invited)).first()
    session.add(
        EnrolmentRow(
            person_id=person_id,
            course_id=course_id,
            enrolled_by=invited_by or person_id,
            enrolled_at_ms=now_ms,
        )
    )
    await session.flush()


async def keep_bookmark(
    session: AsyncSession,
    person_id: str,
    course_id: str,
    lesson: Lesson,
    *,
    section: int,
    is_read: bool,
    now_ms: int,
) -> LessonProgressRow:
    """Remember where somebody is in a lesson. The section is the last one told; having read it to the end stays."""
    await take_turn(session, person_id)
    await enrol(session, person_id, course_id, now_ms=now_ms)
    row = await session.get(LessonProgressRow, (person_id, course_id, lesson.lesson_id))
    if row is None:
        row = LessonProgressRow(
            person_id=person_id,
            course_id=course_id,
            lesson_id=lesson.lesson_id,
            begun_at_ms=now_ms,
            read_at_ms=None,
        )
        session.add(row)
    # A new version may have fewer sections.
    row.section = min(section, max(len(lesson.sections) - 1, 0))
    row.changed_at_ms = now_ms
    if is_read and (row.read_at_ms is None or substance_of(row.lesson_version) != substance_of(lesson.version)):
        row.read_at_ms = now_ms
        row.lesson_version = lesson.version
    elif row.read_at_ms is None:
        row.lesson_version = lesson.version
    await session.flush()
    return row


def substance_of(version: str) -> str:
    """The part of a version that its authors raise when what is taught changes, not only a comma."""
    return version.partition("+")[0]
