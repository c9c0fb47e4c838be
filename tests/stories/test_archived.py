"""What becomes of a chat that is over: kept sealed, and gone at once when its seeker says so."""

import time
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from chat.accounts.audit import recent_acts
from chat.conversation.archive_reading import Transcript, read_transcript
from chat.conversation.archive_tables import ArchivedChatRow
from chat.conversation.data_keys import DataKeys
from chat.conversation.facts_tables import FeedbackCommentRow, ReportRow, WrapUpNoteRow
from chat.conversation.key_tables import ChatKeyRow
from config.master_keys import MasterKeys, path_of
from tests.helpers.service import PATIENCE_S, WRAP_UP_S, Service
from tests.helpers.world import World


async def archived(world: World, chat_id: str) -> Transcript:
    """The transcript, as soon as the archiver has written it."""
    keys = DataKeys(world.database, MasterKeys("", path_of(world.service.data_dir)))
    until_s = time.monotonic() + PATIENCE_S
    while (found := await read_transcript(world.database, keys, chat_id)) is None:
        assert time.monotonic() < until_s, "not archived in time"
        await world.people[0].sees_no("never", 0.2)
    return found


def found_in(service: Service, piece: bytes) -> list[str]:
    """Files of the data folder that hold these bytes."""
    files = [path for path in Path(service.data_dir).rglob("*") if path.is_file() and not path.is_socket()]
    return sorted(path.name for path in files if piece in path.read_bytes())


async def rows(world: World, table: Any, chat_id: str) -> list[Any]:
    async with world.database.read() as session:
        return list(await session.scalars(select(table).where(table.chat_id == chat_id)))


async def deletes(service: Service, code: str) -> tuple[int, str]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.port}", timeout=PATIENCE_S) as browser:
        answer = await browser.post("/api/chat-deletions", json={"code": code})
        return answer.status_code, answer.json()["code"] if answer.content else ""


async def test_a_seeker_deletes_their_chat_and_nobody_can_read_it_any_more(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk(first_words="I wrote this while I waited")
    world.service.typed.add("I wrote this while I waited")
    said = [(await seeker.says(chat_id, "Nobody knows this"))["text"], (await listener.says(chat_id, "I hear"))["text"]]
    await seeker.has_heard(said[1], chat_id)
    await seeker.asks("end_chat", chat_id=chat_id)
    ended = await seeker.sees("chat_ended", chat_id=chat_id)
    assert (await listener.sees("chat_ended", chat_id=chat_id))["deletion_code"] is None
    code = ended["deletion_code"]
    await seeker.asks("give_feedback", chat_id=chat_id, rating=5, comment=seeker.types("that helped"))
    await listener.asks("report", chat_id=chat_id, reason="other", comment=listener.types("why"), block=False)
    tab = await world.same_person(seeker)
    assert tab.welcome["snapshot"]["chats"][0]["deletion_code"] == code, "as long as it can be recovered"

    transcript = await archived(world, chat_id)
    assert [message.text for message in transcript.messages] == ["I wrote this while I waited", *said]
    (key,), (row,) = await rows(world, ChatKeyRow, chat_id), await rows(world, ArchivedChatRow, chat_id)
    assert not any(word.encode() in row.entries for word in said)
    assert found_in(world.service, key.wrapped) and found_in(world.service, row.entries)

    assert await deletes(world.service, code.replace("A", "B").replace("C", "D") + "X") == (404, "no_such_code")
    assert await deletes(world.service, code) == (204, "")
    for person in (seeker, tab, listener):
        await person.sees("chat_forgotten", chat_id=chat_id)
    await listener.sees("wrap_up_finished", chat_id=chat_id)
    for table in (ChatKeyRow, ArchivedChatRow, FeedbackCommentRow, WrapUpNoteRow):
        assert await rows(world, table, chat_id) == [], table
    assert [(row.reason, row.sealed) for row in await rows(world, ReportRow, chat_id)] == [("other", None)]
    assert found_in(world.service, key.wrapped) == [] == found_in(world.service, row.entries)
    for person in (seeker, listener):
        again = await world.same_person(person)
        assert again.welcome["snapshot"]["chats"] == []
        await again.is_refused("no_such_chat", "catch_up", chat_id=chat_id, epoch="e", seq=0)
    await listener.is_refused("no_such_chat", "finish_wrap_up", chat_id=chat_id, note=listener.types("too late"))
    assert await rows(world, WrapUpNoteRow, chat_id) == []
    async with world.database.read() as session:
        acts = [act for act in await recent_acts(session, limit=50) if act.about == chat_id]
    assert [(act.by, act.act, act.detail) for act in acts] == [("seeker", "delete_chat", {})]
    assert code not in world.service.log()
    assert await deletes(world.service, code) == (404, "no_such_code")


async def test_whoever_rests_after_a_deleted_chat_takes_the_next_one(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await seeker.says(chat_id, "hello")
    await seeker.asks("end_chat", chat_id=chat_id)
    ended = await seeker.sees("chat_ended", chat_id=chat_id)
    next_one = await world.seeker_arrives()
    taking = world.service.taking()
    assert await deletes(world.service, ended["deletion_code"]) == (204, "")
    offer = await listener.sees_offer(request_id=next_one.request_id)
    assert taking.seconds() < WRAP_UP_S / 2, "it did not have to run out"
    await listener.accepts(offer)


async def test_a_note_needs_a_chat_that_one_was_in(world: World) -> None:
    listener = await world.listener_is_available()
    seeker = await world.seeker_arrives()
    offer = await listener.sees_offer(request_id=seeker.request_id)
    chat_id = offer["offer_id"].rpartition(".")[0]
    note = listener.types("I only saw the offer")
    await listener.is_refused("no_wrap_up", "finish_wrap_up", chat_id=chat_id, note=note)
    assert await rows(world, WrapUpNoteRow, chat_id) == []
    await listener.accepts(offer)
    await seeker.is_connected()
    await seeker.asks("end_chat", chat_id=chat_id)
    await listener.sees("chat_ended", chat_id=chat_id)
    await listener.asks("finish_wrap_up", chat_id=chat_id, note=note)
    assert [row.listener_id for row in await rows(world, WrapUpNoteRow, chat_id)] == [listener.person_id]
