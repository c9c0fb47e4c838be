"""Who a member of staff is, as the rest of the house sees them."""

from dataclasses import dataclass

from chat.protocol.fields import AgeBand, Role


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A listener, supervisor or admin with what they may do right now.

    `age_bands` are those for which a clearance is valid at the moment of loading; empty: may not become available.
    `version` rises with every change that a held connection must learn of: a changed row, a clearance granted,
    withdrawn or run out, a sign-out. `signed_out_at_ms`: sign-ins made before this instant are void.
    """

    person_id: str
    name: str
    display_name: str
    role: Role
    languages: tuple[str, ...]
    max_chats: int
    age_bands: tuple[AgeBand, ...]
    #: topics and risk levels cleared for, valid at the moment of loading
    topics: tuple[str, ...]
    risk_levels: tuple[str, ...]
    version: int
    is_active: bool = True
    signed_out_at_ms: int = 0
