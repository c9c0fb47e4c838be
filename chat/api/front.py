"""What anybody may know: about this service, its pools and topics, crisis numbers."""

from datetime import UTC, date, datetime
from functools import lru_cache

from msgspec import Struct

from chat.accounts.page_texts import DEFAULT_ORGANISATION, ORGANISATION, all_texts, latest_reviews
from chat.api.endpoint import Asked, Endpoint
from chat.protocol.fields import TOPICS, AgeBand
from chat.safety import crisis
from chat.safety.crisis import CrisisBook


class About(Struct, frozen=True):
    """`durability_wanted`: what the setting asks for, null where it demands nothing of somebody else's engine."""

    name: str
    version: str
    durability: str
    durability_wanted: str | None
    is_durability_met: bool


class PoolShown(Struct, frozen=True):
    """`opens_at_ms`: when a closed one opens next; null where that isn't known."""

    language: str
    age_band: AgeBand
    name: str
    min_age: int
    max_age: int | None
    text: str
    is_open: bool
    opens_at_ms: int | None = None


class ReviewShown(Struct, frozen=True):
    subject: str
    version: str
    reviewer: str
    reviewed_at_ms: int


class Front(Struct, frozen=True):
    """For the seeker's page. A clinical subject without a row in `reviews` is not clinically reviewed."""

    organisation: str
    pools: list[PoolShown]
    topics: list[str]
    texts: dict[str, str]
    reviews: list[ReviewShown]


async def _about(asked: Asked) -> About:
    promise = await asked.deps.durability()
    return About(
        name="Tealight",
        version=asked.deps.version,
        durability=promise.level,
        durability_wanted=promise.wanted,
        is_durability_met=promise.is_met,
    )


async def _front(asked: Asked) -> Front:
    now = asked.now_ms
    async with asked.deps.database.read() as session:
        texts = await all_texts(session)
        reviews = await latest_reviews(session)
    return Front(
        organisation=texts.get(ORGANISATION, DEFAULT_ORGANISATION),
        pools=[
            PoolShown(
                language=pool.language,
                age_band=pool.age_band,
                name=pool.name,
                min_age=pool.min_age,
                max_age=pool.max_age,
                text=pool.text,
                is_open=pool.is_open_at(now),
                opens_at_ms=pool.opens_at_ms(now),
            )
            for pool in asked.deps.pools.all()
        ],
        topics=list(TOPICS),
        texts=texts,
        reviews=[ReviewShown(row.subject, row.version, row.reviewer, row.reviewed_at_ms) for row in reviews],
    )


@lru_cache(maxsize=2)
def _book_of(today: date) -> CrisisBook:
    return crisis.load(today)


async def _crisis(asked: Asked) -> CrisisBook:
    return _book_of(datetime.fromtimestamp(asked.now_ms / 1000, UTC).date())


ENDPOINTS = (
    Endpoint(method="GET", path="/api/about", act=_about, answer=About, summary="Name, version, durability level."),
    Endpoint(method="GET", path="/api/front", act=_front, answer=Front, summary="What the seeker's page shows."),
    Endpoint(
        method="GET",
        path="/api/crisis",
        act=_crisis,
        answer=CrisisBook,
        summary="Emergency numbers and crisis services by country, with when each was last confirmed.",
    ),
)
