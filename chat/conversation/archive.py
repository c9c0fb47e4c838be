"""Ended chats: facts and sealed logs to the database, then the engine forgets them (docs/archive.md)."""

from sqlalchemy import delete, func, select

from chat.conversation.archive_log import is_everybodys, keep_log, set_aside
from chat.conversation.archive_tables import SetAsideRow
from chat.conversation.facts import EndedChat, ended_chat, facts_of, write_facts
from chat.conversation.offers import archive_offers
from chat.conversation.transcripts import BadTranscriptError
from config import metrics
from config.database import Database
from routing.actions.lines import Lines
from routing.store.snapshots import pairs

#: PROTOCOL: an ended chat can be recovered for 1 h; a little more, so that nobody reads half a log.
FORGET_AFTER_MS = 3_660_000
PAGE = 100


async def archive_band(lines: Lines, database: Database, band: str, now_ms: int) -> int:
    """Write why offers were made, facts and logs of chats that ended or got feedback, and forget chats after an hour.

    Answers how many were forgotten. Everything is written once more before a chat is forgotten, so that a crash
    between two steps loses nothing; a repeat changes nothing. A chat that can't be archived is set aside and keeps no
    other waiting. Raises RedisAway, RedisRefused and the database's errors: then nothing can be archived now.
    """
    desk = Desk(lines, database, band, now_ms)
    # Before the facts: what became of an offer is written into its row with them.
    await archive_offers(lines.shards[band], database, band)
    link = lines.shards[band].functions.link
    unwritten = desk.shard.key("unwritten")
    while ids := await link.send("SPOP", unwritten, PAGE):
        try:
            for chat in await desk.settled(await desk.not_aside([raw.decode() for raw in ids])):
                await desk.kept(chat)
        except Exception:
            # Else they would wait for their last look, an hour after the end. (After a kill they do.)
            await link.send("SADD", unwritten, *ids)
            raise
    forgotten = staying = 0
    while True:
        old = f"({now_ms - FORGET_AFTER_MS}"
        # Those that stay are stepped over, or a page of them would stop everything behind it.
        ids = await link.send("ZRANGEBYSCORE", desk.shard.key("ended"), "-inf", old, "LIMIT", staying, PAGE)
        gone = await desk.part_with([raw.decode() for raw in ids])
        forgotten += gone
        staying += len(ids) - gone
        if len(ids) < PAGE:
            break
    async with database.read() as session:
        metrics.set_aside.set(await session.scalar(select(func.count()).select_from(SetAsideRow)) or 0)
    return forgotten


class Desk:
    """One pass over the ended chats of one shard. `failed`: those that were set aside in it."""

    def __init__(self, lines: Lines, database: Database, band: str, now_ms: int) -> None:
        self.lines = lines
        self.shard = lines.shards[band]
        self.failed: set[str] = set()
        self._database = database
        self._band = band
        self._now_ms = now_ms

    async def not_aside(self, chat_ids: list[str]) -> list[str]:
        """Without those that were set aside earlier: they wait for somebody to look."""
        async with self._database.read() as session:
            query = select(SetAsideRow.chat_id).where(SetAsideRow.chat_id.in_(chat_ids))
            aside = set(await session.scalars(query))
        return [chat_id for chat_id in chat_ids if chat_id not in aside]

    async def settled(self, chat_ids: list[str]) -> list[EndedChat]:
        """Those of these chats whose facts are written now."""
        found = [await self._read(chat_id) for chat_id in chat_ids]
        chats = [chat for chat in found if chat is not None]
        try:
            await write_facts(self._database, chats)
        except Exception as error:
            if is_everybodys(error):
                raise
            # One of them is to blame; alone each speaks for itself.
            return [chat for chat in chats if await self._is_written(chat)]
        return chats

    async def _read(self, chat_id: str) -> EndedChat | None:
        link = self.shard.functions.link
        try:
            fields = pairs(await link.send("HGETALL", self.shard.key("chat", chat_id)))
            if not fields and await link.send("EXISTS", self.shard.key("log", chat_id)):
                raise BadTranscriptError("its log is there, and the chat is not")
            if fields:
                chat = ended_chat(chat_id, self._band, fields)
                facts_of(chat)
                return chat
        except Exception as error:
            await self._fails(chat_id, error)
            return None
        await self.lines.call(self._band, "forget", chat_id)
        return None

    async def _is_written(self, chat: EndedChat) -> bool:
        try:
            await write_facts(self._database, [chat])
        except Exception as error:
            await self._fails(chat.chat_id, error)
            return False
        return True

    async def kept(self, chat: EndedChat) -> tuple[()] | tuple[int, str] | None:
        """What `forget` wants to know of a chat whose log is safe; None for one that was set aside."""
        try:
            count = await keep_log(self.shard, self._database, chat, self._now_ms)
        except Exception as error:
            await self._fails(chat.chat_id, error)
            return None
        return () if count is None else (count, chat.record.epoch)

    async def part_with(self, chat_ids: list[str]) -> int:
        """Forget what is safe in the database. Answers how many of these the engine holds no more."""
        for chat in await self.settled(await self.not_aside(chat_ids)):
            if chat.record.state == "U":
                continue  # its listener still rests
            proof = await self.kept(chat)
            if proof is not None:
                # `differs`: it changed under our hands; the next pass looks again.
                await self.lines.call(self._band, "forget", chat.chat_id, *proof)
        ended = self.shard.key("ended")
        scores = await self.shard.functions.link.send("ZMSCORE", ended, *chat_ids) if chat_ids else []
        return sum(score is None for score in scores)

    async def _fails(self, chat_id: str, error: Exception) -> None:
        if is_everybodys(error):
            raise error
        self.failed.add(chat_id)
        await set_aside(self._database, chat_id, self._band, error, self._now_ms)


async def retry(lines: Lines, database: Database, chat_id: str, band: str, now_ms: int) -> bool:
    """Archive a chat that was set aside. Is it well now? If not, its row says what is wrong this time.

    Raises RedisAway, RedisRefused and the database's errors: then nothing can be archived now.
    """
    desk = Desk(lines, database, band, now_ms)
    for chat in await desk.settled([chat_id]):
        await desk.kept(chat)
    if desk.failed:
        return False
    async with database.write() as session:
        await session.execute(delete(SetAsideRow).where(SetAsideRow.chat_id == chat_id))
    return True
