"""The seeker's page, as a seeker uses it."""

import re
import time

from playwright.async_api import Locator, Page, expect

__all__ = ["SeekerPage"]


class SeekerPage:
    """One tab of a seeker."""

    def __init__(self, page: Page, language: str, typed: set[str]) -> None:
        self.page = page
        self.language = language
        self._typed = typed
        #: When this page last said hello (time.monotonic): to the server that is an act.
        self.greeted_at = 0.0
        page.on("websocket", lambda _: setattr(self, "greeted_at", time.monotonic()))

    async def opens(self) -> "SeekerPage":
        """The first page, with its questions."""
        await self.page.goto("/")
        await expect(self.page.get_by_role("group", name="How old are you?")).to_be_visible()
        return self

    async def asks(self, *topics: str, age: str = "18 or older", weight: int | None = None) -> None:
        """Answer the questions and press the lit button; ends in the line."""
        page = self.page
        language = page.get_by_label("Which language do you want to write in?")
        if await language.count():
            await language.select_option(self.language)
        await page.get_by_role("radio", name=age, exact=True).check()
        if topics or weight is not None:
            await page.get_by_text("Two questions, if you want").click()
        for topic in topics:
            await page.get_by_role("checkbox", name=topic, exact=True).check()
        if weight is not None:
            await page.locator(".weights input").nth(weight - 1).check()
        await page.get_by_role("button", name="Start a chat").click()
        await expect(page.get_by_role("button", name="Start a chat")).to_have_count(0)

    async def is_in_line(self) -> None:
        await expect(self.heading).to_have_text(re.compile("You're in line"))

    async def is_in_chat(self) -> None:
        await expect(self.field).to_be_visible()
        await expect(self.page.get_by_text("is here with you", exact=True)).to_be_visible()

    async def writes(self, text: str) -> None:
        """Type it, press Enter, and see it in the log."""
        self._typed.add(text)
        await self.field.fill(text)
        await self.field.press("Enter")

    async def ends_chat(self) -> None:
        await self.page.get_by_role("button", name="End chat").click()
        await self.page.get_by_role("alertdialog").get_by_role("button", name="End chat").click()
        await expect(self.heading).to_have_text("Thank you for talking with us.")

    @property
    def heading(self) -> Locator:
        return self.page.locator("h1")

    @property
    def field(self) -> Locator:
        return self.page.locator("#write")

    @property
    def bubbles(self) -> Locator:
        """What was said in the chat, oldest first."""
        return self.page.locator(".log .bubble")

    async def reads(self, *texts: str) -> None:
        """Exactly this stands in the log, all of it answered."""
        await expect(self.bubbles).to_have_text(list(texts))
        await expect(self.page.locator(".bubble--sending")).to_have_count(0)
