"""The database itself: reading can't write, writing is all or nothing, migrations say what the models say."""

import asyncio
import importlib
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

import chat
import listener_training
from chat.accounts.versions import newest_version, next_version
from config import migrations
from config.database import Base, Database, is_away, migrate, url_of, with_driver
from config.settings import SettingsError, load
from tests.helpers.postgres import Postgres


async def test_reading_can_not_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.read() as session:
            await next_version(session)
    async with database.read() as session:
        assert await newest_version(session) == 0


async def test_a_failed_write_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            await next_version(session)
            raise RuntimeError("in the middle")
    async with database.read() as session:
        assert await newest_version(session) == 0


async def test_writers_of_several_processes_take_turns(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(3)]

    async def write(database: Database) -> None:
        for _ in range(20):
            async with database.write() as session:
                await next_version(session)

    await asyncio.gather(*(write(database) for database in databases for _ in range(2)))
    async with databases[0].read() as session:
        assert await newest_version(session) == 120
    for database in databases:
        await database.close()


async def test_a_cancelled_write_frees_the_way(database: Database) -> None:
    begun = asyncio.Event()

    async def slow() -> None:
        async with database.write() as session:
            await next_version(session)
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(slow())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(30), database.write() as session:
        assert await next_version(session) == 1


async def test_errors_name_no_values(database: Database) -> None:
    with pytest.raises(IntegrityError) as error:
        async with database.write() as session:
            for _ in range(2):
                await session.execute(
                    text("INSERT INTO texts (key, text, changed_by, changed_at_ms) VALUES ('a', :words, 'b', 1)"),
                    {"words": "what a person wrote"},
                )
    assert "what a person wrote" not in str(error.value)
    assert not is_away(error.value)


async def test_a_database_that_is_away_is_known_as_such(tmp_path: Path) -> None:
    others = set(threading.enumerate())
    for url in ("postgresql://tealight@127.0.0.1:1/tealight", f"sqlite:///{tmp_path}/no/such/folder.db"):
        database = Database(url)
        with pytest.raises(Exception) as error:
            await database.ping()
        assert is_away(error.value)
        await database.close()
    # A connection that failed to open ends its thread by itself, which must not find a closed loop.
    async with asyncio.timeout(30):
        while any("_connection_worker_thread" in thread.name for thread in set(threading.enumerate()) - others):
            await asyncio.sleep(0.01)


async def test_migrations_say_what_the_models_say(database_url: str) -> None:
    for package in (chat, listener_training):
        for folder in package.__path__:
            for path in Path(folder).rglob("*tables.py"):
                module = ".".join(path.relative_to(Path(folder).parent).with_suffix("").parts)
                importlib.import_module(module)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))

    engine = create_async_engine(with_driver(database_url))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def test_migrations_stand_in_one_line() -> None:
    assert len(ScriptDirectory.from_config(migrations.configuration()).get_heads()) == 1


def test_migrations_import_nothing_of_ours() -> None:
    for path in Path(migrations.__file__).parent.rglob("*.py"):
        for line in path.read_text().splitlines():
            assert not line.startswith(("from chat", "import chat", "from listener_training", "from routing")), path


def several_at_once(url: str) -> None:
    program = f"from config.database import migrate; migrate({url!r})"
    running = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) for _ in range(4)]
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()


async def test_several_processes_may_migrate_a_new_database_at_once(tmp_path: Path, postgres: Postgres) -> None:
    for url in (f"sqlite:///{tmp_path}/new/folder/tealight.db", postgres.url_of(postgres.new_database())):
        await asyncio.to_thread(several_at_once, url)
        database = Database(url)
        async with database.read() as session:
            assert await newest_version(session) == 0
        await database.close()


def test_the_file_is_the_owners_only(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path}/folder/tealight.db")
    assert stat.S_IMODE((tmp_path / "folder" / "tealight.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700


async def test_migrating_works_inside_a_running_loop(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path}/tealight.db")
    migrate(f"sqlite:///{tmp_path}/tealight.db")


def test_the_url_gets_its_driver(tmp_path: Path) -> None:
    def url(given: str = "") -> str:
        return url_of(load({"DATABASE_URL": given, "DATA_DIR": str(tmp_path)}))

    assert url() == f"sqlite+aiosqlite:///{tmp_path}/tealight.db"
    assert url("postgres://u:p@h:5/n") == "postgresql+asyncpg://u:p@h:5/n"
    assert url("postgresql://u:p%40@h/n?sslmode=require") == "postgresql+asyncpg://u:p%40@h/n?ssl=require"
    assert url("sqlite:////a/b.db") == "sqlite+aiosqlite:////a/b.db"
    with pytest.raises(SettingsError):
        url("sqlite://")
    with pytest.raises(SettingsError) as error:
        url("postgresql://u:secret@h:port/n")
    assert "secret" not in str(error.value)
