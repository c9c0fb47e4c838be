"""A listener stands in one band's shard: available, paused or not at all."""

from chat.accounts.staff import StaffMember
from chat.edge.hub import Hub
from chat.edge.people import LocalPerson
from chat.protocol.topics import mask_of
from chat.safety.priority import HARD_TOPICS, level_of


async def stand_down(hub: Hub, person: LocalPerson, staff: StaffMember, band: str) -> None:
    """Leave the lines of a band that the clearances don't reach (any more); open chats stay. Raises as above."""
    await stand(hub, person, staff, band, 0, 1, "no_clearance", False)


async def stand(
    hub: Hub,
    person: LocalPerson,
    staff: StaffMember,
    band: str,
    number: int,
    capacity: int,
    reason: str,
    takes_urgent: bool,
) -> None:
    """Stand (1), pause (2) or leave (0) in one band's shard. Raises RedisAway, RedisRefused."""
    await hub.lines.call(
        band,
        "set_availability",
        person.person_id,
        number,
        capacity,
        staff.max_chats,
        ",".join(language.lower() for language in staff.languages),
        "1" if len(staff.age_bands) > 1 else "0",
        reason,
        staff.display_name,
        level_of(staff.risk_levels),
        mask_of(set(staff.topics) & set(HARD_TOPICS)),
        mask_of(staff.topics),
        "1" if takes_urgent else "0",
    )
