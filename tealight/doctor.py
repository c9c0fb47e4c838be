"""`tealight doctor`: what is wrong with this installation, and how to mend it (docs/operations.md)."""

import asyncio
import contextlib
import os
import resource
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from config import master_keys, secret_key
from config.disk import fullness
from config.settings import Settings, SettingsError, load
from tealight.doctor_engine import keeper_of, look_at_engine
from tealight.finding import Finding, Verdict

OLDEST_PYTHON = (3, 11)
# One descriptor a connection, and some for the engines; below this a busy evening ends in refused connections.
FEW_DESCRIPTORS = 4096
TOO_FEW_DESCRIPTORS = 1024
LITTLE_DISK = 1024**3
TOO_LITTLE_DISK = 200 * 1024**2
CONNECT_S = 3.0
FRONT_END = Path(__file__).resolve().parent.parent / "web" / "dist" / "index.html"
MARKS: dict[Verdict, str] = {"ok": "ok   ", "hint": "note ", "wrong": "WRONG"}


def judge_python(version: tuple[int, int]) -> Finding:
    """Is this Python new enough?"""
    text = f"Python {version[0]}.{version[1]}"
    if version >= OLDEST_PYTHON:
        return Finding("ok", text)
    return Finding("wrong", f"{text} is too old", "Install Python 3.11 or newer and make the environment again.")


def judge_descriptors(soft: int) -> Finding:
    """May a process hold enough connections?"""
    mend = "Raise it: `ulimit -n 65536`, or LimitNOFILE=65536 in the unit file."
    if soft < TOO_FEW_DESCRIPTORS:
        return Finding("wrong", f"a process may open {soft} files only", mend)
    return Finding("hint" if soft < FEW_DESCRIPTORS else "ok", f"a process may open {soft} files", mend)


def judge_disk(free: int, folder: Path) -> Finding:
    """Is there room for the logs of writes and the database?"""
    text = f"{free / 1024**3:.1f} GiB free for {folder}"
    if full := fullness(folder):
        return Finding(
            "wrong", full, "Make room: until then messages are refused, and pages send them again by themselves."
        )
    if free < TOO_LITTLE_DISK:
        return Finding("wrong", text, "Make room: an engine that can't write stops.")
    return Finding("hint" if free < LITTLE_DISK else "ok", text, "Make room soon.")


def judge_key(path: Path) -> Finding:
    """Can nobody else read the key?"""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return Finding("ok", "no key yet; the first `tealight up` makes one")
    except OSError as error:
        return Finding(
            "wrong", f"the key in {path} can't be looked at: {error.strerror}", "Run this as the service does."
        )
    if mode & 0o077:
        return Finding("wrong", f"others on this machine may read {path} (mode {mode:o})", f"chmod 600 {path}")
    return Finding("ok", f"the key in {path} is for this user only")


def judge_secret_key(data_dir: Path) -> Finding:
    """Would processes take the key of this data folder? Makes none."""
    try:
        secret_key.look(data_dir)
    except SettingsError as error:
        return Finding("wrong", str(error), "Without it sign-ins and deletion codes end; backups hold it.")
    return judge_key(secret_key.path_of(data_dir))


def judge_master_keys(settings: Settings) -> Finding:
    """Is it sure that every process has the same master keys, and nobody else has them?"""
    if settings.master_key:
        return Finding("ok", "the master keys come from MASTER_KEY")
    if settings.database_url.startswith("postgres"):
        what = "DATABASE_URL may be shared by several machines, and the master keys are a file of this one"
        return Finding("hint", what, "Set MASTER_KEY to the same on every machine (docs/encryption.md).")
    return judge_key(master_keys.path_of(settings.data_dir))


def judge_address(settings: Settings) -> Finding:
    """Can staff sign in where people reach the service?"""
    if settings.public_url.startswith("https://"):
        return Finding("ok", f"reached at {settings.public_url}")
    if settings.is_loopback:
        return Finding("ok", f"reached on this machine only (HOST {settings.host})")
    return Finding(
        "wrong",
        f"HOST {settings.host} without TLS: browsers do not keep the staff's sign-in cookie there",
        "Put a proxy with a certificate in front and set PUBLIC_URL=https://your.name",
    )


def look_at_folder(settings: Settings) -> Iterator[Finding]:
    """The data folder: there, writable, private, with room."""
    folder = settings.data_dir
    if not folder.exists():
        yield Finding("hint", f"the data folder {folder} does not exist yet", "`tealight up` makes it.")
        parent = next(parent for parent in folder.parents if parent.exists())
        yield judge_disk(shutil.disk_usage(parent).free, parent)
        return
    if not folder.is_dir():
        yield Finding("wrong", f"{folder}, which DATA_DIR names, is no folder", "Name one, or move the file away.")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("wrong", f"the data folder {folder} can't be written to", f"chown {os.getuid()} {folder}")
    else:
        yield Finding("ok", f"data folder {folder}")
    yield judge_disk(shutil.disk_usage(folder).free, folder)
    if not settings.secret_key:
        yield judge_secret_key(folder)
    yield judge_master_keys(settings)
    if (keeper := keeper_of(folder)) is not None:
        yield Finding("ok", f"`tealight up` runs (pid {keeper})")


def look_at_machine() -> Iterator[Finding]:
    """What the machine gives."""
    yield judge_python((sys.version_info.major, sys.version_info.minor))
    yield judge_descriptors(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    overcommit = Path("/proc/sys/vm/overcommit_memory")
    with contextlib.suppress(OSError):
        if overcommit.read_text().strip() != "1":
            mend = "sysctl vm.overcommit_memory=1, so that the engine can rewrite its log when memory is short."
            yield Finding("hint", "vm.overcommit_memory is not 1", mend)
    if FRONT_END.exists():
        yield Finding("ok", "the pages are built")
    else:
        yield Finding("wrong", "the pages are not built", "make web")


async def look_at_database(settings: Settings) -> list[Finding]:
    """The database: reachable, and at the newest schema."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.ext.asyncio import create_async_engine

    from config.database import is_sqlite, url_of
    from config.migrations import configuration

    url = url_of(settings)
    name = "SQLite" if is_sqlite(url) else "PostgreSQL"
    if name == "SQLite" and not os.path.exists(str(make_url(url).database)):  # noqa: ASYNC240, PTH110 - its own loop
        return [Finding("hint", "no database yet", "`tealight up` makes it.")]
    engine = create_async_engine(url)
    try:
        async with asyncio.timeout(CONNECT_S), engine.connect() as connection:
            heads = await connection.run_sync(lambda sync: set(MigrationContext.configure(sync).get_current_heads()))
            is_newest = heads == set(ScriptDirectory.from_config(configuration()).get_heads())
            aside = await connection.scalar(text("SELECT count(*) FROM set_aside_chats")) if is_newest else 0
    except (OSError, SQLAlchemyError) as error:
        if name == "SQLite" and isinstance(getattr(error, "orig", None), sqlite3.DatabaseError):
            what = f"the database {make_url(url).database} can't be read ({getattr(error, 'orig', '')})"
            return [Finding("wrong", what, "Where it is damaged, `tealight restore` a backup (docs/backup.md).")]
        what = f"the database ({name}) does not answer ({type(error).__name__})"
        return [Finding("wrong", what, "Start it, or correct DATABASE_URL.")]
    finally:
        await engine.dispose()
    if not is_newest:
        # `tealight migrate` wants the settings of a service on several machines; `up` brings its own.
        mend = (
            "`tealight migrate`, or start `tealight up`."
            if settings.redis_url
            else "`tealight up` does it when it starts."
        )
        return [Finding("wrong", f"the database ({name}) is not up to date", mend)]
    found = [Finding("ok", f"the database ({name}) answers and is up to date"), *await look_at_chat_keys(settings)]
    if aside:
        found.append(Finding("hint", f"{aside} ended chats could not be archived", "tealight archive list --set-aside"))
    return found


async def look_at_chat_keys(settings: Settings) -> list[Finding]:
    """Are all master keys here under which keys of chats are wrapped? Makes none."""
    from chat.conversation.rewrapping import counted
    from config.database import Database, url_of

    async with Database(url_of(settings)) as database:
        counts = await counted(database)
    if counts and (settings.master_key or master_keys.path_of(settings.data_dir).exists()):
        here = {key.master_id for key in master_keys.MasterKeys.of(settings).all()}
        counts = {master_id: count for master_id, count in counts.items() if master_id not in here}
    mend = "Put the master keys back that belong to this database: DATA_DIR/master_keys, or MASTER_KEY."
    return [
        Finding("wrong", f"{count} chats can't be read: their master key {master_id} is not here", mend)
        for master_id, count in sorted(counts.items())
    ]


def findings(env: Mapping[str, str]) -> Iterator[Finding]:
    """Everything there is to say, in the order of reading."""
    yield from look_at_machine()
    try:
        settings = load(env)
    except SettingsError as error:
        yield Finding("wrong", str(error), "Correct it; docs/settings.md lists all settings.")
        return
    yield Finding("ok", "the settings can be read")
    yield judge_address(settings)
    yield from look_at_folder(settings)
    yield from look_at_engine(settings)
    try:
        yield from asyncio.run(look_at_database(settings))
    except SettingsError as error:
        yield Finding("wrong", str(error), "Correct it; docs/settings.md lists all settings.")


def examine(env: Mapping[str, str]) -> int:
    """Print all findings; 1 if something is wrong."""
    is_wrong = False
    for finding in findings(env):
        shown = finding if finding.verdict != "ok" else replace(finding, mend="")
        print(f"{MARKS[shown.verdict]} {shown.what}")
        if shown.mend:
            print(f"      -> {shown.mend}")
        is_wrong = is_wrong or finding.verdict == "wrong"
    print("\nSomething is wrong; the arrows say how to mend it." if is_wrong else "\nAll is well.")
    return 1 if is_wrong else 0
