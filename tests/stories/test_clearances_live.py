"""A clearance that is gone is gone for those at work, too: no offer from one second on, and open chats go on."""

import asyncio

import httpx

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
