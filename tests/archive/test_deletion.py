"""A seeker has their chat deleted: no key, no words, in the database or in the engine; only that there was a chat."""

from pathlib import Path

import pytest
from sqlalchemy import select

from chat.accounts.audit import recent_acts
from chat.conversation.archive import archive_band
from chat.conversation.archive_reading import read_transcript
from chat.conversation.archive_tables import ArchivedChatRow
from chat.conversation.data_keys import DataKeys
from chat.conversation.deletion import delete_chat
from chat.conversation.deletion_codes import code_of, hash_of
from chat.conversation.facts_tables import ChatFactsRow, FeedbackCommentRow, ReportRow, WrapUpNoteRow
from chat.conversation.handling_tables import HandlingRow
from chat.conversation.key_tables import ChatKeyRow
from chat.conversation.whisper_tables import WhisperRow
from config.database import Database
from config.master_keys import MasterKeys
from routing.actions.lines import Lines
from tests.store.place import Place

SECRET = "a secret of at least thirty-two letters"


@pytest.fixture
def keys(database: Database, tmp_path: Path) -> DataKeys:
    return DataKeys(database, MasterKeys("", tmp_path / "master_keys"), lambda chat: hash_of(code_of(SECRET, chat)))


async def talk(place: Place, keys: DataKeys, name: str) -> str:
    """A chat of this seeker, which has ended; its id."""
    listener = place.listener(f"for-{name}").comes(languages=name)
    chat = place.seeker(name).asks(language=name)
    key = await keys.make(chat)
    listener.accepts()
    place.call("send_message", chat, name, "m1", key.seal(name, "m1", "a secret"), "seeker")
    place.seeker(name).ends(chat)
    return chat


async def write_about(database: Database, chat: str) -> None:
    async with database.write() as session:
        session.add(FeedbackCommentRow(chat_id=chat, at_ms=1, comment=None, sealed=b"words"))
        session.add(WrapUpNoteRow(chat_id=chat, listener_id="bo", at_ms=1, note=None, sealed=b"words"))
        whisper = {"from_id": "sam", "to_id": "bo", "whisper_id": "w1", "at_ms": 1}
        session.add(WhisperRow(chat_id=chat, sealed=b"words", **whisper))
        report = {"by_role": "seeker", "at_ms": 1, "reason": "rude", "comment": None, "block": True}
        session.add(ReportRow(chat_id=chat, person_id="ada", sealed=b"words", **report))
        handling = {"by": "seeker", "report_at_ms": 1, "handled_by": "vera", "at_ms": 2}
        session.add(HandlingRow(chat_id=chat, sealed=b"words", **handling))


async def ids(database: Database, column: object) -> list[str]:
    async with database.read() as session:
        return sorted(await session.scalars(select(column)))  # type: ignore[call-overload]


@pytest.mark.parametrize("is_archived", [True, False])
async def test_a_code_takes_all_words_of_its_chat_and_of_no_other(
    is_archived: bool, place: Place, lines: Lines, database: Database, keys: DataKeys
) -> None:
    chat, other = await talk(place, keys, "ada"), await talk(place, keys, "ben")
    for one in (chat, other):
        await write_about(database, one)
    if is_archived:
        await archive_band(lines, database, "adult", place.now_ms)
    assert not await delete_chat(database, keys, lines, code_of(SECRET, "another"), 7)
    assert await delete_chat(database, keys, lines, code_of(SECRET, chat).lower(), 7)
    assert (keys.held(chat), await keys.of(chat)) == (None, None)
    await archive_band(lines, database, "adult", place.now_ms)
    assert await read_transcript(database, keys, chat) is None
    assert await read_transcript(database, keys, other) is not None
    for table in (ChatKeyRow, ArchivedChatRow, FeedbackCommentRow, WrapUpNoteRow, WhisperRow):
        assert await ids(database, table.chat_id) == [other], table
    async with database.read() as session:
        reports = {row.chat_id: (row.reason, row.sealed) for row in await session.scalars(select(ReportRow))}
        handlings = {row.chat_id: (row.handled_by, row.sealed) for row in await session.scalars(select(HandlingRow))}
        (act,) = await recent_acts(session, limit=9)
    assert reports == {chat: ("rude", None), other: ("rude", b"words")}
    assert handlings == {chat: ("vera", None), other: ("vera", b"words")}
    assert (act.by, act.act, act.about, act.detail) == ("seeker", "delete_chat", chat, {})
    assert await ids(database, ChatFactsRow.chat_id) == sorted([chat, other]), "so that no ticket brings it back"
    assert not any(chat in key for key in place.all_keys() if not key.startswith(place.key("why")))
    assert chat not in place.seeker("ada").record().chats and chat not in place.listener("for-ada").record().chats
    assert other in place.listener("for-ben").record().chats
    assert not await delete_chat(database, keys, lines, code_of(SECRET, chat), 8), "there is nothing any more"


async def test_a_chat_that_goes_on_has_no_code_yet(
    place: Place, lines: Lines, database: Database, keys: DataKeys
) -> None:
    bo = place.listener("bo").comes()
    chat = place.seeker("ada").asks()
    await keys.make(chat)
    assert not await delete_chat(database, keys, lines, code_of(SECRET, chat), 7)
    bo.accepts()
    assert not await delete_chat(database, keys, lines, code_of(SECRET, chat), 7)
    assert place.chat(chat).state == "A" and await keys.of(chat) is not None


async def test_a_damaged_chat_can_be_deleted_too(
    place: Place, lines: Lines, database: Database, keys: DataKeys
) -> None:
    chat = await talk(place, keys, "ada")
    place.read("HSET", place.key("chat", chat), "fb", "five")
    place.read("XDEL", place.key("log", chat), "1-0")
    await archive_band(lines, database, "adult", place.now_ms)
    assert await delete_chat(database, keys, lines, code_of(SECRET, chat), 7)
    assert place.key("chat", chat) not in place.all_keys()
    assert await ids(database, ChatKeyRow.chat_id) == []


async def test_the_wrapped_key_is_gone_from_the_files(
    place: Place, lines: Lines, database: Database, keys: DataKeys, tmp_path: Path
) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL overwrites when it vacuums (docs/encryption.md)")
    chat = await talk(place, keys, "ada")
    await archive_band(lines, database, "adult", place.now_ms)
    async with database.read() as session:
        wrapped = await session.scalar(select(ChatKeyRow.wrapped))
        entries = await session.scalar(select(ArchivedChatRow.entries))
    assert wrapped is not None and entries is not None

    def found(piece: bytes) -> list[str]:
        return [path.name for path in tmp_path.glob("tealight.db*") if piece in path.read_bytes()]

    assert found(wrapped) and found(entries), "the search finds what is there"
    assert await delete_chat(database, keys, lines, code_of(SECRET, chat), 7)
    assert (found(wrapped), found(entries)) == ([], [])


async def test_a_deletion_that_stopped_half_way_is_finished_by_the_archiver(
    place: Place, lines: Lines, database: Database, keys: DataKeys
) -> None:
    chat = await talk(place, keys, "ada")
    await archive_band(lines, database, "adult", place.now_ms)
    await keys.delete([chat])  # and then the process was killed
    place.passes(3700)
    assert await archive_band(lines, database, "adult", place.now_ms) == 1
    assert place.key("log", chat) not in place.all_keys()
