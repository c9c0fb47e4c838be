"""A seeker's tickets in `hello`: bring back requests that the service lost, unless the database says they ended."""

from sqlalchemy import select

from chat.conversation.facts_tables import ChatFactsRow
from chat.edge.hub import Hub
from chat.edge.reassert import resume
from config.clock import now_ms
from config.database import Database
from routing.rules.tickets import Ticket, read

#: More than one seeker can have; the rest is not looked at.
TICKETS_MAX = 3


def good_tickets(secret_key: str, texts: list[str] | None) -> list[Ticket]:
    """The tickets that are ours and young enough."""
    found = [read(secret_key, text, now_ms()) for text in (texts or [])[:TICKETS_MAX]]
    return [ticket for ticket in found if ticket is not None]


async def bring_back(
    hub: Hub, database: Database, person_id: str, tickets: list[Ticket], avoid: tuple[str, ...]
) -> None:
    """Resume what these tickets tell of this person. Raises RedisAway, RedisRefused and the database's errors."""
    for ticket in tickets:
        if ticket.person_id != person_id or ticket.band not in hub.lines.shards:
            continue
        shard = hub.lines.shards[ticket.band]
        turn = await shard.functions.link.send("HGET", shard.key("chat", ticket.chat_id), "turn")
        if turn is not None and int(float(turn)) >= ticket.turn:
            continue
        async with database.read() as session:
            query = select(ChatFactsRow.ended_at_ms).where(ChatFactsRow.chat_id == ticket.chat_id)
            if (await session.scalars(query)).first() is None:
                await resume(hub, ticket, avoid)
