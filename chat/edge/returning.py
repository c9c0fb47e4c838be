"""A seeker's tickets in `hello`: bring back requests that the service lost, unless the database says they ended."""

from dataclasses import dataclass

from chat.conversation.facts import why_ended
from chat.edge.hub import Hub
from chat.edge.people import LocalPerson
from chat.edge.reassert import resume
from config.clock import now_ms
from config.database import Database
from routing.rules.tickets import Ticket, read

#: More than one seeker can have; the rest is not looked at.
TICKETS_MAX = 3


def good_tickets(secret_key: str, texts: list[str] | None) -> tuple[Ticket, ...]:
    """The tickets that are ours and young enough."""
    found = [read(secret_key, text, now_ms()) for text in (texts or [])[:TICKETS_MAX]]
    return tuple(ticket for ticket in found if ticket is not None)


@dataclass(frozen=True, slots=True)
class Returning:
    """What somebody who says hello shows of earlier requests. `avoid`: listeners whom their device keeps away."""

    database: Database
    tickets: tuple[Ticket, ...]
    avoid: tuple[str, ...]

    def has_any_of(self, person: LocalPerson, band: str) -> bool:
        """Is one of the tickets of this person's request in this band?"""
        return any(ticket.band == band and ticket.person_id == person.person_id for ticket in self.tickets)

    async def bring_back(self, hub: Hub, person: LocalPerson, band: str) -> None:
        """Resume what a shard, that was just read, knows less of. Raises RedisAway, RedisRefused, database errors."""
        for ticket in self.tickets:
            if ticket.person_id != person.person_id or ticket.band != band:
                continue
            known = person.records[band].chats.get(ticket.chat_id)
            if known is not None and known.turn >= ticket.turn:
                continue
            shard = hub.lines.shards[band]  # what ended long ago is not in the record
            turn = await shard.functions.link.send("HGET", shard.key("chat", ticket.chat_id), "turn")
            if turn is not None and int(float(turn)) >= ticket.turn:
                continue
            if await why_ended(self.database, ticket.chat_id) is None:
                await resume(hub, ticket, self.avoid)
                await hub.read(person, (band,))
