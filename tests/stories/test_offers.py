"""One request held for one listener until it is answered or its time is over."""

import asyncio
import time

from tests.helpers.service import CONFIRM_S, OFFER_S
from tests.helpers.world import World


async def test_an_offer_that_is_declined_goes_to_the_next(world: World) -> None:
    first, second = await world.listener_is_available(), await world.listener_is_available()
    seeker = await world.seeker_arrives(prefer_listener=first.person_id)
    offer = await first.sees_offer(request_id=seeker.request_id)
    await first.declines(offer)
    await first.declines(offer)  # a repeat of an answer that had its effect
    await first.is_refused("offer_gone", "answer_offer", offer_id=offer["offer_id"], accept=True)
    other = await second.sees_offer(request_id=seeker.request_id)
    assert other["offer_id"] != offer["offer_id"]
    await second.accepts(other)
    await second.accepts(other)
    await seeker.is_connected()
    await first.sees_no("offer_made")
    await first.is_refused("no_such_offer", "answer_offer", offer_id="nonsense", accept=True)
    await first.is_refused("no_such_offer", "answer_offer", offer_id=other["offer_id"] + "0", accept=True)


async def test_an_offer_of_somebody_else_can_not_be_answered(world: World) -> None:
    listener, other = await world.listener_is_available(), await world.listener_is_available()
    seeker = await world.seeker_arrives(prefer_listener=listener.person_id)
    offer = await listener.sees_offer(request_id=seeker.request_id)
    for accept in (True, False):
        reply = await other.wire.ask("answer_offer", offer_id=offer["offer_id"], accept=accept)
        assert (reply["type"], reply["code"]) in (("refused", "no_such_offer"), ("refused", "offer_gone"))
    await listener.accepts(offer)
    await seeker.is_connected()


async def test_an_offer_ends_at_its_deadline_and_two_missed_ones_pause(world: World) -> None:
    sleepy = await world.listener_is_available()
    seeker = await world.seeker_arrives()
    tab = await world.same_person(sleepy)
    offer = await sleepy.sees_offer(request_id=seeker.request_id)
    assert 0 < offer["deadline_ms"] - time.time() * 1000 <= OFFER_S * 1000
    assert (await seeker.sees("request_changed", state="offered"))["request_id"] == seeker.request_id
    assert tab.welcome["snapshot"]["offer"]["offer_id"] == offer["offer_id"]

    withdrawn = await sleepy.sees("offer_withdrawn", offer_id=offer["offer_id"], within_s=OFFER_S + 2)
    assert withdrawn["reason"] == "expired"
    assert time.time() * 1000 >= offer["deadline_ms"]
    await tab.sees("offer_withdrawn", offer_id=offer["offer_id"])
    await sleepy.is_refused("offer_gone", "answer_offer", offer_id=offer["offer_id"], accept=True)

    again = await sleepy.sees_offer(request_id=seeker.request_id)
    await sleepy.sees("offer_withdrawn", offer_id=again["offer_id"], within_s=OFFER_S + 2)
    paused = await sleepy.sees("availability_changed", availability="paused")
    assert paused["reason"]
    waiting = await seeker.sees("request_changed", state="waiting")
    assert waiting["request_id"] == seeker.request_id
    await sleepy.sees_no("offer_made")
    await sleepy.becomes("available", capacity=1)
    await sleepy.sees_offer(request_id=seeker.request_id)


async def test_a_missed_offer_goes_to_another_listener(world: World) -> None:
    sleepy, awake = await world.listener_is_available(), await world.listener_is_available()
    seeker = await world.seeker_arrives(prefer_listener=sleepy.person_id)
    await sleepy.sees_offer(request_id=seeker.request_id)
    offer = await awake.sees_offer(request_id=seeker.request_id, within_s=OFFER_S + 2)
    assert offer["waited_s"] >= int(OFFER_S) - 1
    await awake.accepts(offer)
    await seeker.is_connected()


async def test_who_has_not_done_anything_for_a_while_is_asked_whether_they_are_here(world: World) -> None:
    """The chat of somebody who acted a moment ago opens at once; of somebody who is away it waits for them."""
    listener = await world.listener_is_available()
    seeker = await world.seeker_arrives()
    offer = await listener.sees_offer(request_id=seeker.request_id)
    await seeker.vanishes()
    await asyncio.sleep(0.3)  # the server learns of it
    await listener.accepts(offer)
    withdrawn = await listener.sees("offer_withdrawn", offer_id=offer["offer_id"], within_s=CONFIRM_S + 2)
    assert withdrawn["reason"] == "seeker_away"
    await listener.sees_no("availability_changed", for_s=0.2, availability="paused")  # not a miss

    other = await world.seeker_arrives()  # the parked place does not hold the listener back
    offer = await listener.sees_offer(request_id=other.request_id)
    await listener.declines(offer)
    await seeker.comes()  # hello puts them back, before the one who came later
    request = seeker.welcome["snapshot"]["request"]
    assert request["request_id"] == seeker.request_id
    offer = await listener.sees_offer(request_id=seeker.request_id)
    await listener.accepts(offer)
    await seeker.is_connected()


async def test_whoever_comes_back_in_time_is_asked_and_confirms(world: World) -> None:
    listener = await world.listener_is_available()
    seeker = await world.seeker_arrives()
    offer = await listener.sees_offer(request_id=seeker.request_id)
    await seeker.vanishes()
    await asyncio.sleep(0.3)
    await listener.accepts(offer)
    await seeker.comes()
    request = seeker.welcome["snapshot"]["request"]
    if request.get("confirm_deadline_ms") is None:
        wanted = await seeker.sees("confirm_wanted", request_id=seeker.request_id)
        assert wanted["deadline_ms"] > 0
    tab = await world.same_person(seeker)
    await seeker.tells("confirm_here", request_id=seeker.request_id)
    chat_id = await seeker.is_connected()
    await tab.sees("chat_opened", chat_id=chat_id)
    await listener.sees("chat_opened", chat_id=chat_id)
    await seeker.tells("confirm_here", request_id=seeker.request_id)  # a repeat is harmless
    await seeker.says(chat_id)
    await world.everyone_agrees()


async def test_a_chat_opens_on_every_connection_of_both(world: World) -> None:
    listener = await world.listener_is_available()
    phone = await world.same_person(listener)
    seeker = await world.seeker_arrives()
    tab = await world.same_person(seeker)
    offer = await listener.sees_offer(request_id=seeker.request_id)
    await phone.sees("offer_made", offer_id=offer["offer_id"])
    await listener.accepts(offer)
    await phone.sees("offer_withdrawn", offer_id=offer["offer_id"])
    for person in (seeker, tab, listener, phone):
        opened = await person.sees("chat_opened")
        assert len(opened["participants"]) == 2
    await seeker.sees("request_changed", state="connected")


async def test_pausing_hands_the_offer_back(world: World) -> None:
    listener, other = await world.listener_is_available(), await world.listener_is_available()
    seeker = await world.seeker_arrives(prefer_listener=listener.person_id)
    offer = await listener.sees_offer(request_id=seeker.request_id)
    await listener.becomes("paused")
    await listener.sees("offer_withdrawn", offer_id=offer["offer_id"])
    await other.sees_offer(request_id=seeker.request_id)


async def test_who_came_first_is_served_first(world: World) -> None:
    seekers = [await world.seeker_arrives() for _ in range(3)]
    listener = await world.listener_is_available(capacity=4)
    for seeker in seekers:
        offer = await listener.sees_offer()
        assert offer["request_id"] == seeker.request_id
        await listener.accepts(offer)
        await seeker.is_connected()


async def test_a_return_is_told(world: World) -> None:
    listener = await world.listener_is_available()
    seeker = await world.seeker_arrives()
    await world.they_meet(seeker, listener)
    await seeker.asks("end_chat", chat_id=next(iter(seeker.logs)))
    await seeker.asks_for_chat(world.language, prefer_listener=listener.person_id)
    offer = await listener.sees_offer(request_id=seeker.request_id)
    assert offer["is_return"] is True
