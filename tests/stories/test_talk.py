"""What people write reaches the others once, in one order; what is not a message is refused."""

import asyncio
import uuid

from tests.helpers.wire import JSON, MSGPACK
from tests.helpers.world import World


async def test_a_message_reaches_every_connection_of_both(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    tab, phone = await world.same_person(seeker), await world.same_person(listener)
    for number in range(3):
        for person in (seeker, listener, tab, phone):
            message = await person.says(chat_id, f"line {number}")
            for other in (seeker, listener, tab, phone):
                assert (await other.has_heard(message["text"], chat_id))["seq"] == message["seq"]
    assert seeker.logs[chat_id].seq == 12
    await world.everyone_agrees()


async def test_everybody_sees_the_order_of_seq(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    tab = await world.same_person(seeker)

    async def chatter(person: object, count: int) -> None:
        for number in range(count):
            await person.says(chat_id, f"{number}")  # type: ignore[attr-defined]

    await asyncio.gather(*[chatter(person, 15) for person in (seeker, tab, listener)])
    await world.everyone_agrees()
    assert listener.logs[chat_id].seq == 45
    for person in (seeker, tab, listener):
        own = [m["seq"] for (_, _), (_, s) in person.typed.items() for m in [{"seq": s}]]
        assert own == sorted(own), "what one says in order stays in order"
    times = [m["sent_at_ms"] for _, m in sorted(listener.logs[chat_id].messages.items()) if "sent_at_ms" in m]
    assert times == sorted(times)


async def test_commands_take_effect_in_the_order_sent(world: World) -> None:
    """Many at once without waiting for answers: still in order, each answered once."""
    seeker, listener, chat_id = await world.they_talk()
    words = [seeker.types(f"{number}") for number in range(30)]
    asked = [
        seeker.wire.ask_soon("send_message", chat_id=chat_id, message_id=str(uuid.uuid4()), text=text) for text in words
    ]
    for frame, _ in asked:
        await seeker.wire.send_raw(seeker.codec.pack(frame))
    replies = await asyncio.gather(*[reply for _, reply in asked])
    assert [reply["seq"] for reply in replies] == list(range(1, 31))
    assert len({reply["epoch"] for reply in replies}) == 1
    await listener.has_heard(words[-1], chat_id)
    assert [text for _, text in listener.logs[chat_id].words] == words


async def test_a_repeat_changes_nothing(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    tab = await world.same_person(seeker)
    message = await seeker.says(chat_id, "once")
    await listener.says(chat_id, "twice")
    for person in (seeker, tab, seeker):
        again = await person.asks(
            "send_message", chat_id=chat_id, message_id=message["message_id"], text=message["text"]
        )
        assert (again["seq"], again["epoch"]) == (message["seq"], seeker.logs[chat_id].epoch)
    await seeker.is_refused(
        "message_id_reused", "send_message", chat_id=chat_id, message_id=message["message_id"], text="another text"
    )
    # Somebody else's message_id is no secret and no lock: it is theirs to use as well.
    await listener.says(chat_id, "the same id", message_id=message["message_id"])
    await world.everyone_agrees()
    assert listener.logs[chat_id].seq == 3

    await listener.asks("end_chat", chat_id=chat_id)
    await seeker.sees("chat_ended", chat_id=chat_id)
    again = await seeker.asks("send_message", chat_id=chat_id, message_id=message["message_id"], text=message["text"])
    assert again["seq"] == message["seq"], "a repeat is answered after the end, too"
    await seeker.is_refused(
        "message_id_reused", "send_message", chat_id=chat_id, message_id=message["message_id"], text="x"
    )
    await seeker.is_refused("chat_ended", "send_message", chat_id=chat_id, message_id=str(uuid.uuid4()), text="new")


async def test_what_is_no_text_is_refused(world: World) -> None:
    for codec in (JSON, MSGPACK):
        listener = await world.listener_is_available()
        seeker = await world.seeker_arrives(codec=codec)
        chat_id = await world.they_meet(seeker, listener)
        for number, text in enumerate(("", "x" * 4001, "\U0001f56f" * 4001, "a\0b", "\0", "\ud83d", "a\udd6fb")):
            refused = await seeker.is_refused(
                "bad_text", "send_message", chat_id=chat_id, message_id=f"bad-{number}", text=text
            )
            assert refused["ref"]
        for text in (" ", "\n", "x" * 3967, "\U0001f56f" * 3967, "\ufeff\u200b"):
            await seeker.says(chat_id, text)
        longest = seeker.types("")[1:]
        longest += "\U0001f56f" * (4000 - len(longest))
        await seeker.asks("send_message", chat_id=chat_id, message_id="longest", text=longest)
        await listener.has_heard(longest, chat_id)
        await seeker.says(chat_id, "after")
        await world.everyone_agrees()
        assert seeker.logs[chat_id].seq == 7
        await seeker.leaves()


async def test_what_is_half_a_command_is_refused(world: World) -> None:
    seeker, _, chat_id = await world.they_talk()
    good = {"chat_id": chat_id, "message_id": "m", "text": "t"}
    for change in (
        {"text": 5},
        {"text": None},
        {"text": ["t"]},
        {"message_id": 1},
        {"message_id": "x" * 65},
        {"message_id": ""},
        {"chat_id": None},
        {"chat_id": "x" * 65},
    ):
        await seeker.is_refused("bad_frame", "send_message", **{**good, **change})
    for kind, fields in (
        ("send_message", {"chat_id": chat_id, "text": "t"}),
        ("catch_up", {"chat_id": chat_id, "epoch": "e", "seq": -1}),
        ("catch_up", {"chat_id": chat_id, "epoch": "e", "seq": 2**53}),
        ("catch_up", {"chat_id": chat_id, "epoch": "e", "seq": 1.5}),
        ("give_feedback", {"chat_id": chat_id, "rating": 6}),
        ("give_feedback", {"chat_id": chat_id, "rating": True}),
    ):
        await seeker.is_refused("bad_frame", kind, **fields)
    await seeker.is_refused("unknown_type", "make_coffee")
    await seeker.is_refused("unknown_type", "message_added", **good)
    await seeker.says(chat_id)
    await world.everyone_agrees()


async def test_nobody_else_gets_into_a_chat(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    stranger, staff = await world.visitor(), await world.listener_is_available()
    supervisor = await world.staff_signs_in("supervisor")
    await seeker.says(chat_id, "between us")
    for person in (stranger, staff, supervisor):
        await person.is_refused("no_such_chat", "send_message", chat_id=chat_id, message_id="m", text="t")
        await person.is_refused("no_such_chat", "end_chat", chat_id=chat_id)
        await person.is_refused("no_such_chat", "catch_up", chat_id=chat_id, epoch="", seq=0)
        await person.is_refused("no_such_chat", "report", chat_id=chat_id, reason="abuse", block=True)
        await person.tells("set_typing", chat_id=chat_id, typing=True)
        await person.tells("mark_read", chat_id=chat_id, seq=1)
    await stranger.is_refused("no_such_chat", "give_feedback", chat_id=chat_id, rating=1)
    await staff.is_refused("no_such_chat", "finish_wrap_up", chat_id=chat_id)
    spy = await world.visitor()
    await spy.leaves()
    await spy.comes(recover=[{"chat_id": chat_id, "epoch": seeker.logs[chat_id].epoch, "seq": 0}])
    await seeker.sees_no("typing_changed")
    await seeker.says(chat_id, "still between us")
    await listener.sees_no("read_changed", for_s=0.1)
    for person in (stranger, staff, supervisor, spy):
        assert not person.logs
    await world.everyone_agrees()


async def test_typing_reading_and_being_there_are_seen_by_the_other(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    for typing in (True, False):
        await seeker.tells("set_typing", chat_id=chat_id, typing=typing)
        await listener.sees("typing_changed", chat_id=chat_id, person_id=seeker.person_id, typing=typing)
        await listener.tells("set_typing", chat_id=chat_id, typing=typing)
        await seeker.sees("typing_changed", chat_id=chat_id, person_id=listener.person_id, typing=typing)
    message = await seeker.says(chat_id)
    await listener.has_heard(message["text"], chat_id)
    await listener.tells("mark_read", chat_id=chat_id, seq=1)
    await seeker.sees("read_changed", chat_id=chat_id, person_id=listener.person_id, seq=1)
    await listener.tells("mark_read", chat_id=chat_id, seq=0)  # reading never goes back
    await seeker.sees_no("read_changed", for_s=0.3, seq=0)

    await seeker.vanishes()
    await listener.sees("presence_changed", chat_id=chat_id, person_id=seeker.person_id, is_present=False)
    await seeker.comes()
    await listener.sees("presence_changed", chat_id=chat_id, person_id=seeker.person_id, is_present=True)
    phone = await world.same_person(listener)
    await listener.leaves()
    await seeker.sees_no("presence_changed", for_s=0.3, is_present=False)
    await phone.leaves()
    await seeker.sees("presence_changed", chat_id=chat_id, person_id=listener.person_id, is_present=False)


async def test_done_may_be_all_the_news_of_own_messages(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    phone = await world.same_person(seeker)
    await phone.leaves()
    await phone.comes(done_is_enough=True)
    # While the key of the chat is still being read, the log is read too, and an own message may come beside its done.
    first = await listener.says(chat_id, "are you on the phone now?")
    await phone.has_heard(first["text"], chat_id)
    for number in range(5):
        mine = await phone.says(chat_id, f"from the phone {number}")
        theirs = await listener.says(chat_id, f"back {number}")
    for other in (seeker, listener):
        await other.has_heard(mine["text"], chat_id)
    await phone.has_heard(theirs["text"], chat_id)
    pushed = [push["from_id"] for push in phone.unseen if push["type"] == "message_added"]
    assert pushed == [listener.person_id] * 6, "its own were held by their done"
    await world.everyone_agrees()
