"""A region whose two shards stand on several servers: stories of one engine, on a cluster or behind Sentinels."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from config.functions import Functions
from config.lua import Library
from config.redis_engine import Engine, Link
from config.redis_link import RedisAway
from config.replica_ack import ReplicaAck
from routing.actions.lines import Lines
from routing.store.shard import Shard
from tests.store.mutants import library_under_test
from tests.store.place import TIMING
from tests.store.region import Region

#: On two different masters of three, so that the stories prove something.
TAGS = {"adult": "{a:main}:", "teen": "{t:main}:"}

#: A failover takes so long at most, on a machine that has other things to do.
PATIENCE_S = 60.0


def seq_of(answer: bytes) -> int:
    """Where a message stands that was taken."""
    became, _, seq = answer.split()
    assert became == b"done", answer
    return int(seq)


class Shards(Region):
    """A Region whose processes reach their servers by an Engine, as the service's own do."""

    def __init__(self) -> None:
        super().__init__()
        self.engines: list[Engine] = []
        self.opened: list[Link] = []
        #: tags, each time a link came up
        self.ups: list[tuple[str, ...]] = []
        self._following: list[asyncio.Task[None]] = []

    async def open(
        self, url: str, processes: int, *, ack: ReplicaAck | None = None, library: Library | None = None
    ) -> None:
        for number in range(processes):
            engine = Engine(url, TAGS.values(), ack=ack)
            functions = self._functions(engine, f"p{number}", library or library_under_test())
            link = functions.link
            link.start()
            assert await link.wait_up(PATIENCE_S)
            self.engines.append(engine)
            self.opened.append(link)
            self._following.append(asyncio.create_task(engine.follow()))
            shards = {band: Shard(tag, functions, TIMING, lambda: self.now_ms) for band, tag in TAGS.items()}
            self.processes.append(Lines(shards))
            for band in TAGS:
                await self._beats(band, number)

    async def _beats(self, band: str, number: int) -> None:
        """Until it is answered: a link that has just come up may go to another master that a Sentinel names."""
        for attempts_left in reversed(range(5)):
            try:
                await self.processes[-1].call(band, "beat", f"p{number}", 10**12)
            except RedisAway:
                if not attempts_left:
                    raise
                assert await self.opened[-1].wait_up(PATIENCE_S)
            else:
                return

    def _functions(self, engine: Engine, name: str, library: Library) -> Functions:
        async def up(tags: tuple[str, ...]) -> None:
            await functions.load(tags[0])
            self.ups.append(tags)

        functions = Functions(engine.commands(name, on_up=up), library)
        return functions

    async def close(self) -> None:
        for following in self._following:
            following.cancel()
        await asyncio.gather(*[link.close() for link in self.opened])

    async def stands_in(self, band: str, name: str, *, process: int = 0) -> None:
        """Available in one band only."""
        await self.call(band, "attach", name, f"p{process}", process=process)
        rights = (1, 1, 1, "en", "0", "", name, 0, 0, 0, "0")
        await self.call(band, "set_availability", name, *rights, process=process)

    async def answers_in(self, band: str, name: str) -> None:
        """Accept the one offer."""
        [chat] = [c for c in (await self.record(name, band)).chats.values() if c.listener == name]
        assert await self.call(band, "answer_offer", name, chat.offer_id, "1") == b"done"

    async def whole_life(self, band: str, seeker: str, listener: str) -> None:
        """From the first question to the end of the wrap-up."""
        chat = await self.asks(band, seeker)
        await self.answers(listener)
        assert await self.state(band, chat) == "A"
        for seq in range(1, 4):
            answer = await self.call(band, "send_message", chat, seeker, f"m{seq}", f"words {seq}", "seeker")
            assert seq_of(answer) == seq
        assert await self.call(band, "end_chat", listener, chat, "listener", "ended", "0") == b"done"
        assert await self.call(band, "finish_wrap_up", listener, chat) == b"done"
        assert await self.state(band, chat) == "E"


async def repeats(what: Callable[[], Awaitable[Any]], within_s: float = PATIENCE_S) -> tuple[Any, int]:
    """What a client does: repeat while the engine is away. The answer, and how many times it was away."""
    ends = asyncio.get_running_loop().time() + within_s
    away = 0
    while True:
        try:
            return await what(), away
        except RedisAway:
            away += 1
            assert asyncio.get_running_loop().time() < ends, f"still away after {within_s:g} s"
            await asyncio.sleep(0.05)


class Ear:
    """A push link that is subscribed to one person in every band, again after each connection."""

    def __init__(self, engine: Engine, person: str) -> None:
        self.heard: list[bytes] = []
        self.ups: list[tuple[str, ...]] = []
        self.person = person
        self.link = engine.pushes("ear", on_push=lambda _, payload: self.heard.append(payload), on_up=self._up)
        self.link.start()

    async def _up(self, tags: tuple[str, ...]) -> None:
        for tag in tags:
            await self.link.send("SSUBSCRIBE", self.channel(tag))
        self.ups.append(tags)

    def channel(self, tag: str) -> str:
        return f"{tag}ear:{self.person}"

    async def hears(self, words: Link, tag: str, payload: str) -> None:
        """Publish until it arrives, as a later hint does for a lost one."""

        async def publish() -> None:
            await words.send("SPUBLISH", self.channel(tag), payload)
            await asyncio.sleep(0.02)
            if payload.encode() not in self.heard:
                raise RedisAway("not heard")

        await repeats(publish)
