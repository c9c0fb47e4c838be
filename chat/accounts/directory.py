"""Looking people up: by cookie, by id, and who changed."""

from collections.abc import Callable, Iterable, Sequence
from typing import cast

from sqlalchemy import ColumnElement, Select, bindparam, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from chat.accounts.clearances import Clearance, ClearanceKind, age_bands_of, values_of
from chat.accounts.ids import digest
from chat.accounts.staff import StaffMember
from chat.accounts.tables import ClearanceRow, SignInRow, StaffRow, StaffVersionRow
from chat.accounts.versions import newest_version, next_version
from chat.protocol.fields import Role
from config.asked_together import AT_ONCE, AskedTogether
from config.clock import now_ms
from config.database import Database

#: The prefix makes browsers refuse it from another host, another path or without TLS (loopback counts as safe).
cookie_name = "__Host-tealight"


class Directory:
    """Reads people from the database; holds nothing itself."""

    def __init__(self, database: Database, clock: Callable[[], int] = now_ms) -> None:
        self._database = database
        self._clock = clock
        self._by_cookie_hash = AskedTogether(self._signed_in)

    async def by_cookie(self, cookie_value: str) -> StaffMember | None:
        """Who is signed in with this cookie; None when nobody is (any more)."""
        return await self._by_cookie_hash.of(digest(cookie_value))

    async def _signed_in(self, cookie_hashes: list[str]) -> dict[str, StaffMember]:
        now = self._clock()
        query = (
            select(SignInRow.cookie_hash, StaffRow)
            .join(SignInRow, SignInRow.person_id == StaffRow.person_id)
            .where(
                SignInRow.cookie_hash.in_(cookie_hashes),
                SignInRow.expires_at_ms > now,
                SignInRow.created_at_ms >= StaffRow.signed_out_at_ms,
                StaffRow.is_active,
            )
        )
        async with self._database.read() as session:
            rows = dict(list(await session.execute(query)))
            members = await members_of(session, list(rows.values()), now)
        return dict(zip(rows, members, strict=True))

    async def by_id(self, person_id: str) -> StaffMember | None:
        """The person of that id, active or not."""
        async with self._database.read() as session:
            return await self._one(session, await session.get(StaffRow, person_id))

    async def everyone(self) -> list[StaffMember]:
        """All staff, by name."""
        async with self._database.read() as session:
            rows = (await session.scalars(select(StaffRow).order_by(StaffRow.name))).all()
            return await members_of(session, rows, self._clock())

    async def newest_version(self) -> int:
        """Where a process that starts to watch for changes begins."""
        async with self._database.read() as session:
            return await newest_version(session)

    async def changed_since(self, version: int) -> list[StaffMember]:
        """Everyone whose version is above `version`, lowest first.

        After a change a held connection checks its cookie again with `by_cookie` (a sign-out raises the version, too).
        A clearance that ran out meanwhile counts as a change; whoever asks first records it.
        """
        now = self._clock()
        newest, has_run_out = await self._database.glance(_NEWS, {"now": now})
        if newest <= version and not has_run_out:
            return []
        if has_run_out:
            await self._tell_run_out(now)
        async with self._database.read() as session:
            query = select(StaffRow).where(StaffRow.version > version).order_by(StaffRow.version)
            return await members_of(session, (await session.scalars(query)).all(), now)

    async def _tell_run_out(self, now: int) -> None:
        async with self._database.write() as session:
            version = await next_version(session)
            people = set((await session.scalars(_run_out(now))).all())
            told = update(ClearanceRow).where(
                ClearanceRow.expiry_told_at_ms.is_(None), ClearanceRow.expires_at_ms <= now
            )
            await session.execute(told.values(expiry_told_at_ms=now))
            await session.execute(update(StaffRow).where(StaffRow.person_id.in_(people)).values(version=version))

    async def _one(self, session: AsyncSession, row: StaffRow | None) -> StaffMember | None:
        return None if row is None else (await members_of(session, [row], self._clock()))[0]


# Every process asks this several times a second: in one statement, which is built once.
_NEWS = select(
    StaffVersionRow.n,
    select(ClearanceRow.person_id)
    .where(ClearanceRow.expiry_told_at_ms.is_(None), ClearanceRow.expires_at_ms <= bindparam("now"))
    .exists(),
)


def _run_out(now: int) -> Select[str]:
    return select(ClearanceRow.person_id).where(
        ClearanceRow.expiry_told_at_ms.is_(None), ClearanceRow.expires_at_ms <= now
    )


async def members_of(session: AsyncSession, rows: Sequence[StaffRow], now: int) -> list[StaffMember]:
    """The rows as StaffMembers, with what they may take at `now`."""
    held: dict[str, list[Clearance]] = {row.person_id: [] for row in rows}
    query = select(
        ClearanceRow.person_id,
        ClearanceRow.kind,
        ClearanceRow.value,
        ClearanceRow.expires_at_ms,
        ClearanceRow.withdrawn_at_ms,
    )
    for clearance in (await session.execute(query.where(_are_of(ClearanceRow.person_id, list(held))))).all():
        if clearance.person_id in held:
            held[clearance.person_id].append(cast(Clearance, clearance))
    return [member_of(row, held[row.person_id], now) for row in rows]


async def clearances_of(
    session: AsyncSession, person_ids: Sequence[str], kind: ClearanceKind | None = None
) -> dict[str, list[ClearanceRow]]:
    """Person -> all clearances they ever held (of one kind, where given), oldest first."""
    held: dict[str, list[ClearanceRow]] = {person_id: [] for person_id in person_ids}
    query = select(ClearanceRow).order_by(ClearanceRow.granted_at_ms, ClearanceRow.clearance_id)
    if kind is not None:
        query = query.where(ClearanceRow.kind == kind)
    for row in (await session.scalars(query.where(_are_of(ClearanceRow.person_id, person_ids)))).all():
        if row.person_id in held:
            held[row.person_id].append(row)
    return held


def _are_of(column: InstrumentedAttribute[str], person_ids: Sequence[str]) -> ColumnElement[bool]:
    # For very many people all rows are read: a longer list of ids would hit a database's limit on parameters.
    return column.in_(person_ids) if len(person_ids) <= AT_ONCE else true()


async def names_of(session: AsyncSession, person_ids: Iterable[str | None]) -> dict[str, str]:
    """Person -> the name that others see, for those who are people here."""
    wanted = {person_id for person_id in person_ids if person_id is not None}
    query = select(StaffRow.person_id, StaffRow.display_name).where(_are_of(StaffRow.person_id, list(wanted)))
    rows = await session.execute(query) if wanted else ()
    return {person_id: name for person_id, name in rows if person_id in wanted}


def member_of(row: StaffRow, clearances: Iterable[Clearance], now: int) -> StaffMember:
    """One row and its clearances as a StaffMember."""
    held = list(clearances)
    return StaffMember(
        person_id=row.person_id,
        name=row.name,
        display_name=row.display_name,
        role=cast(Role, row.role),
        languages=tuple(row.languages),
        max_chats=row.max_chats,
        age_bands=age_bands_of(held, now),
        topics=values_of("topic", held, now),
        risk_levels=values_of("risk_level", held, now),
        version=row.version,
        is_active=row.is_active,
        signed_out_at_ms=row.signed_out_at_ms,
    )
