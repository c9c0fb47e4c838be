"""Bringing the database up to date. Migrations are explicit operations and import no model."""

import asyncio
import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from config.database import is_sqlite, make_sqlite_file, sqlite_engine, with_driver

#: "tealight" as digits: PostgreSQL's advisory locks are numbers, and other programs may share the server.
_LOCK = 8_325_281_448


def configuration() -> Config:
    """Alembic's configuration, made here: no ini file to find from an installed package."""
    alembic = Config()
    alembic.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return alembic


def run(url: str) -> None:
    """Bring the database at `url` to the newest schema; make it when it is new.

    Any number of processes may do this at once: the first one migrates, the others wait and find it done. Runs in a
    thread with a loop of its own, so that it may be called with or without one.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(_migrate(with_driver(url).render_as_string(hide_password=False)))
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=run, name="migrate")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


async def _migrate(url: str) -> None:
    engine: AsyncEngine
    if is_sqlite(url):
        make_sqlite_file(url)
        engine = sqlite_engine(url, begin="BEGIN IMMEDIATE", poolclass=NullPool)
    else:
        engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    alembic = configuration()
    heads = set(ScriptDirectory.from_config(alembic).get_heads())
    if set(MigrationContext.configure(connection).get_current_heads()) == heads:
        return
    alembic.attributes["connection"] = connection
    command.upgrade(alembic, "head")
