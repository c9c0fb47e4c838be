"""Pages, their files and headers; health for machines."""

import asyncio
import gzip
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from chat.api.origin import is_own_origin
from config.database import Database
from tests.helpers.api import Api, make_api, problem
from tests.helpers.databases import Clock


def build(dist: Path) -> None:
    (dist / "assets").mkdir(parents=True)
    for name in ("index", "listen", "supervise", "admin", "sign-in"):
        (dist / f"{name}.html").write_text(f"<title>{name}</title>")
    script = b"console.log('tealight')" * 50
    (dist / "assets" / "index-a1b2.js").write_bytes(script)
    (dist / "assets" / "index-a1b2.js.br").write_bytes(b"as brotli")
    (dist / "assets" / "index-a1b2.js.gz").write_bytes(gzip.compress(script))
    (dist / "sw.js").write_text("self")
    (dist / "favicon.svg").write_text("<svg/>")
    (dist.parent / "secret.txt").write_text("not a page")


async def test_before_the_build_pages_say_what_builds_them(sqlite_api: Api) -> None:
    answer = await sqlite_api.browser().get("/")
    assert answer.status_code == 503
    assert "make web" in answer.text
    assert "<style" not in answer.text and "style=" not in answer.text and "script" not in answer.text


async def test_everybody_sees_the_first_page_and_the_sign_in(sqlite_api: Api) -> None:
    build(sqlite_api.deps.dist)
    browser = sqlite_api.browser()
    for path, page in (("/", "index"), ("/sign-in", "sign-in"), ("/join/some-code", "sign-in")):
        answer = await browser.get(path)
        assert answer.text == f"<title>{page}</title>"
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (await browser.get("/status")).status_code == 404
    assert (await browser.get("/index.html")).status_code == 404


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("listener", {"/listen"}),
        ("supervisor", {"/listen", "/supervise"}),
        ("admin", {"/listen", "/supervise", "/admin"}),
    ],
)
async def test_staff_pages_are_shown_by_role(sqlite_api: Api, role: str, sees: set[str]) -> None:
    build(sqlite_api.deps.dist)
    browser = await sqlite_api.sign_in("wren", role)
    for path in ("/listen", "/supervise", "/admin"):
        stranger = await sqlite_api.browser().get(path)
        assert (stranger.status_code, stranger.headers["location"]) == (303, f"/sign-in?next={path}")
        answer = await browser.get(path)
        assert answer.status_code == (200 if path in sees else 403)
        assert answer.headers["content-type"].startswith("text/html")
    assert (await browser.get("/learn")).status_code == 404


async def test_whoever_signs_in_comes_back_to_what_they_asked_for(sqlite_api: Api) -> None:
    build(sqlite_api.deps.dist)
    answer = await sqlite_api.browser().get("/listen?practice=p1&more=a%20b")
    # Without its query it would be the console for real chats.
    next_page = parse_qs(urlsplit(answer.headers["location"]).query)["next"]
    assert next_page == ["/listen?practice=p1&more=a%20b"]


async def test_assets_are_kept_for_ever_and_come_packed(sqlite_api: Api) -> None:
    build(sqlite_api.deps.dist)
    browser, path = sqlite_api.browser(), "/assets/index-a1b2.js"

    async def packed(accept: str) -> str | None:
        answer = await browser.get(path, headers={"accept-encoding": accept})
        assert answer.headers["vary"] == "Accept-Encoding"
        return answer.headers.get("content-encoding")

    plain = await browser.get(path, headers={"accept-encoding": "identity"})
    assert "immutable" in plain.headers["cache-control"]
    assert plain.headers["content-type"].startswith("text/javascript")
    assert await packed("gzip") == "gzip"
    assert await packed("br;q=0, gzip") == "gzip"
    assert await packed("deflate") is None
    async with browser.client.stream("GET", path, headers={"accept-encoding": "gzip, deflate, br"}) as answer:
        assert answer.headers["content-encoding"] == "br"
        assert b"".join([part async for part in answer.aiter_raw()]) == b"as brotli"
    again = await browser.get(path, headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await browser.get("/sw.js")).headers["cache-control"] == "no-cache"
    assert (await browser.get("/favicon.svg")).headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/assets//etc/passwd",
        "/assets/.hidden",
        "/assets/a%00b",
        "/assets/",
        "/assets",
        "/assets/nothing.js",
        "/" + "a" * 5000,
    ],
)
async def test_nothing_outside_the_build_is_served(sqlite_api: Api, path: str) -> None:
    build(sqlite_api.deps.dist)
    assert (await sqlite_api.browser().get(path)).status_code == 404


async def test_a_new_build_is_seen_without_a_restart(sqlite_api: Api) -> None:
    build(sqlite_api.deps.dist)
    browser, page = sqlite_api.browser(), sqlite_api.deps.dist / "index.html"
    first = await browser.get("/")
    await asyncio.sleep(0.02)
    page.write_text("<title>new</title>")
    second = await browser.get("/", headers={"if-none-match": first.headers["etag"]})
    assert second.text == "<title>new</title>"


async def test_every_answer_carries_the_security_headers(sqlite_api: Api) -> None:
    build(sqlite_api.deps.dist)
    for path in ("/", "/api/about", "/api/nothing", "/assets/index-a1b2.js", "/healthz", "/listen"):
        headers = (await sqlite_api.browser().get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        # What documents alone may do is said to documents alone.
        assert ("camera=()" in headers.get("permissions-policy", "")) == (path == "/")
        assert "strict-transport-security" not in headers


async def test_behind_tls_browsers_are_told_to_stay_there(sqlite_url: str, clock: Clock, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    api = await make_api(database, clock, tmp_path / "dist", PUBLIC_URL="https://talk.example.org/")
    headers = (await api.browser().get("/api/about")).headers
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "wss://talk.example.org" in headers["content-security-policy"]
    origin = {"origin": "https://talk.example.org"}
    assert (await api.browser().post("/api/sign-out", headers=origin)).status_code == 204
    await api.close()
    await database.close()


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [
        (None, True),
        ("http://localhost:8000", True),
        ("HTTP://LOCALHOST:8000", True),
        ("https://talk.example.org", True),
        ("https://talk.example.org:443", True),
        ("http://talk.example.org", False),
        ("https://talk.example.org.evil.example", False),
        ("https://localhost:8000", False),
        ("http://localhost", False),
        ("null", False),
        ("", False),
        ("http://[::1", False),
        ("http://localhost:99999", False),
        ("file://", False),
    ],
)
def test_whose_origin_it_is(origin: str | None, is_own: bool) -> None:
    known = is_own_origin(origin, scheme="http", host="localhost:8000", public_url="https://talk.example.org")
    assert known is is_own


def test_default_ports_count() -> None:
    assert is_own_origin("http://a.example", scheme="http", host="a.example:80", public_url="")
    assert not is_own_origin("null", scheme="http", host="", public_url="")


async def test_health_tells_the_truth(sqlite_api: Api) -> None:
    browser = sqlite_api.browser()
    assert (await browser.get("/healthz")).json() == {"status": "alive"}
    ready = await browser.get("/readyz")
    assert ready.json() == {"status": "ready", "engines": {"database": True, "redis": True}}
    sqlite_api.engines["redis"] = False
    away = await browser.get("/readyz")
    assert problem(away) == (503, "not_ready")
    assert away.json()["engines"] == {"database": True, "redis": False}
    assert "redis" in away.json()["detail"]
    assert (await browser.get("/healthz")).status_code == 200
    metrics = await browser.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "tealight_up 1" in metrics.text


async def test_what_anybody_may_know(sqlite_api: Api) -> None:
    browser = sqlite_api.browser()
    assert (await browser.get("/api/about")).json() == {
        "name": "Tealight",
        "version": "0.0.test",
        "durability": "everysec",
        "durability_wanted": "always",
        "is_durability_met": False,
    }
    front = (await browser.get("/api/front")).json()
    assert {"grief", "loneliness", "suicide", "other"} <= set(front["topics"])
    assert [(pool["language"], pool["age_band"], pool["is_open"]) for pool in front["pools"]] == [
        ("en", "adult", True),
        ("en", "teen", True),
    ]
    crisis = (await browser.get("/api/crisis")).json()
    assert crisis["fallback_url"] == "https://findahelpline.com"
    assert crisis["countries"]["US"]["emergency"][0]["number"] == "911"
