"""Who takes part in stories about reviews, and what they do."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chat.api.routes import http_app
from chat.conversation.archive_tables import ArchivedChatRow
from chat.conversation.facts_tables import ChatFactsRow
from chat.conversation.transcripts import SealedEntry, pack
from config.database import Database
from listener_training.certification.document import Claims, sign
from listener_training.certification.tables import CertificateRow
from listener_training.learning_api import learning_endpoints
from listener_training.practising.playing import DEBRIEF, Kept
from listener_training.review.rubric import shipped_rubric, shipped_rules
from listener_training.review_api import review_endpoints
from tests.helpers.api import Api, Browser, make_api
from tests.helpers.databases import Clock
from tests.helpers.staff import PASSWORD
from tests.training.learned import practice_over
from tests.training.practising import judged, scripts

__all__ = ["house"]

RULES = shipped_rules()
ITEMS = [item.id for item in shipped_rubric().items]


@pytest.fixture
async def house(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[Api]:
    house = await make_api(database, clock, tmp_path / "dist")
    house.app = http_app(house.deps, more=(*learning_endpoints({}), *review_endpoints()))
    yield house
    await house.close()


@dataclass
class People:
    admin: Browser
    maple: Browser
    linden: Browser
    fennel: Browser


async def people(house: Api) -> People:
    """Two mentors, and Fennel who learns."""
    cast = People(
        await house.sign_in("heather", "admin", is_cleared=False),
        await house.sign_in("maple", "supervisor"),
        await house.sign_in("linden"),
        await house.sign_in("fennel"),
    )
    for mentor in (cast.maple, cast.linden):
        await becomes_mentor(house, mentor)
    return cast


async def becomes_mentor(house: Api, person: Browser, until_ms: int | None = None) -> None:
    """A certificate with the function, as it is granted by rules."""
    claims = Claims(
        jti=f"m-{person.person_id}",
        iss="",
        iat=house.clock() // 1000,
        name=person.person_id,
        title="Mentor",
        by="",
        rules="trainers",
        version="1",
        grade="mentor",
        clears=["function:mentor"],
        notice="",
        exp=None if until_ms is None else until_ms // 1000,
    )
    async with house.deps.database.write() as session:
        session.add(
            CertificateRow(
                certificate_id=claims.jti,
                person_id=person.person_id,
                rule_set_id="trainers",
                grade_id="mentor",
                rules_version="1",
                granted_by="",
                granted_at_ms=house.clock(),
                expires_at_ms=until_ms,
                document=sign(claims, Ed25519PrivateKey.generate()),
            )
        )


async def days_go_by(house: Api, days: int, cast: People) -> None:
    """Longer than a sign-in lasts; all sign in again."""
    house.clock.advance(days=days)
    named = {"maple": cast.maple, "linden": cast.linden, "fennel": cast.fennel}
    for name, person in named.items():
        assert (await person.post("/api/sign-in", {"name": name, "password": PASSWORD})).status_code == 200


async def practises(house: Api, person: Browser, practice_id: str = "x1") -> str:
    """A practice chat that has ended."""
    told = judged("exam-panic", scripts()["exam-panic"]["good"])
    key = await house.deps.keys.make(f"c-{practice_id}")
    kept = msgspec.json.encode(Kept(told, ("take care",))).decode()
    async with house.deps.database.write() as session:
        session.add(
            practice_over(
                practice_id,
                person.person_id,
                "exam-panic",
                at_ms=house.clock(),
                opened_at_ms=house.clock(),
                outcome=told.outcome,
                score=told.score,
                sealed=key.seal_note(DEBRIEF, person.person_id, kept),
            )
        )
    return practice_id


async def asks(person: Browser, subject_id: str, kind: str = "practice") -> str:
    answer = await person.post("/api/reviews", {"kind": kind, "subject_id": subject_id})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["review_id"])


async def takes(mentor: Browser, review_id: str) -> None:
    answer = await mentor.post(f"/api/reviews/{review_id}/assessment")
    assert answer.status_code == 204, answer.text


async def hands_in(mentor: Browser, review_id: str, level: int = 2, helped: str = "You stayed.", **levels: Any) -> None:
    body = {"levels": {**dict.fromkeys(ITEMS, level), **levels}, "helped": helped, "to_try": "Wait a little longer."}
    answer = await mentor.call("PUT", f"/api/reviews/{review_id}/assessment", body)
    assert answer.status_code == 204, answer.text


async def sees(person: Browser, review_id: str) -> dict[str, Any]:
    answer = await person.get(f"/api/reviews/{review_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def shares(mentor: Browser, review_id: str, **settled: int) -> Any:
    return await mentor.post(f"/api/reviews/{review_id}/sharing", {"settled": settled})


async def waiting_for(mentor: Browser) -> list[str]:
    return [line["review_id"] for line in (await mentor.get("/api/mentoring")).json()["waiting"]]


async def a_real_chat(house: Api, listener: Browser, chat_id: str, another: str, band: str = "adult") -> None:
    """A chat that has ended and was archived, with one message of each, and one of a listener before this one."""
    at_ms = house.clock()
    key = await house.deps.keys.make(chat_id)
    said = (("s-somebody", "nobody calls any more"), (another, "hold on"), (listener.person_id, "that sounds lonely"))
    entries, sha256 = pack(
        [
            SealedEntry(n, from_id, f"m{n}", at_ms, key.seal(from_id, f"m{n}", text))
            for n, (from_id, text) in enumerate(said, 1)
        ]
    )
    async with house.deps.database.write() as session:
        session.add(
            ChatFactsRow(
                chat_id=chat_id,
                language="en",
                age_band=band,
                topics=["loneliness"],
                arrived_at_ms=at_ms,
                opened_at_ms=at_ms,
                ended_at_ms=at_ms + 60_000,
                ended_by="seeker",
                end_reason="",
                listener_id=listener.person_id,
                offers=1,
                messages_seeker=1,
                messages_listener=1,
            )
        )
        session.add(
            ArchivedChatRow(
                chat_id=chat_id,
                age_band=band,
                epoch="e",
                count=3,
                sha256=sha256,
                entries=entries,
                ended_at_ms=at_ms + 60_000,
                archived_at_ms=at_ms + 60_000,
            )
        )
    house.clock.advance(s=3600)
