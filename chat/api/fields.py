"""Field types and shapes that several HTTP calls share."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.clearances import Clearance, ClearanceKind, is_valid
from chat.accounts.directory import clearances_of, names_of
from chat.accounts.entries import (
    DISPLAY_NAME_MAX,
    LANGUAGES_MAX,
    MAX_CHATS_LIMIT,
    PASSWORD_MAX,
    PASSWORD_MIN,
)
from chat.accounts.staff import StaffMember
from chat.accounts.tables import ClearanceRow
from chat.protocol.fields import NO_NUL, AgeBand, LanguageTag, Role

Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)]
Words = Annotated[str, Meta(max_length=8000, pattern=NO_NUL)]
Note = Annotated[str, Meta(max_length=2000, pattern=NO_NUL)]
Name = Annotated[str, Meta(min_length=2, max_length=40, pattern=r"^[a-z0-9._-]{2,40}$(?!\n)")]
DisplayName = Annotated[str, Meta(min_length=1, max_length=DISPLAY_NAME_MAX, pattern=NO_NUL)]
NewPassword = Annotated[str, Meta(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX)]
#: What someone types into a sign-in form; anything may be wrong there.
Typed = Annotated[str, Meta(max_length=1000)]
Languages = Annotated[list[LanguageTag], Meta(min_length=1, max_length=LANGUAGES_MAX)]
MaxChats = Annotated[int, Meta(ge=1, le=MAX_CHATS_LIMIT)]
AtMs = Annotated[int, Meta(ge=0, lt=2**53)]


class ClearanceShown(Struct, frozen=True):
    """A clearance that was not withdrawn. `is_valid` false: it has run out; no name: the command line granted it."""

    clearance_id: str
    kind: ClearanceKind
    value: str
    granted_by: str
    granted_by_name: str | None
    granted_at_ms: int
    expires_at_ms: int | None
    is_valid: bool


class Me(Struct, frozen=True):
    """The person who is signed in."""

    person_id: str
    name: str
    display_name: str
    role: Role
    languages: list[str]
    max_chats: int
    age_bands: list[AgeBand]
    clearances: list[ClearanceShown]


async def shown_clearances(
    session: AsyncSession, person_ids: Sequence[str], now_ms: int
) -> dict[str, list[ClearanceShown]]:
    """Person -> those of their clearances that were not withdrawn."""
    held = await clearances_of(session, person_ids)
    names = await names_of(session, (row.granted_by for rows in held.values() for row in rows))
    return {
        person_id: [clearance_shown(row, names, now_ms) for row in rows if row.withdrawn_at_ms is None]
        for person_id, rows in held.items()
    }


def clearance_shown(row: ClearanceRow, names: Mapping[str, str], now_ms: int) -> ClearanceShown:
    """One clearance as the API tells it."""
    held: Clearance = row
    return ClearanceShown(
        clearance_id=row.clearance_id,
        kind=row.kind,  # type: ignore[arg-type]  # granted only after a check against the kinds
        value=row.value,
        granted_by=row.granted_by,
        granted_by_name=names.get(row.granted_by),
        granted_at_ms=row.granted_at_ms,
        expires_at_ms=row.expires_at_ms,
        is_valid=is_valid(held, now_ms),
    )


def me_of(person: StaffMember, clearances: list[ClearanceShown]) -> Me:
    """A member of staff as they see themselves."""
    return Me(
        person_id=person.person_id,
        name=person.name,
        display_name=person.display_name,
        role=person.role,
        languages=list(person.languages),
        max_chats=person.max_chats,
        age_bands=list(person.age_bands),
        clearances=clearances,
    )
