"""Blocks in the database: as long as the seeker's token is good, and no longer."""

import pytest
from sqlalchemy import select

from chat.conversation import blocks
from chat.conversation.block_tables import BlockRow
from chat.conversation.blocks import TOKEN_MS, all_blocks, drop_blocks, save_block
from config.clock import now_ms
from config.database import Database
from routing.actions.lines import Lines
from tests.store.place import Place


async def pairs(database: Database) -> set[tuple[str, str]]:
    return {(seeker_id, listener_id) for seeker_id, listener_id, _ in await all_blocks(database)}


async def test_a_block_is_kept_until_a_day_after_the_last_chat(database: Database, lines: Lines, place: Place) -> None:
    shards = list(lines.shards.values())
    ada, ben = place.seeker("ada"), place.seeker("ben")
    ada.asks()
    ben.asks()
    for name in ("ada", "ben"):
        await save_block(database, name, "bo")
    await save_block(database, "ada", "bo")
    await save_block(database, "ada", "cy")
    start = now_ms()
    assert await drop_blocks(database, shards, start + TOKEN_MS) == 0, "both still wait"
    ben.leaves()
    assert await drop_blocks(database, shards, start + 2 * TOKEN_MS + 60_000) == 0, "the engine knows the token yet"
    place.read("DEL", place.key("own", "ben"))
    assert await drop_blocks(database, shards, start + 2 * TOKEN_MS + 60_000) == 1
    assert await pairs(database) == {("ada", "bo"), ("ada", "cy")}


async def test_an_engine_that_has_just_lost_everything_ends_no_block(
    database: Database, lines: Lines, place: Place
) -> None:
    shards = list(lines.shards.values())
    place.seeker("ada").asks()
    await save_block(database, "ada", "bo")
    start = now_ms()
    assert await drop_blocks(database, shards, start + 3 * TOKEN_MS) == 0
    place.wire.send("FLUSHALL")
    assert await drop_blocks(database, shards, start + 4 * TOKEN_MS) == 0, "their chat may be said again"
    assert await drop_blocks(database, shards, start + 4 * TOKEN_MS + 60_000) == 1


async def test_many_go_in_pages(
    database: Database, lines: Lines, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "PAGE", 2)
    for number in range(5):
        await save_block(database, f"seeker-{number}", "bo")
    assert await drop_blocks(database, list(lines.shards.values()), now_ms() + TOKEN_MS + 60_000) == 5
    async with database.read() as session:
        assert (await session.scalars(select(BlockRow))).all() == []
