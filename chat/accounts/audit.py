"""The audit log: who of the staff did what, about whom or what, when."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.tables import AuditRow

#: Stands for a person where the command line acts: whoever may run it on the machine.
COMMAND_LINE = "command_line"


def record(
    session: AsyncSession, *, by: str, act: str, about: str, at_ms: int, detail: dict[str, Any] | None = None
) -> None:
    """Write one act into the same transaction as the act itself. `detail` never holds secrets or anyone's words."""
    session.add(AuditRow(at_ms=at_ms, by=by, act=act, about=about, detail=detail or {}))


async def recent_acts(session: AsyncSession, *, limit: int, before_id: int | None = None) -> list[AuditRow]:
    """The newest acts first; `before_id` continues a list."""
    query = select(AuditRow).order_by(AuditRow.audit_id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AuditRow.audit_id < before_id)
    return list((await session.scalars(query)).all())
