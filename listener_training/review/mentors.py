"""Who is a mentor: whoever holds a certificate that says so; until somebody does, supervisors and admins."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.refusal import Refused
from chat.accounts.tables import StaffRow
from chat.api.endpoint import SUPERVISORS
from listener_training.trainers.functions import holders


async def mentors_now(session: AsyncSession, now_ms: int) -> tuple[frozenset[str], bool]:
    """All mentors whose account is open, and whether they are it by certificate and not by their role."""
    staff = await session.execute(select(StaffRow.person_id, StaffRow.role).where(StaffRow.is_active))
    active = {row.person_id: row.role for row in staff}
    named = frozenset(
        person_id
        for person_id, functions in (await holders(session, now_ms)).items()
        if "mentor" in functions and person_id in active
    )
    by_role = frozenset(person_id for person_id, role in active.items() if role in SUPERVISORS)
    return (named, True) if named else (by_role, False)


async def require_mentor(session: AsyncSession, person_id: str, now_ms: int) -> None:
    """Raises Refused for whoever is no mentor."""
    if person_id not in (await mentors_now(session, now_ms))[0]:
        raise Refused("not_a_mentor", "That is for mentors.")
