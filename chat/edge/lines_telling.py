"""Tells listeners how many wait in their pools, how long, about what. Never words."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from chat.accounts.pools import PoolBook
from chat.accounts.staff import StaffMember
from chat.edge.connection import Connection
from chat.edge.hub import Hub
from chat.protocol.fields import AgeBand
from chat.protocol.pushes import LineOfPool, LinesChanged
from chat.protocol.topics import topics_of
from config.clock import now_ms

#: age band, languages (csv) of one listener's pools in that band
Pools = tuple[AgeBand, str]


class LinesTelling:
    """`tell` sends each connection what changed since it was told last; one reading and one frame for all alike."""

    def __init__(self, hub: Hub, pools: PoolBook) -> None:
        self._hub = hub
        self._pools = pools

    async def tell(self) -> None:
        """Raises RedisAway, RedisRefused."""
        self._hub.just_greeted.clear()
        await self._tell(connection for person in self._hub.people.values() for connection in person.connections)

    async def tell_just_greeted(self) -> None:
        """Who has just come is told at once, all of one moment together. Raises RedisAway, RedisRefused."""
        greeted, self._hub.just_greeted = self._hub.just_greeted, []
        await self._tell(greeted)

    async def _tell(self, connections: Iterable[Connection]) -> None:
        groups: dict[tuple[Pools, ...], list[Connection]] = defaultdict(list)
        for connection in connections:
            person = self._hub.people.get(connection.person_id)
            if person is not None and person.staff is not None and person.staff.age_bands:
                groups[self._pools_of(person.staff)].append(connection)
        read: dict[Pools, list[Any]] = {}
        for pools, alike in groups.items():
            for band, languages in pools:
                if (band, languages) not in read:
                    read[(band, languages)] = await self._hub.lines.call(band, "lines", languages)
            self._tell_alike(alike, [(band, read[(band, languages)]) for band, languages in pools])

    def _pools_of(self, staff: StaffMember) -> tuple[Pools, ...]:
        found: list[Pools] = []
        for band in staff.age_bands:
            languages = ",".join(p.language for p in self._pools.pools_of(staff) if p.age_band == band)
            if languages:
                found.append((band, languages))
        return tuple(found)

    def _tell_alike(self, connections: list[Connection], read: list[tuple[AgeBand, Any]]) -> None:
        # How long the first one waits grows by itself; since when is what makes it news.
        news = tuple((band, *row) for band, (_, *rows) in read for row in rows)
        untold = [c for c in connections if c.is_live and c.lines_told != news]
        if not untold:
            return
        for connection in untold:
            connection.lines_told = news
        pools = [_line(band, int(now), *row) for band, (now, *rows) in read for row in rows]
        self._hub.put_all(untold, LinesChanged(at_ms=now_ms(), pools=pools))


def _line(band: AgeBand, now: int, language: bytes, waiting: int, first_at: bytes, masks: bytes) -> LineOfPool:
    counted: dict[str, int] = {}
    for mask in filter(None, masks.decode().split(",")):
        for topic in topics_of(int(mask)):
            counted[topic] = counted.get(topic, 0) + 1
    first_at_ms = int(float(first_at))
    return LineOfPool(
        language=language.decode(),
        age_band=band,
        waiting=int(waiting),
        longest_wait_ms=max(0, now - first_at_ms) if first_at_ms else 0,
        topics=counted,
    )
