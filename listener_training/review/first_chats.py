"""New listeners: those whose first real chats are still to come, so that a supervisor can be near."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.conversation.facts_tables import ChatFactsRow


async def chats_so_far(session: AsyncSession, person_ids: list[str]) -> dict[str, int]:
    """Person -> real chats that were opened with them and have ended; 0 for who had none."""
    found = dict.fromkeys(person_ids, 0)
    if person_ids:
        query = select(ChatFactsRow.listener_id, func.count()).where(
            ChatFactsRow.listener_id.in_(person_ids), ChatFactsRow.opened_at_ms.is_not(None)
        )
        for person_id, chats in await session.execute(query.group_by(ChatFactsRow.listener_id)):
            found[str(person_id)] = int(chats)
    return found
