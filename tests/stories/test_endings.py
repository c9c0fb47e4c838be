"""How chats end, and what is still possible afterwards."""

import asyncio

import httpx

from config.clock import now_ms
from tests.helpers.wire import Wire
from tests.helpers.world import World


async def test_either_side_ends_a_chat(world: World) -> None:
    for who in ("seeker", "listener"):
        seeker, listener, chat_id = await world.they_talk()
        tab, phone = await world.same_person(seeker), await world.same_person(listener)
        ending = seeker if who == "seeker" else listener
        await ending.asks("end_chat", chat_id=chat_id, reason="had_to_go")
        for person in (seeker, tab, listener, phone):
            ended = await person.sees("chat_ended", chat_id=chat_id)
            assert (ended["by"], ended["reason"]) == (who, "had_to_go")
            is_staff = person.role == "listener"
            assert (ended.get("wrap_up_until_ms") is not None) == is_staff
        await seeker.sees("request_changed", state="ended")
        await ending.asks("end_chat", chat_id=chat_id)  # a repeat
        other = listener if ending is seeker else seeker
        await other.asks("end_chat", chat_id=chat_id)
        await other.is_refused("chat_ended", "send_message", chat_id=chat_id, message_id="m", text="t")


async def test_feedback_and_report_are_taken_after_the_end(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await seeker.asks("end_chat", chat_id=chat_id)
    comment = seeker.types("that helped")
    for _ in range(2):
        await seeker.asks("give_feedback", chat_id=chat_id, rating=5, distress=2, comment=comment)
        await seeker.asks("report", chat_id=chat_id, reason="other", comment=seeker.types("why"), block=False)
        await listener.asks("report", chat_id=chat_id, reason="spam", block=False)
    await listener.is_refused("not_allowed", "give_feedback", chat_id=chat_id, rating=1)
    await seeker.is_refused("bad_text", "report", chat_id=chat_id, reason="other", comment="nul \0", block=False)
    await seeker.is_refused("bad_text", "give_feedback", chat_id=chat_id, rating=3, comment="nul \0")
    await seeker.is_refused("bad_frame", "report", chat_id=chat_id, reason="nul \0", block=False)
    await seeker.is_refused("bad_frame", "give_feedback", chat_id=chat_id, rating=0)
    tab = await world.same_person(seeker)
    await tab.asks("give_feedback", chat_id=chat_id, rating=4)


async def test_a_report_alone_leaves_the_chat_open(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await listener.asks("report", chat_id=chat_id, reason="worried", block=False)
    await seeker.says(chat_id, "go on")
    await world.everyone_agrees()
    await seeker.asks("report", chat_id=chat_id, reason="rude", block=True)
    ended = await listener.sees("chat_ended", chat_id=chat_id)
    assert ended["by"] == "seeker"


async def test_a_listener_who_blocks_a_seeker_is_not_offered_them_again(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await listener.asks("report", chat_id=chat_id, reason="abuse", block=True)
    ended = await seeker.sees("chat_ended", chat_id=chat_id)
    assert ended["by"] == "listener"
    await listener.asks("finish_wrap_up", chat_id=chat_id)
    for band in ("adult", "teen"):
        await seeker.asks_for_chat(world.language, age_band=band)
        await listener.sees_no("offer_made", for_s=0.6)
        await seeker.asks("leave_line", request_id=seeker.request_id)
    await seeker.asks_for_chat(world.language)
    friendly = await world.listener_is_available()
    await friendly.sees_offer(request_id=seeker.request_id)
    stranger = await world.seeker_arrives()
    await listener.sees_offer(request_id=stranger.request_id)


async def test_leaving_the_line_when_the_chat_is_open_ends_it(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await seeker.asks("leave_line", request_id=seeker.request_id)
    await listener.sees("chat_ended", chat_id=chat_id)


async def test_after_the_end_another_chat_begins(world: World) -> None:
    listener = await world.listener_is_available(capacity=4)
    seeker = await world.visitor()
    chats = []
    for number in range(3):
        await seeker.asks_for_chat(world.language)
        chat_id = await world.they_meet(seeker, listener)
        await seeker.says(chat_id, f"chat {number}")
        await seeker.asks("end_chat", chat_id=chat_id)
        chats.append(chat_id)
    assert len(set(chats)) == 3
    await world.everyone_agrees()
    assert all(log.seq == 1 for log in seeker.logs.values())


async def test_signed_out_everywhere_is_out_at_once(world: World) -> None:
    listener = await world.listener_is_available()
    phone = await world.same_person(listener)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{world.service.port}", timeout=20) as browser:
        answer = await browser.post(
            "/api/sign-out", json={"everywhere": True}, headers={"Cookie": listener.cookie or ""}
        )
        assert answer.status_code == 204, answer.text
    codes = await asyncio.gather(listener.wire.closes(), phone.wire.closes())
    assert codes == [4500, 4500]
    again = await Wire.open(world.service.url, cookie=listener.cookie)
    assert (await again.ask("hello"))["type"] == "done"
    assert again.frames[0]["role"] == "seeker", "the cookie is worth nothing any more"
    await again.close()


async def test_who_loses_the_clearance_gets_no_more_offers(world: World) -> None:
    listener = await world.listener_is_available(capacity=2)
    seeker = await world.seeker_arrives()
    chat_id = await world.they_meet(seeker, listener)
    code, _, complaint = await asyncio.to_thread(
        world.service.command, "accounts", "withdraw", listener.name, "--reason", "a story"
    )
    assert code == 0, complaint
    assert await listener.wire.closes() == 4501
    assert "chat_ended" not in [push["type"] for push in seeker.unseen], "the chat that is open goes on"
    other = await world.seeker_arrives()
    await listener.comes()
    await listener.is_refused("no_clearance", "set_availability", availability="available", capacity=1)
    await listener.is_refused("no_clearance", "take_next")
    await listener.sees_no("offer_made", request_id=other.request_id)
    assert other.asked["place"] == 1
    await listener.says(chat_id, "still here")
    await world.everyone_agrees()


async def test_a_clearance_that_runs_out_ends_the_offers(world: World) -> None:
    listener = await world.listener_is_available()
    await world.clears_until(listener, now_ms() + 1000)
    assert await listener.wire.closes() == 4501
    await world.seeker_arrives()
    assert not [push for push in listener.unseen if push["type"] == "offer_made"]
