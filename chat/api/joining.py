"""Using an invitation: a new person makes their own account."""

from msgspec import Struct

from chat.accounts import entries, invitations
from chat.accounts.directory import members_of
from chat.accounts.sign_in import open_sign_in
from chat.api.endpoint import Answer, Asked, Endpoint
from chat.api.fields import DisplayName, Me, Name, NewPassword
from chat.api.sign_in import me_as_of_now
from chat.protocol.fields import Role


class InvitationOpened(Struct, frozen=True):
    role: Role
    languages: list[str]
    expires_at_ms: int


class JoinBody(Struct, frozen=True):
    name: Name
    display_name: DisplayName
    password: NewPassword

    def __repr__(self) -> str:
        return "JoinBody()"


async def _look(asked: Asked) -> InvitationOpened:
    async with asked.deps.database.read() as session:
        row = await invitations.find_invitation(session, asked.part("code"), asked.now_ms)
    return InvitationOpened(entries.role_of(row.role), list(row.languages), row.expires_at_ms)


async def _join(asked: Asked) -> Answer:
    body: JoinBody = asked.body
    now = asked.now_ms
    async with asked.deps.database.read() as session:
        # Before the slow hash: without an invitation nobody makes this machine work.
        await invitations.find_invitation(session, asked.part("code"), now)
    password_hash = await asked.deps.passwords.hash(entries.password_of(body.password))
    async with asked.deps.database.write() as session:
        row = await invitations.accept_invitation(
            session,
            asked.part("code"),
            name=body.name,
            display_name=body.display_name,
            password_hash=password_hash,
            now_ms=now,
        )
        cookie = await open_sign_in(session, row.person_id, now)
        person = (await members_of(session, [row], now))[0]
    await asked.deps.pools.refresh()
    return Answer(await me_as_of_now(asked, person), cookie)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/invitations/{code}",
        act=_look,
        answer=InvitationOpened,
        refusals=(404,),
        summary="What an invitation is for.",
    ),
    Endpoint(
        method="POST",
        path="/api/invitations/{code}",
        act=_join,
        body=JoinBody,
        answer=Me,
        refusals=(404, 409),
        summary="Make the account that an invitation is for, and sign in with it. Works once.",
    ),
)
