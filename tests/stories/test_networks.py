"""Networks that swallow what goes one way, or both: either side notices within 15 s of the first thing to deliver."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.helpers.network import Network, NoNetwork, a_network
from tests.helpers.person import Listener, Seeker
from tests.helpers.relay import relay_to
from tests.helpers.service import Service, starting
from tests.helpers.world import World

#: What is promised.
WITHIN_S = 15.0


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """Skipped where networks can't be made: they take root and a kernel with namespaces."""
    try:
        with a_network() as made:
            yield made
    except NoNetwork as reason:
        pytest.skip(f"no networks of our own here: {reason}")


@pytest.fixture(scope="module")
def open_service(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Reached from everywhere."""
    with starting(tmp_path_factory.mktemp("far"), HOST="0.0.0.0") as service:
        yield service
        service.check_log()


async def a_chat_through(world: World, options: Callable[[], dict[str, Any]]) -> tuple[Seeker, Listener, str]:
    """The seeker comes by a way that can be spoiled. Their library sends no pings of its own."""
    seeker, listener, chat_id = await world.they_talk()
    await seeker.leaves()
    seeker.options = lambda: {"ping_interval": None, "close_timeout": 0.1, **options()}
    await seeker.comes()
    await seeker.has_heard((await listener.says(chat_id, "are you well?"))["text"], chat_id)
    listener.forgets("presence_changed")
    return seeker, listener, chat_id


async def is_noticed(world: World, seeker: Seeker, listener: Listener, chat_id: str, mend: Callable[[], None]) -> None:
    """The other side is told within 15 s of the first words, and what was lost is recovered."""
    taking = world.service.taking()
    await listener.says(chat_id, "the first thing to deliver")
    await listener.sees("presence_changed", person_id=seeker.person_id, is_present=False)
    assert taking.seconds() < WITHIN_S
    await listener.says(chat_id, "I am still here")
    mend()
    await seeker.vanishes()
    await seeker.comes()
    await listener.sees("presence_changed", person_id=seeker.person_id, is_present=True)
    assert seeker.logs[chat_id].seq == 3
    await world.everyone_agrees()


async def by_phone(world: World, network: Network, **lost: bool) -> None:
    """A radio network swallows packets: nothing is acknowledged."""
    phone = network.phone()
    talk = await a_chat_through(world, lambda: {"sock": phone.connect(world.service.port)})
    phone.loses(**lost)
    await is_noticed(world, *talk, mend=phone.has_signal_again)


async def by_relay(world: World, **ways: bool) -> None:
    """A proxy takes everything and passes nothing on: all is acknowledged, and nothing arrives."""
    async with relay_to(world.service.port) as relay:
        talk = await a_chat_through(world, lambda: {"host": "127.0.0.1", "port": relay.port})
        relay.stall(**ways)
        await is_noticed(world, *talk, mend=lambda: None)


async def test_what_a_network_swallows_is_noticed(open_service: Service, network: Network) -> None:
    """Both ways, only to the phone, only from it: all at the same time."""
    worlds = [await World(open_service).opens() for _ in range(6)]
    try:
        async with asyncio.TaskGroup() as all_at_once:
            for number, story in enumerate(
                (
                    by_phone(worlds[0], network, what_it_sends=True, what_it_is_sent=True),
                    by_phone(worlds[1], network, what_it_is_sent=True),
                    by_phone(worlds[2], network, what_it_sends=True),
                    by_relay(worlds[3], out=True, back=True),
                    by_relay(worlds[4], back=True),
                    by_relay(worlds[5], out=True),
                )
            ):
                all_at_once.create_task(story, name=f"way {number}")
    finally:
        await asyncio.gather(*[world.ends() for world in worlds])
