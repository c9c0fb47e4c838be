"""Numbers for those on duty: a listener's own shift, the load of the last hours, the chats that ended last."""

from typing import Annotated

from msgspec import Meta, Struct

from chat.accounts.directory import names_of
from chat.api.endpoint import STAFF, SUPERVISORS, Asked, Endpoint
from chat.api.fields import AtMs
from chat.conversation.facts_tables import load_since, recent_chats, shift_of
from chat.protocol.fields import AgeBand
from chat.supervision.notes import notes_about

_DAY_MS = 24 * 3600_000
_HOUR_MS = 3600_000
#: A week of one pool's minutes, or a day of seven pools'.
_SAMPLES_MAX = 10_080


class ShiftQuery(Struct, frozen=True):
    """`since_ms`: where the person's own day began; without it, midnight in UTC."""

    since_ms: AtMs | None = None


class Shift(Struct, frozen=True):
    """Own numbers. Chats held at the same time count each towards `minutes_in_chat`."""

    since_ms: int
    chats: int
    minutes_in_chat: int
    messages: int


class HistoryQuery(Struct, frozen=True):
    hours: Annotated[int, Meta(ge=1, le=168)] = 6


class LoadSample(Struct, frozen=True):
    at_ms: int
    language: str
    age_band: AgeBand
    waiting: int
    longest_wait_ms: int
    available: int
    paused: int
    in_chat: int
    open_chats: int
    open_offers: int
    offers_missed: int


class History(Struct, frozen=True):
    """One sample a minute and pool, oldest first."""

    samples: list[LoadSample]


class ChatsQuery(Struct, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class EndedChat(Struct, frozen=True):
    """Facts of an ended chat, without a word of it and without the seeker."""

    chat_id: str
    language: str
    age_band: AgeBand
    topics: list[str]
    distress_before: int | None
    distress_after: int | None
    rating: int | None
    arrived_at_ms: int
    offered_at_ms: int | None
    opened_at_ms: int | None
    ended_at_ms: int
    ended_by: str
    end_reason: str
    listener_id: str | None
    listener_name: str | None
    wait_ms: int | None
    offers: int
    messages_seeker: int
    messages_listener: int
    #: Did a listener write a note after it that this supervisor may read?
    has_note: bool


class EndedChats(Struct, frozen=True):
    chats: list[EndedChat]


async def _shift(asked: Asked) -> Shift:
    query: ShiftQuery = asked.query
    now = asked.now_ms
    since_ms = now - now % _DAY_MS if query.since_ms is None else query.since_ms
    async with asked.deps.database.read() as session:
        chats, in_chat_ms, messages = await shift_of(session, asked.by.person_id, since_ms)
    return Shift(since_ms, chats, round(in_chat_ms / 60_000), messages)


async def _history(asked: Asked) -> History:
    query: HistoryQuery = asked.query
    async with asked.deps.database.read() as session:
        rows = await load_since(session, asked.now_ms - query.hours * _HOUR_MS, limit=_SAMPLES_MAX)
    return History(
        [
            LoadSample(
                at_ms=row.at_ms,
                language=row.language,
                age_band=row.age_band,  # type: ignore[arg-type]  # written from a pool's own
                waiting=row.waiting,
                longest_wait_ms=row.longest_wait_ms,
                available=row.available,
                paused=row.paused,
                in_chat=row.in_chat,
                open_chats=row.open_chats,
                open_offers=row.open_offers,
                offers_missed=row.offers_missed_1h,
            )
            for row in rows
        ]
    )


async def _chats(asked: Asked) -> EndedChats:
    query: ChatsQuery = asked.query
    async with asked.deps.database.read() as session:
        rows = await recent_chats(session, limit=query.limit)
        names = await names_of(session, (row.listener_id for row in rows))
        notes = await notes_about(session, asked.by.person_id, [row.chat_id for row in rows])
    return EndedChats(
        [
            EndedChat(
                chat_id=row.chat_id,
                language=row.language,
                age_band=row.age_band,  # type: ignore[arg-type]  # written from a pool's own
                topics=list(row.topics),
                distress_before=row.distress_before,
                distress_after=row.distress_after,
                rating=row.rating,
                arrived_at_ms=row.arrived_at_ms,
                offered_at_ms=row.offered_at_ms,
                opened_at_ms=row.opened_at_ms,
                ended_at_ms=row.ended_at_ms,
                ended_by=row.ended_by,
                end_reason=row.end_reason,
                listener_id=row.listener_id,
                listener_name=names.get(row.listener_id or ""),
                wait_ms=row.wait_ms,
                offers=row.offers,
                messages_seeker=row.messages_seeker,
                messages_listener=row.messages_listener,
                has_note=row.chat_id in notes,
            )
            for row in rows
        ]
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/listen/shift",
        act=_shift,
        query=ShiftQuery,
        answer=Shift,
        who=STAFF,
        summary="Own numbers of today.",
    ),
    Endpoint(
        method="GET",
        path="/api/supervise/history",
        act=_history,
        query=HistoryQuery,
        answer=History,
        who=SUPERVISORS,
        summary="The load of the last hours, minute by minute.",
    ),
    Endpoint(
        method="GET",
        path="/api/supervise/chats",
        act=_chats,
        query=ChatsQuery,
        answer=EndedChats,
        who=SUPERVISORS,
        summary="The chats that ended last, without words.",
    ),
)
