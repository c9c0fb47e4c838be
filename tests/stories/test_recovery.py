"""A client that was away holds everything again, in order, before it is told to be caught up."""

import asyncio

from tests.helpers.person import Person
from tests.helpers.world import World


def messages_of(person: Person, chat_id: str) -> list[int]:
    """The seq of every message_added on this connection, as they came."""
    return [f["seq"] for f in person.wire.frames if f["type"] == "message_added" and f["chat_id"] == chat_id]


async def test_what_was_missed_comes_between_welcome_and_done(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await seeker.says(chat_id, "one")
    await listener.says(chat_id, "two")
    await seeker.has_heard((await listener.says(chat_id, "three"))["text"], chat_id)
    await seeker.vanishes()
    for number in range(5):
        await listener.says(chat_id, f"are you there {number}")
    await seeker.comes()
    kinds = [frame["type"] for frame in seeker.wire.frames]
    assert kinds[0] == "welcome"
    assert kinds[1:7] == ["message_added"] * 5 + ["done"]
    assert messages_of(seeker, chat_id) == [4, 5, 6, 7, 8]
    chat = seeker.welcome["snapshot"]["chats"][0]
    assert (chat["chat_id"], chat["epoch"], chat["seq"], chat["state"]) == (
        chat_id,
        seeker.logs[chat_id].epoch,
        8,
        "open",
    )
    assert {p["person_id"] for p in chat["participants"]} == {seeker.person_id, listener.person_id}
    await world.everyone_agrees()


async def test_a_position_decides_what_comes_again(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    for number in range(6):
        await (seeker if number % 2 else listener).says(chat_id, f"{number}")
    await world.everyone_agrees()
    epoch = seeker.logs[chat_id].epoch
    for recover, expected in (
        ([], [1, 2, 3, 4, 5, 6]),
        ([{"chat_id": chat_id, "epoch": epoch, "seq": 4}], [5, 6]),
        ([{"chat_id": chat_id, "epoch": epoch, "seq": 6}], []),
        ([{"chat_id": "another", "epoch": epoch, "seq": 6}], [1, 2, 3, 4, 5, 6]),
        ([{"chat_id": chat_id, "epoch": "another", "seq": 6}], [1, 2, 3, 4, 5, 6]),
        ([{"chat_id": chat_id, "epoch": "", "seq": 0}], [1, 2, 3, 4, 5, 6]),
    ):
        tab = await world.same_person(seeker, recover=recover) if not recover else None
        if tab is None:
            tab = await world.same_person(seeker)
            await tab.leaves()
            await tab.comes(recover=recover)
        assert messages_of(tab, chat_id) == expected, recover
        await tab.leaves()


async def test_catch_up_sends_the_rest_again(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    for number in range(5):
        await listener.says(chat_id, f"{number}")
    await world.everyone_agrees()
    epoch = seeker.logs[chat_id].epoch
    for given, seq, expected in (
        (epoch, 3, [4, 5]),
        (epoch, 0, [1, 2, 3, 4, 5]),
        (epoch, 5, []),
        ("other", 4, [1, 2, 3, 4, 5]),
    ):
        seeker.wire.frames.clear()
        await seeker.asks("catch_up", chat_id=chat_id, epoch=given, seq=seq)
        assert messages_of(seeker, chat_id) == expected
        assert seeker.wire.frames[-1]["type"] == "done"
    await listener.says(chat_id, "and on")
    await world.everyone_agrees()


async def test_catching_up_while_the_other_writes_loses_nothing(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    is_over = False

    async def write() -> None:
        nonlocal is_over
        for number in range(60):
            await listener.says(chat_id, f"{number}")
        is_over = True

    async def catch_up() -> None:
        while not is_over:
            log = seeker.logs[chat_id]
            await seeker.does("catch_up", chat_id=chat_id, epoch=log.epoch, seq=log.seq)
            await asyncio.sleep(0.03)

    await asyncio.gather(write(), catch_up())
    await world.everyone_agrees()


async def test_coming_and_going_while_the_other_writes_loses_nothing(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    writing = asyncio.create_task(_write(listener, chat_id, 60))
    while not writing.done():
        await seeker.vanishes()
        await seeker.comes()
        await asyncio.sleep(0.02)
    await writing
    await world.everyone_agrees()
    assert seeker.comings > 5


async def _write(person: Person, chat_id: str, count: int) -> None:
    for number in range(count):
        await person.says(chat_id, f"{number}")
        await asyncio.sleep(0.01)


async def test_a_long_chat_is_recovered_whole(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    people = [seeker, listener]
    for start in range(0, 250, 25):
        await asyncio.gather(*[people[n % 2].says(chat_id, f"{start + n}") for n in range(25)])
    tab = await world.same_person(seeker)
    assert messages_of(tab, chat_id) == list(range(1, 251))
    await world.everyone_agrees()


async def test_an_ended_chat_is_recovered_for_an_hour(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await seeker.says(chat_id, "one")
    await listener.says(chat_id, "two")
    await seeker.asks("end_chat", chat_id=chat_id)
    tab, phone = await world.same_person(seeker), await world.same_person(listener)
    for person in (tab, phone):
        chat = person.welcome["snapshot"]["chats"][0]
        assert (chat["chat_id"], chat["state"], chat["seq"]) == (chat_id, "ended", 2)
        assert messages_of(person, chat_id) == [1, 2]
    await tab.asks_for_chat(world.language)  # type: ignore[attr-defined]
    await world.everyone_agrees()


async def test_what_a_page_says_again_hours_later_makes_no_other_chat(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await seeker.says(chat_id, "one")
    await seeker.asks("end_chat", chat_id=chat_id)
    await listener.asks("finish_wrap_up", chat_id=chat_id)
    await world.engine_forgets(chat_id)
    again = await seeker.asks(
        "request_chat", request_id=seeker.request_id, language=world.language, topics=["loneliness"], age_band="adult"
    )
    assert again.get("place") is None and again["request_id"] == seeker.request_id
    told = await seeker.sees("request_changed", request_id=seeker.request_id, state="ended")
    assert told["reason"] == "ended"
    await listener.sees_no("offer_made", for_s=0.3)
    await seeker.asks_for_chat(world.language)
    assert (await listener.sees_offer())["request_id"] == seeker.request_id != again["request_id"]


async def test_one_stranger_more_is_another_person(world: World) -> None:
    seeker, _, chat_id = await world.they_talk()
    await seeker.says(chat_id)
    await seeker.leaves()
    seeker.token = None
    await seeker.comes()
    assert chat_id not in seeker.logs, "a client that sees another person_id drops what it holds"
    assert messages_of(seeker, chat_id) == []
