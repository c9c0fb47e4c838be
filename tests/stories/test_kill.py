"""Any process may be killed at any moment: what was answered `done` is there, once, in its order."""

import asyncio

from tests.helpers.person import PATIENCE_S, Listener, Seeker
from tests.helpers.service import OFFER_S, until
from tests.helpers.world import World

CHATS = 4
MESSAGES = 40
PAUSE_S = 0.03


async def lively_chats(world: World) -> list[tuple[Seeker, Listener, str]]:
    """Chats whose people come back whenever they are cut off."""
    chats = [await world.they_talk() for _ in range(CHATS)]
    for seeker, listener, _ in chats:
        seeker.keeps_coming_back()
        listener.keeps_coming_back()
    return chats


async def talk(person: Seeker | Listener, chat_id: str, count: int = MESSAGES) -> None:
    for number in range(count):
        await person.says(chat_id, f"{number}")
        await asyncio.sleep(PAUSE_S)


async def keep_talking_while(world: World, kill: list[tuple[float, str]]) -> list[tuple[Seeker, Listener, str]]:
    """All talk; at the given moments a process of that name is killed. Then everyone must agree."""
    chats = await lively_chats(world)
    talking = asyncio.gather(
        *[talk(person, chat_id) for seeker, listener, chat_id in chats for person in (seeker, listener)]
    )
    for after_s, name in kill:
        await asyncio.sleep(after_s)
        await asyncio.to_thread(_kill, world, name)
    await asyncio.wait_for(talking, 100)
    await world.everyone_agrees()
    for seeker, listener, chat_id in chats:
        assert seeker.logs[chat_id].seq == listener.logs[chat_id].seq == 2 * MESSAGES
    return chats


def _kill(world: World, name: str) -> None:
    service = world.service
    until(lambda: bool(service.children(name)))
    count = len(service.children(name))
    taking = service.taking()
    killed = service.kill(name)
    until(lambda: killed not in service.children(name) and len(service.children(name)) == count)
    assert taking.seconds() < 2.5, "what dies is started again within 2 s"


async def test_a_web_process_is_killed_in_the_middle_of_lively_chats(world: World) -> None:
    chats = await keep_talking_while(world, [(0.5, "web"), (0.6, "web")])
    assert any(person.comings > 1 for chat in chats for person in chat[:2]), "nobody was cut off"


async def test_the_engine_is_killed_while_messages_flow(world: World) -> None:
    await keep_talking_while(world, [(0.5, "valkey"), (1.0, "valkey")])


async def test_everything_is_killed_one_after_the_other(world: World) -> None:
    await keep_talking_while(world, [(0.3, "router"), (0.1, "web"), (0.2, "valkey"), (0.2, "archiver"), (0.3, "web")])


async def test_a_killed_router_delays_no_deadline(world: World) -> None:
    sleepy, awake = await world.listener_is_available(), await world.listener_is_available()
    seeker = await world.seeker_arrives(prefer_listener=sleepy.person_id)
    offer = await sleepy.sees_offer(request_id=seeker.request_id)

    async def kills() -> None:
        for _ in range(3):
            await asyncio.to_thread(_kill, world, "router")

    killing = asyncio.create_task(kills())
    withdrawn = await sleepy.sees("offer_withdrawn", offer_id=offer["offer_id"], within_s=OFFER_S + PATIENCE_S)
    assert withdrawn["reason"] == "expired"
    again = await awake.sees_offer(request_id=seeker.request_id)
    if again["deadline_ms"] < offer["deadline_ms"]:
        # A listener who came this moment may not be known as free in both shards yet: then the first offer went past.
        again = await awake.sees_offer(request_id=seeker.request_id)
    await awake.accepts(again)
    await seeker.is_connected()
    await killing


async def test_nobody_in_line_is_forgotten_when_processes_die(world: World) -> None:
    """Those who wait come back by themselves and are served in the order in which they came."""
    seekers = [await world.seeker_arrives() for _ in range(6)]
    for seeker in seekers:
        seeker.keeps_coming_back()
    for name in ("web", "valkey", "web"):
        await asyncio.to_thread(_kill, world, name)
        await asyncio.sleep(0.3)
    listener = await world.listener_is_available(capacity=1)
    listener.keeps_coming_back()
    served = []
    for _ in seekers:
        offer = await listener.sees_offer()
        served.append(offer["request_id"])
        await listener.accepts(offer)
        seeker = next(s for s in seekers if s.request_id == offer["request_id"])
        if seeker.person_id and not [p for p in seeker.unseen if p["type"] == "chat_opened"]:
            await seeker.tells("confirm_here", request_id=seeker.request_id)
        chat_id = await seeker.is_connected()
        await seeker.does("end_chat", chat_id=chat_id)
        await listener.sees("chat_ended", chat_id=chat_id)
        await listener.does("finish_wrap_up", chat_id=chat_id)
    assert served == [seeker.request_id for seeker in seekers]
