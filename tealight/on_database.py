"""What a command does on the database: opened before and closed after it, and what goes wrong told in one sentence."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import typer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config.database import Database, migrate
from config.redis_link import RedisAway, RedisRefused

T = TypeVar("T")


def on_database(
    act: Callable[[Database], Awaitable[T]], url: str, *, is_migrated: bool = False, fails_with: int = 1
) -> T:
    """What `act` answers. Ends the command with `fails_with` where the database, or the engine, doesn't go along.

    `is_migrated`: bring the database up to date before, or make it.
    """

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


def _cause(failure: Exception) -> str:
    """The kind of failure in few words, without the statement and its values."""
    inner: Any = failure.orig if isinstance(failure, DBAPIError) and failure.orig else failure
    return f"{type(inner).__name__}: {str(inner).splitlines()[0] if str(inner) else 'no more is known'}"
