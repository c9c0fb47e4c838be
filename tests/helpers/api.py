"""The HTTP API in process, over ASGI, on a fresh database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from chat.accounts.directory import Directory
from chat.accounts.pools import PoolBook
from chat.api.deps import ApiDeps
from chat.api.routes import http_app
from chat.conversation.data_keys import DataKeys
from config.database import Database
from config.durability import Promised
from config.master_keys import MasterKeys
from config.settings import load
from listener_training.clearance_api import ENDPOINTS
from tests.helpers.databases import Clock
from tests.helpers.staff import PASSWORD, add

__all__ = ["api", "sqlite_api"]

ORIGIN = "http://127.0.0.1:8000"


@dataclass
class Api:
    """A service to call: `browser` gives one that keeps its cookies, `sign_in` one that is signed in."""

    deps: ApiDeps
    clock: Clock
    engines: dict[str, bool]
    app: Starlette = field(init=False)
    address: str = "127.0.0.1"
    _open: list[httpx.AsyncClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = http_app(self.deps, more=ENDPOINTS)

    def browser(self, address: str | None = None) -> "Browser":
        """A browser without any cookie."""
        # Errors of ours must fail the test, not become a 500.
        transport = httpx.ASGITransport(self.app, client=(address or self.address, 50_000))
        client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        self._open.append(client)
        return Browser(client)

    async def sign_in(self, name: str, role: str = "listener", **person: Any) -> "Browser":
        """Add a person and sign them in."""
        await add(self.deps.database, name, role, now_ms=self.clock(), **person)
        browser = self.browser()
        me = await browser.post("/api/sign-in", {"name": name, "password": PASSWORD})
        assert me.status_code == 200, me.text
        browser.person_id = me.json()["person_id"]
        return browser

    async def close(self) -> None:
        for client in self._open:
            await client.aclose()
        self.deps.close()


@dataclass
class Browser:
    """Calls as a page of ours makes them. `__Host-` cookies are kept here: the client's jar wants TLS for them."""

    client: httpx.AsyncClient
    cookie: str = ""
    person_id: str = ""

    async def call(self, method: str, path: str, body: object = None, **more: Any) -> httpx.Response:
        headers = {"cookie": self.cookie} if self.cookie else {}
        headers |= more.pop("headers", {})
        if body is not None:
            more["json"] = body
        answer = await self.client.request(method, path, headers=headers, **more)
        self.client.cookies.clear()
        set_cookie = answer.headers.get("set-cookie")
        if set_cookie is not None:
            name_and_value = set_cookie.partition(";")[0]
            self.cookie = "" if name_and_value.endswith(("=", '=""')) else name_and_value
        return answer

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.call("GET", path, **more)

    async def post(self, path: str, body: object = None, **more: Any) -> httpx.Response:
        return await self.call("POST", path, body, **more)


async def make_api(database: Database, clock: Clock, dist: Path, **settings: str) -> Api:
    """The API on this database; `dist` is where built pages would be."""
    pools = PoolBook(database)
    await pools.refresh()
    engines = {"database": True, "redis": True}

    async def ask_engines() -> dict[str, bool]:
        return engines

    async def promised() -> Promised:
        return Promised("everysec", "always", is_met=False)

    async def exposition() -> bytes:
        return b"# TYPE tealight_up gauge\ntealight_up 1\n"

    chosen = load({"DATA_DIR": str(dist.parent), **settings})
    deps = ApiDeps(
        settings=chosen,
        database=database,
        keys=DataKeys(database, MasterKeys.of(chosen)),
        directory=Directory(database, clock),
        pools=pools,
        version="0.0.test",
        durability=promised,
        engines=ask_engines,
        metrics=exposition,
        clock=clock,
        dist=dist,
    )
    return Api(deps, clock, engines)


@pytest.fixture
async def api(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[Api]:
    """The API, once on each kind of database."""
    api = await make_api(database, clock, tmp_path / "dist")
    yield api
    await api.close()


@pytest.fixture
async def sqlite_api(sqlite_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Api]:
    """The API on SQLite, for what has nothing to do with the database."""
    database = Database(sqlite_url)
    api = await make_api(database, clock, tmp_path / "dist")
    yield api
    await api.close()
    await database.close()


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an error, after a look at its form."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["detail"]
    assert body["title"]
    return answer.status_code, body["code"]
