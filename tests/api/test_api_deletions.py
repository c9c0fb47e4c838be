"""Deleting a chat by its code, over HTTP: for programs, and for people without a script."""

import shutil
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from chat.accounts.sign_in_limits import FREE_TRIES_ADDRESS
from chat.conversation.deletion_codes import code_of, hash_of
from chat.conversation.key_tables import ChatKeyRow
from routing.actions.lines import Lines
from tests.helpers.api import ORIGIN, Api, problem

SOURCE = Path(__file__).resolve().parents[2] / "web" / "delete.html"
SECRET = "a secret of at least thirty-two letters"
CODE = code_of(SECRET, "c1")
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def deleting(sqlite_api: Api) -> Api:
    """A service with one archived chat, reached by an engine that holds nothing any more."""
    object.__setattr__(sqlite_api.deps, "lines", lambda: Lines({}))
    async with sqlite_api.deps.database.write() as session:
        key = {"wrapped": b"w", "master_id": "m", "made_at_ms": 1, "deletion_hash": hash_of(CODE)}
        session.add(ChatKeyRow(chat_id="c1", **key))
    sqlite_api.deps.dist.mkdir(exist_ok=True)
    shutil.copy(SOURCE, sqlite_api.deps.dist / "delete.html")
    return sqlite_api


async def keys_left(api: Api) -> list[str]:
    async with api.deps.database.read() as session:
        return list(await session.scalars(select(ChatKeyRow.chat_id)))


async def test_a_code_deletes_its_chat_once(deleting: Api) -> None:
    anybody = deleting.browser()
    assert problem(await anybody.post("/api/chat-deletions", {"code": code_of(SECRET, "c2")})) == (404, "no_such_code")
    assert problem(await anybody.post("/api/chat-deletions", {"code": ""})) == (404, "no_such_code")
    assert problem(await anybody.post("/api/chat-deletions", {"code": "A" * 101})) == (422, "bad_field")
    assert await keys_left(deleting) == ["c1"]
    answer = await anybody.post("/api/chat-deletions", {"code": CODE.lower()})
    assert (answer.status_code, answer.content) == (204, b"")
    assert await keys_left(deleting) == []
    assert problem(await anybody.post("/api/chat-deletions", {"code": CODE})) == (404, "no_such_code")


async def test_who_guesses_waits_but_not_on_this_machine(deleting: Api) -> None:
    guesser, here = deleting.browser("203.0.113.9"), deleting.browser()
    for number in range(FREE_TRIES_ADDRESS):
        await guesser.post("/api/chat-deletions", {"code": f"{number}"})
    answer = await guesser.post("/api/chat-deletions", {"code": CODE})
    assert problem(answer) == (429, "too_many_tries") and answer.headers["retry-after"] == "2"
    assert await keys_left(deleting) == ["c1"]
    for number in range(FREE_TRIES_ADDRESS + 5):
        assert problem(await here.post("/api/chat-deletions", {"code": f"{number}"}))[0] == 404
    deleting.clock.advance(s=2)
    assert (await guesser.post("/api/chat-deletions", {"code": CODE})).status_code == 204


async def test_without_an_engine_nothing_is_half_done(deleting: Api) -> None:
    object.__setattr__(deleting.deps, "lines", lambda: None)
    assert problem(await deleting.browser().post("/api/chat-deletions", {"code": CODE})) == (503, "try_again")
    assert await keys_left(deleting) == ["c1"]


async def test_the_page_deletes_without_a_script(deleting: Api) -> None:
    browser = deleting.browser().client

    async def sent(body: str, **headers: str) -> httpx.Response:
        return await browser.post("/delete", content=body, headers={**FORM, **headers})

    page = await browser.get("/delete")
    assert page.headers["referrer-policy"] == "same-origin" and page.headers["cache-control"] == "no-store"
    assert "<form" in page.text and "delete.deleted" not in page.text and "[[" not in page.text
    assert "delete.unknown" in (await sent("code=ABCD")).text
    assert "delete.unknown" in (await sent("")).text
    assert "delete.unknown" in (await sent("code=" + "A" * 5000)).text
    assert (await sent(f"code={CODE}", origin="https://elsewhere.example")).status_code == 403
    assert (await sent(f"code={CODE}", origin="null")).status_code == 403
    assert await keys_left(deleting) == ["c1"]
    assert "delete.deleted" in (await sent(f"code={CODE.replace('-', '+')}", origin=ORIGIN)).text
    assert await keys_left(deleting) == []
    assert CODE not in (await sent(f"code={CODE}")).text, "what was typed is never shown again"
    object.__setattr__(deleting.deps, "lines", lambda: None)
    assert (await sent("code=ABCD")).status_code == 503
    assert (await browser.put("/delete")).status_code == 405
