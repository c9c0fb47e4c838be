"""What needs half a minute to be seen, all at the same time: silence, heartbeats, who is lost and who comes back."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Opcode
from websockets.typing import Subprotocol

from tests.helpers.service import Service
from tests.helpers.wire import JSON, Wire
from tests.helpers.world import World


@asynccontextmanager
async def a_world(service: Service) -> AsyncIterator[World]:
    here = await World(service).opens()
    try:
        yield here
    finally:
        await here.ends()


async def who_says_nothing_is_closed(service: Service) -> None:
    wire = await Wire.open(service.url)
    began = time.monotonic()
    await wire.closes(within_s=15)
    assert 9 < time.monotonic() - began < 13, "hello must come within 10 s"
    assert all(frame["type"] == "refused" and frame["code"] == "hello_first" for frame in wire.frames)


class CountsPings(ClientConnection):
    """A client that notices the server's own pings."""

    pings = 0

    def process_event(self, event: object) -> None:
        if getattr(event, "opcode", None) is Opcode.PING:
            self.pings += 1
        super().process_event(event)  # type: ignore[arg-type]


async def a_quiet_connection_hears_a_heartbeat(service: Service) -> None:
    async with connect(
        service.url,
        subprotocols=[Subprotocol(JSON.subprotocol)],
        create_connection=CountsPings,
        compression=None,
        proxy=None,
        ping_interval=None,
    ) as socket:
        await socket.send(JSON.pack({"type": "hello", "ref": "h"}))
        welcome = JSON.unpack(await socket.recv())
        assert JSON.unpack(await socket.recv())["type"] == "done"
        async with asyncio.timeout(welcome["heartbeat_s"] + 3):
            assert JSON.unpack(await socket.recv())["type"] == "heartbeat"
        await asyncio.sleep(2)
        assert isinstance(socket, CountsPings)
        assert socket.pings >= 1


async def availability_survives_a_lost_connection(service: Service) -> None:
    async with a_world(service) as world:
        listener = await world.listener_is_available(capacity=2)
        await listener.vanishes()
        await asyncio.sleep(20)
        await listener.comes()
        snapshot = listener.welcome["snapshot"]
        assert (snapshot["availability"], snapshot["capacity"]) == ("available", 2)
        seeker = await world.seeker_arrives()
        await listener.sees_offer(request_id=seeker.request_id)


async def but_not_for_longer_than_half_a_minute(service: Service) -> None:
    async with a_world(service) as world:
        listener = await world.listener_is_available()
        await listener.vanishes()
        seeker = await world.seeker_arrives()
        assert seeker.asked["place"] == 1
        await asyncio.sleep(32)
        await listener.comes()
        assert listener.welcome["snapshot"]["availability"] == "off_duty"
        await listener.sees_no("offer_made")
        await listener.becomes("available", capacity=1)
        await listener.sees_offer(request_id=seeker.request_id)


async def the_same_chat_goes_on_with_the_next_listener(service: Service) -> None:
    async with a_world(service) as world:
        seeker, lost, chat_id = await world.they_talk(first_words="hello")
        await lost.says(chat_id, "I am here")
        await seeker.says(chat_id, "good")
        await world.everyone_agrees()
        await lost.vanishes()
        lost.logs[chat_id].is_left = True
        await seeker.sees("presence_changed", person_id=lost.person_id, is_present=False)
        await seeker.says(chat_id, "where are you?")
        changed = await seeker.sees("request_changed", state="waiting", within_s=36)
        assert changed["reason"], "nobody is forgotten in silence"
        await seeker.says(chat_id, "is anybody there?")

        following = await world.listener_is_available()
        offer = await following.sees_offer(request_id=seeker.request_id)
        await following.accepts(offer)
        opened = await following.sees("chat_opened", chat_id=chat_id)
        assert {p["person_id"] for p in opened["participants"]} == {seeker.person_id, following.person_id}
        await following.says(chat_id, "I am here now")
        await seeker.says(chat_id, "thank you")
        await world.everyone_agrees()
        assert following.logs[chat_id].seq == 7
        shown = {
            p["person_id"]
            for push in seeker.unseen
            if push["type"] in ("participants_changed", "chat_opened")
            for p in push["participants"]
        }
        assert following.person_id in shown

        await lost.comes()
        assert lost.welcome["snapshot"]["availability"] == "off_duty"
        reply = await lost.wire.ask("send_message", chat_id=chat_id, message_id="late", text="sorry")
        assert (reply["type"], reply["code"]) == ("refused", "not_participant")
        tab = await world.same_person(seeker)
        assert tab.logs[chat_id].words == seeker.logs[chat_id].words


async def a_seeker_who_sleeps_keeps_the_chat(service: Service) -> None:
    async with a_world(service) as world:
        seeker, listener, chat_id = await world.they_talk()
        await seeker.vanishes()
        await listener.says(chat_id, "take your time")
        await asyncio.sleep(31)
        await seeker.comes()
        assert seeker.logs[chat_id].seq == 1
        await seeker.says(chat_id, "I fell asleep")
        await world.everyone_agrees()


async def a_seeker_who_is_away_is_parked_and_comes_back_to_the_same_place(service: Service) -> None:
    async with a_world(service) as world:
        first, second = await world.seeker_arrives(), await world.seeker_arrives()
        await first.vanishes()
        await asyncio.sleep(12)
        await first.comes()
        assert first.welcome["snapshot"]["request"]["request_id"] == first.request_id
        listener = await world.listener_is_available()
        offer = await listener.sees_offer()
        assert offer["request_id"] == first.request_id
        await listener.declines(offer)
        await listener.sees_offer(request_id=second.request_id)


async def who_was_quiet_for_long_is_asked_whether_they_are_here(service: Service) -> None:
    async with a_world(service) as world:
        seeker = await world.seeker_arrives()
        await asyncio.sleep(31)
        listener = await world.listener_is_available()
        offer = await listener.sees_offer(request_id=seeker.request_id)
        await listener.accepts(offer)
        wanted = await seeker.sees("confirm_wanted", request_id=seeker.request_id)
        assert wanted["deadline_ms"] > time.time() * 1000 - 1000
        withdrawn = await listener.sees("offer_withdrawn", offer_id=offer["offer_id"])
        assert withdrawn["reason"] == "seeker_away"
        await seeker.sees("request_changed", state="parked")
        await seeker.tells("confirm_here", request_id=seeker.request_id)
        await seeker.sees("request_changed", state="offered")
        await listener.accepts(await listener.sees_offer(request_id=seeker.request_id))
        await seeker.is_connected()


async def test_half_a_minute_later(service: Service) -> None:
    async with asyncio.TaskGroup() as stories:
        for story in (
            who_says_nothing_is_closed,
            a_quiet_connection_hears_a_heartbeat,
            availability_survives_a_lost_connection,
            but_not_for_longer_than_half_a_minute,
            the_same_chat_goes_on_with_the_next_listener,
            a_seeker_who_sleeps_keeps_the_chat,
            a_seeker_who_is_away_is_parked_and_comes_back_to_the_same_place,
            who_was_quiet_for_long_is_asked_whether_they_are_here,
        ):
            stories.create_task(story(service), name=story.__name__)
