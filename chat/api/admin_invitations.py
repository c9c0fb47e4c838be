"""Admins: invitations."""

from typing import Annotated

from msgspec import Meta, Struct

from chat.accounts import entries, invitations
from chat.accounts.entries import StaffRole
from chat.accounts.tables import InvitationRow
from chat.api.endpoint import Asked, for_admins
from chat.api.fields import Languages
from chat.protocol.fields import Role

_HOUR_MS = 3600_000


class NewInvitation(Struct, frozen=True):
    role: StaffRole = "listener"
    languages: Languages | None = None
    hours: Annotated[int, Meta(ge=1, le=24 * 60)] = 24 * 7


class Invitation(Struct, frozen=True):
    """`used_by`: who made an account with it."""

    invitation_id: str
    role: Role
    languages: list[str]
    created_by: str
    created_at_ms: int
    expires_at_ms: int
    used_by: str | None
    used_at_ms: int | None
    withdrawn_at_ms: int | None


class Invitations(Struct, frozen=True):
    invitations: list[Invitation]


class InvitationMade(Struct, frozen=True):
    """`code` is shown this once; the link is `/join/{code}`."""

    invitation: Invitation
    code: str

    def __repr__(self) -> str:
        return f"InvitationMade(invitation_id={self.invitation.invitation_id!r})"


def _invitation(row: InvitationRow) -> Invitation:
    return Invitation(
        invitation_id=row.invitation_id,
        role=entries.role_of(row.role),
        languages=list(row.languages),
        created_by=row.created_by,
        created_at_ms=row.created_at_ms,
        expires_at_ms=row.expires_at_ms,
        used_by=row.used_by,
        used_at_ms=row.used_at_ms,
        withdrawn_at_ms=row.withdrawn_at_ms,
    )


async def _invitations(asked: Asked) -> Invitations:
    async with asked.deps.database.read() as session:
        return Invitations([_invitation(row) for row in await invitations.all_invitations(session)])


async def _invite(asked: Asked) -> InvitationMade:
    body: NewInvitation = asked.body
    async with asked.deps.database.write() as session:
        code, row = await invitations.invite(
            session,
            role=body.role,
            languages=body.languages or [asked.deps.settings.default_locale],
            by=asked.by.person_id,
            now_ms=asked.now_ms,
            lasts_ms=body.hours * _HOUR_MS,
        )
    return InvitationMade(_invitation(row), code)


async def _withdraw_invitation(asked: Asked) -> None:
    async with asked.deps.database.write() as session:
        await invitations.withdraw_invitation(
            session, asked.part("invitation_id"), by=asked.by.person_id, now_ms=asked.now_ms
        )


ENDPOINTS = (
    for_admins("GET", "/invitations", act=_invitations, answer=Invitations, summary="Every invitation, newest first."),
    for_admins(
        "POST",
        "/invitations",
        act=_invite,
        body=NewInvitation,
        may_omit_body=True,
        answer=InvitationMade,
        status=201,
        summary="Invite a new person; the code is answered this once.",
    ),
    for_admins(
        "DELETE",
        "/invitations/{invitation_id}",
        act=_withdraw_invitation,
        status=204,
        refusals=(404,),
        summary="Make an invitation useless.",
    ),
)
