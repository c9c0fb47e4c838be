"""The same life on engines of one's own: Debian's Redis 7 by REDIS_URL and PostgreSQL by DATABASE_URL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

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


async def they_talk_on_without_a_database(world: World, postgres: Postgres, name: str) -> None:
    """An open chat needs the engine alone; whoever comes new is told to try again."""
    seeker, listener, chat_id = await world.they_talk()
    latecomer = await world.visitor()
    postgres.shut(name)
    try:
        for number in range(3):
            await seeker.says(chat_id, f"without a database {number}")
            await listener.says(chat_id, f"nor here {number}")
        wish = {"language": world.language, "topics": ["grief"], "age_band": "adult", "first_words": "hello"}
        await latecomer.is_refused("try_again", "request_chat", request_id="r1", **wish)
        await world.everyone_agrees()
    finally:
        postgres.open(name)
    await latecomer.does("request_chat", request_id="r1", **wish)


async def test_two_people_talk_on_redis_7_and_postgresql(service_on: tuple[Service, str], postgres: Postgres) -> None:
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
        await they_talk_on_without_a_database(world, postgres, str(make_url(database_url).database))
    finally:
        await world.ends()
