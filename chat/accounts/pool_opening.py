"""Opening the pools of a language: at the first start, and when someone comes who speaks a new one."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.entries import language_of
from chat.accounts.ids import new_id
from chat.accounts.tables import PoolRow
from chat.accounts.versions import next_version
from chat.protocol.fields import AgeBand

#: Written in every new pool, for an admin to put into the pool's own language.
_FIRST: dict[AgeBand, tuple[str, int, int | None, str]] = {
    "adult": ("Adults", 18, None, "For people who are 18 or older."),
    "teen": ("Teens", 13, 17, "For people from 13 to 17."),
}
#: The service itself opens the first pools.
_BY = "tealight"


async def open_first_pools(session: AsyncSession, default_locale: str, *, now_ms: int) -> None:
    """Give a database without pools those of the default language and of English, open at any hour."""
    # Taken for its lock: several processes may start at once on a fresh database.
    await next_version(session)
    if (await session.execute(select(func.count()).select_from(PoolRow))).scalar_one() == 0:
        await open_pools_for(session, (language_of(default_locale), "en"), by=_BY, now_ms=now_ms)


async def open_pools_for(session: AsyncSession, languages: Iterable[str], *, by: str, now_ms: int) -> list[str]:
    """Open both bands for each language that no pool takes yet. Returns the languages opened."""
    taken = {row.lower() for row in (await session.scalars(select(PoolRow.language))).all()}
    opened: list[str] = []
    for language in languages:
        if any(beginning in taken for beginning in _beginnings(language.lower())):
            continue
        for age_band, (name, min_age, max_age, text) in _FIRST.items():
            pool = PoolRow(
                pool_id=new_id("p"),
                language=language,
                age_band=age_band,
                name=f"{name} ({language})",
                min_age=min_age,
                max_age=max_age,
                text=text,
                flags={},
                hours=None,
                is_open=True,
            )
            session.add(pool)
            record(session, by=by, act="open_pool", about=pool.pool_id, at_ms=now_ms, detail={"language": language})
        taken.add(language.lower())
        opened.append(language)
    await session.flush()
    return opened


def _beginnings(tag: str) -> Iterable[str]:
    """`zh-hant-tw`, `zh-hant`, `zh`: the tags under which a pool would be found."""
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]
