"""Admins: pools, texts, clinical reviews, the audit log."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from chat.accounts import page_texts, pool_changing
from chat.accounts.audit import recent_acts
from chat.accounts.pool_hours import Hours
from chat.accounts.pools import Pool, pool_of
from chat.accounts.tables import ClinicalReviewRow
from chat.api.endpoint import Asked, for_admins
from chat.api.fields import AtMs, Line, Note, Words
from chat.protocol.fields import AgeBand, LanguageTag

Age = Annotated[int, Meta(ge=0, le=pool_changing.AGE_LIMIT)]
FlagName = Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$(?!\n)")]
TextKey = Annotated[str, Meta(pattern=r"^[a-z0-9_.-]{1,64}$(?!\n)")]


class PoolRecord(Struct, frozen=True):
    """A pool with all that can be set. `hours` null: open at any hour; `is_open` is the admin's switch."""

    pool_id: str
    language: str
    age_band: AgeBand
    name: str
    min_age: int
    max_age: int | None
    text: str
    flags: dict[str, bool]
    hours: Hours | None
    is_open: bool


class Pools(Struct, frozen=True):
    pools: list[PoolRecord]


class NewPools(Struct, frozen=True):
    language: LanguageTag


class PoolChange(Struct, frozen=True):
    """What is left out stays; `null` for `max_age` and `hours` means none."""

    name: Line | UnsetType = UNSET
    min_age: Age | UnsetType = UNSET
    max_age: Age | UnsetType | None = UNSET
    text: Note | UnsetType = UNSET
    flags: Annotated[dict[FlagName, bool], Meta(max_length=50)] | UnsetType = UNSET
    hours: Hours | UnsetType | None = UNSET
    is_open: bool | UnsetType = UNSET


class Texts(Struct, frozen=True):
    texts: Annotated[dict[TextKey, Words], Meta(max_length=100)]


class NewReview(Struct, frozen=True):
    subject: Line
    version: Line
    reviewer: Line
    reviewed_at_ms: AtMs
    note: Note = ""


class Review(Struct, frozen=True):
    review_id: str
    subject: str
    version: str
    reviewer: str
    reviewed_at_ms: int
    note: str
    recorded_by: str
    recorded_at_ms: int


class Reviews(Struct, frozen=True):
    reviews: list[Review]


class AuditQuery(Struct, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    before_id: AtMs | None = None


class AuditLine(Struct, frozen=True):
    """One act. `by` and `about` are ids; `detail` depends on the act."""

    audit_id: int
    at_ms: int
    by: str
    act: str
    about: str
    detail: dict[str, Any]


class Audit(Struct, frozen=True):
    """Newest first; `before_id` of the next call is the last `audit_id` of this one."""

    lines: list[AuditLine]


def _pool(pool: Pool) -> PoolRecord:
    return PoolRecord(
        pool_id=pool.pool_id,
        language=pool.language,
        age_band=pool.age_band,
        name=pool.name,
        min_age=pool.min_age,
        max_age=pool.max_age,
        text=pool.text,
        flags=pool.flags,
        hours=pool.hours,
        is_open=pool.is_open,
    )


def _review(row: ClinicalReviewRow) -> Review:
    return Review(
        review_id=row.review_id,
        subject=row.subject,
        version=row.version,
        reviewer=row.reviewer,
        reviewed_at_ms=row.reviewed_at_ms,
        note=row.note,
        recorded_by=row.recorded_by,
        recorded_at_ms=row.recorded_at_ms,
    )


async def _pools(asked: Asked) -> Pools:
    await asked.deps.pools.refresh()
    return Pools([_pool(pool) for pool in asked.deps.pools.all()])


async def _open_language(asked: Asked) -> Pools:
    body: NewPools = asked.body
    async with asked.deps.database.write() as session:
        rows = await pool_changing.open_language(session, body.language, by=asked.by.person_id, now_ms=asked.now_ms)
    await asked.deps.pools.refresh()
    return Pools([_pool(pool_of(row)) for row in rows])


async def _change_pool(asked: Asked) -> PoolRecord:
    body: PoolChange = asked.body
    given = {name: getattr(body, name) for name in body.__struct_fields__}
    changes = {name: value for name, value in given.items() if value is not UNSET}
    async with asked.deps.database.write() as session:
        row = await pool_changing.change_pool(
            session, asked.part("pool_id"), changes, by=asked.by.person_id, now_ms=asked.now_ms
        )
    await asked.deps.pools.refresh()
    return _pool(pool_of(row))


async def _texts(asked: Asked) -> Texts:
    async with asked.deps.database.read() as session:
        return Texts(await page_texts.all_texts(session))


async def _put_texts(asked: Asked) -> Texts:
    body: Texts = asked.body
    async with asked.deps.database.write() as session:
        await page_texts.put_texts(session, body.texts, by=asked.by.person_id, now_ms=asked.now_ms)
        return Texts(await page_texts.all_texts(session))


async def _reviews(asked: Asked) -> Reviews:
    async with asked.deps.database.read() as session:
        return Reviews([_review(row) for row in await page_texts.all_reviews(session)])


async def _record_review(asked: Asked) -> Review:
    body: NewReview = asked.body
    async with asked.deps.database.write() as session:
        row = await page_texts.record_review(
            session,
            subject=body.subject,
            version=body.version,
            reviewer=body.reviewer,
            reviewed_at_ms=body.reviewed_at_ms,
            note=body.note,
            by=asked.by.person_id,
            now_ms=asked.now_ms,
        )
    return _review(row)


async def _audit(asked: Asked) -> Audit:
    query: AuditQuery = asked.query
    async with asked.deps.database.read() as session:
        rows = await recent_acts(session, limit=query.limit, before_id=query.before_id)
    return Audit([AuditLine(row.audit_id, row.at_ms, row.by, row.act, row.about, row.detail) for row in rows])


ENDPOINTS = (
    for_admins("GET", "/pools", act=_pools, answer=Pools, summary="Every pool."),
    for_admins(
        "POST",
        "/pools",
        act=_open_language,
        body=NewPools,
        answer=Pools,
        status=201,
        summary="Open the adult and the teen pool for a language.",
    ),
    for_admins(
        "PATCH",
        "/pools/{pool_id}",
        act=_change_pool,
        body=PoolChange,
        answer=PoolRecord,
        refusals=(404,),
        summary="Change a pool.",
    ),
    for_admins("GET", "/texts", act=_texts, answer=Texts, summary="The texts that admins put into the pages."),
    for_admins(
        "PUT",
        "/texts",
        act=_put_texts,
        body=Texts,
        answer=Texts,
        summary="Set texts; those not named stay, an empty one is taken away. Answers all of them.",
    ),
    for_admins("GET", "/clinical-reviews", act=_reviews, answer=Reviews, summary="Who reviewed what, newest first."),
    for_admins(
        "POST",
        "/clinical-reviews",
        act=_record_review,
        body=NewReview,
        answer=Review,
        status=201,
        summary="Record that someone reviewed something clinical.",
    ),
    for_admins("GET", "/audit", act=_audit, query=AuditQuery, answer=Audit, summary="Acts of staff, newest first."),
)
