"""Another master key: data keys wrapped anew, page by page, and generations that nothing needs any more let go.

Each page is one transaction, and a row says itself under which generation it is wrapped: whoever is killed in the
middle left whole rows behind, and the next one goes on with what is left (docs/encryption.md).
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select

from chat.conversation.key_tables import ChatKeyRow
from config.database import Database
from config.master_keys import MasterKey, MasterKeys, WrappedKeyDamagedError

PAGE = 200
#: Backups keep their keys for 7 days, wrapped as they were then.
KEPT_FOR_BACKUPS_MS = 8 * 24 * 3600_000
#: A process may be wrapping with the older one just now; it looks for a newer one before each row that it makes.
KEPT_FOR_PROCESSES_MS = 60_000


async def counted(database: Database) -> dict[str, int]:
    """Master key's id -> how many data keys are wrapped under it."""
    query = select(ChatKeyRow.master_id, func.count()).group_by(ChatKeyRow.master_id)
    async with database.read() as session:
        return {master_id: int(number) for master_id, number in await session.execute(query)}


async def missing(database: Database, masters: MasterKeys) -> dict[str, int]:
    """Master keys that are not here, and how many chats can't be read without each."""
    here = {key.master_id for key in masters.all()}
    return {master_id: count for master_id, count in (await counted(database)).items() if master_id not in here}


@dataclass(slots=True)
class Rewrapped:
    """What became of a walk over the rows: how many were wrapped anew, and whose are damaged and stay as they are."""

    count: int = 0
    damaged: list[str] = field(default_factory=list)


async def rewrap(database: Database, masters: MasterKeys) -> Rewrapped:
    """Wrap every row of an older generation under the newest one.

    Rows of generations that are not here stay as they are: nobody can open them. Raises SettingsError and the
    database's errors.
    """
    done, after = Rewrapped(), ""
    while (last := await _rewrap_page(database, masters, after, done)) is not None:
        after = last
    # The old wrapping must not stay behind in the log of writes: who got hold of the old master key could open it.
    if done.count:
        await database.scrub()
    return done


async def _rewrap_page(database: Database, masters: MasterKeys, after: str, done: Rewrapped) -> str | None:
    newest, *older = masters.all()
    by_id = {key.master_id: key for key in older}
    query = select(ChatKeyRow).where(ChatKeyRow.master_id.in_(list(by_id)), ChatKeyRow.chat_id > after)
    async with database.write() as session:
        # Locked, so that none of them is deleted between reading and writing.
        rows = (await session.scalars(query.order_by(ChatKeyRow.chat_id).limit(PAGE).with_for_update())).all()
        for row in rows:
            try:
                secret = by_id[row.master_id].unwrap(row.chat_id, row.wrapped)
            except WrappedKeyDamagedError:
                done.damaged.append(row.chat_id)
                continue
            row.wrapped, row.master_id = newest.wrap(row.chat_id, secret), newest.master_id
            done.count += 1
    return rows[-1].chat_id if rows else None


def unneeded(keys: tuple[MasterKey, ...], counts: Mapping[str, int], now_ms: int, *, kept_ms: int) -> list[MasterKey]:
    """The generations that may go: nothing is wrapped under them, and a newer one has been wrapping for `kept_ms`."""
    return [
        older
        for newer, older in itertools.pairwise(keys)
        if not counts.get(older.master_id) and now_ms - newer.made_at_ms > kept_ms
    ]
