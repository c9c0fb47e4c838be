"""Who may write courses and who may publish them: trainers with that function, and admins."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.refusal import Refused
from chat.accounts.staff import StaffMember
from chat.api.endpoint import Asked
from listener_training.trainers.caps import CAPS
from listener_training.trainers.functions import functions_of
from listener_training.writing.tables import CourseDraftRow, CourseEditionRow

WEEK_MS = 7 * 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What somebody may do with courses. `is_admin`: they may publish what they wrote themselves, said openly."""

    may_write: bool
    may_publish: bool
    is_admin: bool
    drafts_left: int
    publications_left: int


async def parts_of(session: AsyncSession, staff: StaffMember, now_ms: int) -> Parts:
    """An admin may do both, as with everything else in the service."""
    held = await functions_of(session, staff.person_id, now_ms)
    is_admin = staff.role == "admin"
    query = select(func.count()).where(CourseDraftRow.begun_by == staff.person_id)
    begun = await session.scalar(query) or 0
    recent = select(func.count()).where(
        CourseEditionRow.published_by == staff.person_id, CourseEditionRow.published_at_ms > now_ms - WEEK_MS
    )
    published = await session.scalar(recent) or 0
    return Parts(
        may_write=is_admin or "author" in held,
        may_publish=is_admin or "verifier" in held,
        is_admin=is_admin,
        drafts_left=max(0, CAPS.drafts_of_an_author - begun),
        publications_left=max(0, CAPS.editions_of_a_verifier_in_a_week - published),
    )


async def author(session: AsyncSession, asked: Asked) -> Parts:
    """Raises Refused for who may not write."""
    parts = await parts_of(session, asked.by, asked.now_ms)
    if not parts.may_write:
        raise Refused("not_your_part", "Courses are written by course authors and admins.")
    return parts


async def verifier(session: AsyncSession, asked: Asked) -> Parts:
    """Raises Refused for who may not publish."""
    parts = await parts_of(session, asked.by, asked.now_ms)
    if not parts.may_publish:
        raise Refused("not_your_part", "Courses are published by verifiers and admins.")
    return parts


async def reader(session: AsyncSession, asked: Asked) -> Parts:
    """Raises Refused for who has nothing to do with drafts."""
    parts = await parts_of(session, asked.by, asked.now_ms)
    if not (parts.may_write or parts.may_publish):
        raise Refused("not_your_part", "Drafts are for course authors, verifiers and admins.")
    return parts
