"""Courses that are written in the service: a draft, a second pair of eyes, an edition that people learn from."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from chat.api.routes import http_app
from config.database import Database
from listener_training.certification.document import sign
from listener_training.certification.issuing import Claims
from listener_training.certification.signing_key import read_or_make
from listener_training.certification.tables import CertificateRow
from listener_training.curriculum.library import course_files, read_course
from listener_training.learning.shelf import Shelf
from listener_training.learning_api import learning_endpoints
from listener_training.trainers.caps import CAPS
from listener_training.writing.course_files import checked_files, packed, unpacked
from listener_training.writing.editions import refresh
from listener_training.writing_api import writing_endpoints
from listener_training.writing_api.zips import zip_routes
from tests.helpers.api import Api, Browser, make_api, problem
from tests.helpers.databases import Clock
from tests.helpers.staff import PASSWORD
from tests.training.written_course import write_course

DRAFT = "/api/writing/drafts/short"


class Desk(Api):
    shelf: Shelf


@pytest.fixture
async def desk(database: Database, clock: Clock, tmp_path: Path) -> Any:
    """A service that ships one short course."""
    api = await make_api(database, clock, tmp_path / "dist")
    desk = Desk(api.deps, api.clock, api.engines)
    desk.shelf = Shelf({})
    desk.app = http_app(
        api.deps,
        more=(*learning_endpoints(desk.shelf), *writing_endpoints(desk.shelf)),
        more_routes=zip_routes(api.deps, desk.shelf),
    )
    yield desk
    await desk.close()


def short_course(tmp_path: Path) -> dict[str, str]:
    files, _ = course_files(write_course(tmp_path))
    return checked_files(files)


def zipped(texts: dict[str, str], course_id: str = "short") -> dict[str, str]:
    return {"zip": base64.b64encode(packed(course_id, texts)).decode()}


async def trainer(desk: Desk, name: str, *functions: str, until_ms: int | None = None) -> Browser:
    """A listener with a certificate for these functions."""
    browser = await desk.sign_in(name)
    key = read_or_make(desk.deps.settings.data_dir)
    now = desk.clock()
    claims = Claims(
        jti=f"k{name}",
        name=name,
        title="Trainer",
        rules="trainers",
        version="1",
        grade=functions[0],
        clears=[f"function:{function}" for function in functions],
        by="",
        iat=now // 1000,
    )
    async with desk.deps.database.write() as session:
        session.add(
            CertificateRow(
                certificate_id=claims.jti,
                person_id=browser.person_id,
                rule_set_id="trainers",
                grade_id=functions[0],
                rules_version="1",
                granted_by=browser.person_id,
                granted_at_ms=now,
                expires_at_ms=until_ms,
                document=sign(claims, key),
            )
        )
    return browser


async def saves(browser: Browser, path: str, text: str, seen: int) -> Any:
    return await browser.call("PUT", f"{DRAFT}/file", {"path": path, "text": text, "seen": seen})


async def test_a_course_from_elsewhere_is_mended_published_learned_and_taken_back(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    texts = short_course(tmp_path)
    fern = await trainer(desk, "fern", "author")
    rowan = await trainer(desk, "rowan", "verifier")
    linden = await desk.sign_in("linden", "admin")

    broken = {**texts, "en/hearing.md": texts["en/hearing.md"].replace("## Doing it", "##Doing it")}
    begun = await fern.post("/api/writing/drafts", zipped(broken))
    assert begun.status_code == 201, begun.text
    at_heading = [one for one in begun.json()["remarks"] if one["path"] == "en/hearing.md" and one["line"]]
    assert at_heading and all(one["level"] == "error" for one in at_heading)
    assert [one["module_id"] for one in begun.json()["modules"]] == ["first", "more"]

    # Nobody learns from a draft, and nobody publishes what is not sound.
    assert (await fern.get("/api/learning")).json()["courses"] == []
    assert problem(await rowan.post(f"{DRAFT}/publish", {})) == (409, "course_unsound")
    given_back = await rowan.post(f"{DRAFT}/give-back", {"note": "A heading is not one."})
    assert given_back.status_code == 204

    shown = (await fern.get(DRAFT)).json()
    assert shown["draft"]["given_back"] == "A heading is not one."
    looked = await fern.post(f"{DRAFT}/look", {"path": "en/hearing.md", "text": texts["en/hearing.md"]})
    assert [one for one in looked.json()["remarks"] if one["level"] == "error"] == []
    assert looked.json()["lesson"]["sections"][1]["title"] == "Doing it"
    assert len(looked.json()["lesson"]["questions"]) >= 8
    saved = await saves(fern, "en/hearing.md", texts["en/hearing.md"], seen=1)
    assert saved.json()["version"] == 2
    assert [one for one in saved.json()["remarks"] if one["level"] == "error"] == []
    await fern.post(f"{DRAFT}/hand-in")

    # Whoever wrote in it doesn't publish it.
    assert problem(await fern.post(f"{DRAFT}/publish", {})) == (403, "not_your_part")
    published = await rowan.post(f"{DRAFT}/publish", {"note": "The first one."})
    assert published.status_code == 201, published.text
    assert (published.json()["number"], published.json()["is_alone"]) == (1, False)
    assert published.json()["writers"] == ["Fern"]
    assert (await fern.get(DRAFT)).status_code == 404
    [course] = (await fern.get("/api/learning")).json()["courses"]
    assert course["title"] == "A short course"

    # Another process shows it, too, as soon as it looks.
    other = Shelf({})
    await refresh(other, database)
    assert other["short"].version == desk.shelf["short"].version == course["version"]
    assert read_course(write_course(tmp_path / "again")).course is not None

    assert problem(await rowan.post("/api/writing/courses/short/editions/1/withdraw")) == (403, "not_allowed")
    assert (await linden.post("/api/writing/courses/short/editions/1/withdraw")).status_code == 204
    assert (await fern.get("/api/learning")).json()["courses"] == []
    await refresh(other, database)
    assert list(other) == []
    [edition] = (await rowan.get("/api/writing/courses/short/editions")).json()["editions"]
    assert edition["withdrawn_at_ms"] is not None and not edition["is_in_force"]


async def test_an_edition_stands_in_front_of_what_ships_and_goes_on_from_it(desk: Desk, tmp_path: Path) -> None:
    reading = read_course(write_course(tmp_path))
    assert reading.course is not None
    desk.shelf.shipped = {"short": reading.course}
    desk.shelf.show({})
    linden = await desk.sign_in("linden", "admin")
    await linden.post("/api/writing/drafts", zipped(short_course(tmp_path / "two")))
    file = (await linden.get(f"{DRAFT}/file?path=en/words.toml")).json()
    await saves(linden, "en/words.toml", file["text"].replace("A short course", "A shorter course"), seen=1)
    # There may be nobody else: then the edition says so.
    assert (await linden.post(f"{DRAFT}/publish", {})).json()["is_alone"] is True
    assert desk.shelf["short"].original.title == "A shorter course"

    again = await linden.post("/api/writing/drafts", {"course_id": "short"})
    assert again.json()["title"] == "A shorter course"
    assert not any(one["is_changed"] for one in again.json()["files"])
    await linden.post("/api/writing/courses/short/editions/1/withdraw")
    assert desk.shelf["short"].original.title == "A short course"


async def test_two_authors_at_one_file_never_overwrite_each_other(desk: Desk, tmp_path: Path) -> None:
    fern, sage = await trainer(desk, "fern", "author"), await trainer(desk, "sage", "author")
    await fern.post("/api/writing/drafts", zipped(short_course(tmp_path)))
    assert (await saves(fern, "sources.toml", "# fern", seen=1)).status_code == 200
    assert problem(await saves(sage, "sources.toml", "# sage", seen=1)) == (409, "changed_meanwhile")
    assert problem(await saves(sage, "en/new.md", "# sage", seen=1)) == (409, "changed_meanwhile")
    gone = await sage.post(f"{DRAFT}/gone", {"path": "sources.toml", "seen": 1})
    assert problem(gone) == (409, "changed_meanwhile")
    assert (await sage.get(f"{DRAFT}/file?path=sources.toml")).json() == {
        "path": "sources.toml",
        "text": "# fern",
        "version": 2,
    }
    assert problem(await sage.post("/api/writing/drafts", zipped(short_course(tmp_path / "b")))) == (409, "draft_open")


async def test_of_two_who_save_one_file_at_the_same_moment_one_is_told_so(desk: Desk, tmp_path: Path) -> None:
    fern, sage = await trainer(desk, "fern", "author"), await trainer(desk, "sage", "author")
    zip_ = zipped(short_course(tmp_path))
    begun = await asyncio.gather(fern.post("/api/writing/drafts", zip_), sage.post("/api/writing/drafts", zip_))
    assert sorted(answer.status_code for answer in begun) == [201, 409]
    for round_ in range(1, 6):
        words = {"fern": f"# fern {round_}", "sage": f"# sage {round_}"}
        both = await asyncio.gather(
            saves(fern, "sources.toml", words["fern"], seen=round_),
            saves(sage, "sources.toml", words["sage"], seen=round_),
        )
        assert sorted(answer.status_code for answer in both) == [200, 409]
        kept = words["fern"] if both[0].status_code == 200 else words["sage"]
        shown = (await fern.get(f"{DRAFT}/file?path=sources.toml")).json()
        assert (shown["text"], shown["version"]) == (kept, round_ + 1)


async def test_whoever_wrote_in_a_course_stays_its_writer_after_others_changed_the_same_file(
    desk: Desk, tmp_path: Path
) -> None:
    texts = short_course(tmp_path)
    linden = await desk.sign_in("linden", "admin")
    await linden.post("/api/writing/drafts", zipped(texts))
    both = await trainer(desk, "rowan", "author", "verifier")
    fern = await trainer(desk, "fern", "author")

    # To save what stands there is no writing.
    await saves(both, "en/words.toml", texts["en/words.toml"], seen=1)
    assert (await both.get(DRAFT)).json()["is_own"] is False
    await saves(both, "en/words.toml", texts["en/words.toml"].replace("A short course", "My course"), seen=1)
    await saves(fern, "en/words.toml", texts["en/words.toml"].replace("A short course", "My course!"), seen=2)
    shown = (await both.get(DRAFT)).json()
    assert (shown["is_own"], shown["draft"]["writers"]) == (True, ["Fern", "Linden", "Rowan"])
    assert problem(await both.post(f"{DRAFT}/publish", {})) == (409, "own_work")
    # So does whoever only took something out.
    maple = await trainer(desk, "maple", "author", "verifier")
    await saves(fern, "en/more.md", "# more", seen=0)
    await maple.post(f"{DRAFT}/gone", {"path": "en/more.md", "seen": 1})
    assert problem(await maple.post(f"{DRAFT}/publish", {})) == (409, "own_work")
    other = await trainer(desk, "sage", "verifier")
    published = (await other.post(f"{DRAFT}/publish", {})).json()
    assert (published["writers"], published["is_alone"]) == (["Fern", "Linden", "Maple", "Rowan"], False)
    # The next draft of this course begins without writers.
    begun = (await both.post("/api/writing/drafts", {"course_id": "short"})).json()
    assert (begun["is_own"], begun["draft"]["writers"]) == (False, [])


async def test_a_course_that_grew_past_what_may_be_taken_along_is_not_published(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linden = await desk.sign_in("linden", "admin")
    await linden.post("/api/writing/drafts", zipped(short_course(tmp_path)))
    monkeypatch.setattr("listener_training.writing.course_files.COURSE_MAX", 1000)
    refused = await linden.post(f"{DRAFT}/publish", {})
    assert problem(refused) == (409, "course_unsound")
    assert "1,000 bytes" in refused.json()["detail"]
    assert (await linden.get(DRAFT)).status_code == 200


async def test_drafts_are_for_those_who_write_or_verify_and_for_nobody_else(desk: Desk, tmp_path: Path) -> None:
    fern = await trainer(desk, "fern", "author")
    await fern.post("/api/writing/drafts", zipped(short_course(tmp_path)))
    mentor, supervisor = await trainer(desk, "maple", "mentor"), await desk.sign_in("yarrow", "supervisor")
    lapsed = await trainer(desk, "sorrel", "author", until_ms=desk.clock())
    for who in (mentor, supervisor, lapsed):
        assert problem(await who.get(DRAFT)) == (403, "not_your_part")
        assert problem(await who.get("/api/writing/drafts/short.zip")) == (403, "not_your_part")
        assert problem(await saves(who, "en/words.toml", "", seen=1)) == (403, "not_your_part")
        assert problem(await who.post("/api/writing/drafts", zipped({"course.toml": 'id = "own"'}, "own"))) == (
            403,
            "not_your_part",
        )
        # Nothing of what they send is looked at, so that nobody else's zip is unpacked here.
        assert problem(await who.post("/api/writing/drafts", {"zip": "AAAA"})) == (403, "not_your_part")
    assert problem(await desk.browser().get("/api/writing/drafts/short.zip")) == (401, "not_signed_in")
    assert problem(await fern.get(f"{DRAFT}/file?path=a%00b")) == (422, "bad_query")
    written = (await supervisor.get("/api/writing")).json()
    assert (written["may_write"], written["may_publish"]) == (False, False)


async def test_an_author_writes_so_many_courses_at_a_time_and_a_verifier_publishes_so_many_a_week(
    desk: Desk, tmp_path: Path
) -> None:
    fern, rowan = await trainer(desk, "fern", "author"), await trainer(desk, "rowan", "verifier")
    for number in range(CAPS.drafts_of_an_author):
        new = {"course_id": f"new-{number}", "title": "New", "language": "en"}
        assert (await fern.post("/api/writing/drafts", new)).status_code == 201
    refused = await fern.post("/api/writing/drafts", {"course_id": "more", "title": "More"})
    assert problem(refused) == (409, "too_many_drafts")
    assert (await fern.call("DELETE", "/api/writing/drafts/new-0")).status_code == 204
    texts = short_course(tmp_path)
    for _ in range(CAPS.editions_of_a_verifier_in_a_week):
        assert (await fern.post("/api/writing/drafts", zipped(texts))).status_code == 201
        assert (await rowan.post(f"{DRAFT}/publish", {})).status_code == 201
    await fern.post("/api/writing/drafts", zipped(texts))
    assert problem(await rowan.post(f"{DRAFT}/publish", {})) == (409, "too_many_editions")
    desk.clock.advance(days=7, ms=1)
    await rowan.post("/api/sign-in", {"name": "rowan", "password": PASSWORD})
    assert (await rowan.post(f"{DRAFT}/publish", {})).status_code == 201


async def test_a_new_course_says_what_is_missing_and_grows_by_lessons(desk: Desk) -> None:
    fern = await trainer(desk, "fern", "author")
    new = {"course_id": "short", "title": 'Say "hello" \\ and mean it', "language": "de"}
    shown = (await fern.post("/api/writing/drafts", new)).json()
    assert (shown["title"], shown["language"]) == ('Say "hello" \\ and mean it', "de")
    (line,) = (await fern.get("/api/writing")).json()["courses"]
    assert line["title"] == 'Say "hello" \\ and mean it'
    assert {one["path"] for one in shown["remarks"] if one["level"] == "error"} >= {
        "de/first-lesson.md",
        "de/first-lesson.toml",
    }
    added = await fern.post(f"{DRAFT}/lessons", {"module_id": "first", "lesson_id": "second"})
    assert [one["lesson_id"] for one in added.json()["modules"][0]["lessons"]] == ["first-lesson", "second"]
    assert {"de/second.md", "de/second.toml"} <= {one["path"] for one in added.json()["files"]}
    twice = await fern.post(f"{DRAFT}/lessons", {"module_id": "first", "lesson_id": "second"})
    assert problem(twice) == (422, "bad_course_file")
    nowhere = await fern.post(f"{DRAFT}/lessons", {"module_id": "last", "lesson_id": "third"})
    assert problem(nowhere) == (422, "bad_course_file")
    gone = await fern.post(f"{DRAFT}/gone", {"path": "de/second.md", "seen": 1})
    assert any("missing" in one["what"] for one in gone.json()["remarks"])
    keep = await fern.post(f"{DRAFT}/gone", {"path": "course.toml", "seen": 2})
    assert problem(keep) == (422, "bad_course_file")


async def test_a_zip_goes_out_and_comes_back_the_same(desk: Desk, tmp_path: Path) -> None:
    texts = short_course(tmp_path)
    fern = await trainer(desk, "fern", "author")
    await fern.post("/api/writing/drafts", zipped(texts))
    answer = await fern.get("/api/writing/drafts/short.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert unpacked(answer.content) == texts
    assert problem(await fern.get("/api/writing/courses/short.zip")) == (404, "no_such_course")


async def test_what_is_no_zip_is_refused_and_nothing_is_begun(desk: Desk) -> None:
    fern = await trainer(desk, "fern", "author")
    for content in (b"", b"PK", b"no zip at all", b"PK\x03\x04" + bytes(60)):
        refused = await fern.post("/api/writing/drafts", {"zip": base64.b64encode(content).decode()})
        assert problem(refused) == (422, "bad_course_file")
    assert (await fern.get("/api/writing")).json()["courses"] == []
