"""Who shall not meet again is told to an engine that may have lost it (docs/routing.md, "When the engine forgot")."""

import asyncio
from collections.abc import Sequence

from chat.edge.hub import Hub
from config.database import is_away
from config.log import get_logger
from config.redis_link import RedisAway, RedisRefused
from routing.store.shard import Shard

log = get_logger("edge")

#: So long a connection to the engine waits for the database: those who talk must not wait for it.
WITHIN_S = 2.0
#: How often a database that is away is asked again.
AGAIN_S = 1.0
#: Each is a handful of the engine's commands.
PAIRS_AT_ONCE = 100

Blocks = Sequence[tuple[str, str, int]]


class Apart:
    """Tells each life of an engine, before commands get through."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        #: (band, life) that is told as soon as the database is back
        self._late: set[tuple[str, str]] = set()

    async def met(self, band: str, life: str) -> None:
        """Another life of the engine may know less, or nothing. Raises RedisAway, RedisRefused."""
        shard = self._hub.lines.shards[band]
        told = await shard.functions.link.send("HGET", shard.key("meta"), "apart")
        if told == life.encode() or (band, life) in self._late:
            return
        reading = asyncio.ensure_future(self._hub.door.blocks())
        await asyncio.wait([reading], timeout=WITHIN_S)
        if reading.done() and reading.exception() is None:
            await _tell(shard, life, reading.result())
        else:
            self._late.add((band, life))
            self._hub.spawn(self._tell_late(band, life, reading))

    async def _tell_late(self, band: str, life: str, reading: asyncio.Future[Blocks]) -> None:
        log.warning("blocks_unread", band=band)
        try:
            while self._hub.engine_lives.get(band) == life:
                try:
                    await _tell(self._hub.lines.shards[band], life, await reading)
                    return
                except (RedisAway, RedisRefused):
                    pass
                except Exception as error:
                    if not is_away(error):
                        raise
                    reading = asyncio.ensure_future(self._hub.door.blocks())
                await asyncio.sleep(AGAIN_S)
        finally:
            self._late.discard((band, life))


async def _tell(shard: Shard, life: str, blocks: Blocks) -> None:
    pages = [blocks[start : start + PAIRS_AT_ONCE] for start in range(0, len(blocks), PAIRS_AT_ONCE)] or [()]
    for page in pages:
        is_last = page is pages[-1]
        await shard.call("keep_apart", life if is_last else "", *[word for block in page for word in block])
