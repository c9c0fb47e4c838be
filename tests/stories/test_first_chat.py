"""Two strangers find each other and talk: the way everything else is a detour from."""

from tests.helpers.wire import JSON, MSGPACK
from tests.helpers.world import World


async def test_a_seeker_is_heard(world: World) -> None:
    listener = await world.listener_is_available()
    seeker = await world.seeker_arrives(topics=["grief"], distress=4, first_words="hello?")

    offer = await listener.sees_offer()
    assert offer["topics"] == ["grief"]
    assert offer["language"] == world.language
    assert offer["age_band"] == "adult"
    assert offer["distress"] == 4
    assert not offer.get("is_return")
    await listener.accepts(offer)

    chat_id = await seeker.is_connected()
    opened = await listener.sees("chat_opened", chat_id=chat_id)
    assert {(p["person_id"], p["role"]) for p in opened["participants"]} == {
        (seeker.person_id, "seeker"),
        (listener.person_id, "listener"),
    }
    assert all(p["name"] for p in opened["participants"])
    assert opened["seq"] == 1

    await listener.says(chat_id, "I am here")
    await seeker.says(chat_id, "thank you")
    await world.everyone_agrees()
    assert [who for who, _ in seeker.logs[chat_id].words] == [seeker.person_id, listener.person_id, seeker.person_id]


async def test_the_two_codecs_say_the_same(world: World) -> None:
    listener = await world.listener_is_available(codec=JSON)
    seeker = await world.seeker_arrives(codec=MSGPACK)
    chat_id = await world.they_meet(seeker, listener)
    for text in ("ünïcödé \U0001f56f", "a\nb\tc", '"quotes" \\ and {braces}', "\u202eright to left\u202c", "\x01\x7f"):
        await seeker.says(chat_id, text)
        await listener.says(chat_id, text)
    await world.everyone_agrees()
    assert seeker.logs[chat_id].seq == 10
