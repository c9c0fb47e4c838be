"""Recovery against people who do everything at once, claim what isn't so, and links that are cut in the middle."""

import asyncio
import uuid
from typing import Any

import redis.asyncio
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from config.engines.valkey import socket_path
from tests.helpers.person import Person
from tests.helpers.wire import JSON, Wire
from tests.helpers.world import World


def seqs_of(wire: Wire, chat_id: str) -> list[int]:
    """The seq of each message_added on this connection, as they came."""
    return [f["seq"] for f in wire.frames if f["type"] == "message_added" and f["chat_id"] == chat_id]


async def test_hello_on_many_connections_at_once(world: World) -> None:
    """One token, ten tabs in the same moment, half of which are gone before they are greeted."""
    seeker, listener, chat_id = await world.they_talk()
    for number in range(5):
        await listener.says(chat_id, f"{number}")
    await seeker.leaves()

    async def comes(number: int) -> Wire | None:
        wire = await Wire.open(world.service.url)
        if number % 2:
            await wire.tell("hello", ref="h", token=seeker.token)
            await wire.vanish()
            return None
        assert (await wire.ask("hello", token=seeker.token))["type"] == "done"
        return wire

    wires = [wire for wire in await asyncio.gather(*[comes(n) for n in range(10)]) if wire is not None]
    said = await listener.says(chat_id, "all of you")
    for wire in wires:
        await wire.sees("message_added", chat_id=chat_id, text=said["text"])
        assert seqs_of(wire, chat_id) == [1, 2, 3, 4, 5, 6]
    listener.forgets("presence_changed")
    for wire in wires[1:]:
        await wire.close()
    await listener.sees_no("presence_changed", for_s=0.5)
    await wires[0].close()
    await listener.sees("presence_changed", person_id=seeker.person_id, is_present=False)


async def test_who_leaves_during_the_greeting_leaves_nothing_behind(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await seeker.leaves()
    await listener.sees("presence_changed", person_id=seeker.person_id, is_present=False)
    for _ in range(15):
        wire = await Wire.open(world.service.url)
        await wire.tell("hello", ref="h", token=seeker.token)
        await wire.vanish()
    await asyncio.sleep(0.5)
    present = [p["is_present"] for p in listener.unseen if p["type"] == "presence_changed"]
    assert not present or not present[-1], "somebody who is gone is shown as there"
    await seeker.comes()
    await seeker.says(chat_id, "here I am")
    await world.everyone_agrees()


async def test_claims_about_others_and_about_the_future_change_nothing(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    _, other, others_chat = await world.they_talk()
    await other.says(others_chat, "not for you")
    for number in range(3):
        await listener.says(chat_id, f"{number}")
    await world.everyone_agrees()
    epoch, others_epoch = seeker.logs[chat_id].epoch, other.logs[others_chat].epoch
    claims: list[list[dict[str, Any]]] = [
        [{"chat_id": others_chat, "epoch": others_epoch, "seq": 0}],
        [{"chat_id": chat_id, "epoch": epoch, "seq": 2**53 - 1}],
        [{"chat_id": chat_id, "epoch": epoch, "seq": 3}, {"chat_id": chat_id, "epoch": epoch, "seq": 1}],
        [{"chat_id": f"c{n}", "epoch": "e", "seq": n} for n in range(500)],
    ]
    for recover in claims:
        wire = await Wire.open(world.service.url)
        assert (await wire.ask("hello", token=seeker.token, recover=recover))["type"] == "done"
        welcome = next(f for f in wire.frames if f["type"] == "welcome")
        assert [(c["chat_id"], c["epoch"]) for c in welcome["snapshot"]["chats"]] == [(chat_id, epoch)]
        assert not seqs_of(wire, others_chat)
        for seq in (2**53 - 1, 3, 0):
            assert (await wire.ask("catch_up", chat_id=chat_id, epoch=epoch, seq=seq))["type"] == "done"
        refused = await wire.ask("catch_up", chat_id=others_chat, epoch=others_epoch, seq=0)
        assert refused["code"] == "no_such_chat"
        for bad in (-1, 1.5, "1", 2**53):
            refused = await wire.ask("catch_up", chat_id=chat_id, epoch=epoch, seq=bad)
            assert refused["code"] == "bad_frame", bad
        await wire.close()
    await listener.says(chat_id, "and on")
    await world.everyone_agrees()
    assert seeker.logs[chat_id].epoch == epoch


async def test_what_is_read_in_another_epoch_is_not_sent_in_the_old_one(world: World) -> None:
    """The epoch was renewed a moment ago, and this connection has not heard of it yet."""
    seeker, _, chat_id = await world.they_talk()
    await seeker.says(chat_id, "one")
    await world.everyone_agrees()
    world.number_from_the_engine(f"HSET {{a:main}}:c:{chat_id} ep newer")
    old = seeker.logs[chat_id]
    old.messages.clear()
    await seeker.wire.tell("catch_up", ref="again", chat_id=chat_id, epoch=old.epoch, seq=0)
    assert await seeker.wire.closes() == 4002
    assert old.messages == {}
    await seeker.comes()
    assert (seeker.logs[chat_id].epoch, seeker.logs[chat_id].seq) == ("newer", 1)


async def test_a_thousand_catch_ups_delay_nobody(world: World) -> None:
    """Sent in one go and never read: they are carried out one after the other, and the rest of the world goes on."""
    seeker, listener, chat_id = await world.they_talk()
    for number in range(20):
        await seeker.says(chat_id, f"{number} {'word ' * 100}")
    async with connect(
        world.service.url, subprotocols=[Subprotocol(JSON.subprotocol)], compression=None, proxy=None, close_timeout=0.1
    ) as greedy:
        await greedy.send(JSON.pack({"type": "hello", "ref": "h", "token": seeker.token}))
        asked = {"type": "catch_up", "chat_id": chat_id, "epoch": "", "seq": 0}
        sending = asyncio.gather(
            *[greedy.send(JSON.pack({**asked, "ref": f"{n}"})) for n in range(1000)], return_exceptions=True
        )
        for _ in range(5):
            taking = world.service.taking()
            message = await listener.says(chat_id, "meanwhile")
            await seeker.has_heard(message["text"], chat_id)
            assert taking.seconds() < 5
        sending.cancel()
    await world.everyone_agrees()


async def test_links_to_the_engine_are_cut_while_everybody_writes(world: World) -> None:
    """Pushes are lost with their link, answers with theirs: both are noticed, and nothing is missing afterwards."""
    pairs = [await world.they_talk() for _ in range(3)]
    for seeker, listener, _ in pairs:
        seeker.keeps_coming_back()
        listener.keeps_coming_back()
    is_over = False

    async def writes(person: Person, chat_id: str) -> None:
        number = 0
        while not is_over:
            number += 1
            await person.says(chat_id, f"{number}")
            await asyncio.sleep(0.01)

    writing = asyncio.gather(*[writes(p, chat) for seeker, listener, chat in pairs for p in (seeker, listener)])
    async with redis.asyncio.Redis(unix_socket_path=str(socket_path(world.service.data_dir))) as engine:
        for kind in ("pubsub", "pubsub", "normal", "pubsub", "normal"):
            await asyncio.sleep(0.4)
            await engine.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
    await asyncio.sleep(0.3)
    is_over = True
    await writing
    await world.everyone_agrees()
    assert all(seeker.logs[chat].seq > 20 for seeker, _, chat in pairs)


async def test_a_repeat_on_another_connection_gets_the_same_answer(world: World) -> None:
    """Sent on two tabs in the same moment, and again after a reconnect: one message."""
    seeker, listener, chat_id = await world.they_talk()
    tab = await world.same_person(seeker)
    for number in range(10):
        message = {"chat_id": chat_id, "message_id": str(uuid.uuid4()), "text": seeker.types(f"{number}")}
        replies = await asyncio.gather(*[p.wire.ask("send_message", **message) for p in (seeker, tab, seeker)])
        assert {(r["type"], r["epoch"], r["seq"]) for r in replies} == {("done", replies[0]["epoch"], number + 1)}
    await seeker.vanishes()
    await seeker.comes()
    assert (await seeker.asks("send_message", **message))["seq"] == 10
    await listener.has_heard(message["text"], chat_id)
    assert listener.logs[chat_id].seq == 10
