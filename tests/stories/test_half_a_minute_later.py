"""What takes its time to be seen, all at the same time: deadlines, silence, heartbeats, who is lost and comes back."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Opcode
from websockets.typing import Subprotocol

from chat.accounts import people
from config.clock import now_ms
from tests.helpers.person import PATIENCE_S
from tests.helpers.service import CONFIRM_S, OFFER_S, WRAP_UP_S, Service
from tests.helpers.wire import JSON, Wire, WireClosed
from tests.helpers.world import World


@asynccontextmanager
async def a_world(service: Service) -> AsyncIterator[World]:
    here = await World(service).opens()
    try:
        yield here
    finally:
        await here.ends()


async def who_says_nothing_is_closed(world: World) -> None:
    taking, began = world.service.taking(), time.monotonic()
    wire = await Wire.open(world.service.url)
    await wire.closes()
    assert time.monotonic() - began >= 10 and taking.seconds() < 13, "hello must come within 10 s"
    assert all(frame["type"] == "refused" and frame["code"] == "hello_first" for frame in wire.frames)


class CountsPings(ClientConnection):
    """A client that notices the server's own pings."""

    pings = 0

    def process_event(self, event: object) -> None:
        if getattr(event, "opcode", None) is Opcode.PING:
            self.pings += 1
        super().process_event(event)  # type: ignore[arg-type]


async def a_quiet_connection_hears_a_heartbeat(world: World) -> None:
    async with connect(
        world.service.url,
        subprotocols=[Subprotocol(JSON.subprotocol)],
        create_connection=CountsPings,
        compression=None,
        proxy=None,
        ping_interval=None,
    ) as socket:
        await socket.send(JSON.pack({"type": "hello", "ref": "h"}))
        welcome = JSON.unpack(await socket.recv())
        assert JSON.unpack(await socket.recv())["type"] == "done"
        async with asyncio.timeout(welcome["heartbeat_s"] + PATIENCE_S):
            assert JSON.unpack(await socket.recv())["type"] == "heartbeat"
            assert isinstance(socket, CountsPings)
            while socket.pings < 1:
                await asyncio.sleep(0.1)


async def availability_survives_a_lost_connection(world: World) -> None:
    listener = await world.listener_is_available(capacity=2)
    await listener.vanishes()
    await asyncio.sleep(15)
    await listener.comes()
    snapshot = listener.welcome["snapshot"]
    assert (snapshot["availability"], snapshot["capacity"]) == ("available", 2)
    seeker = await world.seeker_arrives()
    await listener.sees_offer(request_id=seeker.request_id)


async def but_not_for_longer_than_half_a_minute(world: World) -> None:
    listener = await world.listener_is_available()
    await listener.vanishes()
    seeker = await world.seeker_arrives()
    assert seeker.asked["place"] == 1
    await world.is_known_to_be_gone(listener)
    await asyncio.sleep(32)
    await listener.comes()
    assert listener.welcome["snapshot"]["availability"] == "off_duty"
    await listener.sees_no("offer_made")
    await listener.becomes("available", capacity=1)
    await listener.sees_offer(request_id=seeker.request_id)


async def the_same_chat_goes_on_with_the_next_listener(world: World) -> None:
    seeker, lost, chat_id = await world.they_talk(first_words="hello")
    await lost.says(chat_id, "I am here")
    await seeker.says(chat_id, "good")
    await world.everyone_agrees()
    await lost.vanishes()
    lost.logs[chat_id].is_left = True
    await seeker.sees("presence_changed", person_id=lost.person_id, is_present=False)
    await seeker.says(chat_id, "where are you?")
    changed = await seeker.sees("request_changed", state="waiting", within_s=30 + PATIENCE_S)
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


async def who_lost_a_chat_to_the_next_listener_may_report_and_block(world: World) -> None:
    """In both age bands; the chat goes on with who has it now."""
    seeker, lost, chat_id = await world.they_talk()
    await lost.vanishes()
    lost.logs[chat_id].is_left = True
    await seeker.sees("request_changed", state="waiting", within_s=30 + PATIENCE_S)
    await seeker.says(chat_id, "is anybody there?")
    following = await world.listener_is_available()
    await world.they_meet(seeker, following)
    # Both of the first two mean each other: the seeker began to write before the next one came.
    await seeker.asks("report", chat_id=chat_id, reason="rude", block=True, about_id=lost.person_id)
    await following.says(chat_id, "you are not blocked, and neither am I")
    await lost.comes()
    await lost.asks("report", chat_id=chat_id, reason="abuse", block=True)
    await seeker.says(chat_id, "we go on")
    await seeker.asks("end_chat", chat_id=chat_id)
    await following.becomes("off_duty")
    await lost.becomes("available", capacity=1)
    for band in ("adult", "teen"):
        await seeker.asks_for_chat(world.language, age_band=band)
        assert seeker.asked["is_anyone_there"] is False, "who is there has blocked them"
        await lost.sees_no("offer_made", for_s=0.6)
        await seeker.asks("leave_line", request_id=seeker.request_id)


async def who_was_lost_in_a_chat_is_blocked_and_not_who_comes_next(world: World) -> None:
    seeker, lost, chat_id = await world.they_talk()
    await lost.vanishes()
    await seeker.sees("request_changed", state="waiting", within_s=30 + PATIENCE_S)
    following = await world.listener_is_available()
    await following.sees_offer(request_id=seeker.request_id)
    await seeker.asks("report", chat_id=chat_id, reason="rude", block=True)
    await following.sees("offer_withdrawn", reason="seeker_left")
    await following.becomes("off_duty")
    await lost.comes()
    await lost.becomes("available", capacity=1)
    for band in ("adult", "teen"):
        await seeker.asks_for_chat(world.language, age_band=band)
        assert seeker.asked["is_anyone_there"] is False, "who is there is blocked"
        await lost.sees_no("offer_made", for_s=0.6)
        await seeker.asks("leave_line", request_id=seeker.request_id)
    await following.becomes("available", capacity=1)
    await seeker.asks_for_chat(world.language)
    await following.sees_offer(request_id=seeker.request_id)


async def a_seeker_who_sleeps_keeps_the_chat(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await seeker.vanishes()
    await listener.says(chat_id, "take your time")
    await asyncio.sleep(31)
    await seeker.comes()
    assert seeker.logs[chat_id].seq == 1
    await seeker.says(chat_id, "I fell asleep")
    await world.everyone_agrees()


async def a_seeker_who_is_away_is_parked_and_comes_back_to_the_same_place(world: World) -> None:
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


async def who_was_quiet_for_long_is_asked_whether_they_are_here(world: World) -> None:
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


async def an_offer_ends_at_its_deadline_and_two_missed_ones_pause(world: World) -> None:
    sleepy = await world.listener_is_available()
    seeker = await world.seeker_arrives()
    tab = await world.same_person(sleepy)
    offer = await sleepy.sees_offer(request_id=seeker.request_id)
    assert 0 < offer["deadline_ms"] - time.time() * 1000 <= OFFER_S * 1000, "there is time to answer"
    assert (await seeker.sees("request_changed", state="offered"))["request_id"] == seeker.request_id
    assert tab.welcome["snapshot"]["offer"]["offer_id"] == offer["offer_id"]

    withdrawn = await sleepy.sees("offer_withdrawn", offer_id=offer["offer_id"], within_s=OFFER_S + PATIENCE_S)
    assert withdrawn["reason"] == "expired"
    assert time.time() * 1000 >= offer["deadline_ms"]
    await tab.sees("offer_withdrawn", offer_id=offer["offer_id"])
    await sleepy.is_refused("offer_gone", "answer_offer", offer_id=offer["offer_id"], accept=True)

    again = await sleepy.sees_offer(request_id=seeker.request_id)
    await sleepy.sees("offer_withdrawn", offer_id=again["offer_id"], within_s=OFFER_S + PATIENCE_S)
    paused = await sleepy.sees("availability_changed", availability="paused")
    assert paused["reason"]
    waiting = await seeker.sees("request_changed", state="waiting")
    assert waiting["request_id"] == seeker.request_id
    await sleepy.sees_no("offer_made")
    await sleepy.becomes("available", capacity=1)
    await sleepy.sees_offer(request_id=seeker.request_id)


async def a_missed_offer_goes_to_another_listener(world: World) -> None:
    sleepy, awake = await world.listener_is_available(), await world.listener_is_available()
    seeker = await world.seeker_arrives(prefer_listener=sleepy.person_id)
    await sleepy.sees_offer(request_id=seeker.request_id)
    offer = await awake.sees_offer(request_id=seeker.request_id, within_s=OFFER_S + PATIENCE_S)
    assert offer["waited_s"] >= int(OFFER_S) - 1
    await awake.accepts(offer)
    await seeker.is_connected()


async def who_is_away_when_the_listener_comes_is_parked(world: World) -> None:
    """The chat of somebody who acted a moment ago opens at once; of somebody who is away it waits for them."""
    seeker, listener, offer = await world.they_accept_who_is_away()
    withdrawn = await listener.sees("offer_withdrawn", offer_id=offer["offer_id"], within_s=CONFIRM_S + PATIENCE_S)
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


async def a_wrap_up_ends_by_itself(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await listener.is_refused("no_wrap_up", "finish_wrap_up", chat_id=chat_id)
    await seeker.asks("end_chat", chat_id=chat_id)
    await listener.sees("chat_ended", chat_id=chat_id)
    other = await world.seeker_arrives()
    await listener.sees_no("offer_made", for_s=WRAP_UP_S / 2)
    await listener.sees_offer(request_id=other.request_id, within_s=WRAP_UP_S + PATIENCE_S)


async def a_line_has_places(world: World) -> None:
    seekers = [await world.seeker_arrives() for _ in range(4)]
    assert [seeker.asked["place"] for seeker in seekers] == [1, 2, 3, 4]
    assert all("wait_low_s" in s.asked and "wait_high_s" in s.asked for s in seekers)
    teen = await world.seeker_arrives(age_band="teen")
    assert teen.asked["place"] == 1, "teens have a line of their own"

    await seekers[1].asks("leave_line", request_id=seekers[1].request_id)
    ended = await seekers[1].sees("request_changed", state="ended")
    assert ended["reason"]
    moved = await asyncio.gather(seekers[2].sees("place_changed", place=2), seekers[3].sees("place_changed", place=3))
    assert all("wait_low_s" in push and "wait_high_s" in push for push in moved)


async def who_loses_the_clearance_while_away_gets_no_more_offers(world: World) -> None:
    listener = await world.listener_is_available()
    await listener.vanishes()
    code, _, complaint = await asyncio.to_thread(world.service.command, "accounts", "withdraw", listener.name)
    assert code == 0, complaint
    await asyncio.sleep(10)  # a second is promised
    seeker = await world.seeker_arrives()
    with contextlib.suppress(WireClosed):
        await listener.comes()
        await listener.sees_no("offer_made", for_s=1.0)
    assert not [push for push in listener.unseen if push["type"] == "offer_made"]
    assert seeker.asked["place"] == 1


async def who_no_longer_speaks_the_language_is_not_asked(world: World) -> None:
    listener = await world.listener_is_available()
    async with world.database.write() as session:
        await people.change_person(session, listener.person_id, by="the story", now_ms=now_ms(), languages=["qzz"])
    await asyncio.sleep(10)  # processes look at the staff every second or two
    seeker = await world.seeker_arrives()
    assert seeker.asked["place"] == 1
    await listener.sees_no("offer_made")


STORIES = (
    who_says_nothing_is_closed,
    a_quiet_connection_hears_a_heartbeat,
    availability_survives_a_lost_connection,
    but_not_for_longer_than_half_a_minute,
    the_same_chat_goes_on_with_the_next_listener,
    who_was_lost_in_a_chat_is_blocked_and_not_who_comes_next,
    who_lost_a_chat_to_the_next_listener_may_report_and_block,
    a_seeker_who_sleeps_keeps_the_chat,
    a_seeker_who_is_away_is_parked_and_comes_back_to_the_same_place,
    who_was_quiet_for_long_is_asked_whether_they_are_here,
    an_offer_ends_at_its_deadline_and_two_missed_ones_pause,
    a_missed_offer_goes_to_another_listener,
    who_is_away_when_the_listener_comes_is_parked,
    a_wrap_up_ends_by_itself,
    a_line_has_places,
    who_loses_the_clearance_while_away_gets_no_more_offers,
    who_no_longer_speaks_the_language_is_not_asked,
)


async def test_half_a_minute_later(service: Service) -> None:
    """All at the same time, each in a world of its own."""

    async def tell(story: Callable[[World], Awaitable[None]]) -> None:
        async with a_world(service) as world:
            await story(world)

    async with asyncio.TaskGroup() as stories:
        for story in STORIES:
            stories.create_task(tell(story), name=story.__name__)
