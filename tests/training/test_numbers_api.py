"""The numbers of training over HTTP: what admins see of a small cohort, and what nobody sees."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.accounts.tables import ClearanceRow, InvitationRow
from chat.api.routes import http_app
from chat.conversation.facts_tables import ChatFactsRow
from chat.conversation.offer_tables import OfferRow
from config.database import Database
from listener_training.learning.tables import AnswerRow
from listener_training.numbers_api import numbers_endpoints, numbers_routes
from tests.helpers.api import Api, make_api, problem
from tests.helpers.databases import Clock
from tests.helpers.staff import add
from tests.training.learned import lesson_read, passed_test, practice_over
from tests.training.small_course import course

DAY_MS = 86_400_000
PATH = "/api/learning/numbers"
LESSONS = course().needed_for("age_band", "adult")


@pytest.fixture
async def office(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[Api]:
    api = await make_api(database, clock, tmp_path / "dist")
    courses = {"small": course()}
    api.app = http_app(api.deps, more=numbers_endpoints(courses), more_routes=numbers_routes(api.deps, courses))
    yield api
    await api.close()


async def invites(office: Api, name: str) -> str:
    """An invitation that was used two days later; the person."""
    at_ms = office.clock()
    person = (await add(office.deps.database, name, "listener", now_ms=at_ms, is_cleared=False)).person_id
    async with office.deps.database.write() as session:
        session.add(
            InvitationRow(
                invitation_id=f"i-{name}",
                code_hash=name,
                role="listener",
                languages=["en"],
                created_by="heather",
                created_at_ms=at_ms - 2 * DAY_MS,
                expires_at_ms=at_ms + DAY_MS,
                used_by=person,
                used_at_ms=at_ms,
            )
        )
    return person


async def learns(office: Api, person: str, *, right: bool) -> None:
    """All that adults' chats ask for, read on the first day, passed on the third; one question right or wrong."""
    at_ms = office.clock()
    lessons = course().original.lessons
    async with office.deps.database.write() as session:
        for lesson_id in LESSONS:
            version = lessons[lesson_id].version
            session.add(lesson_read(person, "small", lesson_id, version=version, at_ms=at_ms + DAY_MS))
            if not lessons[lesson_id].questions:
                continue
            attempt = passed_test(person, "small", lesson_id, version=version, at_ms=at_ms + 3 * DAY_MS)
            session.add(attempt)
            await session.flush()
            for question in [one for one in lessons[lesson_id].questions if one.kind != "write_and_compare"][:2]:
                session.add(
                    AnswerRow(
                        attempt_id=attempt.attempt_id,
                        question_id=question.id,
                        kind=question.kind,
                        points=1,
                        chosen=["a"],
                        worth=float(right),
                        answered_at_ms=at_ms + 3 * DAY_MS,
                    )
                )


async def listens(office: Api, person: str) -> None:
    """A practice chat passed on the fourth day, cleared on the fifth, the first chat on the sixth."""
    at_ms = office.clock()
    async with office.deps.database.write() as session:
        practice = practice_over(f"x-{person}", person, "grief", at_ms=at_ms + 4 * DAY_MS, has_passed=True)
        session.add(practice)
        session.add(
            ClearanceRow(
                clearance_id=f"c-{person}",
                person_id=person,
                kind="age_band",
                value="adult",
                granted_by="heather",
                granted_at_ms=at_ms + 5 * DAY_MS,
            )
        )
        common = {"chat_id": f"chat-{person}", "language": "en", "age_band": "adult", "listener_id": person}
        session.add(
            OfferRow(
                offer_id=f"o-{person}",
                turn=1,
                cell="",
                made_at_ms=at_ms + 6 * DAY_MS,
                arrived_at_ms=at_ms + 6 * DAY_MS,
                note="",
                outcome="accepted",
                **common,
            )
        )
        session.add(
            ChatFactsRow(
                topics=[],
                arrived_at_ms=at_ms + 6 * DAY_MS,
                opened_at_ms=at_ms + 6 * DAY_MS,
                ended_at_ms=at_ms + 6 * DAY_MS,
                ended_by="seeker",
                end_reason="",
                offers=1,
                messages_seeker=1,
                messages_listener=1,
                **common,
            )
        )


async def test_a_cohort_from_the_invitation_to_the_first_chat(office: Api) -> None:
    admin = await office.sign_in("heather", "admin", is_cleared=False)
    empty = (await admin.get(PATH)).json()
    assert [one["reached"] for one in empty["steps"]] == [0] * 8
    assert (empty["questions"], empty["competence"]["people"], empty["feedback"]["people"]) == ([], 0, 0)
    for n in range(10):
        person = await invites(office, f"fennel{n}")
        if n < 5:
            await learns(office, person, right=n < 4)
            await listens(office, person)
    told = (await admin.get(PATH)).json()
    assert [(one["step"], one["reached"], one["days_median"]) for one in told["steps"]] == [
        ("invited", 10, None),
        ("joined", 10, 2.0),
        ("began", 5, 1.0),
        ("finished", 5, 2.0),
        ("practised", 5, 1.0),
        ("cleared", 5, 1.0),
        ("accepted", 5, 1.0),
        ("chatted", 5, 0.0),
    ]
    assert (told["steps"][1]["waits"], told["steps"][1]["stopped"]) == (5, 0)
    assert told["competence"] == {"people": 10, "cleared": 5, "median_days": 5.0}
    assert told["feedback"]["rho"] is None
    assert {one["difficulty"] for one in told["questions"]} == {0.8}
    assert {one["discrimination"] for one in told["questions"]} == {None}, "five answers are too few for that"
    assert told["questions"][0]["prompt"]

    rows = list(csv.DictReader(io.StringIO((await admin.get(f"{PATH}/steps.csv")).content.decode("utf-8-sig"))))
    assert [(row["step"], row["reached"]) for row in rows][:3] == [("invited", "10"), ("joined", "10"), ("began", "5")]
    assert rows[0]["days_median"] == "", "what isn't told is empty"
    answer = await admin.get(f"{PATH}/questions.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(answer.text.splitlines()) == 1 + len(told["questions"])


async def test_nobody_but_admins_and_nothing_of_four_people(office: Api) -> None:
    admin = await office.sign_in("heather", "admin", is_cleared=False)
    supervisor = await office.sign_in("maple", "supervisor", is_cleared=False)
    for path in (PATH, f"{PATH}/steps.csv", f"{PATH}/questions.csv"):
        assert problem(await supervisor.get(path)) == (403, "not_allowed")
        assert problem(await office.browser().get(path)) == (401, "not_signed_in")
    for n in range(4):
        person = await invites(office, f"fennel{n}")
        await learns(office, person, right=True)
        await listens(office, person)
    told = (await admin.get(PATH)).json()
    assert {(one["reached"], one["waits"], one["days_median"]) for one in told["steps"]} == {(None, None, None)}
    assert {(one["answers"], one["difficulty"]) for one in told["questions"]} == {(None, None)}
    assert told["competence"] == {"people": None, "cleared": None, "median_days": None}
