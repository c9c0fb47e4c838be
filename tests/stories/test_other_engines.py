"""The same life on engines of one's own: Debian's Redis 7 by REDIS_URL and PostgreSQL by DATABASE_URL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.database import Database
from tests.helpers.postgres import Postgres, postgres
from tests.helpers.service import Service, starting
from tests.helpers.valkey import redis7, redis7_url
from tests.helpers.world import World

__all__ = ["postgres", "redis7", "redis7_url"]


@pytest.fixture
def service_on(postgres: Postgres, redis7_url: str, tmp_path: Path) -> Iterator[tuple[Service, str]]:
    """`up` with both engines elsewhere."""
    name = postgres.new_database()
    database_url = postgres.url_of(name)
    with starting(tmp_path, REDIS_URL=redis7_url, DATABASE_URL=database_url) as service:
        yield service, database_url
        service.check_log()
    postgres.drop_database(name)


async def test_two_people_talk_on_redis_7_and_postgresql(service_on: tuple[Service, str]) -> None:
    service, database_url = service_on
    assert service.children("valkey") == []
    world = World(service)
    await world.database.close()
    world.database = Database(database_url)
    await world.opens()
    try:
        seeker, listener, chat_id = await world.they_talk(first_words="is somebody there?")
        for number in range(5):
            await seeker.says(chat_id, f"redis seven {number}")
            await listener.says(chat_id, f"and postgres {number}")
        for person in (seeker, listener):
            person.keeps_coming_back()
        service.kill("web")
        await seeker.says(chat_id, "still there?")
        await listener.says(chat_id, "still here")
        await world.everyone_agrees()
        assert seeker.logs[chat_id].seq == 13
    finally:
        await world.ends()
