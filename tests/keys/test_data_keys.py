"""Data keys: one a chat whoever makes it, in memory while they are wanted, gone for good when they are deleted."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from chat.conversation.data_keys import DataKeys, KeysAwayError
from chat.conversation.key_tables import ChatKeyRow
from config.database import Database
from config.master_keys import MasterKeys, path_of


@pytest.fixture
def masters(tmp_path: Path) -> MasterKeys:
    """Master keys of a data folder of the test's own."""
    return MasterKeys("", path_of(tmp_path / "keys"))


async def rows(database: Database) -> int:
    async with database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(ChatKeyRow)) or 0)


async def test_everybody_who_makes_a_key_gets_the_same_one(database_url: str, masters: MasterKeys) -> None:
    databases = [Database(database_url) for _ in range(3)]
    processes = [DataKeys(database, masters) for database in databases]
    made = await asyncio.gather(*[keys.make("c1") for keys in processes for _ in range(5)])
    sealed = {key.seal("ada", "m1", "hello") for key in made}
    assert len(sealed) == 1
    assert await rows(databases[0]) == 1
    late = DataKeys(databases[0], masters)
    assert late.held("c1") is None
    read = await late.of("c1")
    assert read is not None
    assert read.unseal("ada", "m1", sealed.pop()) == "hello"
    assert late.held("c1") is read
    assert await late.of("c2") is None
    for database in databases:
        await database.close()


async def test_many_keys_of_one_moment_are_one_write(sqlite_url: str, masters: MasterKeys) -> None:
    database = Database(sqlite_url)
    keys, writes, write = DataKeys(database, masters), 0, database.write

    def counted():  # type: ignore[no-untyped-def]
        nonlocal writes
        writes += 1
        return write()

    database.write = counted  # type: ignore[method-assign]
    made = await asyncio.gather(*[keys.make(f"c{number}") for number in range(150)])
    assert len({key.seal("ada", "m1", "hello") for key in made}) == 150
    assert (writes, await rows(database)) == (1, 150)
    await database.close()


async def test_a_deleted_key_is_gone_from_the_files(sqlite_url: str, masters: MasterKeys) -> None:
    database = Database(sqlite_url)
    keys = DataKeys(database, masters)
    for number in range(30):
        await keys.make(f"c{number}")
    async with database.read() as session:
        wrapped = {row.chat_id: row.wrapped for row in await session.scalars(select(ChatKeyRow))}
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent

    def kept() -> bytes:
        return b"".join(path.read_bytes() for path in sorted(folder.glob("tealight.db*")))

    assert all(key in kept() for key in wrapped.values())
    gone = {f"c{number}" for number in range(0, 30, 2)}
    await keys.delete(gone)
    held = kept()
    assert {chat_id for chat_id, key in wrapped.items() if key in held} == wrapped.keys() - gone
    assert keys.held("c0") is None
    assert await keys.of("c0") is None
    assert await keys.of("c1") is not None
    await database.close()


async def test_another_process_drops_a_deleted_key_at_its_next_look(database: Database, masters: MasterKeys) -> None:
    here, there = DataKeys(database, masters), DataKeys(database, masters)
    for chat_id in ("c1", "c2", "c3"):
        await here.make(chat_id)
        await there.of(chat_id)
    await here.delete(["c1"])
    assert there.held("c1") is not None
    await there.look_again({"c1", "c2"})
    assert [there.held(chat_id) is not None for chat_id in ("c1", "c2", "c3")] == [False, True, False]
    there.forget("c2")
    assert there.held("c2") is None


async def test_what_is_held_is_good_while_the_database_is_away(tmp_path: Path, masters: MasterKeys) -> None:
    others = set(threading.enumerate())
    database = Database(f"sqlite:///{tmp_path}/no/such/folder.db")
    away = DataKeys(database, masters)
    for ask in (away.make("c1"), away.of("c1")):
        with pytest.raises(KeysAwayError):
            await ask
    with pytest.raises(KeysAwayError):
        await away.delete(["c1"])
    await database.close()
    # A connection that failed to open ends its thread by itself, which must not find a closed loop.
    async with asyncio.timeout(60):
        while any("_connection_worker_thread" in thread.name for thread in set(threading.enumerate()) - others):
            await asyncio.sleep(0.01)


async def test_a_key_of_a_lost_master_key_harms_no_other(database: Database, tmp_path: Path) -> None:
    old, new = (MasterKeys("", path_of(tmp_path / name)) for name in ("old", "new"))
    await DataKeys(database, old).make("c1")
    keys = DataKeys(database, new)
    await keys.make("c2")
    keys.forget("c2")
    lost, found = await asyncio.gather(keys.of("c1"), keys.of("c2"), return_exceptions=True)
    assert isinstance(lost, KeysAwayError)
    assert found is keys.held("c2") is not None
