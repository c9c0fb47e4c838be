"""Admins: people."""

from msgspec import Struct

from chat.accounts import entries, people
from chat.accounts.directory import members_of
from chat.accounts.entries import StaffRole
from chat.accounts.refusal import Refused
from chat.accounts.staff import StaffMember
from chat.accounts.tables import StaffRow
from chat.api.endpoint import Asked, for_admins
from chat.api.fields import (
    ClearanceShown,
    DisplayName,
    Languages,
    MaxChats,
    Name,
    NewPassword,
    shown_clearances,
)
from chat.protocol.fields import AgeBand, Role


class Person(Struct, frozen=True):
    person_id: str
    name: str
    display_name: str
    role: Role
    languages: list[str]
    max_chats: int
    is_active: bool
    age_bands: list[AgeBand]
    clearances: list[ClearanceShown]


class People(Struct, frozen=True):
    people: list[Person]


class PersonSaved(Struct, frozen=True):
    """`opened_languages`: those whose pools were opened because of this person."""

    person: Person
    opened_languages: list[str]


class NewPerson(Struct, frozen=True):
    """Without `languages`: the default one. Clearances are granted by calls of their own."""

    name: Name
    role: StaffRole
    password: NewPassword
    display_name: DisplayName | None = None
    languages: Languages | None = None
    max_chats: MaxChats = entries.DEFAULT_MAX_CHATS

    def __repr__(self) -> str:
        return "NewPerson()"


class PersonChange(Struct, frozen=True):
    """What is left out stays."""

    display_name: DisplayName | None = None
    role: StaffRole | None = None
    languages: Languages | None = None
    max_chats: MaxChats | None = None
    is_active: bool | None = None


class PasswordBody(Struct, frozen=True):
    password: NewPassword

    def __repr__(self) -> str:
        return "PasswordBody()"


def _person(member: StaffMember, clearances: list[ClearanceShown]) -> Person:
    return Person(
        person_id=member.person_id,
        name=member.name,
        display_name=member.display_name,
        role=member.role,
        languages=list(member.languages),
        max_chats=member.max_chats,
        is_active=member.is_active,
        age_bands=list(member.age_bands),
        clearances=clearances,
    )


async def _everyone(asked: Asked) -> People:
    members = await asked.deps.directory.everyone()
    async with asked.deps.database.read() as session:
        shown = await shown_clearances(session, [member.person_id for member in members], asked.now_ms)
    return People([_person(member, shown[member.person_id]) for member in members])


async def _saved(asked: Asked, row: StaffRow, opened: list[str]) -> PersonSaved:
    if opened:
        await asked.deps.pools.refresh()
    async with asked.deps.database.read() as session:
        member = (await members_of(session, [row], asked.now_ms))[0]
        shown = await shown_clearances(session, [row.person_id], asked.now_ms)
    return PersonSaved(_person(member, shown[row.person_id]), opened)


async def _add(asked: Asked) -> PersonSaved:
    body: NewPerson = asked.body
    password_hash = await asked.deps.passwords.hash(entries.password_of(body.password))
    async with asked.deps.database.write() as session:
        row, opened = await people.add_person(
            session,
            name=body.name,
            role=body.role,
            languages=body.languages or [asked.deps.settings.default_locale],
            max_chats=body.max_chats,
            display_name=body.display_name,
            password_hash=password_hash,
            by=asked.by.person_id,
            now_ms=asked.now_ms,
        )
    return await _saved(asked, row, opened)


async def _change(asked: Asked) -> PersonSaved:
    body: PersonChange = asked.body
    person_id, by = asked.part("person_id"), asked.by.person_id
    if person_id == by and (body.is_active is False or body.role not in (None, asked.by.role)):
        raise Refused("not_yourself", "Ask another admin to change your own role or to close your account.")
    async with asked.deps.database.write() as session:
        row, opened = await people.change_person(
            session,
            person_id,
            display_name=body.display_name,
            role=body.role,
            languages=body.languages,
            max_chats=body.max_chats,
            is_active=body.is_active,
            by=by,
            now_ms=asked.now_ms,
        )
    return await _saved(asked, row, opened)


async def _set_password(asked: Asked) -> None:
    body: PasswordBody = asked.body
    async with asked.deps.database.read() as session:
        await people.get_person(session, asked.part("person_id"))
    password_hash = await asked.deps.passwords.hash(entries.password_of(body.password))
    async with asked.deps.database.write() as session:
        await people.set_password(
            session, asked.part("person_id"), password_hash, by=asked.by.person_id, now_ms=asked.now_ms
        )


async def _sign_out(asked: Asked) -> None:
    async with asked.deps.database.write() as session:
        await people.sign_out_everywhere(session, asked.part("person_id"), by=asked.by.person_id, now_ms=asked.now_ms)


_ONE = "/people/{person_id}"
ENDPOINTS = (
    for_admins("GET", "/people", act=_everyone, answer=People, summary="Everyone."),
    for_admins(
        "POST",
        "/people",
        act=_add,
        body=NewPerson,
        answer=PersonSaved,
        status=201,
        refusals=(409,),
        summary="Add a person.",
    ),
    for_admins(
        "PATCH",
        _ONE,
        act=_change,
        body=PersonChange,
        answer=PersonSaved,
        refusals=(404, 409),
        summary="Change a person; another role or closing the account signs them out.",
    ),
    for_admins(
        "POST",
        f"{_ONE}/password",
        act=_set_password,
        body=PasswordBody,
        status=204,
        refusals=(404,),
        summary="Set another password; signs the person out everywhere.",
    ),
    for_admins(
        "POST",
        f"{_ONE}/sign-out",
        act=_sign_out,
        status=204,
        refusals=(404,),
        summary="Sign a person out everywhere.",
    ),
)
