"""A real browser before a real service. Each story has a street of its own: a language, people in it, their pages."""

import asyncio
import functools
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from chat.accounts.pool_opening import open_pools_for
from config.database import Database, migrate
from tests.browser.console import Console
from tests.browser.seeker import SeekerPage
from tests.helpers import staff
from tests.helpers.service import ROOT, Service, starting

__all__ = [
    "CHROMIUM",
    "FLAGS",
    "PHONE",
    "WIDE",
    "Street",
    "browser",
    "service",
    "sign_in",
    "street",
    "waiting_since_long",
]

PHONE, WIDE = (360, 740), (1280, 800)
#: The headless shell where the system has it: the same engine without a browser's own windows, of which each new
#: context opens one. That alone took 1.45 s of CPU, and takes 0.2.
CHROMIUM = next(
    (path for path in map(Path, ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")) if path.exists()),
    Path("/usr/bin/chromium"),
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: A page on a busy machine of two cores gets this long for anything.
PATIENCE_MS = 45_000
#: Long enough for a look at each state, short enough to be waited for.
_CLOCKS = {"OFFER_S": "60", "CONFIRM_S": "30", "WRAP_UP_S": "60"}
#: Each story takes one, so that no two share a line.
_LANGUAGES = [
    *("af", "am", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "es", "et", "eu", "fa", "fi"),
    *("fr", "ga", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it"),
    *("ja", "ka", "kk", "km", "kn", "ko", "ky", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "nb", "ne"),
    *("nl", "pa", "pl", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk"),
]
_unused = iter(_LANGUAGES)
_NUMBERS = itertools.count(1)
_THEN = 1_700_000_000_000


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """The service that all stories share. At the end its log holds no traceback and no word that was typed."""
    if not (ROOT / "web" / "dist" / "index.html").exists():
        pytest.fail("The pages are not built: run `make web` first.")
    with tempfile.TemporaryDirectory(prefix="tl-browser-") as folder:
        # Before the start: web processes read the lines anew every few seconds only.
        asyncio.run(_open_lines(Path(folder) / "data"))
        with starting(Path(folder), **_CLOCKS) as running:
            yield running
            running.check_log()


async def _open_lines(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    url = f"sqlite:///{data_dir / 'tealight.db'}"
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    async with database.write() as session:
        await open_pools_for(session, _LANGUAGES, by="the story", now_ms=_THEN)
    await database.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all stories."""
    if not CHROMIUM.exists():
        pytest.fail(f"There is no {CHROMIUM}: `make system` installs it.")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def waiting_since_long(service: Service, browser: Browser) -> AsyncIterator[tuple["Street", SeekerPage]]:
    """A seeker who asked before all other stories and did nothing since: so that one story needn't wait for it."""
    street = Street(service, browser)
    # Another story kills web processes; this page then comes back like all others.
    street.expected = ("WebSocket connection", "ERR_", "Failed to load")
    seeker = await street.seeker()
    await seeker.asks()
    yield street, seeker
    await street.closes()


@pytest_asyncio.fixture(loop_scope="session")
async def street(service: Service, browser: Browser) -> AsyncIterator["Street"]:
    """A street for one story. At its end no page has complained, and all are closed."""
    street = Street(service, browser)
    yield street
    await street.closes()


class Street:
    """Pages come into it by its methods. `expected` holds parts of complaints that belong to the story."""

    def __init__(self, service: Service, browser: Browser) -> None:
        self.service = service
        self.browser = browser
        self.url = f"http://127.0.0.1:{service.port}"
        self.expected: tuple[str, ...] = ()
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []
        self.database = Database(f"sqlite:///{service.data_dir / 'tealight.db'}")

    @functools.cached_property
    def language(self) -> str:
        """The language of this story, taken when it is first asked for."""
        return next(_unused)

    async def closes(self) -> None:
        for context in self._contexts:
            await context.close()
        await self.database.close()
        left = [one for one in self.complaints if not any(part in one for part in self.expected)]
        assert not left, left

    async def context(self, size: tuple[int, int] = WIDE, **more: Any) -> BrowserContext:
        """A browser of one's own: no cookie and no storage is shared with another."""
        width, height = size
        context = await self.browser.new_context(
            base_url=self.url, viewport={"width": width, "height": height}, locale="en-GB", **more
        )
        context.set_default_timeout(PATIENCE_MS)
        # The way out leads to another site; nothing of a test leaves this machine.
        await context.route(lambda url: not url.startswith((self.url, "blob:", "data:")), _elsewhere)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(f"{error.page and error.page.url}: {error.error}"))
        self._contexts.append(context)
        return context

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.page and message.page.url}: {message.text} ({message.location['url']})")

    # ---- people ----

    async def person(self, role: str = "listener", **more: Any) -> str:
        """A member of staff of this street; returns their sign-in name."""
        name = f"{role}{next(_NUMBERS)}"
        more.setdefault("languages", (self.language,))
        await staff.add(self.database, name, role, now_ms=_THEN, **more)
        return name

    async def seeker(self, size: tuple[int, int] = PHONE, **more: Any) -> SeekerPage:
        """A seeker who has opened the first page."""
        context = await self.context(size, **more)
        return await SeekerPage(await context.new_page(), self.language, self.service.typed).opens()

    async def staff_page(self, path: str, role: str, size: tuple[int, int] = WIDE, **more: Any) -> Page:
        """A page of a new member of staff, who has signed in on the way to it."""
        context = await self.context(size, **more)
        page = await context.new_page()
        await page.goto(path)
        await sign_in(page, await self.person(role))
        await page.wait_for_url(f"{self.url}{path}")
        return page

    async def listener(self, size: tuple[int, int] = WIDE, **more: Any) -> Console:
        """A listener at the console, off duty still."""
        return Console(await self.staff_page("/listen", "listener", size, **more), self.service.typed)

    async def they_talk(self, **more: Any) -> tuple[SeekerPage, Console]:
        """A seeker and a listener in an open chat."""
        listener, seeker = await asyncio.gather(self.listener(**more), self.seeker(**more))
        await listener.becomes("Available")
        await seeker.asks()
        await listener.accepts()
        await seeker.is_in_chat()
        return seeker, listener


async def sign_in(page: Page, name: str, password: str = staff.PASSWORD) -> None:
    """Fill the sign-in form in, and send it."""
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def _elsewhere(route: Any) -> None:
    await route.fulfill(content_type="text/html", body="<!doctype html><title>Elsewhere</title><p>Elsewhere")
