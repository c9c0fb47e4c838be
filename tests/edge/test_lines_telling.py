"""Who is told when how many wait."""

from types import SimpleNamespace
from typing import Any, cast

from chat.accounts.pools import PoolBook
from chat.edge.connection import Connection
from chat.edge.hub import Hub
from chat.edge.limits import TokenBucket
from chat.edge.lines_telling import LinesTelling
from chat.protocol.pushes import LinesChanged

WAITING_SINCE_MS = 1_000


class Desk:
    """Listeners of one pool before a hub that keeps what they are sent. `reads` counts looks at the lines."""

    def __init__(self) -> None:
        self.sent: dict[int, list[LinesChanged]] = {}
        self.reads = 0
        self.hub = SimpleNamespace(people={}, just_greeted=[], lines=self, put_all=self._put_all)
        pool = SimpleNamespace(language="en", age_band="adult")
        pools = cast(PoolBook, SimpleNamespace(pools_of=lambda _staff: [pool]))
        self.telling = LinesTelling(cast(Hub, self.hub), pools)

    async def call(self, _band: str, _name: str, _languages: str) -> list[Any]:
        self.reads += 1
        return [5_000, [b"en", 2, str(WAITING_SINCE_MS).encode(), b""]]

    def _put_all(self, connections: list[Connection], push: LinesChanged) -> None:
        for connection in connections:
            self.sent.setdefault(connection.number, []).append(push)

    def greets(self, number: int, *, is_live: bool = True) -> None:
        connection = Connection(number, b"", cast(TokenBucket, None), person_id=f"p{number}", is_live=is_live)
        staff = SimpleNamespace(age_bands=("adult",))
        self.hub.people[connection.person_id] = SimpleNamespace(staff=staff, connections=[connection])
        self.hub.just_greeted.append(connection)


async def test_who_has_just_come_is_told_without_the_others() -> None:
    desk = Desk()
    desk.greets(1)
    await desk.telling.tell()
    desk.greets(2)
    desk.greets(3)
    desk.greets(4, is_live=False)  # gone again
    desk.sent.clear()
    desk.reads = 0
    await desk.telling.tell_just_greeted()
    assert set(desk.sent) == {2, 3}
    assert desk.reads == 1, "one look for all of one moment"
    [told] = desk.sent[2]
    assert [(pool.waiting, pool.longest_wait_ms) for pool in told.pools] == [(2, 4_000)]


async def test_nobody_is_told_the_same_twice() -> None:
    desk = Desk()
    desk.greets(1)
    await desk.telling.tell_just_greeted()
    assert desk.hub.just_greeted == []
    await desk.telling.tell()
    assert [len(pushes) for pushes in desk.sent.values()] == [1]
