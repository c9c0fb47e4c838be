"""`tealight archive`: what it lists, and what it says when a chat is tried again."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from chat.conversation.archive import archive_band
from chat.conversation.archive_tables import SetAsideRow
from chat.conversation.key_tables import ChatKeyRow
from config.clock import now_ms
from config.database import Database
from config.engines.valkey import ThrowAwayValkey
from config.settings import load
from routing.actions.lines import Lines
from tealight.archive_cli import app
from tealight.doctor import look_at_database
from tests.store.place import Place


async def run(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


async def test_a_chat_that_was_set_aside_is_shown_and_tried_again(
    place: Place,
    lines: Lines,
    valkey: ThrowAwayValkey,
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    env = {"DATABASE_URL": sqlite_url, "DATA_DIR": str(tmp_path), "REDIS_URL": valkey.url, "REGION": "test"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert (await run("list")).stdout == "There is none.\n"
    place.now_ms = now_ms()
    database = Database(sqlite_url)
    chats = []
    for name in ("ada", "ben"):
        bo = place.listener(f"for-{name}").comes(languages=name)
        chats.append(place.seeker(name).asks(language=name))
        async with database.write() as session:
            session.add(ChatKeyRow(chat_id=chats[-1], wrapped=b"w", master_id="m", made_at_ms=1))
        bo.accepts()
        place.seeker(name).writes(chats[-1], "hello")
        place.seeker(name).ends(chats[-1])
    place.read("HSET", place.key("chat", chats[1]), "sq", 5)
    await archive_band(lines, database, "adult", place.now_ms)

    listed = await run("list", "--limit", "5")
    assert listed.exit_code == 0 and listed.stdout.startswith("c-ada-r1  adult  ended 20")
    assert "1 messages" in listed.stdout and "hello" not in listed.stdout
    aside = await run("list", "--set-aside")
    assert aside.exit_code == 1 and "c-ada" not in aside.stdout
    assert "tried once: the log should hold 1 to 5, and holds 1 to 1 in 1 entries" in aside.stdout
    assert any("1 ended chats could not be archived" in one.what for one in await look_at_database(load(env)))

    assert (await run("retry", "c-ada-r1")).exit_code == 2
    again = await run("retry", "c-ben-r1")
    assert again.exit_code == 1 and "still can't be archived: the log should hold 1 to 5" in again.stdout
    place.read("HSET", place.key("chat", chats[1]), "sq", 1)
    assert (await run("retry", "c-ben-r1")).stdout == "c-ben-r1 is archived.\n"
    assert (await run("list", "--set-aside")).exit_code == 0
    async with database.read() as session:
        assert (await session.scalars(select(SetAsideRow))).all() == []
    await database.close()
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    assert (await run("retry", "c-ada-r1")).exit_code == 2
