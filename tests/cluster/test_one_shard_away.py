"""The servers of one age band stand still: people of the other one, new people and staff still come in."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.engines.several import Server, ThrowAwayCluster
from config.redis_masters import slot_of
from tests.cluster.shards import TAGS
from tests.helpers.person import Listener, Person
from tests.helpers.service import starting
from tests.helpers.wire import WireClosed
from tests.helpers.world import World


@contextmanager
def standing_still(cluster: ThrowAwayCluster) -> Iterator[None]:
    """The adults' master and its replica hang; the others go on without them, as the operator asked."""
    master = cluster.owner_of(slot_of(TAGS["adult"]))
    held: list[Server] = [cluster.replica_of(master), master]
    for node in cluster.nodes:
        node.ask("CONFIG", "SET", "cluster-require-full-coverage", "no")
    for server in held:
        server.hold()
    try:
        yield
    finally:
        for server in held:
            server.go_on()
        for node in cluster.nodes:
            node.ask("CONFIG", "SET", "cluster-require-full-coverage", "yes")


async def comes_in(person: Person, within_s: float = 60.0) -> None:
    """Says hello until it is done."""
    async with asyncio.timeout(within_s):
        while True:
            try:
                await person.comes()
                return
            except (WireClosed, TimeoutError):  # a busy machine's handshake
                await asyncio.sleep(0.3)


async def test_nobody_of_the_other_band_is_kept_out(cluster: ThrowAwayCluster, tmp_path: Path) -> None:
    with starting(tmp_path, REDIS_URL=cluster.url) as service:
        world = await World(service).opens()
        try:
            adult, listener, adults_chat = await world.they_talk()
            # Whoever stands in both shards is asked by neither while one can't say how many chats they have there.
            teens_listener = await world.listener_is_available(capacity=2, without=("adult",))
            teen = await world.seeker_arrives(age_band="teen")
            teens_chat = await world.they_meet(teen, teens_listener)
            before = await adult.says(adults_chat, "before")
            await teen.says(teens_chat, "before")
            for person in (adult, listener, teen, teens_listener):
                await person.leaves()
            with standing_still(cluster):
                # Whose chat is there, who is new and who is staff: all come in.
                await comes_in(teen)
                await comes_in(teens_listener)
                assert teen.welcome["snapshot"]["chats"][0]["seq"] == 1
                await teen.says(teens_chat, "I came back")
                new = world.stranger()
                await comes_in(new)
                await new.asks_for_chat(world.language, age_band="teen")
                await teens_listener.accepts(await teens_listener.sees_offer(request_id=new.request_id))
                new_chat = await new.is_connected()
                await teens_listener.says(new_chat, "and I was here all along")
                # Staff of both bands come in, too, and see what they have in either when it is back.
                both = Listener(service, listener.name, cookie=listener.cookie)
                world.people.append(both)
                await comes_in(both)
                assert both.welcome["snapshot"]["chats"] == []
                both.keeps_coming_back()
                await both.becomes("available", capacity=2)
                # Whose chat may stand in the shard that is away is told to try again, not that there is nothing.
                with pytest.raises(WireClosed):
                    await adult.comes()
            await comes_in(adult)
            assert adult.logs[adults_chat].seq == 1
            await both.sees("message_added", chat_id=adults_chat, text=before["text"])
            # They chose to take two while that shard was away. A replica that never heard of it may stand there by now.
            later = await world.seeker_arrives()
            await both.sees_offer(request_id=later.request_id, within_s=45)
            await both.says(adults_chat, "there you are")
            await adult.says(adults_chat, "and on")
            await teens_listener.says(teens_chat, "and we")
            await listener.comes()
            await world.everyone_agrees()
        finally:
            await world.ends()
        service.check_log()
