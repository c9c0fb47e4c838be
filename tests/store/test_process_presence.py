"""A web process says of whom it holds a connection, over a link that may break before the answer."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from chat.edge.people import LocalPerson
from chat.edge.presence import Presence
from config.engines.valkey import ThrowAwayValkey
from config.redis_link import RedisAway
from routing.actions.lines import Lines
from tests.helpers.valkey import empty
from tests.store.region import Region, wish


class Breaking(Lines):
    """The link of these breaks right after the next call of this operation was sent: it is done, and unanswered."""

    breaks_at = ""

    async def call(self, band: str, operation: str, *args: Any) -> Any:
        answer = await super().call(band, operation, *args)
        if operation == self.breaks_at:
            self.breaks_at = ""
            raise RedisAway("broken")
        return answer


class Process:
    """One web process, as far as its presence goes."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.lines = Breaking(region.processes[0].shards)
        self.people: dict[str, LocalPerson] = {}
        self.presence = Presence(self.lines, "p0", self.people, self._spawn, lambda _person, _band: None)

    def _spawn(self, acting: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        return asyncio.create_task(acting)

    def comes(self, name: str) -> LocalPerson:
        person = self.people[name] = LocalPerson(name, "seeker", None)
        return person

    async def leaves(self, person: LocalPerson) -> None:
        del self.people[person.person_id]
        self.presence.left(person)
        await self.presence.say_unsaid()

    async def state(self, chat: str) -> str:
        """Of a request, after whoever is known to be gone has had their grace."""
        await self.region.passes(11)
        return (await self.region.record("ada", "adult")).chats[chat].state


@pytest.fixture
async def process(engine: ThrowAwayValkey) -> AsyncIterator[Process]:
    empty(engine)
    region = Region()
    await region.open(engine.url, 1)
    yield Process(region)
    await region.close()


async def waits(process: Process) -> str:
    chat = await process.region.asks("adult", "ada")
    await process.region.call("adult", "detach", "ada", "p0")
    return chat


@pytest.mark.parametrize("operation", ["enter", "attach"])
async def test_who_leaves_while_nobody_knows_whether_they_came_is_gone(process: Process, operation: str) -> None:
    chat = await waits(process)
    ada = process.comes("ada")
    process.lines.breaks_at = operation
    with pytest.raises(RedisAway):
        await getattr(process.presence, operation)(ada, "adult")
    await process.leaves(ada)
    assert await process.state(chat) == "P"


async def test_who_comes_again_after_that_stays(process: Process) -> None:
    chat = await waits(process)
    ada = process.comes("ada")
    process.lines.breaks_at = "enter"
    with pytest.raises(RedisAway):
        await process.presence.enter(ada, "adult")
    await process.presence.enter(ada, "adult")
    await process.presence.say_unsaid()
    assert await process.state(chat) == "W"


async def test_a_second_page_whose_coming_fails_takes_nothing_from_the_first(process: Process) -> None:
    chat = await waits(process)
    ada = process.comes("ada")
    await process.presence.enter(ada, "adult")
    process.lines.breaks_at = "enter"
    with pytest.raises(RedisAway):
        await process.presence.enter(ada, "adult")
    await process.presence.say_unsaid()
    assert await process.state(chat) == "W"
    await process.leaves(ada)
    assert await process.state(chat) == "P"


async def test_a_second_page_that_finds_nothing_any_more_takes_nothing_either(process: Process) -> None:
    chat = await waits(process)
    ada = process.comes("ada")
    await process.presence.enter(ada, "adult")
    await process.lines.call("adult", "leave_line", "ada", chat, "left")
    await process.presence.enter(ada, "adult")
    await process.leaves(ada)
    await process.region.call("adult", "request_chat", "c-ada-2", *wish("ada")[1:])
    assert await process.state("c-ada-2") == "P", "asked over another process, whose link has broken meanwhile"


async def test_who_leaves_before_a_process_could_say_them_again_is_gone(process: Process) -> None:
    chat = await waits(process)
    ada = process.comes("ada")
    await process.presence.enter(ada, "adult")
    process.lines.breaks_at = "attach"
    with pytest.raises(RedisAway):
        await process.presence.attach_again("adult")
    await process.leaves(ada)
    assert await process.state(chat) == "P"
