"""A person arrives in the shards: subscribed first, then read. A shard that is away keeps nobody out of another one.

Who says hello while a shard has no master is greeted with what the others know, unless something of theirs may stand in
the one that is away; when it is back they arrive there, too (docs/edge.md, "A shard that is away").
"""

import asyncio
import contextlib

from chat.edge.delivery import RETRY_S
from chat.edge.hub import Hub
from chat.edge.people import LocalPerson
from chat.edge.returning import Returning
from chat.edge.standing import said_in, stand, stand_alike, stand_down
from chat.protocol.codes import Close
from chat.supervision.observing import may_observe
from config.redis_link import RedisAway, RedisRefused

#: How long one look for a shard that is back may last.
LOOK_S = 5.0
#: Clocks of two machines differ by less.
CLOCKS_DIFFER_MS = 5_000


async def arrive_in(hub: Hub, person: LocalPerson, band: str, returning: Returning | None = None) -> int:
    """In one shard, whatever its state. Raises RedisAway, RedisRefused.

    Answers when they last chose what they do there, in Unix milliseconds; 0: never.
    """
    # Confirmed before anything is read: what is published from here on is seen.
    await hub.subscribe(person.person_id, (band,))
    if person.staff is not None and band not in person.staff.age_bands:
        # Lost while nobody was connected: whoever arrives must not be offered a chat first.
        await stand_down(hub, person, person.staff, band)
    said_at_ms = await hub.presence.enter(person, band)
    if returning is not None:
        await returning.bring_back(hub, person, band)
    record = person.records[band]
    observes = any(chat.observer == person.person_id for chat in record.chats.values())
    if observes and (person.staff is None or not may_observe(person.staff, band)):
        await hub.lines.call(band, "stop_observing", person.person_id, "")
        await hub.read(person, (band,))
    own = record.chats.get(record.own_chat)
    if own is not None and own.state == "P":
        # Another connection of theirs may have been there all along: arriving put nobody back then.
        await hub.lines.call(band, "come_back", person.person_id)
        await hub.read(person, (band,))
    return said_at_ms


async def arrive(hub: Hub, person: LocalPerson, *, came_at_ms: int | None, returning: Returning | None = None) -> None:
    """In all shards that answer, if what is there is all there can be. Raises RedisAway, RedisRefused where it isn't.

    `came_at_ms`: when a seeker came who holds nothing of an earlier chat; None for everybody else.
    """
    lost: dict[str, RedisAway | RedisRefused] = {}
    said: dict[str, int] = {}
    for band in hub.lines.shards:
        try:
            said[band] = await arrive_in(hub, person, band, returning)
            person.away.discard(band)
        except (RedisAway, RedisRefused) as error:
            lost[band] = error
    for band, trouble in lost.items():
        has_ticket = returning is not None and returning.has_any_of(person, band)
        may_enter = not has_ticket and len(lost) < len(hub.lines.shards)
        if not may_enter or not _may_do_without(hub, person, band, came_at_ms):
            raise trouble
    for band in lost:
        arrive_late(hub, person, band)
    with contextlib.suppress(RedisAway, RedisRefused):  # what they have is read; the next arrival sees to it
        await stand_alike(hub, person, said)


def arrive_late(hub: Hub, person: LocalPerson, band: str) -> None:
    """In this shard, when it is back."""
    if band not in person.away:
        person.away.add(band)
        hub.spawn(_arrive_late(hub, person, band))


def _may_do_without(hub: Hub, person: LocalPerson, band: str, came_at_ms: int | None) -> bool:
    """Is it certain that nothing in this shard must be shown first?"""
    record = person.records.get(band)
    if record is not None and record.chats:
        return False
    if person.staff is not None:
        return True
    if any(other.own_chat for name, other in person.records.items() if name != band):
        return True  # nobody has two requests: theirs is in a shard that answers
    away_since_ms = hub.away_since_ms(band)
    if came_at_ms is None or away_since_ms is None or came_at_ms < away_since_ms + CLOCKS_DIFFER_MS:
        return False
    person.new_in.add(band)
    return True


async def _arrive_late(hub: Hub, person: LocalPerson, band: str) -> None:
    """When the shard is back. Whoever has chats there says hello again: no push tells how far an ended one went."""
    while hub.people.get(person.person_id) is person and band in person.away:
        if not await hub.reaches(band, LOOK_S):
            continue
        try:
            await hub.settled.wait()
            await arrive_in(hub, person, band)
            wish, staff = person.wishes.get(band), person.staff
            if wish is not None and staff is not None and (band in staff.age_bands or wish[0] == 0):
                await stand(hub, person, staff, band, *wish)
                await hub.read(person, (band,))
            if person.wishes.get(band) != wish:
                continue  # they said something else meanwhile
            person.wishes.pop(band, None)
            bands = (hub.lines.shards.keys() - person.away) | {band}
            await stand_alike(hub, person, await said_in(hub, person, bands))
        except (RedisAway, RedisRefused):
            await asyncio.sleep(RETRY_S)
            continue
        person.away.discard(band)
        person.new_in.discard(band)
        hub.mark(person, band)  # a hint that came meanwhile read the other shards only
        if any(chat.opened_at_ms for chat in person.records[band].chats.values()):
            for connection in list(person.connections):
                hub.close(connection, Close.RESYNC, "resync")
        else:
            hub.show_all(person)
