"""What `done` promises with the engine as it is set up, asked of the engine itself (docs/durability.md)."""

import time
from collections.abc import Callable

from config.durability import KeptLevel, Level, Promised, is_weaker, level_of, weakest
from config.log import get_logger
from config.redis_engine import Link
from config.redis_link import RedisAway, RedisLink, RedisRefused
from config.settings import Settings

log = get_logger("durability")

#: An operator may set the engine up anew while it runs; whoever asks more often is told what was found last.
LOOK_AGAIN_S = 5.0


async def durability_of(link: Link) -> KeptLevel:
    """The level of the weakest master that holds a shard. Raises RedisAway."""
    return weakest([await _of_one(node) for node in link.nodes()])


async def _of_one(node: RedisLink) -> KeptLevel:
    """`unknown` where the engine doesn't tell (managed services often refuse CONFIG)."""
    told: dict[str, str] = {}
    try:
        for name in ("appendonly", "appendfsync"):
            answer = await node.send("CONFIG", "GET", name)
            if len(answer) == 2:
                told[name] = answer[1].decode()
    except RedisRefused:
        return "unknown"
    return level_of(told)


class Promise:
    """What this process may promise right now, and whether that is what DURABILITY asks for."""

    def __init__(self, settings: Settings, now_s: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._now_s = now_s
        self._kept: KeptLevel = "unknown"
        self._looked_at_s = float("-inf")
        self._said: Level | None = None

    async def told(self, link: Link | None) -> Promised:
        """Asked of the engine, if that was not done a moment ago. While the engine is away: what was found last."""
        if link is not None and self._now_s() - self._looked_at_s >= LOOK_AGAIN_S:
            try:
                self._kept = await durability_of(link)
                self._looked_at_s = self._now_s()
            except RedisAway:
                pass
        wanted = self._settings.durability
        level: Level = self._kept
        if self._settings.replica_ack and link is not None:
            level = "degraded" if link.is_degraded else "replica"
        is_met = not is_weaker(level, self._kept, wanted)
        if not is_met and self._said != level:
            log.error("durability_weaker", level=level, kept=self._kept, wanted=wanted)
        self._said = None if is_met else level
        return Promised(level=level, wanted=None if wanted == "any" else wanted, is_met=is_met)
