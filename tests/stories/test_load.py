"""What a supervisor sees of the load."""

import asyncio
import time
from typing import Any

from tests.helpers.person import PATIENCE_S, Listener
from tests.helpers.wire import Frame
from tests.helpers.world import World

NUMBERS = (
    "waiting",
    "longest_wait_ms",
    "available",
    "paused",
    "in_chat",
    "open_chats",
    "open_offers",
    "offers_missed_1h",
)


class Board:
    """The load as a client keeps it: the whole, then what changed."""

    def __init__(self, supervisor: Listener, language: str) -> None:
        self.supervisor = supervisor
        self.language = language
        self.n = 0
        self.pools: dict[tuple[str, str], Frame] = {}

    async def opens(self) -> None:
        """watch_load."""
        reply = await self.supervisor.asks("watch_load")
        self._take(reply.get("load_changed", reply))
        assert {(self.language, "adult"), (self.language, "teen")} <= set(self.pools)

    def _take(self, load: Frame) -> None:
        self.n = load["n"]
        assert abs(load["at_ms"] - time.time() * 1000) < 60_000
        for pool in load["pools"]:
            assert all(isinstance(pool[name], int) and pool[name] >= 0 for name in NUMBERS), pool
            self.pools[pool["language"], pool["age_band"]] = pool

    async def shows(self, band: str = "adult", within_s: float = PATIENCE_S, **numbers: Any) -> float:
        """Wait until the numbers of a pool of ours are so. Returns the seconds it took, but for the machine's share."""
        began, taking = time.monotonic(), self.supervisor.service.taking()
        while True:
            pool = self.pools[self.language, band]
            if all(pool[name] == value for name, value in numbers.items()):
                return taking.seconds()
            left_s = within_s - (time.monotonic() - began)
            assert left_s > 0, f"{numbers} not shown: {pool}"
            push = await self.supervisor.sees("load_changed", within_s=left_s)
            assert push["n"] == self.n + 1, f"{push['n']} after {self.n}"
            self._take(push)


async def test_the_board_follows_within_a_second(world: World) -> None:
    world.language = "en"  # whose lines every process knows already
    supervisor = await world.staff_signs_in("supervisor")
    board = Board(supervisor, world.language)
    await board.opens()
    await board.shows(waiting=0, available=0, paused=0, in_chat=0, open_chats=0, open_offers=0)
    slow = 1.4  # "within 1 s", and the way there

    first, second = await world.seeker_arrives(), await world.seeker_arrives(age_band="teen")
    assert await board.shows(waiting=1) < slow
    await board.shows("teen", waiting=1)
    assert board.pools[world.language, "adult"]["longest_wait_ms"] > 0
    await first.asks("leave_line", request_id=first.request_id)
    await second.asks("leave_line", request_id=second.request_id)
    await board.shows(waiting=0, longest_wait_ms=0)
    listener = await world.listener_is_available(capacity=2)
    assert await board.shows(available=1, paused=0) < slow
    seeker = await world.seeker_arrives()
    assert await board.shows(open_offers=1, waiting=0) < slow
    chat_id = await world.they_meet(seeker, listener)
    assert await board.shows(open_chats=1, in_chat=1, open_offers=0) < slow
    await listener.becomes("paused")
    await board.shows(available=0, paused=1)
    await seeker.asks("end_chat", chat_id=chat_id)
    await board.shows(open_chats=0, in_chat=0)
    await listener.becomes("off_duty")
    await board.shows(paused=0, available=0)


async def test_at_most_one_push_a_second_and_no_number_left_out(world: World) -> None:
    world.language = "en"
    supervisor, other = await world.staff_signs_in("supervisor"), await world.staff_signs_in("admin")
    boards = [Board(supervisor, world.language), Board(other, world.language)]
    began = time.monotonic()
    for board in boards:
        await board.opens()
    seekers = await asyncio.gather(*[world.seeker_arrives() for _ in range(10)])
    await asyncio.sleep(1.2)
    for seeker in seekers[:5]:
        await seeker.asks("leave_line", request_id=seeker.request_id)
    for board in boards:
        await board.shows(waiting=5)
    passed_s = time.monotonic() - began
    for board in boards:
        pushes = [f for f in board.supervisor.wire.frames if f["type"] == "load_changed"]
        assert 1 <= len(pushes) <= passed_s + 2
        numbers = [f["n"] for f in pushes]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_the_board_goes_on_after_a_reconnect(world: World) -> None:
    world.language = "en"  # whose lines every process knows already
    supervisor = await world.staff_signs_in("supervisor")
    board = Board(supervisor, world.language)
    await board.opens()
    await supervisor.vanishes()
    await world.seeker_arrives()
    await supervisor.comes()
    supervisor.forgets("load_changed")
    await board.opens()
    await board.shows(waiting=1)


async def test_a_listener_knows_how_many_wait(world: World) -> None:
    listener = await world.staff_signs_in()
    seekers = [await world.seeker_arrives(topics=["grief"]) for _ in range(2)]
    while True:
        lines = await listener.sees("lines_changed")
        # Which lines there are is read every few seconds; this process may not know the new ones yet.
        known = {(p["language"], p["age_band"]): p for p in lines["pools"]}
        adult = known.get((world.language, "adult"), {})
        if adult.get("waiting") == len(seekers):
            break
    assert adult["topics"] == {"grief": 2}
