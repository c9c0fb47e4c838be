"""One way to the database, whichever it is: SQLite beside the service, or PostgreSQL (docs/database.md)."""

import asyncio
import importlib
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from sqlalchemy import MetaData, Select, event, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from config.settings import Settings, SettingsError

#: A writer waits this long for another process's write. Writes here take milliseconds; a migration may take seconds.
SQLITE_BUSY_TIMEOUT_MS = 15_000
#: Emptying the log waits this long for readers; it is tried again after the next deletion.
SCRUB_TIMEOUT_S = 1.0
#: Connections of one process to PostgreSQL; a service runs several processes under a default limit of 100.
POSTGRESQL_POOL = 10
#: A server that hangs, or a network that swallows everything, is away, too: whoever asks is told so after as long. A
#: page waits 8 s for an answer before it takes its connection for dead; no statement of ours takes a tenth of this.
POSTGRESQL_ANSWERS_S = 6.0


class Base(DeclarativeBase):
    """The parent of every table model. Names of constraints are fixed, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def url_of(settings: Settings) -> str:
    """The database's URL with its async driver; the file in the data folder where none is set. Raises SettingsError."""
    if not settings.database_url:
        return URL.create("sqlite+aiosqlite", database=str(settings.data_dir / "tealight.db")).render_as_string()
    try:
        return with_driver(settings.database_url).render_as_string(hide_password=False)
    except (ArgumentError, ValueError):
        # Never the value itself: it may hold a password.
        raise SettingsError("DATABASE_URL could not be read; postgresql://user:password@host/name is one.") from None


def with_driver(raw: str) -> URL:
    """The URL with the async driver of its kind. Raises ArgumentError, SettingsError."""
    url = make_url(raw)
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise SettingsError("DATABASE_URL must name a file; a database in memory is lost with its process.")
        return url.set(drivername="sqlite+aiosqlite")
    # libpq's word for it, which providers print; asyncpg's is `ssl`, with the same values.
    query = dict(url.query)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername="postgresql+asyncpg", query=query)


def is_sqlite(url: str) -> bool:
    """Is this the URL of a SQLite file?"""
    return make_url(url).get_backend_name() == "sqlite"


def is_away(error: Exception) -> bool:
    """Does this error say that the database can't be reached now, and not that a statement is wrong?"""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or not isinstance(error, (DataError, IntegrityError, ProgrammingError))
    # The driver's own errors come through bare while a connection is being made, and from a glance.
    asyncpg = sys.modules.get("asyncpg")  # who has not imported it has no error of its
    bare = (asyncpg.PostgresError, asyncpg.InterfaceError) if asyncpg is not None else ()
    return isinstance(error, (PoolTimeoutError, OSError, sqlite3.OperationalError, *bare))


class Database:
    """The engines of one process. `read()` can't write; `write()` is one transaction that commits at its end."""

    def __init__(self, url: str) -> None:
        url = with_driver(url).render_as_string(hide_password=False)
        self.is_sqlite = is_sqlite(url)
        self._url = url
        self._engines: tuple[AsyncEngine, ...]
        if self.is_sqlite:
            reader = sqlite_engine(url, begin="BEGIN", read_only=True, pool_size=4)
            # One writer a process: SQLite takes one at a time anyway, and a queue in memory is fair, its lock is not.
            writer = sqlite_engine(url, begin="BEGIN IMMEDIATE", pool_size=1, max_overflow=0)
            self._engines = (reader, writer)
        else:
            writer = create_async_engine(
                # Errors name no values: they may be what a person wrote, and errors are logged.
                url,
                pool_size=POSTGRESQL_POOL,
                max_overflow=0,
                pool_pre_ping=True,
                pool_timeout=POSTGRESQL_ANSWERS_S,
                connect_args={"timeout": POSTGRESQL_ANSWERS_S, "command_timeout": POSTGRESQL_ANSWERS_S},
                hide_parameters=True,
            )
            reader = writer.execution_options(postgresql_readonly=True)
            self._engines = (writer,)
        self._read = async_sessionmaker(reader, expire_on_commit=False, autoflush=False)
        self._write = async_sessionmaker(writer, expire_on_commit=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def dialect(self) -> Any:
        """SQLAlchemy's module for this kind of database, whose `insert` may meet what is there already.

        Imported when it is asked for: a web process that was started again is waited for, and PostgreSQL's takes long.
        """
        return importlib.import_module(f"sqlalchemy.dialects.{'sqlite' if self.is_sqlite else 'postgresql'}")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A consistent look at the database; anything that would write fails."""
        async with self._read() as session:
            yield session

    async def glance(self, question: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Sequence[Any]:
        """The one row that answers a question which every process asks several times a second.

        The driver of SQLite has a thread of its own for each connection. A session takes eight steps to and fro between
        the two, this takes two.
        """
        if not self.is_sqlite:
            async with self.read() as session:
                row: Sequence[Any] = (await session.execute(question, dict(values))).one()
                return row
        async with self._engines[0].connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            asked = asyncio.ensure_future(driver.execute_fetchall(_as_text(question), values))
            try:
                (row,) = await asyncio.shield(asked)
            except asyncio.CancelledError:
                await asyncio.wait([asked])  # its thread must not answer a loop that is closed by then
                raise
            found: Sequence[Any] = row
            return found

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on any exception.

        Await nothing but the session inside it: on SQLite every other writer waits meanwhile.
        """
        async with self._write() as session, session.begin():
            yield session

    async def ping(self) -> None:
        """Raise an exception unless the database answers."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def scrub(self) -> bool:
        """Leave nothing of deleted rows in SQLite's write-ahead log; False: somebody just reads, try again later.

        `secure_delete` overwrites them in the file; the log still holds pages as they were, until it is emptied.
        PostgreSQL overwrites them when it vacuums (docs/encryption.md).
        """
        return await asyncio.to_thread(empty_write_ahead_log, self._url) if self.is_sqlite else True

    async def close(self) -> None:
        """Close every connection."""
        for engine in self._engines:
            await engine.dispose()


@lru_cache
def _as_text(question: Select[*tuple[Any, ...]]) -> str:
    return str(question.compile(dialect=sqlite.dialect(paramstyle="named")))


def sqlite_engine(url: str, *, begin: str, read_only: bool = False, **pool: Any) -> AsyncEngine:
    """An engine on a SQLite file whose transactions start with `begin`.

    The driver's own transactions are off: a deferred one that reads and then writes fails at once when another
    process wrote in between, in spite of the busy timeout.
    """
    engine = create_async_engine(url, hide_parameters=True, **pool)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            # What was answered "done" survives a power cut, too.
            "synchronous = FULL",
            "foreign_keys = ON",
            # Deleted words are overwritten, not only unlinked.
            "secure_delete = ON",
            f"query_only = {'ON' if read_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def empty_write_ahead_log(url: str) -> bool:
    """Put everything into the SQLite file itself; False: somebody just reads."""
    connection = sqlite3.connect(str(make_url(url).database), timeout=SCRUB_TIMEOUT_S)
    try:
        is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not is_busy


def make_sqlite_file(url: str) -> None:
    """Make the file and its folder, readable by the owner only: it holds password hashes and, later, chats."""
    name = make_url(url).database
    if name is None:
        return
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600, exist_ok=True)


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema; any number of processes may do so at once."""
    # Imported here: Alembic is needed by no process but the one that migrates, and that module needs this one.
    from config.migrations import run

    run(url)
