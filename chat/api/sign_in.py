"""Signing in and out, and what a person may change about themselves."""

from msgspec import Struct

from chat.accounts import entries, people
from chat.accounts.staff import StaffMember
from chat.api.endpoint import STAFF, Answer, Asked, Endpoint
from chat.api.fields import DisplayName, Me, NewPassword, Typed, me_of, shown_clearances


class SignInBody(Struct, frozen=True):
    """`code` is for a second factor; accounts have none yet, and it is ignored."""

    name: Typed
    password: Typed
    code: Typed | None = None

    def __repr__(self) -> str:
        return "SignInBody()"


class SignOutBody(Struct, frozen=True):
    everywhere: bool = False


class OwnSettings(Struct, frozen=True):
    display_name: str


class OwnSettingsBody(Struct, frozen=True):
    display_name: DisplayName | None = None


class OwnPasswordBody(Struct, frozen=True):
    old: Typed
    new: NewPassword

    def __repr__(self) -> str:
        return "OwnPasswordBody()"


async def me_as_of_now(asked: Asked, person: StaffMember) -> Me:
    """The person with their clearances."""
    async with asked.deps.database.read() as session:
        shown = await shown_clearances(session, [person.person_id], asked.now_ms)
    return me_of(person, shown[person.person_id])


async def _sign_in(asked: Asked) -> Answer:
    body: SignInBody = asked.body
    cookie, person = await asked.deps.door.sign_in(body.name, body.password, asked.address)
    return Answer(await me_as_of_now(asked, person), cookie)


async def _sign_out(asked: Asked) -> Answer:
    body: SignOutBody = asked.body
    cookie = asked.cookie
    if cookie:
        person = await asked.deps.directory.by_cookie(cookie) if body.everywhere else None
        if person is not None:
            async with asked.deps.database.write() as session:
                by = person.person_id
                await people.sign_out_everywhere(session, by, by=by, now_ms=asked.now_ms)
        else:
            await asked.deps.door.sign_out(cookie)
    return Answer(None, "")


async def _me(asked: Asked) -> Me:
    return await me_as_of_now(asked, asked.by)


async def _own_settings(asked: Asked) -> OwnSettings:
    return OwnSettings(asked.by.display_name)


async def _change_own_settings(asked: Asked) -> OwnSettings:
    body: OwnSettingsBody = asked.body
    by = asked.by.person_id
    async with asked.deps.database.write() as session:
        row, _ = await people.change_person(session, by, display_name=body.display_name, by=by, now_ms=asked.now_ms)
    return OwnSettings(row.display_name)


async def _change_own_password(asked: Asked) -> Answer:
    body: OwnPasswordBody = asked.body
    new_hash = await asked.deps.passwords.hash(entries.password_of(body.new))
    cookie = await asked.deps.door.change_own_password(asked.by.person_id, body.old, new_hash)
    return Answer(None, cookie)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/api/sign-in",
        act=_sign_in,
        body=SignInBody,
        answer=Me,
        refusals=(401, 429),
        summary="Sign in; sets the cookie.",
    ),
    Endpoint(
        method="POST",
        path="/api/sign-out",
        act=_sign_out,
        body=SignOutBody,
        may_omit_body=True,
        status=204,
        summary="Sign out here, or everywhere; takes the cookie away.",
    ),
    Endpoint(method="GET", path="/api/me", act=_me, answer=Me, who=STAFF, summary="Who is signed in."),
    Endpoint(
        method="GET",
        path="/api/me/settings",
        act=_own_settings,
        answer=OwnSettings,
        who=STAFF,
        summary="What a person may change about themselves.",
    ),
    Endpoint(
        method="PUT",
        path="/api/me/settings",
        act=_change_own_settings,
        body=OwnSettingsBody,
        answer=OwnSettings,
        who=STAFF,
        summary="Change it; what is left out stays.",
    ),
    Endpoint(
        method="POST",
        path="/api/me/password",
        act=_change_own_password,
        body=OwnPasswordBody,
        status=204,
        who=STAFF,
        refusals=(429,),
        summary="Change the own password; ends every other sign-in and sets a new cookie.",
    ),
)
