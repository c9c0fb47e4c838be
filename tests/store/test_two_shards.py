"""A listener who is cleared for teens and for adults stands in two shards, and is still one person."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from config.engines.valkey import ThrowAwayValkey
from config.redis_link import RedisAway, RedisRefused
from routing.actions.lines import MIRRORED_AT_ONCE, Lines
from tests.helpers.valkey import empty
from tests.store.region import TAGS, Region, wish


@pytest.fixture
async def region(engine: ThrowAwayValkey) -> AsyncIterator[Region]:
    """Two processes, each with its own connection."""
    empty(engine)
    opened = Region()
    await opened.open(engine.url, 2)
    yield opened
    await opened.close()


async def test_an_offer_in_one_shard_keeps_the_other_from_offering(region: Region) -> None:
    await region.stands("bo")
    await region.asks("adult", "ada")
    await region.asks("teen", "tim")
    assert [band for band, _ in await region.offers("bo")] == ["adult"]
    assert await region.state("teen", "c-tim") == "W"


async def test_the_capacity_counts_both(region: Region) -> None:
    await region.stands("bo", capacity=1, maximum=4)
    await region.asks("adult", "ada")
    await region.answers("bo")
    await region.asks("teen", "tim")
    assert await region.offers("bo") == [] and await region.state("teen", "c-tim") == "W"
    await region.call("adult", "end_chat", "ada", "c-ada", "seeker", "ended", "0")
    assert await region.offers("bo") == [], "the wrap-up holds the unit there too"
    await region.call("adult", "finish_wrap_up", "bo", "c-ada")
    assert [band for band, _ in await region.offers("bo")] == ["teen"]


async def test_capacity_two_takes_one_of_each(region: Region) -> None:
    await region.stands("bo", capacity=2)
    for band, name in (("adult", "ada"), ("teen", "tim"), ("teen", "tom")):
        await region.asks(band, name)
    await region.answers("bo")
    await region.answers("bo")
    assert await region.load("bo") == 2 and await region.offers("bo") == []
    assert await region.state("teen", "c-tom") == "W"


async def test_two_shards_that_offer_in_the_same_moment_show_one(region: Region) -> None:
    """Each process calls its shard and stops before it tells the other one."""
    await region.stands("bo")
    one, two = region.processes
    for band, name in (("adult", "ada"), ("teen", "tim")):
        await region.call(band, "attach", name, "p0")
    asked = [
        await one.shards["adult"].call("request_chat", *wish("ada")),
        await two.shards["teen"].call("request_chat", *wish("tim")),
    ]
    assert [moved for _, moved in asked] == [["bo"], ["bo"]]
    assert await region.offers("bo") == [], "neither is seen before the other shard agreed"
    await asyncio.gather(two.mirror("bo"), one.mirror("bo"))
    assert [band for band, _ in await region.offers("bo")] == ["adult"], "the earlier name wins"
    assert await region.state("teen", "c-tim") == "W" and await region.load("bo") == 1


async def test_what_a_crash_left_between_two_steps_the_next_pass_mends(region: Region) -> None:
    await region.stands("bo")
    await region.call("teen", "attach", "tim", "p0")
    await region.processes[0].shards["teen"].call("request_chat", *wish("tim"))
    assert await region.offers("bo") == []
    await region.processes[1].mirror_all()
    assert [band for band, _ in await region.offers("bo")] == ["teen"]


class Watched(Lines):
    """Notes who is mirrored, and how many at the same time. `fails`: whose shard goes away meanwhile, or refuses."""

    def __init__(self, lines: Lines, fails: str = "", error: Exception | None = None) -> None:
        super().__init__(lines.shards)
        self.fails, self.error = fails, error or RedisAway("gone")
        self.under_way, self.most = 0, 0
        self.mirrored: list[str] = []

    async def mirror(self, listener: str, first: str = "") -> None:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if listener == self.fails:
                raise self.error
            await super().mirror(listener, first)
            self.mirrored.append(listener)
        finally:
            self.under_way -= 1


async def test_one_pass_mirrors_many_at_once_but_each_once(region: Region) -> None:
    names = [f"l{number:02}" for number in range(MIRRORED_AT_ONCE + 8)]
    for name in names:
        await region.stands(name)
    lines = Watched(region.processes[0])
    await lines.mirror_all()
    assert sorted(lines.mirrored) == names
    assert lines.most == MIRRORED_AT_ONCE


async def test_a_pass_that_meets_a_shard_away_says_so_and_leaves_the_rest_to_the_next(region: Region) -> None:
    names = [f"l{number:02}" for number in range(MIRRORED_AT_ONCE + 8)]
    for name in names:
        await region.stands(name)
    lines = Watched(region.processes[0], fails="l03")
    with pytest.raises(RedisAway):
        await lines.mirror_all()
    assert sorted(lines.mirrored) == names[:3] and lines.under_way == 0, "who was begun is done"


async def test_one_whose_mirror_is_refused_stops_nobody_elses(region: Region) -> None:
    names = [f"l{number:02}" for number in range(MIRRORED_AT_ONCE + 8)]
    for name in names:
        await region.stands(name)
    lines = Watched(region.processes[0], fails="l03", error=RedisRefused("WRONGTYPE"))
    with pytest.raises(RedisRefused):
        await lines.mirror_all()
    assert sorted(lines.mirrored) == [name for name in names if name != "l03"]


async def test_an_offer_that_was_never_shown_is_nobodys_miss(region: Region) -> None:
    await region.stands("bo")
    await region.call("teen", "attach", "tim", "p0")
    shard = region.processes[0].shards["teen"]
    await shard.call("request_chat", *wish("tim"))
    for _ in range(3):
        region.now_ms += 25_000
        await shard.call("sweep", 25)
    assert (await region.standing("bo", "teen")).availability == 1


async def test_the_time_to_answer_begins_when_the_offer_is_shown(region: Region) -> None:
    await region.stands("bo")
    await region.call("teen", "attach", "tim", "p0")
    await region.processes[0].shards["teen"].call("request_chat", *wish("tim"))
    region.now_ms += 20_000
    await region.processes[1].mirror("bo")
    [chat] = [c for c in (await region.record("bo", "teen")).chats.values() if c.state == "O"]
    assert chat.deadline_ms == region.now_ms + 25_000


async def test_one_miss_in_each_shard_are_two_in_a_row(region: Region) -> None:
    await region.stands("bo")
    await region.asks("adult", "ada")
    await region.passes(25)
    await region.call("adult", "leave_line", "ada", "c-ada", "left")
    await region.asks("teen", "tim")
    assert [band for band, _ in await region.offers("bo")] == ["teen"]
    await region.passes(25)
    for band in TAGS:
        standing = await region.standing("bo", band)
        assert (standing.availability, standing.reason) == (2, "missed_offers"), f"the person pauses, in {band} too"
    await region.stands("bo", 1)
    assert [band for band, _ in await region.offers("bo")] == ["teen"], "and is back in both"
    assert (await region.standing("bo", "adult")).availability == 1


async def test_an_answer_in_one_shard_forgives_the_miss_in_the_other(region: Region) -> None:
    await region.stands("bo", capacity=2)
    await region.asks("adult", "ada")
    await region.passes(25)
    await region.call("adult", "leave_line", "ada", "c-ada", "left")
    await region.asks("teen", "tim")
    await region.answers("bo")
    await region.asks("adult", "ann")
    await region.passes(25)
    assert (await region.standing("bo", "adult")).availability == 1


async def test_one_more_is_one_in_both_together(region: Region) -> None:
    await region.stands("bo", capacity=1, maximum=4)
    await region.asks("adult", "ada")
    await region.answers("bo")
    for band in TAGS:
        assert await region.call(band, "take_next", "bo") == b"done"
    await region.asks("teen", "tim")
    await region.answers("bo")
    assert await region.load("bo") == 2
    await region.asks("adult", "ann")
    await region.asks("teen", "tom")
    assert await region.offers("bo") == [] and await region.load("bo") == 2


async def test_the_unit_for_danger_is_one_in_both_together(region: Region) -> None:
    await region.stands("bo", capacity=1, rights=(0, 0, 0, "1"))
    await region.asks("adult", "ada")
    await region.answers("bo")
    await region.asks("teen", "tim")
    assert await region.offers("bo") == []
    await region.asks("teen", "tom", risk=3)
    assert [band for band, _ in await region.offers("bo")] == ["teen"], "full there, and one more in danger here"
    await region.answers("bo")
    assert await region.load("bo") == 2
    await region.asks("adult", "ann", risk=3)
    await region.asks("teen", "tia", risk=3)
    assert await region.offers("bo") == [] and await region.load("bo") == 2


async def test_a_new_duty_is_believed_by_the_other_shard(region: Region) -> None:
    """What the other shard knew of the last duty must not make it deaf to this one."""
    await region.stands("bo")
    for number in range(5):
        chat = await region.asks("adult", f"a{number}")
        await region.answers("bo")
        await region.call("adult", "end_chat", f"a{number}", chat, "seeker", "ended", "0")
        await region.call("adult", "finish_wrap_up", "bo", chat)
        region.now_ms += 1000
    await region.call("adult", "set_availability", "bo", 0, 1, 4, "en", "1", "", "bo")
    region.now_ms += 1000
    await region.stands("bo")
    await region.asks("adult", "ada")
    await region.answers("bo")
    await region.asks("teen", "tim")
    assert await region.offers("bo") == [] and await region.load("bo") == 1
    await region.call("adult", "end_chat", "ada", "c-ada", "seeker", "ended", "0")
    await region.call("adult", "finish_wrap_up", "bo", "c-ada")
    assert [band for band, _ in await region.offers("bo")] == ["teen"], "nor to its end"


async def test_news_that_overtook_older_news_stand(region: Region) -> None:
    await region.stands("bo")
    await region.asks("adult", "ada")
    (_, *older), _ = await region.processes[1].shards["adult"].call("units", "bo")
    await region.answers("bo", accept=False)
    await region.processes[1].shards["teen"].call("elsewhere", "bo", "1", *older)
    await region.asks("teen", "tim")
    assert [band for band, _ in await region.offers("bo")] == ["teen"], "the offer there is long over"


async def test_coming_on_duty_beside_an_unfinished_chat_counts_it(region: Region) -> None:
    await region.stands("bo", capacity=1, maximum=4)
    await region.asks("teen", "tim")
    await region.answers("bo")
    await region.stands("bo", 0)
    await region.asks("adult", "ada")
    await region.stands("bo", 1)
    assert await region.load("bo") == 1 and await region.offers("bo") == []


@pytest.mark.parametrize("seed", range(6))
async def test_races_never_show_two_offers_nor_exceed_the_capacity(region: Region, seed: int) -> None:
    """Two processes act in both shards at once; whatever the order, one person has one capacity."""
    dice = random.Random(seed)
    capacity = 1 + seed % 2
    await region.stands("bo", capacity=capacity)
    names = {band: [f"{band[0]}{number}" for number in range(12)] for band in TAGS}

    async def one_band(band: str, process: int) -> None:
        """Seekers of a band come; now and then bo answers, ends and finishes through this process."""
        for name in names[band]:
            await region.asks(band, name, process=process)
            await asyncio.sleep(0)
            for shown_in, offer in await region.offers("bo"):
                accept = "1" if dice.random() < 0.7 else "0"
                await region.call(shown_in, "answer_offer", "bo", offer, accept, process=process)
            await watch()
            for where in TAGS:
                for chat_id in (await region.record("bo", where)).units:
                    if await region.state(where, chat_id) == "A" and dice.random() < 0.6:
                        await region.call(where, "end_chat", "bo", chat_id, "listener", "ended", "0", process=process)
                        await region.call(where, "finish_wrap_up", "bo", chat_id, process=process)

    async def watch() -> None:
        shown = await both_at_once()
        assert len([chat for chat in shown if chat[1]]) <= 1, f"two offers are seen: {shown}"
        # An offer that is not shown may be on its way back; what a person sees and holds never exceeds the capacity.
        assert len(shown) <= capacity, f"over capacity: {shown}"

    async def both_at_once() -> list[tuple[str, bool]]:
        """(chat, is it an open offer) that bo sees or holds, both shards read in one step."""
        link = region.links[0]
        script = """
        local out = {}
        for _, tag in ipairs(ARGV) do
          for _, id in ipairs(redis.call('SMEMBERS', tag .. 'lc:bo')) do
            local c = redis.call('HMGET', tag .. 'c:' .. id, 'st', 'vis')
            if not (c[1] == 'O' and c[2] == '0') then out[#out + 1] = id .. ' ' .. c[1] end
          end
        end
        return out
        """
        seen = [line.decode().split() for line in await link.send("EVAL", script, 0, *TAGS.values())]
        return [(chat_id, state in "OH") for chat_id, state in seen]

    await asyncio.gather(one_band("adult", 0), one_band("teen", 1))
    await region.processes[0].mirror_all()
    await watch()
    waiting = [chat for band in TAGS for chat in await region.waits_for("bo", band)]
    if not await region.offers("bo") and waiting:
        assert await region.load("bo") == capacity, "room is left empty beside people who wait"
