"""Databases for tests, brought up to date once and copied for each: SQLite, PostgreSQL, or one after the other.

A suite takes what it needs in its conftest: `from tests.helpers.databases import *`.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from config.database import Database, migrate
from tests.helpers.postgres import Postgres, postgres

__all__ = ["clock", "database", "database_url", "postgres", "postgres_template", "sqlite_template", "sqlite_url"]


class Clock:
    """A clock that goes on only when told."""

    def __init__(self, now_ms: int = 1_800_000_000_000) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, *, ms: int = 0, s: float = 0, days: float = 0) -> None:
        """Let time go by."""
        self.now_ms += ms + round(s * 1000) + round(days * 24 * 3600_000)


@pytest.fixture
def clock() -> Clock:
    """A clock of the test's own."""
    return Clock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a PostgreSQL database with all tables and no rows."""
    name = postgres.new_database()
    migrate(postgres.url_of(name))
    return name


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh SQLite database."""
    copy = tmp_path / "tealight.db"
    shutil.copy(sqlite_template, copy)
    return f"sqlite:///{copy}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh database, once of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.new_database(request.getfixturevalue("postgres_template"))
    yield postgres.url_of(name)
    postgres.drop_database(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh database, once of each kind."""
    database = Database(database_url)
    yield database
    await database.close()
