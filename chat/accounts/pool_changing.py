"""Admins open, close and describe pools."""

from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.entries import language_of
from chat.accounts.pool_hours import Hours, checked_hours
from chat.accounts.pool_opening import open_pools_for
from chat.accounts.refusal import Refused
from chat.accounts.tables import PoolRow

#: Older ages are a slip of the keyboard.
AGE_LIMIT = 120


async def open_language(session: AsyncSession, language: str, *, by: str, now_ms: int) -> list[PoolRow]:
    """Open both age bands' pools for a language. Raises Refused when they are there already."""
    tag = language_of(language)
    if not await open_pools_for(session, [tag], by=by, now_ms=now_ms):
        raise Refused("bad_pool", "There are pools for that language already.")
    return list((await session.scalars(select(PoolRow).where(PoolRow.language == tag))).all())


async def change_pool(
    session: AsyncSession,
    pool_id: str,
    changes: dict[str, Any],
    *,
    by: str,
    now_ms: int,
) -> PoolRow:
    """Set these fields of a pool (`name`, `min_age`, `max_age`, `text`, `flags`, `hours`, `is_open`). Raises Refused.

    An adult pool takes nobody under 18 and a teen pool nobody above 17, whatever an admin enters: the line between
    the two bands is what keeps teens and adults apart.
    """
    row = await session.get(PoolRow, pool_id)
    if row is None:
        raise Refused("no_such_pool", "There is no such pool.")
    if isinstance(changes.get("hours"), Hours):
        changes = changes | {"hours": msgspec.to_builtins(checked_hours(changes["hours"]))}
    changed = {field: value for field, value in changes.items() if getattr(row, field) != value}
    for field, value in changed.items():
        setattr(row, field, value)
    _check_ages(row)
    if changed:
        record(session, by=by, act="change_pool", about=pool_id, at_ms=now_ms, detail={"fields": sorted(changed)})
    await session.flush()
    return row


def _check_ages(row: PoolRow) -> None:
    low, high = (18, AGE_LIMIT) if row.age_band == "adult" else (0, 17)
    oldest = high if row.max_age is None else row.max_age
    if not low <= row.min_age <= oldest <= high or (row.age_band == "teen" and row.max_age is None):
        raise Refused("bad_pool", f"Ages in this pool are {low} to {high}, the younger one first.")
