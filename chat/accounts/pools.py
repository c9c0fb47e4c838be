"""The pools as one process sees them (docs/pools.md): a language and an age band, with hours and texts of their own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import msgspec
from sqlalchemy import select

from chat.accounts import pool_hours
from chat.accounts.pool_hours import Hours
from chat.accounts.pool_opening import open_first_pools
from chat.accounts.staff import StaffMember
from chat.accounts.tables import PoolRow
from chat.protocol.fields import AgeBand
from config.clock import now_ms
from config.database import Database


@dataclass(frozen=True, slots=True)
class Pool:
    """Listeners and waiting requests that may meet. `hours` None: open at any hour; `is_open` is the admin's switch."""

    pool_id: str
    language: str
    age_band: AgeBand
    name: str
    min_age: int
    max_age: int | None
    text: str
    flags: dict[str, bool] = field(default_factory=dict)
    hours: Hours | None = None
    is_open: bool = True

    def is_open_at(self, now_ms: int) -> bool:
        """May a chat be asked for at this instant?"""
        return self.is_open and (self.hours is None or pool_hours.is_open_at(self.hours, now_ms))

    def opens_at_ms(self, now_ms: int) -> int | None:
        """When it opens next; None when it is open, or closed until an admin opens it."""
        if not self.is_open or self.hours is None or self.is_open_at(now_ms):
            return None
        return pool_hours.next_opening_ms(self.hours, now_ms)


def pool_of(row: PoolRow) -> Pool:
    """The row as a Pool."""
    return Pool(
        pool_id=row.pool_id,
        language=row.language,
        age_band=cast(AgeBand, row.age_band),
        name=row.name,
        min_age=row.min_age,
        max_age=row.max_age,
        text=row.text,
        flags=dict(row.flags),
        hours=None if row.hours is None else msgspec.convert(row.hours, Hours),
        is_open=row.is_open,
    )


def look_up(pools: Iterable[Pool], language_tag: str, age_band: str) -> Pool | None:
    """The pool for a language tag: the same tag, or else its beginning (RFC 4647, 3.4: `pt-BR`, then `pt`)."""
    by_tag = {pool.language.lower(): pool for pool in pools if pool.age_band == age_band}
    tag = language_tag.replace("_", "-").lower()
    while tag:
        if tag in by_tag:
            return by_tag[tag]
        tag = tag.rpartition("-")[0]
    return None


class PoolBook:
    """All pools, read from the database by `refresh` and kept until the next one."""

    def __init__(self, database: Database, default_locale: str = "en") -> None:
        self._database = database
        self._default_locale = default_locale
        self._pools: list[Pool] = []

    async def refresh(self) -> None:
        """Read the pools again. A database without any gets its first ones."""
        pools = await self._read()
        if not pools:
            async with self._database.write() as session:
                await open_first_pools(session, self._default_locale, now_ms=now_ms())
            pools = await self._read()
        self._pools = pools

    async def _read(self) -> list[Pool]:
        async with self._database.read() as session:
            rows = await session.scalars(select(PoolRow).order_by(PoolRow.language, PoolRow.age_band))
            return [pool_of(row) for row in rows]

    def find(self, language_tag: str, age_band: str) -> Pool | None:
        """The pool that takes requests in this language and age band, open or not."""
        return look_up(self._pools, language_tag, age_band)

    def all(self) -> list[Pool]:
        """Every pool, by language and age band."""
        return list(self._pools)

    def pools_of(self, person: StaffMember) -> list[Pool]:
        """The pools in which this person may take chats now: those of their languages and valid clearances."""
        found = (self.find(language, band) for language in person.languages for band in person.age_bands)
        return list({pool.pool_id: pool for pool in found if pool is not None}.values())
