"""Many chats at once, and never a word in the wrong one."""

import asyncio

from tests.helpers.person import Listener, Seeker
from tests.helpers.wire import JSON, MSGPACK
from tests.helpers.world import World


async def test_two_chats_beside_each_other_stay_apart(world: World) -> None:
    pairs = [await world.they_talk(), await world.they_talk()]
    assert pairs[0][2] != pairs[1][2]

    async def talk(seeker: Seeker, listener: Listener, chat_id: str) -> None:
        for number in range(10):
            await asyncio.gather(seeker.says(chat_id, f"{number}"), listener.says(chat_id, f"{number}"))
            await seeker.tells("set_typing", chat_id=chat_id, typing=True)
            await listener.tells("mark_read", chat_id=chat_id, seq=number)

    await asyncio.gather(*[talk(*pair) for pair in pairs])
    await world.everyone_agrees()
    for seeker, listener, chat_id in pairs:
        assert set(seeker.logs) == set(listener.logs) == {chat_id}
        assert {who for who, _ in seeker.logs[chat_id].words} == {seeker.person_id, listener.person_id}
        for push in [*seeker.unseen, *listener.unseen]:
            assert push.get("chat_id", chat_id) == chat_id


async def test_twenty_four_chats_over_twelve_listeners(world: World) -> None:
    listeners = [await world.staff_signs_in(codec=(JSON, MSGPACK)[n % 2]) for n in range(12)]
    await asyncio.gather(*[listener.becomes("available", capacity=2) for listener in listeners])

    async def accept_two(listener: Listener) -> None:
        for _ in range(2):
            await listener.accepts(await listener.sees_offer())

    async def arrive(number: int) -> tuple[Seeker, str]:
        seeker = await world.visitor(codec=(JSON, MSGPACK)[number % 3 == 0])
        words = seeker.types(f"I am number {number}")
        await seeker.asks_for_chat(world.language, topics=["other"], first_words=words)
        return seeker, await seeker.is_connected()

    accepting = asyncio.gather(*[accept_two(listener) for listener in listeners])
    chats = dict(await asyncio.gather(*[arrive(number) for number in range(24)]))
    await accepting
    assert len(set(chats.values())) == 24
    by_chat = {chat_id: listener for listener in listeners for chat_id in listener.logs}
    assert set(by_chat) == set(chats.values())
    assert all(len(listener.logs) == 2 for listener in listeners)

    async def talk(seeker: Seeker, chat_id: str) -> None:
        listener = by_chat[chat_id]
        for number in range(5):
            asked = await seeker.says(chat_id, f"{seeker.name} asks {number}")
            await listener.has_heard(asked["text"], chat_id)
            await listener.says(chat_id, f"{listener.name} answers {number}")

    await asyncio.gather(*[talk(seeker, chat_id) for seeker, chat_id in chats.items()])
    await world.everyone_agrees()
    for seeker, chat_id in chats.items():
        assert set(seeker.logs) == {chat_id}
        assert seeker.logs[chat_id].seq == 11
        whose = {who for who, _ in seeker.logs[chat_id].words}
        assert whose == {seeker.person_id, by_chat[chat_id].person_id}

    line = [await world.seeker_arrives() for _ in range(2)]
    assert [seeker.asked["place"] for seeker in line] == [1, 2], "everybody is full"
