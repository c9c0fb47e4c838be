"""Asking for a chat, waiting for it, giving it up."""

import asyncio
import uuid

from tests.helpers.wire import MSGPACK
from tests.helpers.world import World


async def test_the_age_band_is_never_guessed(world: World) -> None:
    seeker = await world.visitor()
    await seeker.is_refused("age_band_missing", "request_chat", request_id="r", language=world.language, topics=[])
    await seeker.is_refused(
        "age_band_missing", "request_chat", request_id="r", language=world.language, topics=[], age_band=None
    )
    await seeker.is_refused(
        "bad_frame", "request_chat", request_id="r", language=world.language, topics=[], age_band="child"
    )
    assert (await seeker.asks_for_chat(world.language, request_id="r"))["place"] == 1


async def test_a_repeat_of_the_request_gets_the_same_answer(world: World) -> None:
    await world.seeker_arrives()
    seeker = await world.seeker_arrives(topics=["grief"], distress=2)
    first = dict(seeker.asked)
    tab = await world.same_person(seeker)
    for person in (seeker, tab):
        again = await person.asks(
            "request_chat",
            request_id=seeker.request_id,
            language=world.language,
            topics=["grief"],
            age_band="adult",
            distress=2,
        )
        assert {k: v for k, v in again.items() if k != "ref"} == {k: v for k, v in first.items() if k != "ref"}
    await seeker.asks("leave_line", request_id=seeker.request_id)
    await seeker.asks("leave_line", request_id=seeker.request_id)


async def test_one_open_request_a_token(world: World) -> None:
    seeker = await world.seeker_arrives()
    tab = await world.same_person(seeker)
    for band in ("adult", "teen"):
        for person in (seeker, tab):
            refused = await person.is_refused(
                "already_open",
                "request_chat",
                request_id=str(uuid.uuid4()),
                language=world.language,
                topics=[],
                age_band=band,
            )
            assert refused["request_id"] == seeker.request_id
    listener = await world.listener_is_available()
    chat_id = await world.they_meet(seeker, listener)
    for band in ("adult", "teen"):
        refused = await seeker.is_refused(
            "already_open", "request_chat", request_id="other", language=world.language, topics=[], age_band=band
        )
        assert refused["chat_id"] == chat_id
    await seeker.asks("end_chat", chat_id=chat_id)
    await seeker.asks_for_chat(world.language, age_band="teen")


async def test_two_tabs_that_ask_at_once_get_at_most_one_request(world: World) -> None:
    tabs = [await world.visitor()]
    tabs += [await world.same_person(tabs[0]) for _ in range(3)]  # type: ignore[list-item]
    replies = await asyncio.gather(
        *[
            tab.wire.ask(
                "request_chat",
                request_id=str(uuid.uuid4()),
                language=world.language,
                topics=[],
                age_band=("adult", "teen")[number % 2],
            )
            for number, tab in enumerate(tabs)
        ]
    )
    assert sum(reply["type"] == "done" for reply in replies) <= 1
    assert all(reply["type"] == "done" or reply["code"] == "already_open" for reply in replies), replies


async def test_unknown_topics_are_ignored(world: World) -> None:
    listener = await world.listener_is_available()
    known = ["anxiety", "depression", "grief", "loneliness", "relationships", "self_harm", "suicide", "other"]
    seeker = await world.seeker_arrives(topics=[*known, "astrology", "", "grief", "x" * 300])
    offer = await listener.sees_offer(request_id=seeker.request_id)
    assert sorted(offer["topics"]) == sorted(known)


async def test_first_words_are_message_one(world: World) -> None:
    listener = await world.listener_is_available()
    seeker = await world.visitor(codec=MSGPACK)
    words = seeker.types("I don't know where to start")
    await seeker.asks_for_chat(world.language, first_words=words)
    tab = await world.same_person(seeker)
    chat_id = await world.they_meet(seeker, listener)
    for person in (seeker, tab, listener):
        first = await person.has_heard(words, chat_id)
        assert (first["seq"], first["message_id"], first["from_id"]) == (1, seeker.request_id, seeker.person_id)
    await seeker.is_refused(
        "message_id_reused", "send_message", chat_id=chat_id, message_id=seeker.request_id, text="other"
    )
    same = await seeker.asks("send_message", chat_id=chat_id, message_id=seeker.request_id, text=words)
    assert same["seq"] == 1
    await world.everyone_agrees()


async def test_first_words_must_be_a_good_text(world: World) -> None:
    seeker = await world.visitor()
    for words in ("x" * 4001, "nul \0 here", "lone \ud800"):
        await seeker.is_refused(
            "bad_text",
            "request_chat",
            request_id="r",
            language=world.language,
            topics=[],
            age_band="adult",
            first_words=words,
        )
    await seeker.asks_for_chat(world.language, first_words=seeker.types("x" * 3900))


async def test_the_primary_language_is_found(world: World) -> None:
    listener = await world.listener_is_available()
    seeker = await world.visitor()
    await seeker.asks_for_chat(f"{world.language}-Latn-CH")
    offer = await listener.sees_offer(request_id=seeker.request_id)
    assert offer["language"] == world.language
    other = await world.visitor()
    await other.is_refused(
        "language_not_offered", "request_chat", request_id="r", language="xx", topics=[], age_band="adult"
    )


async def test_leaving_the_line_withdraws_the_offer(world: World) -> None:
    listener = await world.listener_is_available()
    seeker = await world.seeker_arrives()
    offer = await listener.sees_offer(request_id=seeker.request_id)
    await seeker.asks("leave_line", request_id=seeker.request_id)
    withdrawn = await listener.sees("offer_withdrawn", offer_id=offer["offer_id"])
    assert withdrawn["reason"]
    await listener.is_refused("offer_gone", "answer_offer", offer_id=offer["offer_id"], accept=True)
    other = await world.seeker_arrives()
    await listener.sees_offer(request_id=other.request_id)


async def test_nobody_else_can_touch_a_request(world: World) -> None:
    seeker, stranger = await world.seeker_arrives(), await world.visitor()
    await stranger.is_refused("no_such_request", "leave_line", request_id=seeker.request_id)
    await stranger.is_refused("no_such_request", "confirm_here", request_id=seeker.request_id)
    tab = await world.same_person(seeker)
    assert tab.welcome["snapshot"]["request"]["state"] == "waiting"


async def test_a_reload_keeps_the_place(world: World) -> None:
    first, second = await world.seeker_arrives(), await world.seeker_arrives()
    await first.vanishes()
    await world.is_known_to_be_gone(first)
    assert second.asked["place"] == 2
    await first.comes()
    assert first.welcome["snapshot"]["request"]["place"] == 1


async def test_a_seeker_who_avoids_a_listener_is_not_offered_to_them(world: World) -> None:
    avoided = await world.listener_is_available()
    seeker = await world.seeker_arrives(avoid_listeners=[avoided.person_id])
    await avoided.sees_no("offer_made", for_s=0.8)
    assert seeker.asked["place"] == 1
    other = await world.listener_is_available()
    await other.sees_offer(request_id=seeker.request_id)


async def test_a_preferred_listener_is_asked_first(world: World) -> None:
    listeners = [await world.listener_is_available() for _ in range(3)]
    for wanted in reversed(listeners):
        seeker = await world.seeker_arrives(prefer_listener=wanted.person_id)
        offer = await wanted.sees_offer(request_id=seeker.request_id)
        assert offer["waited_s"] <= 2
        await wanted.accepts(offer)
        await seeker.asks("end_chat", chat_id=await seeker.is_connected())


async def test_many_can_be_avoided(world: World) -> None:
    avoided = await world.listener_is_available()
    others = [f"l{number:020d}" for number in range(1500)]
    seeker = await world.seeker_arrives(avoid_listeners=[*others, "a,b", avoided.person_id])
    await avoided.sees_no("offer_made", for_s=0.5)
    assert seeker.asked["place"] == 1


async def test_one_request_id_in_both_age_bands_confuses_nobody(world: World) -> None:
    """A strange client; but the listener who gets both chats must not suffer from it."""
    listener = await world.listener_is_available(capacity=3)
    seeker = await world.visitor()
    chats = []
    for band in ("adult", "teen"):
        reply = await seeker.wire.ask(
            "request_chat", request_id="the-same", language=world.language, topics=[], age_band=band
        )
        seeker.request_id = "the-same"
        assert reply["type"] == "done", reply
        chat_id = await world.they_meet(seeker, listener)
        chats.append(chat_id)
        await listener.says(chat_id, band)
        await seeker.says(chat_id, band)
        await seeker.asks("end_chat", chat_id=chat_id)
        await listener.sees("chat_ended", chat_id=chat_id)
    assert len(chats) == len(set(chats))
    phone = await world.same_person(listener)
    await world.everyone_agrees()
    assert all(phone.logs[chat_id].seq == 2 for chat_id in chats)
    assert listener.wire.code is None


async def test_who_leaves_while_being_asked_is_gone(world: World) -> None:
    seeker, listener, offer = await world.they_accept_who_is_away()
    await seeker.comes()
    await seeker.asks("leave_line", request_id=seeker.request_id)
    withdrawn = await listener.sees("offer_withdrawn", offer_id=offer["offer_id"])
    assert withdrawn["reason"] != "seeker_away"
    other = await world.seeker_arrives()
    await listener.sees_offer(request_id=other.request_id)


async def test_who_was_away_too_long_is_told_so_and_not_put_in_line_by_a_repeat(world: World) -> None:
    seeker = await world.seeker_arrives()
    await seeker.vanishes()
    await world.place_is_given_up(seeker)
    seeker.unseen.clear()
    await seeker.comes()
    assert seeker.welcome["snapshot"]["request"] is None
    ended = {"type": "request_changed", "request_id": seeker.request_id, "state": "ended", "reason": "away_too_long"}
    assert ended.items() <= seeker.unseen[1].items(), "it is what they missed, so it comes before done of hello"
    seeker.unseen.clear()

    seeker.asked = await seeker.asks(
        "request_chat", request_id=seeker.request_id, language=world.language, topics=["loneliness"], age_band="adult"
    )
    assert seeker.asked.get("place") is None and seeker.asked["request_id"] == seeker.request_id
    assert ended.items() <= (await seeker.sees("request_changed")).items(), "whatever the client made of that reply"

    await seeker.asks_for_chat(world.language)
    assert seeker.asked["place"] == 1, "it is fine to ask again"
    tab = await world.same_person(seeker)
    await tab.sees_no("request_changed", state="ended", for_s=0.2)


async def test_a_repeat_of_a_request_that_is_parked_puts_nobody_in_line(world: World) -> None:
    seeker, _, _ = await world.they_accept_who_is_away()
    await seeker.comes()
    await seeker.sees("confirm_wanted", request_id=seeker.request_id)
    parked = await seeker.sees("request_changed", state="parked")
    seeker.unseen.clear()
    again = await seeker.asks(
        "request_chat", request_id=seeker.request_id, language=world.language, topics=["loneliness"], age_band="adult"
    )
    assert again.get("place") is None and again.get("wait_high_s") is None
    told = await seeker.sees("request_changed", request_id=seeker.request_id)
    assert told == parked, "whatever the client made of that reply"
    await seeker.tells("confirm_here", request_id=seeker.request_id)
    await seeker.sees("request_changed", state="offered")


async def test_a_repeat_of_what_the_seeker_left_says_that_it_ended(world: World) -> None:
    seeker = await world.seeker_arrives()
    await seeker.asks("leave_line", request_id=seeker.request_id)
    await seeker.sees("request_changed", state="ended", reason="left")
    again = await seeker.asks(
        "request_chat", request_id=seeker.request_id, language=world.language, topics=["loneliness"], age_band="adult"
    )
    assert "place" not in again
    await seeker.sees("request_changed", request_id=seeker.request_id, state="ended", reason="left")
    await seeker.leaves()
    seeker.unseen.clear()
    await seeker.comes()
    await seeker.sees_no("request_changed", for_s=0.2)
