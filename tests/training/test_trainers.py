"""Trainers: functions are earned by rules, end, can be withdrawn, and are asked at each act."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from chat.api.routes import http_app
from config.database import Database
from listener_training.certification.document import read
from listener_training.certification.library import open_rule_sets
from listener_training.certification.standing import Rulebook
from listener_training.certification.tables import CertificateRow
from listener_training.certification_api import certification_endpoints
from listener_training.curriculum.library import load_courses
from listener_training.learning.shelf import Shelf
from listener_training.learning_api import learning_endpoints
from listener_training.trainers.functions import functions_of, holders
from listener_training.writing_api import writing_endpoints
from tests.helpers.api import Api, Browser, make_api, problem
from tests.helpers.databases import Clock
from tests.training.learned import lesson_read, passed_test

DAY_MS = 24 * 3_600_000


class School(Api):
    book: Rulebook


@pytest.fixture
async def school(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[School]:
    """A service with what ships: its courses and its rule sets."""
    api = await make_api(database, clock, tmp_path / "dist")
    school = School(api.deps, api.clock, api.engines)
    shelf = Shelf(load_courses())
    school.book = Rulebook(open_rule_sets(), shelf)
    school.app = http_app(
        api.deps,
        more=(*learning_endpoints(shelf), *certification_endpoints(school.book), *writing_endpoints(shelf)),
    )
    yield school
    await school.close()


async def has_passed(school: School, person: Browser, lesson_id: str) -> None:
    """The lesson and its test, done yesterday."""
    lesson = ("trainers", lesson_id)
    when: Any = {"version": "1.0", "at_ms": school.clock() - DAY_MS}
    async with school.deps.database.write() as session:
        session.add(lesson_read(person.person_id, *lesson, **when))
        session.add(passed_test(person.person_id, *lesson, **when))


async def test_from_the_lesson_to_the_desk_and_off_it_again(school: School, database: Database) -> None:
    fern, linden = await school.sign_in("fern"), await school.sign_in("linden", "admin")
    supervisor = await school.sign_in("maple", "supervisor")
    assert problem(await fern.post("/api/writing/drafts", {"course_id": "starter"})) == (403, "not_your_part")

    await has_passed(school, fern, "writing-a-lesson")
    people = f"/api/certification/people/{fern.person_id}"
    grade = {"rule_set_id": "trainers", "grade_id": "author"}
    assert problem(await linden.post(f"{people}/certificates", grade)) == (409, "not_due")
    signed = {"rule_set_id": "trainers", "item": "own-lesson", "done_on": "2027-01-14"}
    assert (await supervisor.post(f"{people}/sign-offs", signed)).status_code == 201
    granted = await linden.post(f"{people}/certificates", grade)
    assert granted.status_code == 201, granted.text
    async with database.read() as session:
        assert await functions_of(session, fern.person_id, school.clock()) == {"author"}
        [row] = await session.scalars(select(CertificateRow))
    assert read(row.document)[1].clears == ["function:author"]
    assert (await fern.post("/api/writing/drafts", {"course_id": "starter"})).status_code == 201

    withdrawal = {"reason": "A pause."}
    answer = await linden.post(f"/api/certificates/{row.certificate_id}/withdrawal", withdrawal)
    assert answer.status_code == 204, answer.text
    assert problem(await fern.get("/api/writing/drafts/starter")) == (403, "not_your_part")
    async with database.read() as session:
        assert await holders(session, school.clock()) == {}


async def test_the_course_for_trainers_is_shown_to_those_who_take_chats(school: School) -> None:
    new = await school.sign_in("sorrel", is_cleared=False)
    listener, supervisor = await school.sign_in("fern"), await school.sign_in("maple", "supervisor", is_cleared=False)

    async def courses(of: Browser) -> list[str]:
        return [one["course_id"] for one in (await of.get("/api/learning")).json()["courses"]]

    assert await courses(new) == ["starter"]
    assert await courses(listener) == await courses(supervisor) == ["starter", "trainers"]
    [line] = [
        one
        for one in (await supervisor.get("/api/learning/people")).json()["people"]
        if one["person_id"] == new.person_id
    ]
    assert line["lessons"] == 24, "what trainers learn is nothing that a beginner still has to do"
