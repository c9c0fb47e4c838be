"""Field types and shapes that several HTTP calls share."""

from typing import Annotated

from msgspec import Meta, Struct

from chat.accounts.clearances import Clearance, ClearanceKind, is_valid
from chat.accounts.entries import (
    DISPLAY_NAME_MAX,
    LANGUAGES_MAX,
    MAX_CHATS_LIMIT,
    PASSWORD_MAX,
    PASSWORD_MIN,
)
from chat.accounts.staff import StaffMember
from chat.accounts.tables import ClearanceRow
from chat.protocol.fields import AgeBand, LanguageTag, Role

#: PostgreSQL stores no NUL.
_NO_NUL = r"^[^\x00]*$"
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=_NO_NUL)]
Words = Annotated[str, Meta(max_length=8000, pattern=_NO_NUL)]
Note = Annotated[str, Meta(max_length=2000, pattern=_NO_NUL)]
Name = Annotated[str, Meta(min_length=2, max_length=40, pattern=r"^[a-z0-9._-]{2,40}$(?!\n)")]
DisplayName = Annotated[str, Meta(min_length=1, max_length=DISPLAY_NAME_MAX, pattern=_NO_NUL)]
NewPassword = Annotated[str, Meta(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX)]
#: What someone types into a sign-in form; anything may be wrong there.
Typed = Annotated[str, Meta(max_length=1000)]
Languages = Annotated[list[LanguageTag], Meta(min_length=1, max_length=LANGUAGES_MAX)]
MaxChats = Annotated[int, Meta(ge=1, le=MAX_CHATS_LIMIT)]
AtMs = Annotated[int, Meta(ge=0, lt=2**53)]


class ClearanceShown(Struct, frozen=True):
    """A clearance that was not withdrawn. `is_valid` false: it has run out."""

    clearance_id: str
    kind: ClearanceKind
    value: str
    granted_by: str
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


def shown_clearances(held: list[ClearanceRow], now_ms: int) -> list[ClearanceShown]:
    """Those that were not withdrawn."""
    return [clearance_shown(row, now_ms) for row in held if row.withdrawn_at_ms is None]


def clearance_shown(row: ClearanceRow, now_ms: int) -> ClearanceShown:
    """One clearance as the API tells it."""
    held: Clearance = row
    return ClearanceShown(
        clearance_id=row.clearance_id,
        kind=row.kind,  # type: ignore[arg-type]  # granted only after a check against the kinds
        value=row.value,
        granted_by=row.granted_by,
        granted_at_ms=row.granted_at_ms,
        expires_at_ms=row.expires_at_ms,
        is_valid=is_valid(held, now_ms),
    )


def me_of(person: StaffMember, held: list[ClearanceRow], now_ms: int) -> Me:
    """A member of staff as they see themselves."""
    return Me(
        person_id=person.person_id,
        name=person.name,
        display_name=person.display_name,
        role=person.role,
        languages=list(person.languages),
        max_chats=person.max_chats,
        age_bands=list(person.age_bands),
        clearances=shown_clearances(held, now_ms),
    )
