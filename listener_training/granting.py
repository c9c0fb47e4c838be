"""Granting and withdrawing clearances, inside the caller's transaction and with a line in the audit log."""

from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.clearances import CLEARABLE, is_valid
from chat.accounts.directory import clearances_of
from chat.accounts.ids import new_id
from chat.accounts.people import get_person
from chat.accounts.refusal import Refused
from chat.accounts.tables import ClearanceRow
from chat.accounts.versions import raise_version

REASON_MAX = 200


async def grant(
    session: AsyncSession,
    person_id: str,
    *,
    kind: str,
    value: str,
    by: str,
    now_ms: int,
    expires_at_ms: int | None = None,
) -> ClearanceRow:
    """Allow a person to take what `kind` and `value` say, until `expires_at_ms` (None: until withdrawn).

    One that is already valid for the same thing is replaced: what was granted last holds. Raises Refused.
    """
    _check(kind, value, expires_at_ms, now_ms)
    await raise_version(session, person_id)
    await get_person(session, person_id)
    for held in (await clearances_of(session, [person_id]))[person_id]:
        if (held.kind, held.value) == (kind, value) and is_valid(held, now_ms):
            _withdraw(held, by=by, reason="replaced", now_ms=now_ms)
    row = ClearanceRow(
        clearance_id=new_id("c"),
        person_id=person_id,
        kind=kind,
        value=value,
        granted_by=by,
        granted_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
    )
    session.add(row)
    detail = {"kind": kind, "value": value, "expires_at_ms": expires_at_ms, "clearance_id": row.clearance_id}
    record(session, by=by, act="grant_clearance", about=person_id, at_ms=now_ms, detail=detail)
    await session.flush()
    return row


async def grant_all(
    session: AsyncSession, person_id: str, *, by: str, now_ms: int, expires_at_ms: int | None = None
) -> list[ClearanceRow]:
    """Allow a person every topic, age band and risk level. Raises Refused."""
    return [
        await grant(session, person_id, kind=kind, value=value, by=by, now_ms=now_ms, expires_at_ms=expires_at_ms)
        for kind, values in CLEARABLE.items()
        for value in values
    ]


async def withdraw(
    session: AsyncSession, person_id: str, clearance_id: str, *, by: str, reason: str, now_ms: int
) -> ClearanceRow:
    """Take a clearance back, from this moment. One that is over stays as it is. Raises Refused."""
    row = await session.get(ClearanceRow, clearance_id)
    if row is None or row.person_id != person_id:
        raise Refused("no_such_clearance", "This person has no such clearance.")
    if is_valid(row, now_ms):
        await raise_version(session, person_id)
        _withdraw(row, by=by, reason=reason[:REASON_MAX], now_ms=now_ms)
        detail = {"kind": row.kind, "value": row.value, "clearance_id": clearance_id}
        record(session, by=by, act="withdraw_clearance", about=person_id, at_ms=now_ms, detail=detail)
        await session.flush()
    return row


async def withdraw_all(session: AsyncSession, person_id: str, *, by: str, reason: str, now_ms: int) -> int:
    """Take every valid clearance back. Returns how many those were."""
    valid = [row for row in (await clearances_of(session, [person_id]))[person_id] if is_valid(row, now_ms)]
    for row in valid:
        await withdraw(session, person_id, row.clearance_id, by=by, reason=reason, now_ms=now_ms)
    return len(valid)


def _check(kind: str, value: str, expires_at_ms: int | None, now_ms: int) -> None:
    known = next((values for name, values in CLEARABLE.items() if name == kind), None)
    if known is None:
        raise Refused("bad_clearance", f"A clearance is for one of {', '.join(CLEARABLE)}.")
    if value not in known:
        raise Refused("bad_clearance", f"A clearance for {kind} is one of {', '.join(known)}.")
    if expires_at_ms is not None and expires_at_ms <= now_ms:
        raise Refused("bad_clearance", "A clearance that ends must end in the future.")


def _withdraw(row: ClearanceRow, *, by: str, reason: str, now_ms: int) -> None:
    row.withdrawn_by, row.withdrawn_at_ms, row.withdrawn_reason = by, now_ms, reason
