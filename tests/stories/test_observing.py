"""A supervisor is near in the first chats of a new listener: reads along, whispers, and everybody knows."""

import asyncio
import uuid

from sqlalchemy import select

from chat.accounts import people
from chat.accounts.tables import AuditRow
from chat.conversation.facts_tables import ChatFactsRow
from config.clock import now_ms
from listener_training.review.rubric import shipped_rules
from tests.helpers.service import until
from tests.helpers.world import World
from tests.stories.observing import asks_http, attaches, ever_told, supervisor_of, thread, whispers


async def test_the_words_so_far_then_the_live_ones_and_none_after(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk(first_words=world.stranger().types("nobody calls"))
    await listener.says(chat_id, "that sounds lonely")
    supervisor = await supervisor_of(world)
    plain_tab = await world.same_person(supervisor)
    assert chat_id not in ever_told(supervisor), "attached to nobody"
    assert await attaches(supervisor, chat_id) == (204, "")
    assert await attaches(supervisor, chat_id) == (204, ""), "a repeat"
    began = await supervisor.sees("observing_began", chat_id=chat_id)
    assert sorted(one["role"] for one in began["participants"]) == ["listener", "seeker"]
    name = supervisor.welcome["name"]
    assert (await listener.sees("observed_changed", chat_id=chat_id, is_observed=True))["observer"] == name
    assert (await seeker.sees("observed_changed", chat_id=chat_id, is_observed=True))["observer"] is None
    for number in range(5):
        await seeker.says(chat_id, f"{number}")
        await listener.says(chat_id, f"and {number}")
    await world.everyone_agrees()
    assert supervisor.logs[chat_id].seq == listener.logs[chat_id].seq == 12
    again = await world.same_person(seeker)
    assert again.welcome["snapshot"]["chats"][0]["is_observed"] is True
    assert name not in ever_told(again) and name not in ever_told(seeker)

    for kind, fields in (
        ("send_message", {"message_id": "m1", "text": "let me"}),
        ("end_chat", {}),
        ("report", {"reason": "rude", "block": True}),
        ("finish_wrap_up", {"note": "hm"}),
    ):
        await supervisor.is_refused("no_such_chat", kind, chat_id=chat_id, **fields)

    assert await attaches(supervisor, chat_id, "DELETE") == (204, "")
    await supervisor.sees("observing_ended", chat_id=chat_id)
    assert (await listener.sees("observed_changed", chat_id=chat_id, is_observed=False))["observer"] is None
    await seeker.sees("observed_changed", chat_id=chat_id, is_observed=False)
    last = await seeker.says(chat_id, "still here?")
    await listener.has_heard(last["text"], chat_id)
    await supervisor.asks("watch_load")  # an answer: whatever was sent before has come
    assert last["text"] not in ever_told(supervisor)
    assert [f["type"] for f in plain_tab.wire.frames if f.get("chat_id") == chat_id] == [], "it did not ask for this"
    async with world.database.read() as session:
        acts = await session.execute(select(AuditRow.by, AuditRow.act).where(AuditRow.about == chat_id))
        assert acts.all() == [(supervisor.person_id, "observe_chat"), (supervisor.person_id, "stop_observing")]


async def test_who_may_not(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    supervisor, second = await supervisor_of(world), await supervisor_of(world)
    uncleared = await supervisor_of(world, is_cleared=False)
    assert await attaches(uncleared, chat_id) == (403, "no_clearance")
    assert await attaches(listener, chat_id) == (403, "not_allowed")
    assert await attaches(supervisor, "c-none") == (404, "no_such_chat")
    assert await attaches(supervisor, chat_id) == (204, "")
    await supervisor.sees("observing_began", chat_id=chat_id)
    assert await attaches(second, chat_id) == (409, "already_observed")
    words = world.stranger().types("ask how they slept")
    assert await whispers(second, chat_id, words) == (404, "no_such_chat")
    assert (await asks_http(second, "GET", f"/api/chats/{chat_id}/whispers")).status_code == 404
    await seeker.says(chat_id, "hello")
    await world.everyone_agrees()
    await second.asks("watch_load")
    assert chat_id not in ever_told(second)
    async with world.database.write() as session:
        session.add_all(chat_that_ended(world, listener.person_id) for _ in range(shipped_rules().first_chats))
    assert await attaches(supervisor, chat_id, "DELETE") == (204, "")
    assert await attaches(supervisor, chat_id) == (409, "not_first_chats")


def chat_that_ended(world: World, listener_id: str) -> ChatFactsRow:
    return ChatFactsRow(
        chat_id=f"c-{uuid.uuid4()}",
        language=world.language,
        age_band="adult",
        topics=[],
        arrived_at_ms=1,
        opened_at_ms=2,
        ended_at_ms=now_ms(),
        ended_by="seeker",
        end_reason="ended",
        listener_id=listener_id,
        offers=1,
        messages_seeker=1,
        messages_listener=1,
    )


async def test_whispers_go_between_the_two_and_never_to_the_seeker(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    ask, thanks = seeker.types("ask what happened"), seeker.types("thank you, I will")
    assert await whispers(listener, chat_id, thanks) == (409, "nobody_attached")
    supervisor = await supervisor_of(world)
    assert await attaches(supervisor, chat_id) == (204, "")
    await supervisor.sees("observing_began", chat_id=chat_id)
    assert await whispers(supervisor, chat_id, ask, "w1") == (204, "")
    await listener.sees("whispers_changed", chat_id=chat_id, whispers=1)
    assert await whispers(supervisor, chat_id, ask, "w1") == (204, ""), "a repeat"
    assert await whispers(supervisor, chat_id, thanks, "w1") == (409, "whisper_id_reused")
    assert await whispers(supervisor, chat_id, "", "w2") == (422, "bad_words")
    assert await whispers(listener, chat_id, thanks, "w1") == (204, ""), "ids are each writer's own"
    await supervisor.sees("whispers_changed", chat_id=chat_id, whispers=2)
    assert await thread(listener, chat_id) == [(False, ask), (True, thanks)]
    assert await thread(supervisor, chat_id) == [(True, ask), (False, thanks)]
    again = await world.same_person(listener)
    assert again.welcome["snapshot"]["chats"][0]["whispers"] == 2
    await listener.says(chat_id, "what happened?")
    await world.everyone_agrees()
    told = ever_told(seeker) + ever_told(await world.same_person(seeker))
    assert ask not in told and thanks not in told and '"whispers": 2' not in told
    # Not in clear in the database either.
    async with world.database.read() as session:
        raw = (await session.connection()).exec_driver_sql
        kept = (await raw("SELECT sealed FROM whispers WHERE chat_id = ?", (chat_id,))).scalars().all()
    assert len(kept) == 2 and not any(ask.encode() in one for one in kept)

    await seeker.asks("end_chat", chat_id=chat_id)
    await supervisor.sees("observing_ended", chat_id=chat_id)
    await listener.sees("chat_ended", chat_id=chat_id)
    assert len(await thread(listener, chat_id)) == 2, "while the chat is on their desk"
    assert (await asks_http(supervisor, "GET", f"/api/chats/{chat_id}/whispers")).status_code == 404
    assert await whispers(supervisor, chat_id, ask, "w1") == (204, ""), "a repeat of what had its effect"
    assert await whispers(listener, chat_id, ask) == (409, "nobody_attached")


async def test_who_comes_back_has_all_of_it_also_after_a_kill(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    supervisor = await supervisor_of(world)
    assert await attaches(supervisor, chat_id) == (204, "")
    await supervisor.sees("observing_began", chat_id=chat_id)
    await supervisor.vanishes()
    for number in range(3):
        await seeker.says(chat_id, f"{number}")
    await supervisor.comes()
    assert supervisor.logs[chat_id].seq == 3
    for person in (seeker, listener, supervisor):
        person.keeps_coming_back()

    async def talk() -> None:
        for number in range(20):
            await seeker.says(chat_id, f"on and on {number}")
            await listener.says(chat_id, f"yes {number}")
            await asyncio.sleep(0.02)

    talking = asyncio.create_task(talk())
    await asyncio.to_thread(kill_a_web, world)
    await asyncio.wait_for(talking, 100)
    await world.everyone_agrees()
    assert supervisor.logs[chat_id].seq == 43
    await supervisor._is_greeted.wait()
    (observed,) = supervisor.welcome["snapshot"]["observed"]
    assert observed["chat_id"] == chat_id


def kill_a_web(world: World) -> None:
    until(lambda: len(world.service.children("web")) == 2)
    killed = world.service.kill("web")
    until(lambda: killed not in world.service.children("web") and len(world.service.children("web")) == 2)


async def test_who_is_a_supervisor_no_more_reads_nothing_more(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    supervisor = await supervisor_of(world)
    assert await attaches(supervisor, chat_id) == (204, "")
    await supervisor.sees("observing_began", chat_id=chat_id)
    await listener.sees("observed_changed", is_observed=True)
    async with world.database.write() as session:
        await people.change_person(session, supervisor.person_id, by="the story", now_ms=now_ms(), role="listener")
    await listener.sees("observed_changed", chat_id=chat_id, is_observed=False)
    assert await supervisor.wire.closes() == 4500
    back = await world.same_person(await world.signed_in(supervisor.name), observes=True)
    assert back.welcome["role"] == "listener" and back.welcome["snapshot"]["observed"] is None
    last = await seeker.says(chat_id, "are they gone?")
    await listener.has_heard(last["text"], chat_id)
    await back.asks("set_availability", availability="paused")  # an answer: whatever was sent before has come
    assert chat_id not in ever_told(back)
