"""What changes about the staff takes effect on those who are connected."""

import asyncio
from typing import Any

from chat.accounts import people
from config.clock import now_ms
from tests.helpers.person import Person
from tests.helpers.service import OFFER_S
from tests.helpers.world import World


async def change(world: World, person: Person, **what: Any) -> None:
    """As an admin does it on the admin page."""
    async with world.database.write() as session:
        await people.change_person(session, person.person_id, by="the story", now_ms=now_ms(), **what)


async def test_who_is_deactivated_is_out(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await change(world, listener, is_active=False)
    assert await listener.wire.closes() == 4500
    await seeker.says(chat_id, "hello?")
    await world.seeker_arrives()
    assert not [push for push in listener.unseen if push["type"] == "offer_made"]


async def test_languages_and_maximum_follow(world: World) -> None:
    listener = await world.listener_is_available(capacity=4)
    await change(world, listener, max_chats=1)
    changed = await listener.sees("availability_changed", max_capacity=1)
    assert (changed["availability"], changed["capacity"]) == ("available", 1)
    await listener.is_refused("capacity_over_maximum", "set_availability", availability="available", capacity=2)
    first, second = await world.seeker_arrives(), await world.seeker_arrives()
    await listener.accepts(await listener.sees_offer(request_id=first.request_id))
    await first.is_connected()
    await listener.sees_no("offer_made", request_id=second.request_id)


async def test_two_devices_of_a_listener_are_one_listener(world: World) -> None:
    listener = await world.listener_is_available(capacity=1)
    phone = await world.same_person(listener)
    assert phone.welcome["snapshot"]["availability"] == "available"
    await phone.asks("set_availability", availability="paused")
    await listener.sees("availability_changed", availability="paused")
    await listener.asks("set_availability", availability="available")
    await phone.sees("availability_changed", availability="available")
    seeker = await world.seeker_arrives()
    offer = await listener.sees_offer(request_id=seeker.request_id)
    replies = await asyncio.gather(
        *[device.wire.ask("answer_offer", offer_id=offer["offer_id"], accept=True) for device in (listener, phone)]
    )
    assert [reply["type"] for reply in replies] == ["done", "done"]
    chat_id = await seeker.is_connected()
    await asyncio.gather(*[device.sees("chat_opened", chat_id=chat_id) for device in (listener, phone)])


async def test_who_goes_away_with_an_open_offer_does_not_hold_the_seeker_up(world: World) -> None:
    listener, other = await world.listener_is_available(), await world.listener_is_available()
    seeker = await world.seeker_arrives(prefer_listener=listener.person_id)
    await listener.sees_offer(request_id=seeker.request_id)
    await listener.vanishes()
    taking = world.service.taking()
    await other.sees_offer(request_id=seeker.request_id)
    assert taking.seconds() < OFFER_S / 2, "it did not have to run out"


async def test_who_comes_back_while_somebody_waits_is_asked_at_once(world: World) -> None:
    listener = await world.listener_is_available()
    await listener.vanishes()
    seeker = await world.seeker_arrives()
    taking = world.service.taking()
    await listener.comes()
    offer = listener.welcome["snapshot"].get("offer") or await listener.sees_offer(request_id=seeker.request_id)
    assert taking.seconds() < 2, "nobody had to look a second time"
    await listener.accepts(offer)
    await seeker.is_connected()


async def test_a_choice_that_did_not_reach_one_age_band_is_made_there_on_arrival(world: World) -> None:
    """As after an engine that took over without having heard of it: more chats at once, for teens only."""
    listener = await world.listener_is_available(capacity=2)
    await listener.leaves()
    world.number_from_the_engine(f"HSET {{a:main}}:l:{listener.person_id} cap 1")
    assert world.number_from_the_engine(f"INCRBY {{a:main}}:sd:{listener.person_id} -1") > 0
    await listener.comes()
    for _ in range(2):
        await world.they_meet(await world.seeker_arrives(), listener)


async def test_who_went_off_duty_for_one_age_band_is_so_for_the_other_on_arrival(world: World) -> None:
    listener = await world.listener_is_available()
    await listener.leaves()
    world.number_from_the_engine(f"HSET {{t:main}}:l:{listener.person_id} av 0")
    assert world.number_from_the_engine(f"INCRBY {{t:main}}:sd:{listener.person_id} 1") > 0
    await listener.comes()
    assert listener.welcome["snapshot"]["availability"] == "off_duty"
    await listener.becomes("available")
    await world.they_meet(await world.seeker_arrives(), listener)
