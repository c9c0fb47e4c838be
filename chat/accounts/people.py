"""Adding and changing people. Each action works inside the caller's transaction and writes its audit line there."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts import entries
from chat.accounts.audit import record
from chat.accounts.ids import new_id
from chat.accounts.pool_opening import open_pools_for
from chat.accounts.refusal import Refused
from chat.accounts.tables import SignInRow, StaffRow
from chat.accounts.versions import next_version


async def add_person(
    session: AsyncSession,
    *,
    name: str,
    role: str,
    languages: Sequence[str],
    max_chats: int,
    password_hash: str,
    by: str | None,
    now_ms: int,
    display_name: str | None = None,
) -> tuple[StaffRow, list[str]]:
    """Add a person, and open the pools of languages that had none.

    `by` None: they made the account themselves, by invitation. Returns the row and the languages opened.
    Raises Refused.
    """
    name = entries.name_of(name)
    spoken = entries.languages_of(languages)
    # Taken first: its lock keeps two people from taking one name, or two admins from ending each other's accounts.
    version = await next_version(session)
    if await find_by_name(session, name) is not None:
        raise Refused("name_taken", f"There is already a person named {name}.")
    row = StaffRow(
        person_id=new_id("l"),
        name=name,
        display_name=entries.display_name_of(
            entries.first_display_name(name) if display_name is None else display_name
        ),
        role=entries.role_of(role),
        languages=list(spoken),
        max_chats=entries.max_chats_of(max_chats),
        password_hash=password_hash,
        is_active=True,
        signed_out_at_ms=0,
        created_at_ms=now_ms,
        version=version,
    )
    session.add(row)
    await session.flush()
    record(session, by=by or row.person_id, act="add_person", about=row.person_id, at_ms=now_ms, detail={"role": role})
    opened = await open_pools_for(session, spoken, by=by or row.person_id, now_ms=now_ms)
    return row, opened


async def change_person(
    session: AsyncSession,
    person_id: str,
    *,
    by: str,
    now_ms: int,
    display_name: str | None = None,
    role: str | None = None,
    languages: Sequence[str] | None = None,
    max_chats: int | None = None,
    is_active: bool | None = None,
) -> tuple[StaffRow, list[str]]:
    """Change what is given. Returns the row and the languages whose pools were opened. Raises Refused.

    A service must keep an admin who can sign in, or nobody could mend it from the pages.
    """
    version = await next_version(session)
    row = await get_person(session, person_id)
    changes: dict[str, Any] = {}
    if display_name is not None:
        changes["display_name"] = entries.display_name_of(display_name)
    if role is not None:
        changes["role"] = entries.role_of(role)
    if languages is not None:
        changes["languages"] = list(entries.languages_of(languages))
    if max_chats is not None:
        changes["max_chats"] = entries.max_chats_of(max_chats)
    if is_active is not None:
        changes["is_active"] = is_active
    changes = {field: value for field, value in changes.items() if getattr(row, field) != value}
    if not changes:
        return row, []
    was_admin = row.role == "admin" and row.is_active
    stays_admin = changes.get("role", row.role) == "admin" and changes.get("is_active", row.is_active)
    if was_admin and not stays_admin and await _other_admins(session, person_id) == 0:
        raise Refused("last_admin", "This is the last admin; make another one first.")
    for field, value in changes.items():
        setattr(row, field, value)
    row.version = version
    if "role" in changes or changes.get("is_active") is False:
        # Another role takes a new sign-in, as another password does.
        await _sign_out_of(session, row, now_ms)
    # The shown name itself stays out of the log: people change it to be rid of the old one.
    detail = {field: value for field, value in changes.items() if field != "display_name"}
    record(
        session, by=by, act="change_person", about=person_id, at_ms=now_ms, detail={"fields": sorted(changes)} | detail
    )
    opened = await open_pools_for(session, changes.get("languages", ()), by=by, now_ms=now_ms)
    return row, opened


async def set_password(session: AsyncSession, person_id: str, password_hash: str, *, by: str, now_ms: int) -> None:
    """Set another password, which signs the person out everywhere. Raises Refused."""
    row = await get_person(session, person_id)
    row.password_hash = password_hash
    row.version = await next_version(session)
    await _sign_out_of(session, row, now_ms)
    record(session, by=by, act="set_password", about=person_id, at_ms=now_ms)


async def sign_out_everywhere(session: AsyncSession, person_id: str, *, by: str, now_ms: int) -> None:
    """Void every sign-in of the person. Raises Refused."""
    row = await get_person(session, person_id)
    row.version = await next_version(session)
    await _sign_out_of(session, row, now_ms)
    record(session, by=by, act="sign_out_everywhere", about=person_id, at_ms=now_ms)


async def get_person(session: AsyncSession, person_id: str) -> StaffRow:
    """The person of that id. Raises Refused."""
    row = await session.get(StaffRow, person_id)
    if row is None:
        raise Refused("no_such_person", "There is no such person.")
    return row


async def find_by_name(session: AsyncSession, name: str) -> StaffRow | None:
    """The person of that sign-in name."""
    return (await session.scalars(select(StaffRow).where(StaffRow.name == name))).one_or_none()


async def _sign_out_of(session: AsyncSession, row: StaffRow, now_ms: int) -> None:
    await session.execute(delete(SignInRow).where(SignInRow.person_id == row.person_id))
    # The rows are gone; the instant says to processes which hold connections that those are over.
    row.signed_out_at_ms = now_ms


async def _other_admins(session: AsyncSession, person_id: str) -> int:
    query = select(func.count()).where(StaffRow.role == "admin", StaffRow.is_active, StaffRow.person_id != person_id)
    return (await session.execute(query)).scalar_one()
