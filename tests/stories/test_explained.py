"""Why an offer went where it went, and how long it takes: told to supervisors, on the command line, and to anybody."""

import asyncio
import json
from typing import Any

import httpx
from typer.testing import CliRunner

from chat.accounts.pseudonyms import pseudonym
from chat.conversation.chat_ids import chat_id_of
from chat.conversation.facts_tables import ChatFactsRow
from routing.rules.waiting import STARTS_NEEDED
from tealight import routing_cli
from tests.helpers.person import PATIENCE_S, Listener, Seeker
from tests.helpers.world import World


async def asked_of_the_api(world: World, who: Listener, path: str) -> Any:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{world.service.port}", timeout=30) as browser:
        answer = await browser.get(path, headers={"cookie": who.cookie or ""})
        assert answer.status_code == 200, answer.text
        return answer.json()


async def explained(world: World, which: str) -> tuple[int, str, str]:
    """What `tealight routing explain` says, without a process of its own: an offer ends sooner than some start."""
    env = {**world.service.env, "PORT": str(world.service.port)}
    done = await asyncio.to_thread(CliRunner().invoke, routing_cli.app, ["explain", which], env=env)
    return done.exit_code, done.stdout, done.stderr


async def test_why_it_went_there_is_told_at_once_and_still_when_it_is_archived(world: World) -> None:
    first, second = await world.seeker_arrives(topics=["family"]), await world.seeker_arrives(topics=["grief"])
    listener = await world.listener_is_available(capacity=2)
    # Who is cleared for everything is trained in every topic: the earlier one goes first.
    offer = await listener.sees_offer(request_id=first.request_id)
    chat_id = offer["offer_id"].rpartition(".")[0]
    code, said, complaint = await explained(world, chat_id)
    assert (code, complaint) == (0, "")
    assert f"{pseudonym(first.person_id)} came at" in said
    assert "a listener got room" in said and "First in the only line with somebody waiting" in said
    assert "What became of it: still open." in said
    await listener.declines(offer)
    await listener.accepts(await listener.sees_offer(request_id=second.request_id))
    other_id = await second.is_connected()
    words = (await second.says(other_id, "nobody but you"))["text"]
    await second.asks("end_chat", chat_id=other_id)
    await listener.asks("finish_wrap_up", chat_id=other_id)
    await first.asks("leave_line", request_id=first.request_id)
    supervisor = await world.staff_signs_in("supervisor")
    path = f"/api/supervise/offers?language={world.language}&age_band=adult"
    for _ in range(300):
        offers = (await asked_of_the_api(world, supervisor, path))["offers"]
        if len(offers) == 2 and all(one["outcome"] for one in offers):
            break
        await asyncio.sleep(0.1)
    assert [(one["why"], one["outcome"]) for one in offers] == [
        ("others_kept_apart", "accepted"),
        ("only_line", "declined"),
    ], "he had declined the one before"
    assert {one["listener_id"] for one in offers} == {listener.person_id}
    assert offers[0]["seeker"] == pseudonym(second.person_id)
    assert offers[0]["overtook"] is None or offers[0]["overtook"]["language"] == world.language
    assert words not in json.dumps(offers) and first.person_id not in json.dumps(offers)
    assert (await asked_of_the_api(world, supervisor, f"{path}&chat_id={chat_id}"))["offers"] == [offers[1]]
    code, said, complaint = await asyncio.to_thread(world.service.command, "routing", "explain", offers[1]["offer_id"])
    assert code == 0, complaint
    assert "What became of it: declined." in said and "offer to" not in said.split("Offer ")[0]
    for unknown in ("cnobody", f"{chat_id}.9", "c b", "c1.x"):
        code, said, complaint = await explained(world, unknown)
        assert (code, said) == (1, "") and unknown in complaint and "Traceback" not in complaint


async def test_a_wait_that_was_announced_is_held_against_the_wait(world: World) -> None:
    seekers = [await world.seeker_arrives() for _ in range(STARTS_NEEDED)]
    assert {seeker.asked["wait_high_s"] for seeker in seekers} == {None}, "nothing is known yet"
    listeners = [await world.listener_is_available(capacity=4) for _ in range(3)]

    async def take(listener: Listener, turns: int) -> None:
        for _ in range(turns):
            await listener.accepts(await listener.sees_offer())

    await asyncio.gather(*[take(*pair) for pair in zip(listeners, (4, 4, 2), strict=True)])
    for seeker in seekers:
        await seeker.is_connected()
    for listener in listeners:
        await listener.becomes("paused")
    late = await world.seeker_arrives()
    assert (late.asked["is_anyone_there"], late.asked["wait_high_s"]) == (False, None), "nobody could come"
    await listeners[2].becomes("available", capacity=1)
    announced_s = await told_a_wait(late)
    status = json.loads(await asyncio.to_thread(fresh_status, world))
    [pool] = [p for p in status["pools"] if (p["language"], p["age_band"]) == (world.language, "adult")]
    assert status["is_seen"] and pool["is_open"] and is_rounded(pool["wait_high_s"]), "by now somebody waits"
    assert pool["is_anyone_there"] is True, "full, and there"
    chat_id = chat_id_of(late.person_id, "adult", late.request_id)
    async with asyncio.timeout(PATIENCE_S):
        while not world.number_from_the_engine(f"HEXISTS {{a:main}}:c:{chat_id} pm"):
            await asyncio.sleep(0.1)
    await listeners[2].becomes("available", capacity=4)
    await listeners[2].accepts(await listeners[2].sees_offer(request_id=late.request_id))
    assert await late.is_connected() == chat_id
    await late.asks("end_chat", chat_id=chat_id)
    for _ in range(300):
        async with world.database.read() as session:
            facts = await session.get(ChatFactsRow, chat_id)
        if facts is not None:
            break
        await asyncio.sleep(0.1)
    assert facts is not None and facts.wait_promised_s == announced_s
    assert facts.wait_ms is not None and facts.wait_ms < announced_s * 1000
    assert 'tealight_wait_promise_total{kept="yes"}' in await asyncio.to_thread(metrics_of, world)


async def told_a_wait(seeker: Seeker) -> int:
    """The upper end that is announced to somebody who was told nothing on arrival."""
    told = await seeker.sees("place_changed")
    while told["wait_high_s"] is None:
        told = await seeker.sees("place_changed")
    assert 0 <= told["wait_low_s"] < told["wait_high_s"] and is_rounded(told["wait_high_s"])
    return int(told["wait_high_s"])


def is_rounded(high_s: int) -> bool:
    """Upper ends are whole half minutes, never under one minute; how many depends on how busy the machine is."""
    return high_s >= 60 and high_s % 30 == 0


def fresh_status(world: World) -> str:
    """Read until it knows this story's pool: what was read is kept for ten seconds."""
    import time

    for _ in range(400):
        status, body = world.service.get("/api/status")
        assert status == 200
        pools = json.loads(body)["pools"]
        if any(p["language"] == world.language and p["wait_high_s"] for p in pools):
            return body
        time.sleep(0.1)
    raise AssertionError(f"the status never told of {world.language}: {body}")


def metrics_of(world: World) -> str:
    return world.service.get("/metrics")[1]
