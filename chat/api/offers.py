"""For supervisors: the offers that were made last, and why each went where it went."""

from typing import Annotated

from msgspec import Meta, Struct

from chat.api.endpoint import SUPERVISORS, Asked, Endpoint
from chat.conversation import offer_tables
from chat.protocol.fields import NO_NUL, AgeBand
from chat.supervision.explanations import ExplainedOffer, explained, live_chats


class OffersQuery(Struct, frozen=True):
    """All pools without `language` and `age_band`; one chat's with `chat_id`, the first one first."""

    language: Annotated[str, Meta(min_length=1, max_length=35, pattern=NO_NUL)] | None = None
    age_band: AgeBand | None = None
    chat_id: Annotated[str, Meta(pattern=r"^[!-~]{1,100}$(?!\n)")] | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class Offers(Struct, frozen=True):
    """Archived every few seconds: what was offered a moment ago may be missing still."""

    offers: list[ExplainedOffer]


async def _offers(asked: Asked) -> Offers:
    query: OffersQuery = asked.query
    async with asked.deps.database.read() as session:
        if query.chat_id is not None:
            rows = (await offer_tables.of_chat(session, query.chat_id))[: query.limit]
        else:
            rows = await offer_tables.newest(
                session, language=query.language, age_band=query.age_band, limit=query.limit
            )
        # Asked for inside the transaction, which only reads: nobody waits for it.
        return Offers(await explained(session, rows, await live_chats(asked.deps.lines(), rows)))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/supervise/offers",
        act=_offers,
        query=OffersQuery,
        answer=Offers,
        who=SUPERVISORS,
        summary="The offers that were made last, and why each went where it went.",
    ),
)
