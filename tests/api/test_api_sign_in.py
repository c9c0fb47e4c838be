"""Signing in and out over HTTP, and what a person may change about themselves."""

from pathlib import Path

import pytest

from tests.helpers.api import Api, problem
from tests.helpers.staff import PASSWORD, add


async def test_a_listener_signs_in_sees_themselves_and_signs_out(api: Api) -> None:
    await add(api.deps.database, "wren", now_ms=api.clock())
    browser = api.browser()
    answer = await browser.post("/api/sign-in", {"name": "wren", "password": PASSWORD, "code": None})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-tealight=")
    for attribute in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie
    me = (await browser.get("/api/me")).json()
    assert me == answer.json()
    assert (me["name"], me["role"], me["age_bands"], me["max_chats"]) == ("wren", "listener", ["teen", "adult"], 4)
    assert {("topic", "grief"), ("risk_level", "high")} <= {(c["kind"], c["value"]) for c in me["clearances"]}
    answer = await browser.post("/api/sign-out")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert browser.cookie == ""
    assert problem(await browser.get("/api/me")) == (401, "not_signed_in")


async def test_signing_out_everywhere(api: Api) -> None:
    one = await api.sign_in("wren")
    two = api.browser()
    await two.post("/api/sign-in", {"name": "wren", "password": PASSWORD})
    assert (await one.post("/api/sign-out", {"everywhere": True})).status_code == 204
    assert problem(await two.get("/api/me")) == (401, "not_signed_in")
    assert (await two.post("/api/sign-out", {"everywhere": True})).status_code == 204


async def test_refused_sign_ins(sqlite_api: Api) -> None:
    await add(sqlite_api.deps.database, "wren")
    browser = sqlite_api.browser()
    for _ in range(5):
        answer = await browser.post("/api/sign-in", {"name": "wren", "password": "a wrong password"})
        assert problem(answer) == (401, "sign_in_failed")
    answer = await browser.post("/api/sign-in", {"name": "wren", "password": PASSWORD})
    assert problem(answer) == (429, "too_many_tries")
    assert answer.json()["retry_after_ms"] == 2000
    assert answer.headers["retry-after"] == "2"
    sqlite_api.clock.advance(s=2)
    assert (await browser.post("/api/sign-in", {"name": "wren", "password": PASSWORD})).status_code == 200


async def test_twenty_good_sign_ins_a_minute_from_one_address_are_fine(sqlite_api: Api) -> None:
    await add(sqlite_api.deps.database, "wren")
    for _ in range(20):
        answer = await sqlite_api.browser("198.51.100.7").post("/api/sign-in", {"name": "wren", "password": PASSWORD})
        assert answer.status_code == 200


async def test_a_person_changes_their_own_name_and_password(api: Api) -> None:
    browser = await api.sign_in("wren")
    other = api.browser()
    await other.post("/api/sign-in", {"name": "wren", "password": PASSWORD})
    assert (await browser.call("PUT", "/api/me/settings", {"display_name": "Wren of the reeds"})).status_code == 200
    assert (await browser.get("/api/me/settings")).json() == {"display_name": "Wren of the reeds"}
    assert (await browser.call("PUT", "/api/me/settings", {})).json() == {"display_name": "Wren of the reeds"}
    new = "another long password"
    answer = await browser.post("/api/me/password", {"old": "not my password", "new": new})
    assert problem(answer) == (403, "wrong_password")
    assert (await browser.post("/api/me/password", {"old": PASSWORD, "new": new})).status_code == 204
    assert (await browser.get("/api/me")).status_code == 200
    assert problem(await other.get("/api/me")) == (401, "not_signed_in")
    assert (await other.post("/api/sign-in", {"name": "wren", "password": new})).status_code == 200


async def test_a_page_of_another_site_changes_nothing(sqlite_api: Api) -> None:
    browser = await sqlite_api.sign_in("wren")
    near_misses = ("https://127.0.0.1:8000", "http://127.0.0.1:8001", "http://127.0.0.1", "http://localhost:8000")
    for origin in ("http://evil.example", *near_misses, "null", "", "x"):
        answer = await browser.post("/api/sign-out", headers={"origin": origin})
        assert problem(answer) == (403, "foreign_origin"), origin
    assert (await browser.get("/api/me", headers={"origin": "http://evil.example"})).status_code == 200
    assert (await browser.post("/api/sign-out", headers={"origin": "http://127.0.0.1:8000"})).status_code == 204


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"content": b"{"}, (400, "bad_json")),
        ({"content": b"\xff\xfe"}, (400, "bad_json")),
        ({"content": b'{"name": "\\ud800", "password": "x"}'}, (400, "bad_json")),
        ({"content": b"[" * 60_000}, (400, "bad_json")),
        ({"content": b'{"x":' + b"[" * 60_000}, (400, "bad_json")),
        ({"content": b""}, (400, "bad_json")),
        ({"content": b"null"}, (422, "bad_field")),
        ({"content": b'{"name": 1, "password": "x"}'}, (422, "bad_field")),
        ({"content": b'{"name": "x"}'}, (422, "bad_field")),
        ({"content": b" " * 65_537}, (413, "too_large")),
        ({"content": b"a=b", "headers": {"content-type": "application/x-www-form-urlencoded"}}, (415, "not_json")),
        ({"content": b"{}", "headers": {"content-type": "text/plain"}}, (415, "not_json")),
    ],
)
async def test_what_is_no_good_body_is_said_clearly(
    sqlite_api: Api, sent: dict[str, object], expected: tuple[int, str]
) -> None:
    sent = {"headers": {"content-type": "application/json; charset=utf-8"}, **sent}
    assert problem(await sqlite_api.browser().call("POST", "/api/sign-in", **sent)) == expected  # type: ignore[arg-type]


async def test_a_body_that_never_ends_is_cut_off(sqlite_api: Api) -> None:
    sent = 0

    async def endless() -> object:
        nonlocal sent
        while True:
            sent += 1024
            yield b" " * 1024

    answer = await sqlite_api.browser().call(
        "POST", "/api/sign-in", content=endless(), headers={"content-type": "application/json"}
    )
    assert problem(answer) == (413, "too_large")
    assert sent < 100_000


async def test_unknown_fields_are_ignored(sqlite_api: Api) -> None:
    await add(sqlite_api.deps.database, "wren")
    body = {"name": "wren", "password": PASSWORD, "remember": True}
    assert (await sqlite_api.browser().post("/api/sign-in", body)).status_code == 200


async def test_every_error_is_a_problem(sqlite_api: Api) -> None:
    browser = sqlite_api.browser()
    assert problem(await browser.get("/api/nothing")) == (404, "not_found")
    assert problem(await browser.get("/nothing")) == (404, "not_found")
    assert problem(await browser.get("/no/thing")) == (404, "not_found")
    answer = await browser.call("DELETE", "/api/me/settings")
    assert problem(answer) == (405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "PUT"}
    assert problem(await browser.get("/api/sign-in")) == (405, "method_not_allowed")
    page = await browser.get("/nothing", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")


async def test_a_database_that_is_away_is_a_clear_503(sqlite_api: Api, tmp_path: Path) -> None:
    browser = await sqlite_api.sign_in("wren")
    await sqlite_api.deps.database.close()
    file = tmp_path / "tealight.db"
    file.rename(tmp_path / "away.db")
    file.mkdir()
    assert problem(await browser.get("/api/me")) == (503, "try_again")
    assert (await browser.get("/listen")).status_code == 503
    file.rmdir()
    (tmp_path / "away.db").rename(file)
    assert (await browser.get("/api/me")).status_code == 200
