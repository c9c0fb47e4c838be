"""The router's look at what is derived in the shards: one small call at a time, for ever; what differs is mended."""

import time
from collections.abc import AsyncIterator, Callable, Mapping

from config import metrics
from config.log import get_logger
from routing.actions.rebuilding import DEADLINES, DERIVED, walk
from routing.store.shard import Shard

log = get_logger("index_check")

#: Between two rounds.
REST_S = 60.0


class IndexCheck:
    """`step` makes one or two calls. What it finds is mended, counted by the key's name and told in the log."""

    def __init__(self, shards: Mapping[str, Shard], clock: Callable[[], float] = time.time) -> None:
        self._shards = shards
        self._clock = clock
        self._steps: AsyncIterator[None] | None = None
        self._rests_until = 0.0
        for name in DERIVED | DEADLINES:  # what is not there yet can't be seen to stay at 0
            metrics.index_mismatches.labels(name)

    async def step(self) -> None:
        """Go on with the round, or begin one. Raises RedisAway, RedisRefused; the next step then begins anew."""
        if self._clock() < self._rests_until:
            return
        steps = self._steps or self._round()
        self._steps = None
        async for _ in steps:
            self._steps = steps
            return
        metrics.index_checked.set(self._clock())
        self._rests_until = self._clock() + REST_S

    async def _round(self) -> AsyncIterator[None]:
        for band, shard in self._shards.items():
            async for _, differences in walk(shard, mend=True):
                for difference in differences:
                    metrics.index_mismatches.labels(difference.partition(" ")[0]).inc()
                if differences:
                    log.error("index_mismatch", age_band=band, count=len(differences), keys=differences[:10])
                yield
