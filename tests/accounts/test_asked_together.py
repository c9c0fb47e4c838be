"""Thousands come back at once and each asks who they are: few looks, and nobody is answered from an older one."""

import asyncio

import pytest

from config.asked_together import AT_ONCE, AT_ONCE_FIRST, AskedTogether


class Place:
    """Knows squares, but not of 1313. Holds each look until it is let go."""

    def __init__(self) -> None:
        self.looks: list[list[int]] = []
        self.go = asyncio.Event()
        self.is_away = False

    async def look(self, keys: list[int]) -> dict[int, int | Exception]:
        self.looks.append(keys)
        is_away = self.is_away
        await self.go.wait()
        if is_away:
            raise OSError("away")
        return {key: LookupError("unlucky") if key == 1313 else key * key for key in keys if key >= 0}


async def test_who_asks_during_a_look_is_answered_by_the_next_one() -> None:
    place = Place()
    together = AskedTogether(place.look)
    first = [asyncio.create_task(together.of(n)) for n in (2, 2, -1)]
    await asyncio.sleep(0.01)
    later = [asyncio.create_task(together.of(n)) for n in (2, 3)]
    await asyncio.sleep(0.01)
    place.go.set()
    assert await asyncio.gather(*first, *later) == [4, 4, None, 4, 9]
    assert place.looks == [[2, -1], [2, 3]]


async def test_a_crowd_is_looked_up_in_pages() -> None:
    place = Place()
    place.go.set()
    together = AskedTogether(place.look)
    answers = await asyncio.gather(*[together.of(n) for n in range(AT_ONCE + 10)])
    assert answers == [n * n for n in range(AT_ONCE + 10)]
    assert [len(look) for look in place.looks] == [AT_ONCE, 10]


async def test_all_hear_of_a_failure_and_the_next_one_is_asked_anew() -> None:
    place = Place()
    place.is_away = True
    place.go.set()
    together = AskedTogether(place.look)
    gone = asyncio.create_task(together.of(5))
    stays = asyncio.create_task(together.of(6))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(OSError, match="away"):
        await stays
    place.is_away = False
    assert await together.of(6) == 36


async def test_one_after_the_other_is_answered_at_once_and_a_crowd_is_held_apart() -> None:
    place = Place()
    place.go.set()
    together = AskedTogether(place.look, apart_s=60)
    for n in range(AT_ONCE_FIRST):
        assert await together.of(n) == n * n
    waiting = [asyncio.create_task(together.of(n)) for n in (2, 3)]
    await asyncio.sleep(0.02)
    assert place.looks == [[n] for n in range(AT_ONCE_FIRST)]
    for task in waiting:
        task.cancel()


async def test_who_was_held_apart_is_answered_a_little_later() -> None:
    place = Place()
    place.go.set()
    together = AskedTogether(place.look, apart_s=0.01)
    for n in range(AT_ONCE_FIRST + 2):
        assert await together.of(n) == n * n
    assert [len(look) for look in place.looks] == [1] * (AT_ONCE_FIRST + 2)


async def test_what_is_wrong_with_one_question_is_heard_by_nobody_else() -> None:
    place = Place()
    place.go.set()
    together = AskedTogether(place.look)
    two, unlucky, three = await asyncio.gather(*[together.of(n) for n in (2, 1313, 3)], return_exceptions=True)
    assert (two, three) == (4, 9)
    assert isinstance(unlucky, LookupError)
    assert place.looks == [[2, 1313, 3]]


async def test_nobody_waits_for_a_look_that_was_cancelled() -> None:
    place = Place()
    together = AskedTogether(place.look, apart_s=0)
    others = asyncio.all_tasks()
    waiting = [asyncio.create_task(together.of(n)) for n in (2, 3)]
    await asyncio.sleep(0)
    [looking] = asyncio.all_tasks() - others - set(waiting)
    async with asyncio.timeout(60):
        while not place.looks:
            await asyncio.sleep(0)
    late = asyncio.create_task(together.of(4))
    await asyncio.sleep(0)
    looking.cancel()
    await asyncio.wait([looking, late, *waiting], timeout=60)
    assert all(task.cancelled() for task in [looking, late, *waiting])
    place.go.set()
    assert await together.of(4) == 16
    assert not together.is_busy
