"""`tealight doctor`: what is wrong with this installation, and how to mend it (docs/operations.md)."""

import asyncio
import contextlib
import json
import os
import resource
import shutil
import stat
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from config import durability, secret_key
from config.engines.valkey import EmbeddedValkey, EngineError, answers, binary_path, socket_path, url_of_socket
from config.settings import Settings, SettingsError, load

Verdict = Literal["ok", "hint", "wrong"]

OLDEST_PYTHON = (3, 11)
OLDEST_REDIS = (7, 0)
OLDEST_VALKEY = (7, 2)
# One descriptor a connection, and some for the engines; below this a busy evening ends in refused connections.
FEW_DESCRIPTORS = 4096
TOO_FEW_DESCRIPTORS = 1024
LITTLE_DISK = 1024**3
TOO_LITTLE_DISK = 200 * 1024**2
# Every message waits for one round trip and one write to disk.
SLOW_ROUND_TRIP_MS = 10.0
ROUND_TRIPS = 20
CONNECT_S = 3.0
FRONT_END = Path(__file__).resolve().parent.parent / "web" / "dist" / "index.html"
MARKS: dict[Verdict, str] = {"ok": "ok   ", "hint": "note ", "wrong": "WRONG"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `mend` says what to do about it."""

    verdict: Verdict
    what: str
    mend: str = ""


def judge_python(version: tuple[int, int]) -> Finding:
    """Is this Python new enough?"""
    text = f"Python {version[0]}.{version[1]}"
    if version >= OLDEST_PYTHON:
        return Finding("ok", text)
    return Finding("wrong", f"{text} is too old", "Install Python 3.11 or newer and make the environment again.")


def judge_engine_version(server: Mapping[str, Any]) -> Finding:
    """Is the engine (INFO server) new enough? Valkey tells both its own version and the Redis it stands for."""
    is_valkey = "valkey_version" in server
    name = "Valkey" if is_valkey else "Redis"
    text = str(server["valkey_version"] if is_valkey else server.get("redis_version", "0"))
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdecimal())
    oldest = OLDEST_VALKEY if is_valkey else OLDEST_REDIS
    if numbers >= oldest:
        return Finding("ok", f"{name} {text}")
    return Finding("wrong", f"{name} {text} is too old", "Use Valkey 7.2 or newer, or Redis 7.0 or newer.")


def judge_engine_settings(conf: Mapping[str, str]) -> Iterator[Finding]:
    """Does the engine keep what it is given? `conf` is what CONFIG GET told, empty where it may not be asked."""
    level = durability.level_of(conf)
    meaning = f"durability {level}: {durability.MEANING[level]}"
    if level == "none":
        yield Finding(
            "wrong", meaning, "CONFIG SET appendonly yes and appendfsync always (or everysec), in its file too."
        )
    else:
        yield Finding("ok" if level != "unknown" else "hint", meaning)
    policy = conf.get("maxmemory-policy", "")
    if policy == "noeviction":
        yield Finding("ok", "maxmemory-policy noeviction")
    elif policy:
        yield Finding(
            "wrong",
            f"maxmemory-policy {policy}: a full engine throws chats away without a word",
            "CONFIG SET maxmemory-policy noeviction, in its file too.",
        )
    else:
        yield Finding("hint", "maxmemory-policy could not be asked for", "Make sure that it is noeviction.")


def judge_descriptors(soft: int) -> Finding:
    """May a process hold enough connections?"""
    mend = "Raise it: `ulimit -n 65536`, or LimitNOFILE=65536 in the unit file."
    if soft < TOO_FEW_DESCRIPTORS:
        return Finding("wrong", f"a process may open {soft} files only", mend)
    return Finding("hint" if soft < FEW_DESCRIPTORS else "ok", f"a process may open {soft} files", mend)


def judge_disk(free: int, folder: Path) -> Finding:
    """Is there room for the logs of writes and the database?"""
    text = f"{free / 1024**3:.1f} GiB free for {folder}"
    if free < TOO_LITTLE_DISK:
        return Finding("wrong", text, "Make room: an engine that can't write stops.")
    return Finding("hint" if free < LITTLE_DISK else "ok", text, "Make room soon.")


def judge_key(path: Path) -> Finding:
    """Can nobody else read the key?"""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return Finding("ok", "no key yet; the first `tealight up` makes one")
    if mode & 0o077:
        return Finding("wrong", f"others on this machine may read {path} (mode {mode:o})", f"chmod 600 {path}")
    return Finding("ok", f"the key in {path} is for this user only")


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
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("wrong", f"the data folder {folder} can't be written to", f"chown {os.getuid()} {folder}")
    else:
        yield Finding("ok", f"data folder {folder}")
    yield judge_disk(shutil.disk_usage(folder).free, folder)
    if not settings.secret_key:
        yield judge_key(secret_key.path_of(folder))
    with contextlib.suppress(OSError, ValueError, KeyError):
        held = json.loads((folder / "up.lock").read_text())
        os.kill(int(held["pid"]), 0)
        yield Finding("ok", f"`tealight up` runs (pid {held['pid']})")


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


def look_at_engine(settings: Settings) -> Iterator[Finding]:
    """Redis or Valkey: reachable, new enough, durable, quick."""
    url, what = settings.redis_url, "the engine at REDIS_URL"
    if not url:
        socket_at = socket_path(settings.data_dir)
        if not answers(socket_at):
            yield from _look_at_binary(settings)
            return
        url, what = url_of_socket(socket_at), "the embedded Valkey"
    import redis

    try:
        client = redis.Redis.from_url(url, decode_responses=True, socket_timeout=CONNECT_S)
        with contextlib.closing(client):
            yield judge_engine_version(client.info("server"))
            conf: dict[str, str] = {}
            with contextlib.suppress(redis.ResponseError):  # managed services don't let themselves be asked
                for name in ("appendonly", "appendfsync", "maxmemory-policy"):
                    conf.update({str(key): str(value) for key, value in client.config_get(name).items()})
            yield from judge_engine_settings(conf)
            times = []
            for _ in range(ROUND_TRIPS):
                began = time.perf_counter()
                client.ping()
                times.append((time.perf_counter() - began) * 1000)
    except (redis.RedisError, OSError, ValueError) as error:
        # Never the address: it may hold a password.
        yield Finding("wrong", f"{what} does not answer ({type(error).__name__})", "Start it, or correct REDIS_URL.")
        return
    middle = statistics.median(times)
    mend = "Put the engine nearer: each message waits for one round trip."
    yield Finding("ok" if middle < SLOW_ROUND_TRIP_MS else "hint", f"a round trip to it takes {middle:.2f} ms", mend)


def _look_at_binary(settings: Settings) -> Iterator[Finding]:
    try:
        said = subprocess.run([binary_path(), "--version"], capture_output=True, text=True, check=True).stdout
    except (EngineError, OSError, subprocess.SubprocessError):
        yield Finding(
            "wrong", "the embedded Valkey can't be run on this machine", "Set REDIS_URL to a server of yours."
        )
        return
    last_words = EmbeddedValkey(settings.data_dir).last_words()
    yield Finding("ok", f"{said.split(' sha=')[0].strip()} is at hand; `tealight up` starts it")
    if "rror" in last_words:
        yield Finding("wrong", f"its last words were: {last_words}", "See the data folder's valkey/valkey.log.")


async def look_at_database(settings: Settings) -> list[Finding]:
    """The database: reachable, and at the newest schema."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
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
    except (OSError, SQLAlchemyError) as error:
        what = f"the database ({name}) does not answer ({type(error).__name__})"
        return [Finding("wrong", what, "Start it, or correct DATABASE_URL.")]
    finally:
        await engine.dispose()
    if heads != set(ScriptDirectory.from_config(configuration()).get_heads()):
        return [Finding("wrong", f"the database ({name}) is not up to date", "tealight migrate")]
    return [Finding("ok", f"the database ({name}) answers and is up to date")]


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
