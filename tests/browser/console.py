"""The listener's console, as a listener uses it."""

from playwright.async_api import Locator, Page, expect

__all__ = ["Console", "Desk"]


class Console:
    """One page of a listener."""

    def __init__(self, page: Page, typed: set[str]) -> None:
        self.page = page
        self.typed = typed

    async def becomes(self, availability: str, chats_at_once: int = 1) -> None:
        """Available, Pause or Off duty."""
        if chats_at_once != 1:
            await self.page.get_by_label("Chats at once").select_option(str(chats_at_once))
        choice = self.page.get_by_role("radio", name=availability, exact=True)
        await choice.click()
        await expect(choice).to_be_checked()

    @property
    def offer(self) -> Locator:
        return self.page.get_by_role("region", name="A new chat for you")

    async def accepts(self) -> None:
        await self.offer.get_by_role("button", name="Accept").click()

    @property
    def desks(self) -> Locator:
        return self.page.locator(".desk")

    def desk(self, number: int = 0) -> "Desk":
        """The chat at this place, 0 = the first."""
        return Desk(self.desks.nth(number), self.typed)


class Desk:
    """One chat on the console."""

    def __init__(self, root: Locator, typed: set[str]) -> None:
        self.root = root
        self._typed = typed

    @property
    def field(self) -> Locator:
        return self.root.locator(".composer textarea")

    @property
    def bubbles(self) -> Locator:
        return self.root.locator(".log .bubble")

    async def writes(self, text: str) -> None:
        self._typed.add(text)
        await self.field.fill(text)
        await self.field.press("Enter")

    async def reads(self, *texts: str) -> None:
        """Exactly this stands in the log, all of it answered."""
        await expect(self.bubbles).to_have_text(list(texts))
        await expect(self.root.locator(".bubble--sending")).to_have_count(0)

    async def name(self) -> str:
        """How the seeker is called."""
        return (await self.root.locator(".desk__title").text_content() or "").strip()

    async def ends(self) -> None:
        await self.root.locator(".desk__acts").get_by_text("End").click()
        await self.root.page.get_by_role("button", name="End the chat").click()
