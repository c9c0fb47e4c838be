"""The door of practice chats: shards of its own, lines for one each, nothing counted, notes with the practice chat."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from sqlalchemy import select, update

from chat.accounts.clearances import RISK_LEVELS
from chat.accounts.pools import Pool, PoolBook
from chat.accounts.staff import StaffMember
from chat.conversation import aftermath
from chat.conversation.archive import FORGET_AFTER_MS
from chat.conversation.data_keys import DataKeys
from chat.edge.door import Door
from chat.protocol.fields import TOPICS, AgeBand, Role
from config.clock import now_ms
from config.database import Database
from config.metrics import Uncounted
from listener_training.practising import passes, rows
from listener_training.practising.tables import PracticeChatRow
from routing.actions.lines import Lines

PAGE = 100


class PracticePools(PoolBook):
    """Every line is open at any hour: each is for one practice chat."""

    async def refresh(self) -> None:
        """There is nothing to read."""

    def find(self, language_tag: str, age_band: str) -> Pool | None:
        band = cast(AgeBand, age_band)
        return Pool(pool_id="practice", language=language_tag, age_band=band, name="", min_age=0, max_age=None, text="")


class PracticeDoor(Door):
    """Staff stand here in the line of the practice chat they began last; a partner comes in by its pass."""

    is_practice = True
    link_names = ("tealight-practice", "tealight-practice-push")
    counts = Uncounted()

    def __init__(self, shards: Mapping[str, str], database: Database, keys: DataKeys, secret_key: str) -> None:
        super().__init__(shards, PracticePools(database), database, keys)
        self._secret_key = secret_key

    def on_fact(self, band: str) -> Callable[[str], None]:
        return lambda fact: None

    async def member(self, staff: StaffMember) -> StaffMember | None:
        """Cleared for what was chosen, one chat at once, in a line that nobody else stands in."""
        newest = select(PracticeChatRow.practice_id, PracticeChatRow.age_band)
        newest = newest.where(PracticeChatRow.person_id == staff.person_id)
        async with self.database.read() as session:
            found = (await session.execute(newest.order_by(PracticeChatRow.begun_at_ms.desc()).limit(1))).first()
        if found is None:
            return None
        return replace(
            staff,
            age_bands=(cast(AgeBand, found.age_band),),
            languages=(passes.line_of(found.practice_id),),
            max_chats=1,
            topics=TOPICS,
            risk_levels=tuple(RISK_LEVELS),
        )

    def guest(self, token: str | None) -> str | None:
        practice_id = passes.read(self._secret_key, token, now_ms())
        return None if practice_id is None else passes.partner_id(practice_id)

    async def tidy(self, lines: Lines) -> None:
        """Forget practice chats an hour after their end, words and all. Raises RedisAway, RedisRefused."""
        for band, shard in lines.shards.items():
            link = shard.functions.link
            old = f"({now_ms() - FORGET_AFTER_MS}"
            for raw in await link.send("ZRANGEBYSCORE", shard.key("ended"), "-inf", old, "LIMIT", 0, PAGE):
                await rows.drop_lone_key(self.database, raw.decode())
                await lines.call(band, "forget", raw.decode())
            # Nobody reads here why an offer was made, or writes facts.
            await link.send("DEL", shard.key("why"), shard.key("unwritten"))

    async def save_note(self, chat_id: str, listener_id: str, note: str) -> None:
        key = await self.key_of(chat_id)
        await self._keep(chat_id, sealed_note=key.seal_note(aftermath.NOTE, listener_id, note))

    async def save_comment(self, chat_id: str, comment: str) -> None:
        """A partner has nothing to say about a chat; the debrief has."""

    async def save_review_consent(self, chat_id: str, *, may_review: bool) -> None:
        """A partner has nothing to allow; whose practice it was asks for themselves."""

    async def save_report(
        self,
        *,
        chat_id: str,
        person_id: str,
        role: Role,
        about_id: str | None,
        reason: str,
        comment: str | None,
        block: bool,
    ) -> None:
        await self._keep(chat_id, reported=reason)

    async def save_block(self, seeker_id: str, listener_id: str) -> None:
        """The next practice chat has another partner anyway."""

    async def blocks(self) -> Sequence[tuple[str, str, int]]:
        return ()

    async def _keep(self, chat_id: str, **values: object) -> None:
        async with self.database.write() as session:
            await session.execute(update(PracticeChatRow).where(PracticeChatRow.chat_id == chat_id).values(**values))
