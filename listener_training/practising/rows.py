"""What becomes of the rows of practice chats. Acts of a trainee work inside the caller's transaction."""

from collections.abc import Callable, Sequence

from sqlalchemy import Update, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.ids import new_id
from chat.accounts.refusal import Refused
from chat.conversation.chat_ids import chat_id_of
from chat.conversation.key_tables import ChatKeyRow
from config.database import Database
from listener_training.learning.enrolment import take_turn
from listener_training.practice.scenario import Stagebook
from listener_training.practising.passes import partner_id
from listener_training.practising.tables import PracticeChatRow

#: How long a process that plays a partner is believed to live after it last said so, and how often it says so.
LEASE_MS = 10_000
RENEW_S = 2.0
#: The words of a practice chat are kept for so long; that it was done, and how well, as long as the account.
WORDS_KEPT_MS = 180 * 24 * 3600_000


async def begin(
    session: AsyncSession, person_id: str, book: Stagebook, *, pace: int, seed: int, now_ms: int
) -> PracticeChatRow:
    """The practice chat that is open already if it is the same scenario, or a new one. Raises Refused."""
    await take_turn(session, person_id)
    going_on = await open_one(session, person_id)
    if going_on is not None:
        if going_on.scenario == book.scenario.id:
            return going_on
        raise Refused("practice_open", "Finish the practice chat that you have begun, or give it up.")
    practice_id = new_id("x")
    row = PracticeChatRow(
        practice_id=practice_id,
        person_id=person_id,
        scenario=book.scenario.id,
        version=book.version,
        seed=seed,
        age_band=book.scenario.age_band,
        pace=pace,
        chat_id=chat_id_of(partner_id(practice_id), book.scenario.age_band, practice_id),
        begun_at_ms=now_ms,
        holder="",
        lease_until_ms=0,
        turns=[],
    )
    session.add(row)
    await session.flush()
    return row


async def open_one(session: AsyncSession, person_id: str) -> PracticeChatRow | None:
    """The practice chat that somebody has begun and not ended."""
    query = select(PracticeChatRow).where(PracticeChatRow.person_id == person_id, PracticeChatRow.ended_at_ms.is_(None))
    return (await session.scalars(query.order_by(PracticeChatRow.begun_at_ms.desc()))).first()


async def all_of(session: AsyncSession, person_id: str) -> Sequence[PracticeChatRow]:
    """Somebody's practice chats, newest first."""
    query = select(PracticeChatRow).where(PracticeChatRow.person_id == person_id)
    return (await session.scalars(query.order_by(PracticeChatRow.begun_at_ms.desc()))).all()


async def own_one(session: AsyncSession, practice_id: str, person_id: str) -> PracticeChatRow:
    """Somebody's own practice chat of that id. Raises Refused."""
    row = await session.get(PracticeChatRow, practice_id)
    if row is None or row.person_id != person_id:
        raise Refused("no_such_practice", "There is no such practice chat.")
    return row


async def remove(session: AsyncSession, practice_id: str, person_id: str) -> str:
    """Take a practice chat away with all that was written; one that goes on is given up. Raises Refused.

    Answers its chat, whose key is to be deleted then.
    """
    row = await own_one(session, practice_id, person_id)
    await session.delete(row)
    return row.chat_id


async def drop_lone_key(database: Database, chat_id: str) -> None:
    """The key of a practice chat of which nothing is kept: it was given up while it went on."""
    kept = select(PracticeChatRow.chat_id).where(PracticeChatRow.chat_id == chat_id)
    async with database.write() as session:
        await session.execute(delete(ChatKeyRow).where(ChatKeyRow.chat_id == chat_id, ~kept.exists()))


class PartnersRows:
    """What a process that plays partners does with them. `holder` is its name; a write of another's changes nothing."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self.holder = holder

    async def take(self, is_gone: Callable[[str], bool], room: int, now_ms: int) -> list[PracticeChatRow]:
        """Practice chats that nobody plays, or whose player is gone, from now on one's own; at most `room`."""
        going_on = select(PracticeChatRow).where(
            PracticeChatRow.ended_at_ms.is_(None), PracticeChatRow.holder != self.holder
        )
        async with self._database.read() as session:
            rows = (await session.scalars(going_on.order_by(PracticeChatRow.begun_at_ms))).all()
        free = [row for row in rows if row.lease_until_ms < now_ms or is_gone(row.holder)]
        return [row for row in free[:room] if await self._took(row, now_ms)]

    async def _took(self, row: PracticeChatRow, now_ms: int) -> bool:
        mine = update(PracticeChatRow).where(
            PracticeChatRow.practice_id == row.practice_id,
            PracticeChatRow.holder == row.holder,
            PracticeChatRow.lease_until_ms == row.lease_until_ms,
        )
        return await self._changed(mine.values(holder=self.holder, lease_until_ms=now_ms + LEASE_MS))

    async def renew(self, now_ms: int) -> set[str]:
        """Say that one lives. Answers what is still one's own: a trainee may have given theirs up."""
        mine = (PracticeChatRow.holder == self.holder, PracticeChatRow.ended_at_ms.is_(None))
        async with self._database.write() as session:
            await session.execute(update(PracticeChatRow).where(*mine).values(lease_until_ms=now_ms + LEASE_MS))
            return set(await session.scalars(select(PracticeChatRow.practice_id).where(*mine)))

    async def let_go(self) -> None:
        """Leave all of one's own to others at once."""
        mine = update(PracticeChatRow).where(
            PracticeChatRow.holder == self.holder, PracticeChatRow.ended_at_ms.is_(None)
        )
        await self._changed(mine.values(holder="", lease_until_ms=0))

    async def keep(self, practice_id: str, **values: object) -> bool:
        """Write something about one's own practice chat. False: it is somebody else's by now, or gone."""
        mine = update(PracticeChatRow).where(
            PracticeChatRow.practice_id == practice_id, PracticeChatRow.holder == self.holder
        )
        return await self._changed(mine.values(**values))

    async def forget_words(self, now_ms: int) -> None:
        """Remove what was written long ago, with its key; the score stays. What was never begun goes as a whole."""
        old = PracticeChatRow.ended_at_ms < now_ms - WORDS_KEPT_MS
        chats = select(PracticeChatRow.chat_id).where(old)
        wordless = {"debrief": None, "note": None, "sealed": None, "sealed_note": None}
        async with self._database.write() as session:
            await session.execute(delete(ChatKeyRow).where(ChatKeyRow.chat_id.in_(chats)))
            await session.execute(delete(PracticeChatRow).where(old, PracticeChatRow.opened_at_ms.is_(None)))
            has_words = or_(*[getattr(PracticeChatRow, name).is_not(None) for name in wordless])
            await session.execute(update(PracticeChatRow).where(old, has_words).values(**wordless))

    async def _changed(self, statement: Update) -> bool:
        async with self._database.write() as session:
            changed = await session.scalars(statement.returning(PracticeChatRow.practice_id))
            return bool(changed.all())
