"""A database without room says so by its kind, whichever it is."""

import errno

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config.database import Database, is_away
from config.disk import kind_of


async def test_sqlite_without_room_is_away_and_says_why(sqlite_url: str) -> None:
    async with Database(sqlite_url) as database:
        with pytest.raises(DBAPIError) as refused:
            async with database.write() as session:
                await session.execute(text("PRAGMA max_page_count = 1"))  # it takes the least that is possible
                await session.execute(text("CREATE TABLE more AS SELECT zeroblob(1000000)"))
    assert is_away(refused.value)
    assert kind_of(refused.value) == "DiskFull"


def test_other_failures_keep_their_kind() -> None:
    class Told(Exception):
        sqlstate = "53100"

    assert kind_of(DBAPIError("", {}, Told())) == "DiskFull"
    assert kind_of(OSError(errno.ENOSPC, "")) == "DiskFull"
    assert kind_of(ConnectionRefusedError()) == "ConnectionRefusedError"
