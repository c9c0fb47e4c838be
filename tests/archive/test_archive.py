"""Ended chats move from the engine to the database: all of each, once, sealed as they are, whatever crashes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import func, select

from chat.conversation import archive
from chat.conversation.archive import FORGET_AFTER_MS, archive_band, retry
from chat.conversation.archive_tables import ArchivedChatRow, SetAsideRow
from chat.conversation.facts_tables import ChatFactsRow
from chat.conversation.key_tables import ChatKeyRow
from chat.conversation.retention import DAY_MS, Retention, enforce
from chat.conversation.transcripts import SealedEntry, unpack
from config.database import Database
from config.redis_link import RedisAway
from routing.actions.lines import Lines
from tests.store.place import Place


async def talk(place: Place, database: Database, name: str, *words: bytes | str) -> str:
    """A chat of that seeker in which this was written, and which has ended; its id."""
    seeker, listener = place.seeker(name), place.listener(f"for-{name}").comes(languages=name)
    chat = seeker.asks(language=name)
    async with database.write() as session:
        session.add(ChatKeyRow(chat_id=chat, wrapped=b"wrapped", master_id="m", made_at_ms=place.now_ms))
    listener.accepts()
    for number, text in enumerate(words):
        writer, role = (listener, "listener") if number % 2 else (seeker, "seeker")
        place.call("send_message", chat, writer.name, f"m{number}", text, role)
    assert seeker.ends(chat) == "done"
    listener.is_now(0)
    return chat


async def archived(database: Database) -> dict[str, list[bytes]]:
    """Chat -> the texts that are archived of it."""
    async with database.read() as session:
        rows = list(await session.scalars(select(ArchivedChatRow)))
    assert all(len(unpack(row.entries, row.sha256)) == row.count for row in rows)
    return {row.chat_id: [entry.text for entry in unpack(row.entries, row.sha256)] for row in rows}


async def aside(database: Database) -> dict[str, str]:
    async with database.read() as session:
        return {row.chat_id: row.why for row in await session.scalars(select(SetAsideRow))}


def an_hour_later(place: Place) -> int:
    place.passes(FORGET_AFTER_MS / 1000 + 1)
    return place.now_ms


def chats_left(place: Place) -> list[str]:
    return [key for key in place.all_keys() if key.startswith((place.key("chat"), place.key("log"), place.key("sent")))]


async def test_a_chat_is_archived_when_it_ends_and_forgotten_an_hour_later(
    place: Place, lines: Lines, database: Database
) -> None:
    chat = await talk(place, database, "ada", b"\x01\xff\x00\x80 sealed", "two\nlines", "three")
    assert await archive_band(lines, database, "adult", place.now_ms) == 0
    assert await archived(database) == {chat: [b"\x01\xff\x00\x80 sealed", b"two\nlines", b"three"]}
    async with database.read() as session:
        row = (await session.scalars(select(ArchivedChatRow))).one()
    first = unpack(row.entries, row.sha256)[0]
    assert first == SealedEntry(1, "ada", "m0", place.now_ms, b"\x01\xff\x00\x80 sealed")
    assert (row.count, row.age_band, row.ended_at_ms) == (3, "adult", place.now_ms)
    assert "sealed" not in repr(row) + repr(first)
    assert await archive_band(lines, database, "adult", an_hour_later(place)) == 1
    assert chats_left(place) == []
    assert list(await archived(database)) == [chat]


async def test_what_was_written_by_nobody_or_read_by_nobody_is_not_archived(
    place: Place, lines: Lines, database: Database
) -> None:
    silent = await talk(place, database, "ada")
    gone = place.seeker("ben").asks(first_words="nobody came", language="fr")
    async with database.write() as session:
        session.add(ChatKeyRow(chat_id=gone, wrapped=b"wrapped", master_id="m", made_at_ms=place.now_ms))
    place.seeker("ben").leaves()
    await archive_band(lines, database, "adult", place.now_ms)
    assert await archived(database) == {silent: []}
    async with database.read() as session:
        assert list(await session.scalars(select(ChatKeyRow.chat_id))) == [silent], "nobody can read what nobody read"
    assert await archive_band(lines, database, "adult", an_hour_later(place)) == 2
    assert chats_left(place) == []


class Crashes:
    """Lets everything be done, to the engine and to the database, up to one step; there the archiver dies."""

    def __init__(self, patch: pytest.MonkeyPatch, lines: Lines, database: Database) -> None:
        self.left = 10**9
        shard = lines.shards["adult"]
        self._wrap(patch, shard.functions.link, "send")
        self._wrap(patch, shard, "call")
        self._commits(patch, database)

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise RedisAway("killed")

    def _wrap(self, patch: pytest.MonkeyPatch, holder: Any, name: str) -> None:
        real = getattr(holder, name)

        async def act(*args: Any) -> Any:
            answer = await real(*args)
            self._step()  # it was done, and the archiver never heard of it
            return answer

        patch.setattr(holder, name, act)

    def _commits(self, patch: pytest.MonkeyPatch, database: Database) -> None:
        real = database.write

        @asynccontextmanager
        async def write() -> AsyncIterator[Any]:
            async with real() as session:
                yield session
            self._step()

        patch.setattr(database, "write", write)


async def test_killed_after_any_step_it_archives_each_chat_once(
    place: Place, lines: Lines, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.is_sqlite:
        pytest.skip("the steps are the same, and one database is enough for all of them")
    crashes = Crashes(monkeypatch, lines, database)
    told: dict[str, list[bytes]] = {}
    for at_step in range(1, 200):
        chat = await talk(place, database, f"s{at_step}", b"one", b"two")
        told[chat] = [b"one", b"two"]
        has_died = False
        for now_ms in (place.now_ms, an_hour_later(place)):
            crashes.left = at_step
            try:
                await archive_band(lines, database, "adult", now_ms)
            except RedisAway:
                has_died = True
        crashes.left = 10**9
        if not has_died:
            break
        await archive_band(lines, database, "adult", place.now_ms)
        assert (await archived(database), await aside(database)) == (told, {}), f"killed at step {at_step}"
        assert chats_left(place) == [], f"killed at step {at_step}"
    assert 10 < at_step < 199, "every step was the last one once"
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(ChatFactsRow)) == len(told)


async def test_an_older_state_of_the_engine_shortens_nothing(place: Place, lines: Lines, database: Database) -> None:
    chat = await talk(place, database, "ada", "one", "two", "three")
    await archive_band(lines, database, "adult", place.now_ms)
    place.read("XDEL", place.key("log", chat), "3-0")
    place.read("HSET", place.key("chat", chat), "sq", 2)
    assert await archive_band(lines, database, "adult", an_hour_later(place)) == 1
    assert await archived(database) == {chat: [b"one", b"two", b"three"]}
    assert await aside(database) == {}


# ---- poison ----


def _hole(place: Place, chat: str) -> None:
    place.read("XDEL", place.key("log", chat), "1-0")


def _no_entry(place: Place, chat: str) -> None:
    place.read("XADD", place.key("log", chat), "9-0", "what", "is this")


def _no_number(place: Place, chat: str) -> None:
    place.read("HSET", place.key("chat", chat), "fb", "five")


def _no_text(place: Place, chat: str) -> None:
    place.wire.send("HSET", place.key("chat", chat), "rs", b"\xff\xfe")


def _no_chat(place: Place, chat: str) -> None:
    place.read("DEL", place.key("chat", chat))


def _no_log(place: Place, chat: str) -> None:
    place.read("DEL", place.key("log", chat))
    place.read("SET", place.key("log", chat), "?")


@pytest.mark.parametrize("poison", [_hole, _no_entry, _no_number, _no_text, _no_chat, _no_log])
async def test_a_poison_chat_is_set_aside_and_keeps_nobody_waiting(
    poison: Any, place: Place, lines: Lines, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.is_sqlite:
        pytest.skip("what is wrong stands in the engine")
    monkeypatch.setattr(archive, "PAGE", 2)
    bad = [await talk(place, database, f"bad{n}", "one", "two") for n in range(3)]
    good = [await talk(place, database, f"good{n}", "one") for n in range(3)]
    for chat in bad:
        poison(place, chat)
    for _ in range(2):
        await archive_band(lines, database, "adult", place.now_ms)
        await archive_band(lines, database, "adult", an_hour_later(place))
    assert sorted(await archived(database)) == good
    assert sorted(await aside(database)) == bad
    assert not any("one" in why or "is this" in why for why in (await aside(database)).values())
    assert not any(place.key("log", chat) in place.all_keys() for chat in good)
    assert all(place.key("log", chat) in place.all_keys() for chat in bad), "never dropped"


async def test_what_was_set_aside_is_tried_again_on_demand(place: Place, lines: Lines, database: Database) -> None:
    chat = await talk(place, database, "ada", "one")
    place.read("HSET", place.key("chat", chat), "sq", 2)
    await archive_band(lines, database, "adult", place.now_ms)
    await archive_band(lines, database, "adult", an_hour_later(place))
    async with database.read() as session:
        row = (await session.scalars(select(SetAsideRow))).one()
    assert (row.tries, row.why) == (1, "the log should hold 1 to 2, and holds 1 to 1 in 1 entries")
    assert not await retry(lines, database, chat, "adult", place.now_ms + 5)
    async with database.read() as session:
        row = (await session.scalars(select(SetAsideRow))).one()
    assert (row.tries, row.last_at_ms - row.first_at_ms) == (2, FORGET_AFTER_MS + 1005)
    place.read("HSET", place.key("chat", chat), "sq", 1)
    assert await retry(lines, database, chat, "adult", place.now_ms)
    assert (await aside(database), await archived(database)) == ({}, {chat: [b"one"]})
    assert await archive_band(lines, database, "adult", place.now_ms) == 1
    assert chats_left(place) == []


async def test_what_was_set_aside_is_kept_no_longer_than_other_words(
    place: Place, lines: Lines, database: Database
) -> None:
    chat = await talk(place, database, "ada", "one")
    place.read("HSET", place.key("chat", chat), "sq", 2)
    await archive_band(lines, database, "adult", an_hour_later(place))
    days = Retention(words=30, facts=400)
    await enforce(database, days, place.now_ms + 30 * DAY_MS)
    assert list(await aside(database)) == [chat], "somebody may still look"
    await enforce(database, days, place.now_ms + 30 * DAY_MS + 1)
    async with database.read() as session:
        assert (await session.scalars(select(ChatKeyRow))).all() == []
    assert await archive_band(lines, database, "adult", place.now_ms) == 1
    assert (await aside(database), chats_left(place)) == ({}, []), "and nothing calls for anybody any more"


async def test_an_archive_that_was_changed_is_noticed(place: Place, lines: Lines, database: Database) -> None:
    chat = await talk(place, database, "ada", "one", "two")
    await archive_band(lines, database, "adult", place.now_ms)
    async with database.write() as session:
        row = (await session.scalars(select(ArchivedChatRow))).one()
        row.entries, row.sha256 = row.entries[:-1] + b"?", "0" * 64
    await archive_band(lines, database, "adult", an_hour_later(place))
    assert await aside(database) == {chat: "the archived entries are not those that were archived"}
    assert len(place.log(chat)) == 2


async def test_facts_name_every_listener_of_a_chat_that_went_on_with_another_one(
    place: Place, lines: Lines, database: Database
) -> None:
    first = place.listener("bo").comes()
    chat = place.seeker("ada").asks()
    first.accepts()
    first.disconnects()
    place.passes(31)
    assert place.chat(chat).state != "A"
    second = place.listener("eve").comes()
    second.accepts()
    place.seeker("ada").confirms()
    assert place.seeker("ada").ends(chat) == "done"
    await archive_band(lines, database, "adult", place.now_ms)
    async with database.read() as session:
        facts = await session.get_one(ChatFactsRow, chat)
    assert (facts.listener_id, facts.listener_ids) == ("eve", ["bo", "eve"])
