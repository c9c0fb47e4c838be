"""What a process does when its link to a shard's engine comes up: is that the life of the engine that it knows?

An engine that was restarted, restored or promoted may know less than those who were answered (docs/routing.md, "When
the engine forgot"). Each step may fail, since the engine may go again: what was not said is said after the next
connection.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

from chat.edge.apart import Apart
from chat.edge.hub import Hub
from chat.edge.reassert import BARRIER_MS, Held, held_in, reassert
from chat.edge.write_back import recent_logs, write_back
from config.log import get_logger
from config.process_identity import is_gone
from config.redis_link import RedisAway, RedisRefused

log = get_logger("edge")

#: How often a process that says again what it holds says that it has not finished.
SAYING_EVERY_S = 0.5
#: More than any barrier lasts.
SAID_WITHIN_S = 12.0
#: How often a process asks whether all others have said and compared what they hold.
COMPARED_EVERY_S = 0.05
#: How long a process that has something to say again waits for its link.
UP_WITHIN_S = 5.0


def life_of(told: str) -> str:
    """Sixteen letters that tell this life of an engine from any other, from its INFO (server and replication).

    Each start has another `run_id`; each promotion another `master_replid`, also of a master that was demoted and comes
    back without having been started again (Redis 7, Valkey).
    """
    return _field(told, "run_id")[:8] + _field(told, "master_replid")[:8]


def _field(told: str, name: str) -> str:
    return told.partition(f"\n{name}:")[2].partition("\r\n")[0]


class Lives:
    """`met` runs at each connection, before commands get through. `is_up`: is a band's link up within some seconds?

    `living`: band -> the processes that its shard was last seen to know.
    """

    def __init__(
        self, hub: Hub, is_up: Callable[[str, float], Awaitable[bool]], living: Mapping[str, set[str]]
    ) -> None:
        self._hub = hub
        self._is_up = is_up
        self._living = living
        self._apart = Apart(hub)
        self._loop_time = asyncio.get_running_loop().time
        #: band -> the life that knows of this process, as far as that was said
        self._known: dict[str, str] = {}
        #: band -> what is still to be said again, as it was read in an earlier life
        self._unsaid: dict[str, Held] = {}
        self._saying: dict[str, asyncio.Task[None]] = {}

    async def met(self, band: str, life: str) -> None:
        """This life holds the band's shard now; where it is another one, its matching stops.

        Raises RedisAway, RedisRefused.
        """
        hub, shard = self._hub, self._hub.lines.shards[band]
        hub.engine_lives[band] = life
        known = self._known.get(band)
        if known is None:
            await shard.call("note_run", life, BARRIER_MS)
        elif known != life:
            # Taken before anything is read anew, behind what an earlier life was not told yet.
            self._unsaid[band] = [*self._unsaid.get(band, []), *held_in(hub, band)]
            others = [name for name in sorted(self._living.get(band, ())) if not is_gone(name)]
            await shard.call("raise_barrier", life, BARRIER_MS, hub.process_id, *others)
        await self._apart.met(band, life)
        self._known[band] = life
        hub.departed.forget(band)
        if band in self._unsaid:
            hub.resumes(band)
            hub.comparing.add(band)
            if band in self._saying:
                self._saying[band].cancel()
            self._saying[band] = hub.spawn(self._say_again(band))

    async def attached(self, band: str) -> None:
        """Everybody is here again: compare logs, before anybody writes on. Raises RedisAway, RedisRefused."""
        if band in self._saying:
            return  # that begins with it, and no message is taken before it ends
        await self._hub.check_heads(band)
        if await self._are_all_compared(band):
            await self._says_no_more(band)
        else:
            # Also where this process has just started and holds nothing: others do, and may not have said it yet.
            self._hub.resumes(band)
            self._hub.comparing.add(band)
            self._hub.spawn(self._until_compared(band))

    async def _say_again(self, band: str) -> None:
        hub = self._hub
        busy = hub.spawn(self._is_saying(band))
        try:
            if await self._is_up(band, UP_WITHIN_S):
                # Before epochs are renewed: numbers say where something belongs as long as the log is the one that was.
                left = await write_back(hub, band, recent_logs(hub, band))
                await hub.check_heads(band)
                await reassert(hub, band, self._unsaid[band])
                left = await write_back(hub, band, left)
                busy.cancel()
                ends_at_s = self._loop_time() + SAID_WITHIN_S
                while not await self._are_all_compared(band) and self._loop_time() < ends_at_s:
                    await asyncio.sleep(COMPARED_EVERY_S)
                    left = await write_back(hub, band, left) if left else left
                if left:
                    await write_back(hub, band, left, is_last=True)
                await self._says_no_more(band)
                del self._unsaid[band]
        except (RedisAway, RedisRefused):
            log.warning("reassert_failed", band=band)  # the engine went again; the next connection says it
        finally:
            busy.cancel()
            if self._saying.get(band) is asyncio.current_task():  # else a later connection began to say it anew
                del self._saying[band]
                hub.comparing.discard(band)
                hub.resumed(band)
                for person in list(hub.people.values()):
                    if band in person.records:
                        hub.mark(person, band)

    async def _is_saying(self, band: str) -> None:
        """Where there is much to say, or little time for it, the barrier stays up meanwhile."""
        while True:
            with contextlib.suppress(RedisAway, RedisRefused):
                await self._hub.lines.shards[band].call("asserted", self._hub.process_id, "saying")
            await asyncio.sleep(SAYING_EVERY_S)

    # ---- messages ----

    async def _are_all_compared(self, band: str) -> bool:
        """Say that this process has compared its logs; have all others? True, too, where nothing is to be compared."""
        answer, _ = await self._hub.lines.shards[band].call("asserted", self._hub.process_id, "compared")
        return bool(answer != b"waiting")

    async def _says_no_more(self, band: str) -> None:
        await self._hub.lines.shards[band].call("asserted", self._hub.process_id)

    async def _until_compared(self, band: str) -> None:
        """Nobody is greeted and no message taken meanwhile: others may hold what this engine has lost."""
        ends_at_s = self._loop_time() + SAID_WITHIN_S
        try:
            while self._loop_time() < ends_at_s:
                await asyncio.sleep(COMPARED_EVERY_S)
                with contextlib.suppress(RedisAway):
                    if await self._are_all_compared(band):
                        await self._says_no_more(band)
                        return
        finally:
            if band not in self._saying:
                self._hub.comparing.discard(band)
                self._hub.resumed(band)
