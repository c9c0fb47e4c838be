"""Wrap-up notes are read by whoever wrote them, and by supervisors, whose looks are noted."""

import pytest

from chat.accounts.audit import recent_acts
from chat.conversation.aftermath import save_note
from chat.conversation.facts_tables import ChatFactsRow
from chat.conversation.forgetting import forget_words
from tests.helpers.api import Api, Browser, problem

AT_MS = 1_700_000_100_000
OWN, ANOTHERS = "We found somebody she can call.", "The one before me gave up on them."


async def ended(api: Api, chat_id: str, *listeners: str) -> None:
    facts = ChatFactsRow(
        chat_id=chat_id,
        language="en",
        age_band="adult",
        topics=["grief"],
        arrived_at_ms=AT_MS,
        opened_at_ms=AT_MS,
        ended_at_ms=AT_MS,
        ended_by="seeker",
        end_reason="ended",
        listener_id=listeners[-1],
        listener_ids=list(listeners),
        offers=len(listeners),
        messages_seeker=1,
        messages_listener=1,
    )
    async with api.deps.database.write() as session:
        session.add(facts)


async def writes(api: Api, chat_id: str, listener: Browser, words: str) -> None:
    await save_note(api.deps.database, await api.deps.keys.make(chat_id), listener.person_id, words)


async def own(browser: Browser) -> list[str]:
    answer = await browser.get("/api/listen/notes")
    assert answer.status_code == 200, answer.text
    return [one["words"] for one in answer.json()["notes"]]


async def reads(browser: Browser, chat_id: str = "c1") -> list[tuple[str, str]]:
    answer = await browser.post(f"/api/supervise/chats/{chat_id}/notes/readings")
    assert answer.status_code == 200, answer.text
    return [(one["listener_name"], one["words"]) for one in answer.json()["notes"]]


async def with_a_note(browser: Browser) -> list[str]:
    chats = (await browser.get("/api/supervise/chats")).json()["chats"]
    return [one["chat_id"] for one in chats if one["has_note"]]


async def looks(api: Api) -> list[tuple[str, str]]:
    async with api.deps.database.read() as session:
        return [(one.by, one.about) for one in await recent_acts(session, limit=20) if one.act == "read_notes"][::-1]


@pytest.fixture
async def people(api: Api) -> tuple[Browser, Browser, Browser]:
    """A listener, a supervisor who was in the same chat before, and a supervisor who was not."""
    bo, boss = await api.sign_in("bo"), await api.sign_in("boss", "supervisor")
    vera = await api.sign_in("vera", "supervisor")
    await ended(api, "c1", boss.person_id, bo.person_id)
    await ended(api, "c2", bo.person_id)
    return bo, boss, vera


async def test_a_listener_reads_their_own_and_a_supervisor_is_noted(
    api: Api, people: tuple[Browser, Browser, Browser]
) -> None:
    bo, _, vera = people
    assert (await own(bo), await with_a_note(vera), await reads(vera)) == ([], [], [])
    await writes(api, "c1", bo, OWN)
    assert (await own(bo), await own(vera)) == ([OWN], [])
    (note,) = (await bo.get("/api/listen/notes")).json()["notes"]
    assert (note["chat_id"], note["topics"], note["listener_name"]) == ("c1", ["grief"], "Bo")
    assert await with_a_note(vera) == ["c1"]
    assert OWN not in (await vera.get("/api/supervise/chats")).text
    assert await looks(api) == [], "nobody has looked yet, and one's own is one's own"
    assert await reads(vera) == [("Bo", OWN)]
    assert await looks(api) == [(vera.person_id, "c1")]
    answer = await bo.post("/api/supervise/chats/c1/notes/readings")
    assert problem(answer) == (403, "not_allowed"), "listeners read no one else's"
    assert problem(await api.browser().get("/api/listen/notes")) == (401, "not_signed_in")


async def test_whoever_was_in_the_chat_reads_no_note_of_the_next_listener(
    api: Api, people: tuple[Browser, Browser, Browser]
) -> None:
    bo, boss, vera = people
    await writes(api, "c1", bo, ANOTHERS)
    assert (await with_a_note(boss), await reads(boss), await looks(api)) == ([], [], [])
    await writes(api, "c1", boss, OWN)
    assert await reads(boss) == [("Boss", OWN)]
    assert await looks(api) == []
    assert sorted(await reads(vera)) == [("Bo", ANOTHERS), ("Boss", OWN)]
    assert await reads(vera, "c2") == []
    await writes(api, "not-archived-yet", bo, ANOTHERS)
    assert await reads(vera, "not-archived-yet") == [], "nobody knows yet whose chat it was"


async def test_notes_go_with_the_words_of_their_chat(api: Api, people: tuple[Browser, Browser, Browser]) -> None:
    bo, _, vera = people
    await writes(api, "c1", bo, OWN)
    async with api.deps.database.write() as session:
        await forget_words(session, ["c1"])
    api.deps.keys.forget("c1")
    assert (await own(bo), await with_a_note(vera), await reads(vera)) == ([], [], [])
