"""After another life of the engine began: say again what this process holds, before anything is matched.

A promoted replica may lack its last second, a restored one a day, an empty one everything. While the barrier is up
nothing is matched; every process says which listeners were on duty and which requests and chats it last saw where. What
the shard knows better stays (docs/routing.md, "When the engine forgot").
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from chat.edge.hub import Hub
from chat.edge.people import LocalPerson
from chat.edge.standing import stand
from config.log import get_logger
from routing.rules.tickets import Ticket
from routing.store.snapshots import ChatRecord, PersonRecord

log = get_logger("edge")

#: Matching stops for at most so long.
BARRIER_MS = 3_000
#: All processes name their listeners before any names its chats: a chat goes back to a listener who is known.
LISTENERS_FIRST_S = 0.5
PAGE = 100

#: people, and what this process last read of them in a shard; of two such records the later one is newer
Held = Sequence[tuple[LocalPerson, PersonRecord]]


def held_in(hub: Hub, band: str) -> Held:
    """Of everybody who is here, or was when the shard went; taken before anything is read anew."""
    return [
        (person, person.records[band])
        for person in (*hub.departed.of(band), *hub.people.values())
        if person.has_part_in(band) or (band in person.records and person.records[band].chats)
    ]


async def reassert(hub: Hub, band: str, held: Held) -> None:
    """Say everything again. Raises RedisAway, RedisRefused; the barrier ends by itself then."""
    listeners = list({person.person_id: (person, r) for person, r in held if r.listener is not None}.values())
    await _in_pages([partial(_listener, hub, band, person, record) for person, record in listeners])
    await asyncio.sleep(LISTENERS_FIRST_S)
    chats: dict[str, ChatRecord] = {}
    for _, record in held:
        for chat in record.chats.values():
            if chat.chat_id not in chats or chats[chat.chat_id].turn < chat.turn:
                chats[chat.chat_id] = chat
    avoids = {person.person_id: person.avoids for person, _ in held}
    # What has ended first: in an older state it may still be open, and whoever was in it has asked anew since.
    for is_ended in (True, False):
        here = [chat for chat in chats.values() if chat.is_ended == is_ended]
        await _in_pages([partial(resume, hub, ticket_of(chat, band, 0), avoids.get(chat.seeker, ())) for chat in here])
    log.info("reasserted", band=band, listeners=len(listeners), chats=len(chats))


async def _in_pages(calls: list[Callable[[], Awaitable[object]]]) -> None:
    for start in range(0, len(calls), PAGE):
        await asyncio.gather(*[call() for call in calls[start : start + PAGE]])


async def _listener(hub: Hub, band: str, person: LocalPerson, before: PersonRecord) -> None:
    last = before.listener
    if person.staff is None or last is None or band not in person.staff.age_bands:
        return
    now = (await hub.lines.snapshot(band, person.person_id)).listener
    if now is not None and (now.availability, now.capacity, now.takes_urgent) == (
        last.availability,
        last.capacity,
        last.takes_urgent,
    ):
        return
    how = (last.availability, last.capacity, last.reason, last.takes_urgent, last.said_at_ms)
    await stand(hub, person, person.staff, band, *how)


def ticket_of(chat: ChatRecord, band: str, now_ms: int) -> Ticket:
    """What may be brought back of one request."""
    return Ticket(
        band=band,
        chat_id=chat.chat_id,
        person_id=chat.seeker,
        turn=chat.turn,
        state=chat.state,
        request_id=chat.request_id,
        languages=chat.languages,
        cell=chat.cell,
        topic_mask=chat.topic_mask,
        arrived_at_ms=chat.arrived_at_ms,
        preferred=chat.preferred,
        distress=chat.distress or 0,
        listener=chat.listener,
        opened_at_ms=chat.opened_at_ms,
        issued_at_ms=now_ms,
    )


async def resume(hub: Hub, ticket: Ticket, avoid: tuple[str, ...]) -> str:
    """Bring one request back where the shard knows less: 'kept', 'open', 'resumed' or 'ended'.

    `avoid`: listeners whom the seeker's device keeps away. Raises RedisAway, RedisRefused.
    """
    answer = await hub.lines.call(
        ticket.band,
        "resume",
        ticket.chat_id,
        ticket.person_id,
        ticket.turn,
        ticket.state,
        ticket.request_id,
        ticket.languages,
        ticket.cell,
        ticket.topic_mask,
        ticket.arrived_at_ms,
        ticket.preferred,
        ticket.distress or "",
        ticket.listener,
        ticket.opened_at_ms,
        secrets.token_hex(6),
        hub.engine_lives.get(ticket.band, ""),
        ",".join(name for name in avoid if "," not in name),
    )
    told = str(answer.decode())
    hub.door.counts.resumed.labels(told).inc()
    return told
