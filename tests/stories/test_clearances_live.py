"""A clearance that is gone is gone for those at work, too: no offer from one second on, and open chats go on.

A closed account loses those, too, and as fast.
"""

import asyncio

import httpx
import pytest

from chat.accounts.people import change_person
from config.clock import now_ms
from tests.helpers.machine import Taking
from tests.helpers.person import PATIENCE_S, Person
from tests.helpers.world import World

#: What is promised.
WITHIN_S = 1.0


async def withdraw_all(world: World, admin: Person, listener: Person) -> Taking:
    """As an admin does it on a page; what follows takes its time from the moment the last one was answered."""
    base = f"http://127.0.0.1:{world.service.port}"
    async with httpx.AsyncClient(base_url=base, headers={"Cookie": admin.cookie or ""}, timeout=PATIENCE_S) as browser:
        everyone = (await browser.get("/api/admin/people")).json()["people"]
        held = next(one["clearances"] for one in everyone if one["person_id"] == listener.person_id)
        for clearance in held:
            if clearance["kind"] == "age_band":
                path = f"/api/admin/people/{listener.person_id}/clearances/{clearance['clearance_id']}"
                assert (await browser.delete(path)).status_code == 204
    return world.service.taking()


def offers_seen(person: Person) -> set[str]:
    return {push["offer_id"] for push in person.unseen if push["type"] == "offer_made"}


async def test_a_withdrawn_clearance_stops_offers_within_a_second(world: World) -> None:
    """An open chat, an open offer, and more people waiting: only the chat stays."""
    admin = await world.staff_signs_in("admin", languages=("qzz",))
    listener = await world.listener_is_available(capacity=2)
    talking = await world.seeker_arrives()
    chat_id = await world.they_meet(talking, listener)
    offered = await world.seeker_arrives()
    offer = await listener.sees_offer(request_id=offered.request_id)

    taking = await withdraw_all(world, admin, listener)
    gone = await listener.sees("offer_withdrawn", offer_id=offer["offer_id"])
    took_s = taking.seconds()
    print(f"offer withdrawn after {took_s * 1000:.0f} ms")
    assert gone["reason"] == "not_available"
    assert took_s < WITHIN_S
    assert await listener.wire.closes() == 4501

    before = offers_seen(listener)
    waiting = await world.seeker_arrives()
    await listener.comes()
    await listener.sees_no("offer_made", request_id=waiting.request_id)
    assert offers_seen(listener) == before
    await listener.says(chat_id, "still here")
    await world.everyone_agrees()

    # Somebody who may takes those who wait.
    other = await world.listener_is_available(capacity=2)
    await other.sees_offer(request_id=offered.request_id)


async def test_a_clearance_that_runs_out_stops_offers_within_a_second(world: World) -> None:
    listener = await world.listener_is_available()
    offered = await world.seeker_arrives()
    offer = await listener.sees_offer(request_id=offered.request_id)
    end_ms, taking = now_ms() + 1500, world.service.taking()
    await world.clears_until(listener, end_ms)
    gone = await listener.sees("offer_withdrawn", offer_id=offer["offer_id"])
    late_s = taking.seconds() - 1.5
    print(f"offer withdrawn {late_s * 1000:.0f} ms after the end")
    assert gone["reason"] == "not_available"
    assert now_ms() >= end_ms and late_s < WITHIN_S
    assert await listener.wire.closes() == 4501
    assert listener.person_id


async def test_no_offer_reaches_whoever_waits_for_one_after_the_end(world: World) -> None:
    """Nobody in line while it ends; who comes a second later is offered to nobody."""
    listener = await world.listener_is_available()
    end_ms, taking = now_ms() + 600, world.service.taking()
    await world.clears_until(listener, end_ms)
    assert await listener.wire.closes() == 4501
    assert now_ms() >= end_ms and taking.seconds() < 0.6 + WITHIN_S
    await listener.comes()
    seeker = await world.seeker_arrives()
    assert seeker.asked["place"] == 1
    await asyncio.sleep(0.5)
    assert not offers_seen(listener)


async def test_one_lost_topic_withdraws_only_what_it_was_needed_for(world: World) -> None:
    """Rights that become fewer leave the listener available for the rest."""
    admin = await world.staff_signs_in("admin", languages=("qzz",))
    listener = await world.listener_is_available()
    seeker = await world.seeker_arrives(topics=["suicide"])
    offer = await listener.sees_offer(request_id=seeker.request_id)
    base = f"http://127.0.0.1:{world.service.port}"
    async with httpx.AsyncClient(base_url=base, headers={"Cookie": admin.cookie or ""}, timeout=PATIENCE_S) as browser:
        everyone = (await browser.get("/api/admin/people")).json()["people"]
        held = next(one["clearances"] for one in everyone if one["person_id"] == listener.person_id)
        hard = next(one for one in held if one["value"] == "suicide")
        path = f"/api/admin/people/{listener.person_id}/clearances/{hard['clearance_id']}"
        assert (await browser.delete(path)).status_code == 204
    taking = world.service.taking()
    await listener.sees("offer_withdrawn", offer_id=offer["offer_id"])
    assert taking.seconds() < WITHIN_S
    other = await world.seeker_arrives(topics=["sleep"])
    await listener.sees_offer(request_id=other.request_id)


async def closes_account(world: World, person: Person) -> Taking:
    """As an admin does it on a page, or with `tealight accounts remove`."""
    async with world.database.write() as session:
        await change_person(session, person.person_id, is_active=False, by="the story", now_ms=now_ms())
    return world.service.taking()


@pytest.mark.parametrize("is_connected", [True, False])
async def test_a_closed_account_loses_its_chats_within_a_second(world: World, is_connected: bool) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await listener.says(chat_id, "what happened then?")
    other = await world.listener_is_available()
    # Somebody waits as well, and has waited for less.
    await other.becomes("paused")
    later = await world.seeker_arrives()
    if not is_connected:
        await listener.vanishes()
        await world.is_known_to_be_gone(listener)
    taking = await closes_account(world, listener)
    lost = await seeker.sees("participants_changed", chat_id=chat_id, reason="listener_lost")
    took_s = taking.seconds()
    print(f"chat taken off a closed account after {took_s * 1000:.0f} ms")
    assert took_s < WITHIN_S
    assert [one["role"] for one in lost["participants"]] == ["seeker"]
    if is_connected:
        assert await listener.wire.closes() == 4500
    await seeker.says(chat_id, "is anybody there?")

    await other.becomes("available", capacity=1)
    offer = await other.sees_offer(request_id=seeker.request_id)
    await other.accepts(offer)
    await seeker.is_connected()
    await other.sees("chat_opened", chat_id=chat_id)
    await other.says(chat_id, "yes, I am here and have read it")
    assert len(other.logs[chat_id].messages) >= 2
    await later.asks("leave_line", request_id=later.request_id)
