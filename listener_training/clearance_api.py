"""The two HTTP calls that grant and withdraw a clearance."""

from typing import Annotated

from msgspec import Meta, Struct

from chat.accounts.clearances import ClearanceKind
from chat.api.endpoint import ADMINS, Asked, Endpoint
from chat.api.fields import AtMs, ClearanceShown, clearance_shown
from chat.protocol.fields import NO_NUL
from listener_training.granting import REASON_MAX, grant, withdraw

_PATH = "/api/admin/people/{person_id}/clearances"


class NewClearance(Struct, frozen=True):
    """`value` is one of those that `kind` has; without `expires_at_ms` it holds until it is withdrawn."""

    kind: ClearanceKind
    value: Annotated[str, Meta(max_length=40)]
    expires_at_ms: AtMs | None = None


class Withdrawal(Struct, frozen=True):
    """Why; it stays with the clearance and is not shown to the person."""

    reason: Annotated[str, Meta(max_length=REASON_MAX, pattern=NO_NUL)] = ""


async def _grant(asked: Asked) -> ClearanceShown:
    body: NewClearance = asked.body
    async with asked.deps.database.write() as session:
        row = await grant(
            session,
            asked.part("person_id"),
            kind=body.kind,
            value=body.value,
            expires_at_ms=body.expires_at_ms,
            by=asked.by.person_id,
            now_ms=asked.now_ms,
        )
    return clearance_shown(row, {asked.by.person_id: asked.by.display_name}, asked.now_ms)


async def _withdraw(asked: Asked) -> None:
    body: Withdrawal = asked.body
    async with asked.deps.database.write() as session:
        await withdraw(
            session,
            asked.part("person_id"),
            asked.part("clearance_id"),
            by=asked.by.person_id,
            reason=body.reason,
            now_ms=asked.now_ms,
        )


ENDPOINTS = (
    Endpoint(
        method="POST",
        path=_PATH,
        act=_grant,
        body=NewClearance,
        answer=ClearanceShown,
        status=201,
        who=ADMINS,
        refusals=(404,),
        summary="Grant a clearance; one that holds for the same thing is replaced.",
    ),
    Endpoint(
        method="DELETE",
        path=_PATH + "/{clearance_id}",
        act=_withdraw,
        body=Withdrawal,
        may_omit_body=True,
        status=204,
        who=ADMINS,
        refusals=(404,),
        summary="Withdraw a clearance, from this moment.",
    ),
)
