"""All shards of a region as one: calls, and the mirror that keeps a listener of two shards within one capacity."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from config.clock import now_ms
from config.redis_link import Argument, RedisAway, RedisRefused
from routing.rules.clocks import ClockAhead
from routing.store.shard import Shard
from routing.store.snapshots import PersonRecord, person_record


@dataclass(frozen=True, slots=True)
class Entered:
    """What one shard says to somebody who comes. `said_at_ms`: when they last chose what they do there, 0: never."""

    is_attached: bool
    said_at_ms: int
    record: PersonRecord


#: A shard that has been out of reach for so long makes no offers: nobody has to agree with it. Long enough for a
#: failover, and for a slow answer not to be taken for none.
LONG_AWAY_MS = 5_000
#: A mirror run that meets a conflict is repeated at most so often; the router's next pass mends what is left.
MIRROR_ROUNDS = 3
#: The router sweeps nothing while it renews all mirrors. One after the other, thousands of listeners took it seconds,
#: nearly all of it waiting for answers; so many fill the link and leave the engine time for others.
MIRRORED_AT_ONCE = 32


class Lines:
    """The shards by age band. Every call raises RedisAway (outcome unknown; a repeat is harmless) and RedisRefused."""

    def __init__(self, shards: Mapping[str, Shard]) -> None:
        self.shards = dict(shards)
        self._clocks = {band: ClockAhead() for band in self.shards}

    async def call(self, band: str, operation: str, *args: Argument) -> Any:
        """One atomic call in one band's shard, and the mirroring that it made necessary."""
        answer, moved = await self.shards[band].call(operation, *args)
        # What was called for is done, whatever becomes of the mirrors: another shard may stand on another server, which
        # is away. An offer that it has not agreed to stays unseen; the router's next pass asks again.
        with contextlib.suppress(RedisAway):
            for listener in moved:
                await self.mirror(listener, band)
        return answer

    async def snapshot(self, band: str, person_id: str) -> PersonRecord:
        """What one shard knows of one person."""
        sent_ms = now_ms()
        return person_record(await self.call(band, "snapshot", person_id), self._clock(band, sent_ms))

    async def snapshots(self, person_id: str, bands: Iterable[str]) -> dict[str, PersonRecord]:
        """The same from several shards, asked at once."""
        bands = list(bands)
        if len(bands) == 1:  # nearly always, and a task for each would cost more than the reading
            return {bands[0]: await self.snapshot(bands[0], person_id)}
        records = await asyncio.gather(*[self.snapshot(band, person_id) for band in bands])
        return dict(zip(bands, records, strict=True))

    async def enter(self, band: str, person_id: str, process_id: str, *, is_staff: bool) -> Entered:
        """Somebody came to a process: attached if that keeps anything of theirs alive, and read, in one call."""
        sent_ms = now_ms()
        answer = await self.call(band, "enter", person_id, process_id, "1" if is_staff else "0")
        is_attached, said_at_ms, seen = answer
        return Entered(bool(is_attached), int(said_at_ms), person_record(seen, self._clock(band, sent_ms)))

    def _clock(self, band: str, sent_ms: int) -> Callable[[int], int]:
        return lambda told_ms: self._clocks[band].note(told_ms, sent_ms, now_ms())

    async def sweep(self, limit: int) -> int:
        """Act on passed deadlines in every shard. Answers how many there were."""
        acted = 0

        async def sweep_in(band: str) -> None:
            nonlocal acted
            acted += int(await self.call(band, "sweep", limit))

        await self.everywhere(sweep_in)
        return acted

    async def everywhere(self, act: Callable[[str], Awaitable[None]]) -> None:
        """Act in every band. One whose server is away keeps no other waiting; raises its RedisAway after all."""
        trouble: RedisAway | RedisRefused | None = None
        for band in self.shards:
            try:
                await act(band)
            except (RedisAway, RedisRefused) as error:
                trouble = error
        if trouble is not None:
            raise trouble

    async def mirror(self, listener: str, first: str = "") -> None:
        """Tell each shard of this listener's units in the others, and show or take back an offer not yet seen.

        `first`: the shard that tells before the others. It may have a unit free and leave it to somebody who goes
        before in another's line; when that one has had its turn, it is told and goes on.

        Two shards may offer at the same moment; the earlier name wins, the other takes its unseen offer back. A crash
        in between leaves an unseen offer that ends by its deadline and a mirror that the next pass renews.
        """
        names = sorted(self.shards, key=lambda name: (name != first, name))
        for _ in range(MIRROR_ROUNDS):
            is_settled = True
            for here in names:
                if not await self._mirror_from(listener, here, [n for n in names if n != here]):
                    is_settled = False
            if is_settled:
                return

    async def _mirror_from(self, listener: str, here: str, others: list[str]) -> bool:
        try:
            answer, _ = await self.shards[here].call("units", listener)
        except RedisAway:
            if not self._is_long_away(here):
                raise
            return True
        unseen, *told = answer
        agreed, is_settled, is_alone = True, True, bool(others)
        for there in others:
            wins_tie = "1" if here < there else "0"
            try:
                verdict, moved = await self.shards[there].call("elsewhere", listener, wins_tie, *told)
            except RedisAway:
                # What the listener has there is known here since the last mirror, and counts. Without this nobody
                # who stands in both would be offered anything while one is away.
                if not self._is_long_away(there):
                    raise
                continue
            is_alone = False
            agreed = agreed and verdict == b"done"
            is_settled = is_settled and not moved
        if is_alone:
            _, moved = await self.shards[here].call("alone", listener)
            is_settled = is_settled and not moved
        if unseen:
            _, moved = await self.shards[here].call("show" if agreed else "retract", listener, unseen)
            is_settled = is_settled and not moved
        return is_settled

    def _is_long_away(self, band: str) -> bool:
        shard = self.shards[band]
        since_ms = shard.functions.link.at(shard.tag).away_since_ms
        return since_ms is not None and now_ms() - since_ms >= LONG_AWAY_MS

    async def several(self) -> list[str]:
        """Listeners who stand in several shards, as far as shards answer."""
        names: set[bytes] = set()

        async def read(band: str) -> None:
            shard = self.shards[band]
            names.update(await shard.functions.link.send("SMEMBERS", shard.key("several")))

        with contextlib.suppress(RedisAway, RedisRefused):
            await self.everywhere(read)
        return sorted(name.decode() for name in names)

    async def mirror_all(self) -> None:
        """Renew the mirror of everyone who stands in several shards (a process may have died between two steps).

        Raises RedisAway at the first that it meets, and whoever is not begun by then waits for the next pass. What is
        refused of one listener is raised when the others are done: else it would be refused in every pass, and those
        after them would never be mirrored.
        """
        left, refused = (await self.several())[::-1], list[RedisRefused]()

        async def mirror_some() -> None:
            while left:
                try:
                    await self.mirror(left.pop())
                except RedisRefused as error:
                    refused.append(error)
                except BaseException:
                    left.clear()
                    raise

        ended = await asyncio.gather(*[mirror_some() for _ in range(MIRRORED_AT_ONCE)], return_exceptions=True)
        for error in (*ended, *refused):
            if error is not None:
                raise error


__all__ = ["Lines", "RedisAway"]
