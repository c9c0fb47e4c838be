"""Blocks in the database, so that an engine that lost them can be told (docs/routing.md, "When the engine forgot").

They are kept for as long as the seeker's token is good and no longer: until 24 h after its last request ended.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from chat.conversation.block_tables import BlockRow
from config.clock import now_ms
from config.database import Database
from routing.store.shard import Shard

#: PROTOCOL: a token is good until 24 h after its last chat ended.
TOKEN_MS = 24 * 3600 * 1000
PAGE = 200


async def save_block(database: Database, seeker_id: str, listener_id: str) -> None:
    """These two shall not meet again."""
    async with database.write() as session:
        await session.merge(BlockRow(seeker_id=seeker_id, listener_id=listener_id, used_at_ms=now_ms()))


async def all_blocks(database: Database) -> Sequence[tuple[str, str, int]]:
    """Seeker, listener, and when the seeker's token was last seen in use."""
    async with database.read() as session:
        rows = await session.execute(select(BlockRow.seeker_id, BlockRow.listener_id, BlockRow.used_at_ms))
        return [(seeker_id, listener_id, used_at_ms) for seeker_id, listener_id, used_at_ms in rows]


async def drop_blocks(database: Database, shards: Sequence[Shard], now_ms: int) -> int:
    """Take away those of tokens that are good no more. Answers how many there were.

    Raises RedisAway, RedisRefused and the database's errors; then some may be there still.
    """
    async with database.read() as session:
        seekers = list(await session.scalars(select(BlockRow.seeker_id).distinct()))
    gone = 0
    for start in range(0, len(seekers), PAGE):
        page = seekers[start : start + PAGE]
        own = [await shard.functions.link.send("MGET", *[shard.key("own", one) for one in page]) for shard in shards]
        chats = dict(zip(page, zip(*own, strict=True), strict=True))
        # Empty where nothing is open any more. An engine that has just lost everything knows nobody, but for a moment.
        open_now = [one for one in page if any(chats[one])]
        unknown = [one for one in page if all(chat is None for chat in chats[one])]
        async with database.write() as session:
            await session.execute(update(BlockRow).where(BlockRow.seeker_id.in_(open_now)).values(used_at_ms=now_ms))
            is_over = BlockRow.seeker_id.in_(unknown) & (BlockRow.used_at_ms < now_ms - TOKEN_MS)
            over = await session.scalars(delete(BlockRow).where(is_over).returning(BlockRow.seeker_id))
            gone += len(over.all())
    if gone:
        await database.scrub()
    return gone
