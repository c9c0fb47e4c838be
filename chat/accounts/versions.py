"""The rising number by which other processes learn that a person changed."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.tables import StaffRow, StaffVersionRow


async def next_version(session: AsyncSession) -> int:
    """Take the next version. Its row stays locked until the commit, so versions are seen in the order given."""
    taken = await session.execute(update(StaffVersionRow).values(n=StaffVersionRow.n + 1).returning(StaffVersionRow.n))
    return taken.scalar_one()


async def raise_version(session: AsyncSession, person_id: str) -> None:
    """Tell every process that this person changed."""
    version = await next_version(session)
    await session.execute(update(StaffRow).where(StaffRow.person_id == person_id).values(version=version))


async def newest_version(session: AsyncSession) -> int:
    """The highest version that was given."""
    return (await session.execute(select(StaffVersionRow.n))).scalar_one()
