"""Links with which new people make their own accounts."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts import entries
from chat.accounts.audit import record
from chat.accounts.ids import digest, new_id, new_secret
from chat.accounts.people import add_person
from chat.accounts.refusal import Refused
from chat.accounts.tables import InvitationRow, StaffRow

INVITATION_LASTS_MS = 7 * 24 * 3600_000
#: An invitation that lies about for longer is forgotten by its owner and found by someone else.
INVITATION_LASTS_MAX_MS = 60 * 24 * 3600_000


async def invite(
    session: AsyncSession,
    *,
    role: str,
    languages: Sequence[str],
    by: str,
    now_ms: int,
    lasts_ms: int = INVITATION_LASTS_MS,
) -> tuple[str, InvitationRow]:
    """Make an invitation. Returns its code, which is shown once and kept nowhere, and its row. Raises Refused."""
    code = new_secret()
    row = InvitationRow(
        invitation_id=new_id("i"),
        code_hash=digest(code),
        role=entries.role_of(role),
        languages=list(entries.languages_of(languages)),
        created_by=by,
        created_at_ms=now_ms,
        expires_at_ms=now_ms + min(lasts_ms, INVITATION_LASTS_MAX_MS),
    )
    session.add(row)
    record(session, by=by, act="invite", about=row.invitation_id, at_ms=now_ms, detail={"role": role})
    await session.flush()
    return code, row


async def find_invitation(session: AsyncSession, code: str, now_ms: int) -> InvitationRow:
    """The invitation of this code, if it can still be used. Raises Refused, alike for unknown and for used ones."""
    found = (await session.scalars(select(InvitationRow).where(InvitationRow.code_hash == digest(code)))).one_or_none()
    if found is None or found.used_at_ms or found.withdrawn_at_ms or found.expires_at_ms <= now_ms:
        raise Refused("invitation_over", "This invitation can't be used any more. Ask for a new one.")
    return found


async def accept_invitation(
    session: AsyncSession, code: str, *, name: str, display_name: str, password_hash: str, now_ms: int
) -> StaffRow:
    """Make the account that the invitation is for, and use the invitation up. Raises Refused."""
    invitation = await find_invitation(session, code, now_ms)
    # The condition and the change are one statement: of two who open the same link at once, one gets it.
    used = await session.execute(
        update(InvitationRow)
        .where(InvitationRow.invitation_id == invitation.invitation_id, InvitationRow.used_at_ms.is_(None))
        .values(used_at_ms=now_ms)
        .returning(InvitationRow.invitation_id)
    )
    if used.scalar_one_or_none() is None:
        raise Refused("invitation_over", "This invitation can't be used any more. Ask for a new one.")
    person, _ = await add_person(
        session,
        name=name,
        display_name=display_name,
        role=invitation.role,
        languages=invitation.languages,
        max_chats=entries.DEFAULT_MAX_CHATS,
        password_hash=password_hash,
        by=None,
        now_ms=now_ms,
    )
    invitation.used_by = person.person_id
    await session.flush()
    return person


async def withdraw_invitation(session: AsyncSession, invitation_id: str, *, by: str, now_ms: int) -> None:
    """Make an invitation useless. Raises Refused."""
    row = await session.get(InvitationRow, invitation_id)
    if row is None:
        raise Refused("no_such_invitation", "There is no such invitation.")
    if row.used_at_ms is None and row.withdrawn_at_ms is None:
        row.withdrawn_at_ms = now_ms
        record(session, by=by, act="withdraw_invitation", about=invitation_id, at_ms=now_ms)


async def all_invitations(session: AsyncSession) -> Sequence[InvitationRow]:
    """Every invitation, newest first."""
    return (await session.scalars(select(InvitationRow).order_by(InvitationRow.created_at_ms.desc()))).all()
