"""Admins: ended chats that could not be archived, and wait for somebody to look (docs/archive.md)."""

from msgspec import Struct

from chat.api.endpoint import Asked, for_admins
from chat.conversation.archive_tables import all_set_aside


class SetAsideChat(Struct, frozen=True):
    """`why` names what is wrong, never what was written. Its words stay in the engine meanwhile."""

    chat_id: str
    age_band: str
    why: str
    first_at_ms: int
    last_at_ms: int
    tries: int


class SetAside(Struct, frozen=True):
    """The oldest first."""

    chats: list[SetAsideChat]


async def _set_aside(asked: Asked) -> SetAside:
    async with asked.deps.database.read() as session:
        rows = await all_set_aside(session)
    return SetAside(
        [SetAsideChat(row.chat_id, row.age_band, row.why, row.first_at_ms, row.last_at_ms, row.tries) for row in rows]
    )


ENDPOINTS = (
    for_admins("GET", "/set-aside", act=_set_aside, answer=SetAside, summary="Ended chats that could not be archived."),
)
