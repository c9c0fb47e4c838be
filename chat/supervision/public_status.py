"""What anybody may know about how the service does: open or not, somebody there or not, how long it takes."""

import asyncio
from collections.abc import Callable

from msgspec import Struct
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.page_texts import DEFAULT_ORGANISATION, ORGANISATION, all_texts
from chat.accounts.pool_hours import Hours
from chat.accounts.pools import Pool, PoolBook
from chat.conversation.facts_tables import ChatFactsRow
from chat.protocol.fields import AgeBand
from chat.supervision.board import Board
from config.database import Database
from routing.actions.lines import Lines, RedisAway
from routing.actions.places import read_places

#: One reading serves everybody for so long, however many ask.
FRESH_MS = 10_000
#: Numbers of a week don't change faster than this.
WEEK_FRESH_MS = 60_000
WEEK_MS = 7 * 24 * 3_600_000
#: Of fewer than this nothing is said: it would be chance, or point at somebody.
FEWEST = 20


class PoolStatus(Struct, frozen=True):
    """`is_anyone_there`: is a listener on duty, busy or not; null while that can't be seen.

    `wait_low_s`, `wait_high_s`: the usual wait of those who have to wait, from arrival to listener joined; null while
    nothing honest can be said.
    """

    language: str
    age_band: AgeBand
    name: str
    is_open: bool
    opens_at_ms: int | None
    hours: Hours | None
    is_anyone_there: bool | None
    wait_low_s: int | None
    wait_high_s: int | None


class PastWeek(Struct, frozen=True):
    """Of the last seven days, all pools together; null with fewer than 20 of a kind.

    `kept_percent`: of those who were announced a wait, how many had a listener by its upper end.
    """

    kept_percent: int | None
    median_wait_s: int | None
    p90_wait_s: int | None


class ServiceStatus(Struct, frozen=True):
    """`is_seen`: false while the engine is away; then nobody can be connected, and nothing is known of now."""

    at_ms: int
    organisation: str
    is_seen: bool
    pools: list[PoolStatus]
    week: PastWeek


class PublicStatus:
    """Read at most once in ten seconds a process, whoever asks and however often."""

    def __init__(self, database: Database, pools: PoolBook, lines: Callable[[], Lines | None]) -> None:
        self._database = database
        self._pools = pools
        self._lines = lines
        self._lock = asyncio.Lock()
        self._known: ServiceStatus | None = None
        self._week: tuple[int, PastWeek] | None = None

    async def read(self, now_ms: int) -> ServiceStatus:
        """The status, at most ten seconds old. Raises the database's errors."""
        async with self._lock:
            if self._known is None or not 0 <= now_ms - self._known.at_ms < FRESH_MS:
                self._known = await self._read(now_ms)
            return self._known

    async def _read(self, now_ms: int) -> ServiceStatus:
        async with self._database.read() as session:
            texts = await all_texts(session)
            if self._week is None or not 0 <= now_ms - self._week[0] < WEEK_FRESH_MS:
                self._week = (now_ms, await past_week(session, now_ms))
        pools, lines = self._pools.all(), self._lines()
        seen: list[PoolStatus] = []
        try:
            if lines is not None:
                seen = await self._see(lines, pools, now_ms)
        except RedisAway:
            seen = []
        return ServiceStatus(
            at_ms=now_ms,
            organisation=texts.get(ORGANISATION, DEFAULT_ORGANISATION),
            is_seen=bool(seen) or (lines is not None and not pools),
            pools=seen or [_pool_status(pool, now_ms, None, None, None) for pool in pools],
            week=self._week[1],
        )

    async def _see(self, lines: Lines, pools: list[Pool], now_ms: int) -> list[PoolStatus]:
        _, loads, _ = await Board(lines, self._pools).sample()
        found = []
        for pool in pools:
            load = loads.get((pool.language, pool.age_band))
            room = await read_places(lines, pool.age_band, pool.language, [])
            is_anyone_there = load is not None and load.available > 0
            # Where nobody is on duty, what others waited before says nothing.
            wait = room.waits[0] if is_anyone_there else None
            ends = (wait.low_s, wait.high_s) if wait else (None, None)
            found.append(_pool_status(pool, now_ms, is_anyone_there, *ends))
        return found


def _pool_status(
    pool: Pool, now_ms: int, is_anyone_there: bool | None, low_s: int | None, high_s: int | None
) -> PoolStatus:
    return PoolStatus(
        language=pool.language,
        age_band=pool.age_band,
        name=pool.name,
        is_open=pool.is_open_at(now_ms),
        opens_at_ms=pool.opens_at_ms(now_ms),
        hours=pool.hours if pool.is_open else None,
        is_anyone_there=is_anyone_there,
        wait_low_s=low_s,
        wait_high_s=high_s,
    )


async def past_week(session: AsyncSession, now_ms: int) -> PastWeek:
    """The numbers of the last seven days, from the facts of ended chats."""
    since = ChatFactsRow.ended_at_ms >= now_ms - WEEK_MS
    waited_ms = func.coalesce(ChatFactsRow.wait_ms, ChatFactsRow.ended_at_ms - ChatFactsRow.arrived_at_ms)
    # As was_kept in routing/rules/waiting.py says.
    was_broken = waited_ms > 1000 * ChatFactsRow.wait_promised_s
    kept, broken = (
        await session.execute(
            select(
                func.coalesce(func.sum(case((~was_broken & ChatFactsRow.wait_ms.is_not(None), 1), else_=0)), 0),
                func.coalesce(func.sum(case((was_broken, 1), else_=0)), 0),
            ).where(since, ChatFactsRow.wait_promised_s.is_not(None))
        )
    ).one()
    judged = int(kept) + int(broken)
    joined = int(await session.scalar(select(func.count()).where(since, ChatFactsRow.wait_ms.is_not(None))) or 0)
    has_waits = joined >= FEWEST
    return PastWeek(
        kept_percent=100 * int(kept) // judged if judged >= FEWEST else None,
        median_wait_s=await _nth_wait_s(session, now_ms, (joined - 1) // 2) if has_waits else None,
        p90_wait_s=await _nth_wait_s(session, now_ms, -(-9 * joined // 10) - 1) if has_waits else None,
    )


async def _nth_wait_s(session: AsyncSession, now_ms: int, n: int) -> int:
    """The wait before which n shorter ones stand: the median and the 90th percentile are waits that somebody had."""
    query = select(ChatFactsRow.wait_ms).where(
        ChatFactsRow.ended_at_ms >= now_ms - WEEK_MS, ChatFactsRow.wait_ms.is_not(None)
    )
    wait_ms = await session.scalar(query.order_by(ChatFactsRow.wait_ms).offset(n).limit(1))
    return -(-(wait_ms or 0) // 1000)
