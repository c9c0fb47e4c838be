"""Practice chats in a browser: begun from the learning page, played in the console."""

import json
import re

from playwright.async_api import Locator, Page, Route, expect

from tests.browser.console import Console, Desk

__all__ = ["begins", "falls_silent", "heard_by", "quicker", "says"]

#: The page offers two paces for people; a test takes a quicker one.
PACE = 40


async def quicker(route: Route) -> None:
    if route.request.method != "POST":
        await route.continue_()
        return
    wanted = json.loads(route.request.post_data or "{}")
    await route.continue_(post_data=json.dumps({**wanted, "pace": PACE}))


async def begins(page: Page, title: str) -> Console:
    await page.get_by_role("button", name=re.compile(f"Practise ?: {title}")).click()
    await page.wait_for_url(re.compile(r"/listen\?practice="))
    await expect(page.get_by_text("Nobody real is writing.")).to_be_visible()
    return Console(page, set())


async def falls_silent(page: Page, heard: Locator) -> int:
    """A burst is over when nothing more comes for a while; how much was heard until then."""
    count = -1
    while count != await heard.count():
        count = await heard.count()
        await page.wait_for_timeout(250)
    return count


async def heard_by(desk: Desk) -> Locator:
    """What the other one writes; there is something of it."""
    heard = desk.root.locator(".log .turn:not(.turn--mine) .bubble")
    await expect(heard.first).to_be_visible()
    return heard


async def says(desk: Desk, heard: Locator, words: str) -> int:
    """Write when the other one has fallen silent; how much was heard until then."""
    before = await falls_silent(desk.root.page, heard)
    await desk.writes(words)
    return before
