"""`tealight keys ...`: the master keys, under which the keys of all chats are wrapped (docs/encryption.md)."""

import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, NoReturn

import typer

from chat.conversation.rewrapping import (
    KEPT_FOR_BACKUPS_MS,
    KEPT_FOR_PROCESSES_MS,
    Rewrapped,
    counted,
    rewrap,
    unneeded,
)
from config.clock import now_ms
from config.database import Database, url_of
from config.master_keys import MasterKey, MasterKeys
from config.settings import load
from tealight.on_database import on_database

app = typer.Typer(
    help="Master keys, under which the keys of chats are wrapped.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def show() -> None:
    """Which master keys there are and how many chats' keys each wraps; 1 if one is missing. Never a key itself."""

    async def act(database: Database, masters: MasterKeys) -> int:
        counts = await counted(database)
        print(f"From {'MASTER_KEY' if masters.is_given else masters.path}:")
        for number, key in enumerate(masters.all()):
            role = "wraps" if number == 0 else "opens"
            print(f"  {key.master_id}  {role}  {_since(key)}  {counts.pop(key.master_id, 0)} chats")
        for master_id, count in sorted(counts.items()):
            print(f"  {master_id}  MISSING: {count} chats can't be read without it; put it back")
        return 1 if counts else 0

    _run(act)


@app.command()
def rotate() -> None:
    """Make a new master key and wrap all chats' keys under it; the service may go on meanwhile.

    One that was broken off is finished first; run again for another key then. Where the keys come from MASTER_KEY, all
    is wrapped under its first one.
    """

    async def act(database: Database, masters: MasterKeys) -> int:
        counts = await counted(database)
        left = sum(counts.get(key.master_id, 0) for key in masters.all()[1:])
        if not left and not masters.is_given:
            key = masters.add(now_ms())
            print(f"{key.master_id} is the new master key.", flush=True)
        elif left:
            print(f"{left} chats' keys are still to be wrapped under {masters.current().master_id}.", flush=True)
        done = await rewrap(database, masters)
        print(f"{done.count} chats' keys were wrapped under {masters.current().master_id}.")
        print("Older master keys stay, since backups may need them: `tealight keys tidy` in 8 days.")
        return _complain(done)

    _run(act)


@app.command()
def tidy(
    now: Annotated[
        bool, typer.Option("--now", help="At once, though older backups of keys can't be opened any more then.")
    ] = False,
) -> None:
    """Drop master keys under which nothing is wrapped any more, neither here nor in backups."""

    async def act(database: Database, masters: MasterKeys) -> int:
        done = await rewrap(database, masters)
        kept_ms = KEPT_FOR_PROCESSES_MS if now else KEPT_FOR_BACKUPS_MS
        gone = unneeded(masters.all(), await counted(database), now_ms(), kept_ms=kept_ms)
        if gone and masters.is_given:
            print(f"May be taken out of MASTER_KEY: {', '.join(key.master_id for key in gone)}.")
        elif gone:
            masters.drop({key.master_id for key in gone})
        print(f"{0 if masters.is_given else len(gone)} dropped, {len(masters.all())} stay.")
        return _complain(done)

    _run(act)


def _complain(done: Rewrapped) -> int:
    for chat_id in done.damaged:
        print(f"The key of chat {chat_id} is damaged and was left as it is.", file=sys.stderr)
    return 1 if done.damaged else 0


def _since(key: MasterKey) -> str:
    return datetime.fromtimestamp(key.made_at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M") if key.made_at_ms else "-"


def _run(act: Callable[[Database, MasterKeys], Awaitable[int]]) -> NoReturn:
    settings = load(dict(os.environ))

    async def with_keys(database: Database) -> int:
        return await act(database, MasterKeys.of(settings))

    raise typer.Exit(on_database(with_keys, url_of(settings), is_migrated=True))
