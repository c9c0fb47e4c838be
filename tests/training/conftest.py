"""The learning pages' API on a fresh database, with the small course."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.api.routes import http_app
from config.database import Database
from listener_training.curriculum.course import Course
from listener_training.learning_api import learning_endpoints
from tests.helpers.api import Api, make_api
from tests.helpers.databases import *  # noqa: F403 - fixtures
from tests.helpers.databases import Clock
from tests.training.small_course import course


class School(Api):
    """An API that teaches the courses in `courses`, which a story may change as a new version of the service would."""

    courses: dict[str, Course]


@pytest.fixture
async def school(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[School]:
    """The school, once on each kind of database."""
    api = await make_api(database, clock, tmp_path / "dist")
    school = School(api.deps, api.clock, api.engines)
    school.courses = {"small": course()}
    school.app = http_app(api.deps, more=learning_endpoints(school.courses))
    yield school
    await school.close()
