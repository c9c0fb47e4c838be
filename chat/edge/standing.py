"""A listener stands in one band's shard: available, paused or not at all; and alike in all of their bands."""

import contextlib
from collections.abc import Iterable, Mapping

from chat.accounts.staff import StaffMember
from chat.edge.hub import Hub
from chat.edge.people import LocalPerson
from chat.protocol.topics import mask_of
from chat.safety.priority import HARD_TOPICS, level_of
from config.clock import now_ms
from config.redis_link import RedisAway


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
    said_at_ms: int = 0,
) -> None:
    """Stand (1), pause (2) or leave (0) in one band's shard. Raises RedisAway, RedisRefused.

    `said_at_ms`: when the listener chose so. A newer choice stays.
    """
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
        said_at_ms,
    )


async def says_at_ms(hub: Hub, person: LocalPerson) -> int:
    """The time of a choice that is made now: above that of every earlier one, whichever process' clock that came from.

    Raises RedisRefused.
    """
    said = await said_in(hub, person, hub.lines.shards.keys() - person.away)
    waiting = [wish[-1] for wish in person.wishes.values()]
    return max([now_ms(), *(at_ms + 1 for at_ms in (*said.values(), *waiting))])


async def said_in(hub: Hub, person: LocalPerson, bands: Iterable[str]) -> dict[str, int]:
    """Band -> when this listener last chose there; a shard that is away is left out."""
    said = {}
    for band in bands:
        shard = hub.lines.shards[band]
        with contextlib.suppress(RedisAway):
            said[band] = int(await shard.functions.link.send("GET", shard.key("said", person.person_id)) or 0)
    return said


async def stand_alike(hub: Hub, person: LocalPerson, said_at_ms: Mapping[str, int]) -> None:
    """A choice that did not reach all of these bands is made there, too. Raises RedisAway, RedisRefused.

    `said_at_ms`: band -> when they last chose there.

    A shard was away, and the process that should have told it died; or it was told, and then an older state took over.
    What happened to them since the choice (two misses, a lost connection) changes no time, so it stands.
    """
    staff = person.staff
    if staff is None or len(staff.age_bands) < 2:
        return
    said: dict[str, int] = {
        band: at for band, at in said_at_ms.items() if band in staff.age_bands and band in person.records
    }
    newest = max(said, key=lambda band: said[band], default="")
    older = [band for band in said if said[band] < said[newest]]
    if older:
        await hub.read(person, (newest,))  # what was read last may be from before that choice
    for band in older:
        chosen = person.records[newest].listener
        if chosen is None:
            await stand(hub, person, staff, band, 0, 1, "", False, said[newest])
        else:
            capacity = min(chosen.capacity, staff.max_chats)
            how = (chosen.availability, capacity, chosen.reason, chosen.takes_urgent)
            await stand(hub, person, staff, band, *how, said[newest])
        await hub.read(person, (band,))
