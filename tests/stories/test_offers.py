"""One request held for one listener until it is answered or its time is over."""

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


async def test_whoever_comes_back_in_time_is_asked_and_confirms(world: World) -> None:
    seeker, listener, _ = await world.they_accept_who_is_away()
    await seeker.comes()
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
