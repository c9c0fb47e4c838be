"""Nobody gets more chats than they said they can hold."""

import asyncio

from tests.helpers.world import World


async def test_capacity_is_one_to_the_personal_maximum(world: World) -> None:
    listener = await world.staff_signs_in()
    refused = await listener.is_refused(
        "capacity_over_maximum", "set_availability", availability="available", capacity=5
    )
    assert refused["max_capacity"] == 4
    for capacity in (0, -1):
        refused = await listener.is_refused("bad_frame", "set_availability", availability="paused", capacity=capacity)
        assert "capacity" in refused["message"]
    await listener.is_refused("bad_frame", "set_availability", availability="busy")
    assert (await listener.becomes("available", capacity=4))["capacity"] == 4
    assert (await listener.becomes("paused"))["capacity"] == 4
    assert (await listener.becomes("off_duty"))["availability"] == "off_duty"


async def test_one_offer_at_a_time_and_no_more_chats_than_capacity(world: World) -> None:
    listener = await world.listener_is_available(capacity=2)
    seekers = [await world.seeker_arrives() for _ in range(3)]
    offer = await listener.sees_offer()
    await listener.sees_no("offer_made", for_s=0.3)
    await listener.accepts(offer)
    await listener.accepts(await listener.sees_offer())
    await listener.sees_no("offer_made")
    assert len(listener.logs) == 2
    await seekers[0].asks("end_chat", chat_id=await seekers[0].is_connected())
    ended = await listener.sees("chat_ended")
    assert ended["wrap_up_until_ms"] > 0
    await listener.sees_no("offer_made", for_s=0.5)  # the wrap-up counts, too
    await listener.asks("finish_wrap_up", chat_id=ended["chat_id"], note=listener.types("a note"))
    offer = await listener.sees_offer()
    assert offer["request_id"] == seekers[2].request_id
    await listener.asks("finish_wrap_up", chat_id=ended["chat_id"])  # a repeat


async def test_one_more_once(world: World) -> None:
    listener = await world.listener_is_available(capacity=1)
    seekers = [await world.seeker_arrives() for _ in range(3)]
    await listener.accepts(await listener.sees_offer())
    await listener.sees_no("offer_made", for_s=0.3)
    await listener.asks("take_next")
    await listener.asks("take_next")  # "a repeat before it came changes nothing": here it came at once
    offer = await listener.sees_offer(request_id=seekers[1].request_id)
    await listener.accepts(offer)
    await seekers[1].is_connected()


async def test_a_repeated_wish_for_one_more_is_one_more(world: World) -> None:
    listener = await world.listener_is_available(capacity=1)
    first = await world.seeker_arrives()
    await world.they_meet(first, listener)
    await listener.asks("take_next")
    await listener.asks("take_next")
    await listener.asks("take_next")
    second, third = await world.seeker_arrives(), await world.seeker_arrives()
    await world.they_meet(second, listener)
    await listener.sees_no("offer_made", for_s=0.5, request_id=third.request_id)


async def test_one_more_stops_at_the_personal_maximum(world: World) -> None:
    listener = await world.listener_is_available(capacity=4)
    for _ in range(4):
        await world.they_meet(await world.seeker_arrives(), listener)
    await listener.is_refused("capacity_over_maximum", "take_next")
    await world.seeker_arrives()
    await listener.sees_no("offer_made")
    off = await world.staff_signs_in()
    await off.is_refused("not_available", "take_next")


async def test_without_a_clearance_nobody_is_available(world: World) -> None:
    trainee = await world.staff_signs_in(is_cleared=False)
    await trainee.is_refused("no_clearance", "set_availability", availability="available", capacity=1)
    await world.seeker_arrives()
    await trainee.sees_no("offer_made")
    supervisor = await world.staff_signs_in("supervisor")
    await supervisor.becomes("available", capacity=1)
    await supervisor.sees_offer()


async def test_whoever_listens_to_adults_and_teens_has_one_capacity(world: World) -> None:
    listener = await world.listener_is_available(capacity=1)
    adult, teen = await asyncio.gather(world.seeker_arrives(age_band="adult"), world.seeker_arrives(age_band="teen"))
    offer = await listener.sees_offer()
    await listener.sees_no("offer_made", for_s=0.4)
    await listener.accepts(offer)
    served = adult if offer["request_id"] == adult.request_id else teen
    other = teen if served is adult else adult
    chat_id = await served.is_connected()
    await listener.sees_no("offer_made", for_s=0.4)
    await served.asks("end_chat", chat_id=chat_id)
    await listener.sees("chat_ended", chat_id=chat_id)
    await listener.asks("finish_wrap_up", chat_id=chat_id)
    await listener.sees_offer(request_id=other.request_id)


async def test_a_paused_listener_keeps_the_chats_and_gets_no_more(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await listener.becomes("off_duty")
    await world.seeker_arrives()
    await listener.sees_no("offer_made")
    await seeker.says(chat_id, "still there?")
    await listener.says(chat_id, "yes")
    await world.everyone_agrees()


async def test_one_more_is_one_more_in_both_age_bands_together(world: World) -> None:
    listener = await world.listener_is_available(capacity=1)
    await world.they_meet(await world.seeker_arrives(), listener)
    await listener.asks("take_next")
    adult, teen = await world.seeker_arrives(), await world.seeker_arrives(age_band="teen")
    offer = await listener.sees_offer()
    await listener.accepts(offer)
    other = teen if offer["request_id"] == adult.request_id else adult
    await listener.sees_no("offer_made", for_s=0.6, request_id=other.request_id)


async def test_a_wish_straight_after_coming_on_duty_counts(world: World) -> None:
    """Commands of one connection take effect in the order sent, however quickly they follow each other."""
    listener = await world.staff_signs_in()
    asked = [
        listener.wire.ask_soon("set_availability", availability="available", capacity=3),
        listener.wire.ask_soon("take_next"),
        listener.wire.ask_soon("set_availability", availability="paused"),
        listener.wire.ask_soon("set_availability", availability="available"),
    ]
    for frame, _ in asked:
        await listener.wire.send_raw(listener.codec.pack(frame))
    replies = [await reply for _, reply in asked]
    assert [reply["type"] for reply in replies] == ["done"] * 4, replies
    assert replies[2]["capacity"] == replies[3]["capacity"] == 3
