"""Certificates over HTTP: from the last lesson to the certificate, its withdrawal, the answer to it, and renewal."""

import json
import stat
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from chat.api.routes import http_app
from chat.conversation.facts_tables import ChatFactsRow
from config.database import Database
from listener_training.certification import signing_key
from listener_training.certification.days import day_of
from listener_training.certification.document import (
    BadDocument,
    document_in,
    key_id_of,
    public_key_of,
    read,
    sign,
    verify,
)
from listener_training.certification.due import grant_automatically
from listener_training.certification.keys import disown
from listener_training.certification.standing import Rulebook
from listener_training.certification_api import certification_endpoints
from listener_training.certification_api.export import export_routes
from listener_training.certification_api.pdf import UnwritableError, record_pdf
from listener_training.certification_api.shown import Record
from listener_training.clearance_api import ENDPOINTS
from listener_training.learning_api import learning_endpoints
from tests.helpers.api import Api, Browser, make_api, problem
from tests.helpers.databases import Clock
from tests.helpers.staff import PASSWORD
from tests.training.learned import practice_over
from tests.training.small_course import course
from tests.training.small_rules import RULES
from tests.training.test_learning_api import HEARING, reads, takes_test


class Registry(Api):
    """An API with the small course and the small rules."""

    book: Rulebook


@pytest.fixture
async def registry(database: Database, clock: Clock, tmp_path: Path) -> Any:
    api = await make_api(database, clock, tmp_path / "dist", PUBLIC_URL="http://127.0.0.1:8000")
    registry = Registry(api.deps, api.clock, api.engines)
    courses = {"small": course()}
    registry.book = Rulebook({"small": RULES}, courses)
    registry.app = http_app(
        api.deps,
        more=(*ENDPOINTS, *learning_endpoints(courses), *certification_endpoints(registry.book)),
        more_routes=export_routes(api.deps, registry.book),
    )
    yield registry
    await registry.close()


@dataclass
class People:
    admin: Browser
    mentor: Browser
    fennel: Browser


async def people(registry: Registry) -> People:
    return People(
        await registry.sign_in("linden", "admin", is_cleared=False),
        await registry.sign_in("maple", "supervisor", is_cleared=False),
        await registry.sign_in("fennel", "listener", is_cleared=False),
    )


async def learns(registry: Registry, cast: People) -> None:
    """Everything that the first grade asks for."""
    await reads(cast.fennel, HEARING)
    await takes_test(cast.fennel)
    await reads(cast.fennel, "/api/learning/courses/small/lessons/minding")
    await signs(registry, cast, item="talk")


async def signs(registry: Registry, cast: People, **what: Any) -> str:
    body = {"rule_set_id": "small", "done_on": day_of(registry.clock()).isoformat(), **what}
    signed = await cast.mentor.post(f"/api/certification/people/{cast.fennel.person_id}/sign-offs", body)
    assert signed.status_code == 201, signed.text
    return str(signed.json()["sign_off_id"])


async def grants(cast: People, grade: str = "adult") -> dict[str, Any]:
    granted = await cast.admin.post(
        f"/api/certification/people/{cast.fennel.person_id}/certificates", {"rule_set_id": "small", "grade_id": grade}
    )
    assert granted.status_code == 201, granted.text
    return dict(granted.json())


async def held_by(person: Browser) -> dict[str, int | None]:
    """Clearance -> when it runs out, of those that hold now."""
    me = (await person.get("/api/me")).json()
    return {f"{one['kind']}:{one['value']}": one["expires_at_ms"] for one in me["clearances"] if one["is_valid"]}


async def grades_of(person: Browser) -> dict[str, dict[str, Any]]:
    record = (await person.get("/api/certification")).json()
    return {grade["grade_id"]: grade for rules in record["rule_sets"] for grade in rules["grades"]}


async def withdraws(cast: People, certificate_id: str, reason: str = "Three seekers felt rushed.") -> None:
    answer = await cast.admin.post(f"/api/certificates/{certificate_id}/withdrawal", {"reason": reason})
    assert answer.status_code == 204, answer.text


# ---- the whole way ----


async def test_from_the_last_lesson_to_the_certificate(registry: Registry) -> None:
    cast = await people(registry)
    assert (await cast.admin.get("/api/certification/desk")).json()["proposals"] == []
    await learns(registry, cast)
    grade = (await grades_of(cast.fennel))["adult"]
    assert (grade["state"], grade["is_due"], [one["have"] for one in grade["asks"]]) == ("none", True, [2, 1])

    (proposal,) = (await cast.admin.get("/api/certification/desk")).json()["proposals"]
    assert (proposal["person_id"], proposal["grade_id"]) == (cast.fennel.person_id, "adult")
    assert await held_by(cast.fennel) == {}, "what is proposed clears nobody"
    granted = await grants(cast)
    assert set(await held_by(cast.fennel)) == {"age_band:adult", "risk_level:low"}
    assert set((await held_by(cast.fennel)).values()) == {granted["expires_at_ms"]}
    assert (await cast.admin.get("/api/certification/desk")).json()["proposals"] == []
    # A second click, or another admin's, finds it done.
    again = await cast.admin.post(
        f"/api/certification/people/{cast.fennel.person_id}/certificates", {"rule_set_id": "small", "grade_id": "adult"}
    )
    assert problem(again) == (409, "not_due")

    shown = (await registry.browser().get(f"/api/certificates/{granted['certificate_id']}")).json()
    assert (shown["name"], shown["state"], shown["is_genuine"]) == ("Fennel", "held", True)
    assert (shown["granted_by"], shown["rules"], shown["version"][:2]) == ("Linden", "small", "1+")
    assert shown["address"].startswith("http://127.0.0.1:8000/certificate/")
    assert shown["qr"].startswith("<svg")


async def test_who_may_do_what(registry: Registry) -> None:
    cast = await people(registry)
    person = f"/api/certification/people/{cast.fennel.person_id}"
    body = {"rule_set_id": "small", "item": "talk", "done_on": "2026-01-01"}
    assert problem(await cast.fennel.get(person)) == (403, "not_allowed")
    assert problem(await cast.fennel.post(f"{person}/sign-offs", body)) == (403, "not_allowed")
    grant = {"rule_set_id": "small", "grade_id": "adult"}
    assert problem(await cast.mentor.post(f"{person}/certificates", grant)) == (403, "not_allowed")
    assert problem(await cast.mentor.get("/api/certification/desk")) == (403, "not_allowed")
    own = f"/api/certification/people/{cast.mentor.person_id}/sign-offs"
    assert problem(await cast.mentor.post(own, body)) == (409, "not_yourself")
    for wrong in ({"item": "walk"}, {"item": None}, {"subject": "ethics"}, {"done_on": "2999-01-01"}):
        assert problem(await cast.mentor.post(f"{person}/sign-offs", {**body, **wrong})) == (422, "bad_sign_off")
    assert problem(await cast.admin.post(f"{person}/certificates", grant)) == (409, "not_due")
    for kind in ("json", "pdf"):
        record = f"/api/certification/records/{cast.mentor.person_id}.{kind}"
        assert problem(await cast.fennel.get(record)) == (403, "not_allowed")
        assert problem(await registry.browser().get(record)) == (401, "not_signed_in")


async def test_a_struck_sign_off_does_not_count(registry: Registry) -> None:
    cast = await people(registry)
    await learns(registry, cast)
    record = (await cast.mentor.get(f"/api/certification/people/{cast.fennel.person_id}")).json()
    (signed,) = record["sign_offs"]
    path = f"/api/certification/people/{cast.fennel.person_id}/sign-offs/{signed['sign_off_id']}"
    assert (await cast.mentor.call("DELETE", path)).status_code == 204
    assert (await cast.mentor.call("DELETE", path)).status_code == 204
    assert not (await grades_of(cast.fennel))["adult"]["is_due"]


# ---- withdrawing, and the right of reply ----


async def earns_both(registry: Registry, cast: People) -> tuple[str, str]:
    await learns(registry, cast)
    adult = await grants(cast)
    now = registry.clock()
    async with registry.deps.database.write() as session:
        chat = {column.name: None for column in ChatFactsRow.__table__.columns}
        chat |= {"chat_id": "c", "language": "en", "age_band": "adult", "topics": [], "arrived_at_ms": now - 9_000_000}
        chat |= {"opened_at_ms": now - 7_200_000, "ended_at_ms": now, "ended_by": "seeker", "end_reason": "done"}
        chat |= {"listener_id": cast.fennel.person_id, "offers": 1, "messages_seeker": 1, "messages_listener": 1}
        await session.execute(insert(ChatFactsRow).values(chat))
        session.add(practice_over("p", cast.fennel.person_id, "teen", at_ms=now, age_band="teen", score=81))
    teen = await grants(cast, "teen")
    return str(adult["certificate_id"]), str(teen["certificate_id"])


async def test_practice_and_real_chats_are_read_from_their_tables(registry: Registry) -> None:
    cast = await people(registry)
    await earns_both(registry, cast)
    assert set(await held_by(cast.fennel)) == {"age_band:adult", "age_band:teen", "risk_level:low"}


async def test_a_withdrawal_takes_what_rests_on_it_and_can_be_answered_once(registry: Registry) -> None:
    cast = await people(registry)
    adult, teen = await earns_both(registry, cast)
    assert problem(await cast.admin.post(f"/api/certificates/{adult}/withdrawal", {"reason": " "})) == (
        422,
        "no_reason",
    )
    await withdraws(cast, adult)
    assert await held_by(cast.fennel) == {}
    record = (await cast.fennel.get("/api/certification")).json()
    assert [(one["state"], one["withdrawn_reason"]) for one in record["certificates"]] == [
        ("withdrawn", "Three seekers felt rushed."),
    ] * 2
    for certificate_id in (adult, teen):
        shown = (await registry.browser().get(f"/api/certificates/{certificate_id}")).json()
        assert (shown["state"], shown["is_genuine"]) == ("withdrawn", True)
        assert "rushed" not in json.dumps(shown), "the reason is nobody else's business"

    reply = f"/api/certificates/{adult}/reply"
    assert problem(await cast.mentor.post(reply, {"text": "not mine"})) == (404, "no_such_certificate")
    assert (await cast.fennel.post(reply, {"text": "I would like to talk about it."})).status_code == 200
    assert problem(await cast.fennel.post(reply, {"text": "again"})) == (409, "replied_already")
    desk = (await cast.admin.get("/api/certification/desk")).json()
    assert "I would like to talk about it." in [one["reply"] for one in desk["withdrawn"]]

    # What was withdrawn is proposed again, marked as such; granted anew it holds.
    assert [(one["grade_id"], one["was_withdrawn"]) for one in desk["proposals"]] == [("adult", True)]
    await grants(cast)
    assert set(await held_by(cast.fennel)) == {"age_band:adult", "risk_level:low"}


async def test_a_clearance_that_another_certificate_earns_stays(registry: Registry) -> None:
    cast = await people(registry)
    _, teen = await earns_both(registry, cast)
    await withdraws(cast, teen)
    assert set(await held_by(cast.fennel)) == {"age_band:adult", "risk_level:low"}


async def test_a_certificate_shortens_no_clearance_that_an_admin_gave_for_longer(registry: Registry) -> None:
    cast = await people(registry)
    path = f"/api/admin/people/{cast.fennel.person_id}/clearances"
    assert (await cast.admin.post(path, {"kind": "age_band", "value": "adult"})).status_code == 201
    await learns(registry, cast)
    certificate = await grants(cast)
    assert (await held_by(cast.fennel))["age_band:adult"] is None
    await withdraws(cast, certificate["certificate_id"])
    assert await held_by(cast.fennel) == {}, "a withdrawal takes the clearance whoever gave it"


# ---- time ----


async def everybody_signs_in(cast: People) -> None:
    """Again: sign-ins end earlier than certificates."""
    for person, name in ((cast.admin, "linden"), (cast.mentor, "maple"), (cast.fennel, "fennel")):
        assert (await person.post("/api/sign-in", {"name": name, "password": PASSWORD})).status_code == 200


async def test_it_runs_out_to_the_day_and_is_renewed_before(registry: Registry) -> None:
    cast = await people(registry)
    await learns(registry, cast)
    first = await grants(cast)
    end = day_of(first["expires_at_ms"])
    registry.clock.now_ms = first["expires_at_ms"] - 30 * 24 * 3600_000
    await everybody_signs_in(cast)
    grade = (await grades_of(cast.fennel))["adult"]
    assert (grade["is_reminded"], grade["is_renewal"], grade["is_due"]) == (True, True, False)
    await signs(registry, cast, item="yearly")
    await signs(registry, cast, subject="ethics", minutes=120)
    second = await grants(cast)
    assert day_of(second["expires_at_ms"]) - end in (timedelta(days=365), timedelta(days=366))
    registry.clock.now_ms = first["expires_at_ms"] + 1
    await everybody_signs_in(cast)
    held = await held_by(cast.fennel)
    assert held == {"age_band:adult": second["expires_at_ms"], "risk_level:low": second["expires_at_ms"]}
    shown = (await registry.browser().get(f"/api/certificates/{first['certificate_id']}")).json()
    assert shown["state"] == "lapsed"


async def test_rules_grant_by_themselves_only_where_an_admin_said_so(registry: Registry) -> None:
    cast = await people(registry)
    await learns(registry, cast)
    database, key = registry.deps.database, Ed25519PrivateKey.generate()

    async def look() -> int:
        return await grant_automatically(database, registry.book, lambda: key, issuer="", now_ms=registry.clock())

    assert await look() == 0
    switch = await cast.admin.call(
        "PUT", "/api/certification/rule-sets/small", {"is_in_force": True, "is_automatic": True}
    )
    assert switch.status_code == 204
    assert (await look(), await look()) == (1, 0)
    (certificate,) = (await cast.fennel.get("/api/certification")).json()["certificates"]
    await withdraws(cast, certificate["certificate_id"])
    assert await look() == 0, "what somebody took back, somebody has to give back"


# ---- documents and keys ----


async def test_anybody_can_verify_a_document_with_the_published_keys_alone(registry: Registry) -> None:
    cast = await people(registry)
    await learns(registry, cast)
    certificate_id = (await grants(cast))["certificate_id"]
    stranger = registry.browser()
    address = (await stranger.get(f"/api/certificates/{certificate_id}")).json()["address"]
    listed = (await stranger.get("/api/certification/keys")).json()["keys"]
    keys = {one["kid"]: public_key_of(one["x"]) for one in listed}
    document = document_in(f"  {address}\n")
    assert verify(document, keys).jti == certificate_id
    assert (await stranger.post("/api/certification/verification", {"text": address})).json()["state"] == "held"

    header, body, signature = document.split(".")
    forged = sign(read(document)[1], Ed25519PrivateKey.generate())
    flipped = body[:20] + ("A" if body[20] != "A" else "B") + body[21:]
    for bad in (forged, f"{header}.{flipped}.{signature}", f"{header}.{body}.{signature[:-4]}AAAA", "hello", "a.b.c"):
        with pytest.raises(BadDocument):
            verify(document_in(bad), keys)
        answer = await stranger.post("/api/certification/verification", {"text": bad})
        assert problem(answer) == (422, "bad_document")


async def test_the_key_is_private_and_can_be_rotated(registry: Registry) -> None:
    cast = await people(registry)
    await learns(registry, cast)
    certificate_id = (await grants(cast))["certificate_id"]
    path = signing_key.path_of(registry.deps.settings.data_dir)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    old = signing_key.find(registry.deps.settings.data_dir)
    new = signing_key.rotate(registry.deps.settings.data_dir)
    assert old is not None
    assert key_id_of(old.public_key()) != key_id_of(new.public_key())
    shown = (await registry.browser().get(f"/api/certificates/{certificate_id}")).json()
    assert shown["is_genuine"], "what the old key signed stays good"
    async with registry.deps.database.write() as session:
        await disown(session, key_id_of(old.public_key()), now_ms=registry.clock())
    shown = (await registry.browser().get(f"/api/certificates/{certificate_id}")).json()
    assert not shown["is_genuine"], "a stolen key's signatures are worth nothing"
    path.chmod(0o644)
    await withdraws(cast, certificate_id)
    answer = await cast.admin.post(
        f"/api/certification/people/{cast.fennel.person_id}/certificates", {"rule_set_id": "small", "grade_id": "adult"}
    )
    assert problem(answer) == (503, "not_ready")


# ---- records to take along ----


async def test_a_record_can_be_taken_along(registry: Registry) -> None:
    cast = await people(registry)
    await learns(registry, cast)
    certificate_id = (await grants(cast))["certificate_id"]
    as_json = await cast.fennel.get("/api/certification/records/me.json")
    assert as_json.json()["certificates"][0]["certificate_id"] == certificate_id
    assert as_json.headers["content-disposition"] == 'attachment; filename="training-record.json"'
    as_pdf = await cast.admin.get(f"/api/certification/records/{cast.fennel.person_id}.pdf")
    assert (as_pdf.headers["content-type"], as_pdf.content[:5]) == ("application/pdf", b"%PDF-")
    # What can be nobody's id never reaches the database, which would say that it is away.
    assert problem(await cast.admin.get("/api/certification/records/a%00b.json")) == (404, "not_found")


async def test_a_name_for_which_no_font_is_there_is_said_not_mangled(registry: Registry) -> None:
    cast = await people(registry)
    record = msgspec.convert((await cast.fennel.get("/api/certification")).json(), Record)
    with pytest.raises(UnwritableError, match="DejaVu"):
        record_pdf(msgspec.structs.replace(record, display_name="Фенхель"), "", fonts=())
    assert record_pdf(record, "", fonts=()).startswith(b"%PDF-")
