"""The database as a copy without the keys of chats, and back. SQLite by itself, PostgreSQL by its own programs."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from chat.conversation.key_tables import ChatKeyRow
from config.database import Database, is_sqlite, migrate
from config.migrations import configuration
from tealight.backup.keys import ChatKeyCopy
from tealight.backup.shelf import BackupError

SQLITE_COPY, POSTGRESQL_COPY = "database.sqlite", "database.pgdump"
_COLUMNS = ("chat_id", "wrapped", "master_id", "made_at_ms", "deletion_hash")
PAGE = 500

Answer = TypeVar("Answer")


def path_of(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(str(make_url(url).database))


def copy_name(url: str) -> str:
    """The file of a copy, which tells the kind of database, too."""
    return SQLITE_COPY if is_sqlite(url) else POSTGRESQL_COPY


def schema_of(url: str) -> str:
    """Which migration the database stands at. Raises the database's errors."""

    async def ask(session: AsyncSession) -> str:
        return str(await session.scalar(text("SELECT version_num FROM alembic_version")))

    return _read(url, ask)


def _read(url: str, ask: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer:
    async def main() -> Answer:
        async with Database(url) as database, database.read() as session:
            return await ask(session)

    return asyncio.run(main())


def check_schema(schema: str) -> None:
    """Raises BackupError for one that this version doesn't know."""
    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if schema not in known:
        raise BackupError(
            f"The backup was made by a newer version of Tealight (schema {schema}); install that one first."
        )


def copy_out(url: str, target: Path) -> list[ChatKeyCopy]:
    """Write a consistent copy without the keys of chats; answer those. Raises BackupError, OSError."""
    if is_sqlite(url):
        return _copy_sqlite(path_of(url), target)
    target.touch(mode=0o600)
    plain = ("--no-owner", "--no-privileges", "--exclude-table-data=chat_keys")
    _run("pg_dump", url, "--format=custom", *plain, f"--file={target}")

    async def ask(session: AsyncSession) -> list[ChatKeyCopy]:
        rows = (await session.execute(select(*[getattr(ChatKeyRow, name) for name in _COLUMNS]))).all()
        return [ChatKeyCopy(*row) for row in rows]

    # Read later than the copy was made: a key that was deleted in between stays deleted.
    return _read(url, ask)


def _copy_sqlite(source: Path, target: Path) -> list[ChatKeyCopy]:
    target.touch(mode=0o600)
    try:
        with contextlib.closing(sqlite3.connect(target)) as copy:
            with contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live:
                live.backup(copy)
            # A journal on disk would hold the rows once more.
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.execute("PRAGMA journal_mode = MEMORY")
            copy.execute("PRAGMA secure_delete = ON")
            rows = copy.execute(f"SELECT {', '.join(_COLUMNS)} FROM chat_keys").fetchall()  # noqa: S608 - our own names
            copy.execute("DELETE FROM chat_keys")
            copy.commit()
            copy.execute("VACUUM")
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"The database {source} can't be copied: {error}.") from None
    if verdict != "ok":
        raise BackupError(f"The database {source} is damaged; `PRAGMA integrity_check` says where.")
    return [ChatKeyCopy(*row) for row in rows]


def is_empty(url: str) -> bool:
    """Is there no service in this database? Raises the database's errors."""
    if is_sqlite(url):
        return not path_of(url).exists()

    async def ask(session: AsyncSession) -> bool:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        return not await session.scalar(text(tables))

    return _read(url, ask)


def copy_in(source: Path, url: str, chat_keys: list[ChatKeyCopy]) -> None:
    """Make the database from a copy and these keys, and bring it up to date. Raises BackupError, OSError."""
    if is_sqlite(url):
        path_of(url).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(source, path_of(url))
        path_of(url).chmod(0o600)
    else:
        plain = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        _run("pg_restore", url, *plain, str(source))
    asyncio.run(_put_keys(url, chat_keys))
    migrate(url)


async def _put_keys(url: str, chat_keys: list[ChatKeyCopy]) -> None:
    async with Database(url) as database:
        for start in range(0, len(chat_keys), PAGE):
            rows = [{name: getattr(key, name) for name in _COLUMNS} for key in chat_keys[start : start + PAGE]]
            async with database.write() as session:
                await session.execute(insert(ChatKeyRow), rows)


def _run(program: str, url: str, *words: str) -> None:
    parts = make_url(url)
    query = {"sslmode": str(parts.query["ssl"])} if "ssl" in parts.query else dict(parts.query)
    bare = parts.set(drivername="postgresql", password=None, query=query).render_as_string(hide_password=False)
    # Never as an argument: everybody on this machine can read those.
    env = {**os.environ, **({"PGPASSWORD": str(parts.password)} if parts.password else {})}
    done = subprocess.run(
        [_found(program), f"--dbname={bare}", *words],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise BackupError(f"{program} failed: {said[-1] if said else done.returncode}")


def _found(program: str) -> str:
    on_path = shutil.which(program)
    if on_path:
        return on_path
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    if not installed:
        raise BackupError(f"{program} is not installed; it comes with PostgreSQL's programs (postgresql-client).")
    return str(installed[-1])
