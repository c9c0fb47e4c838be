"""`tealight archive ...`: which ended chats are kept, which could not be, and trying those again (docs/archive.md)."""

import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, NoReturn

import typer

from chat.conversation.archive import retry as try_again
from chat.conversation.archive_tables import SetAsideRow, all_set_aside, newest_archived
from config.clock import now_ms
from config.database import Database, url_of
from config.settings import Settings, load
from tealight.on_database import on_database
from tealight.reached import reached

app = typer.Typer(help="The archive of ended chats.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(
    set_aside: Annotated[bool, typer.Option("--set-aside", help="Only those that could not be archived.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many of the newest.")] = 20,
) -> None:
    """The chats that were archived last: ids and numbers, never words. With --set-aside: 1 if there are any."""

    async def act(database: Database, _settings: Settings) -> int:
        async with database.read() as session:
            aside = await all_set_aside(session)
            rows = [] if set_aside else await newest_archived(session, limit=limit)
        for row in rows:
            print(f"{row.chat_id}  {row.age_band:<5}  ended {_at(row.ended_at_ms)}  {row.count} messages")
        for one in aside:
            times = "once" if one.tries == 1 else f"{one.tries} times, last {_at(one.last_at_ms)}"
            print(f"{one.chat_id}  {one.age_band:<5}  SET ASIDE {_at(one.first_at_ms)}, tried {times}: {one.why}")
        if not rows and not aside:
            print("There is none.")
        return 1 if set_aside and aside else 0

    _run(act)


@app.command()
def retry(chat: Annotated[str, typer.Argument(help="The chat's id, as `list --set-aside` shows it.")]) -> None:
    """Try to archive a chat that was set aside; 1 if it still can't be."""

    async def act(database: Database, settings: Settings) -> int:
        async with database.read() as session:
            row = await session.get(SetAsideRow, chat)
        if row is None:
            _fail(f"{chat} is not set aside; see `tealight archive list --set-aside`.")
        async with reached(settings, "tealight-archive") as lines:
            if lines is None:
                _fail("The engine can't be reached; the chat's log stands there.")
            if await try_again(lines, database, chat, row.age_band, now_ms()):
                print(f"{chat} is archived.")
                return 0
        async with database.read() as session:
            row = await session.get(SetAsideRow, chat)
        print(f"{chat} still can't be archived: {row.why if row else 'it is gone'}")
        return 1

    _run(act)


def _at(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _run(act: Callable[[Database, Settings], Awaitable[int]]) -> NoReturn:
    settings = load(dict(os.environ))
    raise typer.Exit(on_database(lambda database: act(database, settings), url_of(settings), fails_with=2))


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(2)
