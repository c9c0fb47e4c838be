"""Who is a mentor: somebody of the staff whom an admin named. Inside the caller's transaction, with an audit line."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.people import get_person
from chat.accounts.refusal import Refused
from listener_training.review.tables import AssessmentRow, MentorRow


async def name_mentor(session: AsyncSession, person_id: str, *, by: str, now_ms: int) -> None:
    """Trust somebody with reading chats; who is trusted already stays so. Raises Refused."""
    person = await get_person(session, person_id)
    if not person.is_active:
        raise Refused("no_such_person", "This account is closed.")
    if await session.get(MentorRow, person_id) is not None:
        return
    session.add(MentorRow(person_id=person_id, named_by=by, named_at_ms=now_ms))
    record(session, by=by, act="name_mentor", about=person_id, at_ms=now_ms)
    await session.flush()


async def release_mentor(session: AsyncSession, person_id: str, *, by: str, now_ms: int) -> None:
    """Somebody is no mentor any more: places that they hold go back, what they handed in stays."""
    row = await session.get(MentorRow, person_id)
    if row is None:
        return
    await session.delete(row)
    held = (AssessmentRow.mentor_id == person_id, AssessmentRow.handed_in_at_ms.is_(None))
    await session.execute(delete(AssessmentRow).where(*held))
    record(session, by=by, act="release_mentor", about=person_id, at_ms=now_ms)
    await session.flush()


async def is_mentor(session: AsyncSession, person_id: str) -> bool:
    """Is this person a mentor now?"""
    return await session.get(MentorRow, person_id) is not None


async def require_mentor(session: AsyncSession, person_id: str) -> None:
    """Raises Refused for whoever is no mentor."""
    if not await is_mentor(session, person_id):
        raise Refused("not_a_mentor", "That is for mentors. An admin names them.")


async def all_mentors(session: AsyncSession) -> Sequence[MentorRow]:
    """Every mentor, the first named first."""
    return (await session.scalars(select(MentorRow).order_by(MentorRow.named_at_ms, MentorRow.person_id))).all()
