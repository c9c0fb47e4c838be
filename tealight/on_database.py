"""What a command does on the database: opened before and closed after it, and what goes wrong told in one sentence."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import typer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config.database import Database, migrate
from config.redis_link import RedisAway, RedisRefused
from config.settings import SettingsError

T = TypeVar("T")


def on_database(
    act: Callable[[Database], Awaitable[T]],
    url: str,
    *,
    is_migrated: bool = False,
    may_make: bool = False,
    fails_with: int = 1,
) -> T:
    """What `act` answers. Ends the command with `fails_with` where the database, or the engine, doesn't go along.

    `is_migrated`: bring the database up to date before. `may_make`: this command may be the first of a service; others
    raise SettingsError where there is no database.
    """
    if not may_make and not is_there(url):
        raise SettingsError(
            f"There is no database {make_url(url).database}; DATA_DIR names the folder of a service that has run."
        )

    async def whole() -> T:
        async with Database(url) as database:
            return await act(database)

    try:
        if is_migrated:
            migrate(url)
        return asyncio.run(whole())
    except (RedisAway, RedisRefused) as error:
        sentence = f"The engine did not go along ({type(error).__name__}); see `tealight doctor`."
    except (SQLAlchemyError, OSError) as error:
        sentence = f"The database can't be read or written ({_cause(error)}); see `tealight doctor`."
    print(sentence, file=sys.stderr)
    raise typer.Exit(fails_with)


def is_there(url: str) -> bool:
    """Is there a file, where it is one? Opening one that isn't there would make it, and an empty service with it."""
    database = make_url(url)
    return database.get_backend_name() != "sqlite" or Path(database.database or "").is_file()


def _cause(failure: Exception) -> str:
    """The kind of failure in few words, without the statement and its values."""
    inner: Any = failure.orig if isinstance(failure, DBAPIError) and failure.orig else failure
    return f"{type(inner).__name__}: {str(inner).splitlines()[0] if str(inner) else 'no more is known'}"
