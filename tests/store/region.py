"""Two shards on one engine, reached over several connections at once as from several processes."""

import asyncio
from typing import Any

from config.functions import Functions
from config.redis_link import RedisLink
from routing.actions.lines import Lines
from routing.store.shard import Shard, Timing
from routing.store.snapshots import ListenerRecord, PersonRecord
from tests.store.mutants import library_under_test
from tests.store.place import START_MS, TIMING

TAGS = {"adult": "{a:test}:", "teen": "{t:test}:"}


def wish(name: str, risk: int = 0) -> tuple[Any, ...]:
    """What `request_chat` takes for an ordinary request, or one in danger."""
    return (f"c-{name}", name, "r1", "en", 0, "", "", "", "e", "", "run-1", risk, 0, 0, 0)


class Region:
    """`processes` are Lines with a connection of their own each; one clock for all, moved by `passes`."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.links: list[RedisLink] = []
        self.processes: list[Lines] = []

    async def open(self, url: str, processes: int, timing: Timing = TIMING) -> None:
        for number in range(processes):
            link = RedisLink(url, name=f"p{number}")
            link.start()
            assert await link.wait_up(60)
            self.links.append(link)
            functions = Functions(link, library_under_test())
            await functions.load()
            shards = {band: Shard(tag, functions, timing, lambda: self.now_ms) for band, tag in TAGS.items()}
            self.processes.append(Lines(shards))
            for band in TAGS:
                await self.processes[-1].call(band, "beat", f"p{number}", 10**12)

    async def close(self) -> None:
        await asyncio.gather(*[link.close() for link in self.links])

    async def passes(self, seconds: float) -> None:
        """So much time goes by, then somebody sweeps."""
        self.now_ms += round(seconds * 1000)
        while await self.processes[0].sweep(25):
            pass

    async def call(self, band: str, operation: str, *args: Any, process: int = 0) -> Any:
        return await self.processes[process].call(band, operation, *args)

    async def asks(self, band: str, name: str, *, process: int = 0, risk: int = 0) -> str:
        """A seeker comes and asks. The chat's id."""
        await self.call(band, "attach", name, f"p{process}", process=process)
        answer = await self.call(band, "request_chat", *wish(name, risk), process=process)
        assert answer.startswith(b"done ")
        return f"c-{name}"

    async def stands(
        self,
        name: str,
        availability: int = 1,
        *,
        capacity: int = 1,
        maximum: int = 4,
        process: int = 0,
        rights: tuple[Any, ...] = (0, 0, 0, "0"),
    ) -> None:
        """In both shards, one after the other, as the edge does it."""
        for band in TAGS:
            await self.call(band, "attach", name, f"p{process}", process=process)
            await self.call(
                band,
                "set_availability",
                *(name, availability, capacity, maximum, "en", "1", "", name, *rights),
                process=process,
            )

    async def record(self, name: str, band: str) -> PersonRecord:
        return await self.processes[0].snapshot(band, name)

    async def standing(self, name: str, band: str) -> ListenerRecord:
        record = (await self.record(name, band)).listener
        assert record is not None
        return record

    async def offers(self, name: str) -> list[tuple[str, str]]:
        """(band, offer id) of every offer that this listener sees."""
        return [
            (band, chat.offer_id)
            for band in TAGS
            for chat in (await self.record(name, band)).chats.values()
            if chat.state == "O" and chat.listener == name and chat.is_offer_shown
        ]

    async def load(self, name: str) -> int:
        """Units in both shards."""
        return sum([len((await self.record(name, band)).units) for band in TAGS])

    async def answers(self, name: str, *, accept: bool = True, process: int = 0) -> None:
        """To the one offer that is seen."""
        [(band, offer)] = await self.offers(name)
        answer = await self.call(band, "answer_offer", name, offer, "1" if accept else "0", process=process)
        assert answer == b"done"

    async def waits_for(self, name: str, band: str) -> list[str]:
        """Who waits in this shard and could be offered to this listener."""
        shard = self.processes[0].shards[band]
        link = shard.functions.link
        waiting = await link.send("ZRANGE", shard.key("line", "en:0.0.0"), 0, -1)
        return [
            chat
            for chat in [member.decode().rpartition("/")[0] for member in waiting]
            if not await link.send("SISMEMBER", shard.key("excluded", chat), name)
        ]

    async def state(self, band: str, chat: str) -> str:
        shard = self.processes[0].shards[band]
        return str((await shard.functions.link.send("HGET", shard.key("chat", chat), "st")).decode())
