"""The way out: fast, from anywhere, and nothing is left in the tab."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.seeker import SeekerPage
from tests.browser.street import Street

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def is_gone(seeker: SeekerPage, street: Street) -> None:
    """The tab is elsewhere; nothing is kept, and "back" shows nothing of the chat."""
    page = seeker.page
    await page.wait_for_url("https://www.wikipedia.org/**")
    left: list[str] = []

    async def look(at: Page) -> None:
        left.extend(await at.evaluate("Object.keys(sessionStorage)"))

    await page.go_back()
    if page.url.startswith(street.url):
        await expect(page.get_by_role("button", name="Start a chat")).to_be_visible()
        await expect(page.locator(".log, .wait__name")).to_have_count(0)
        await look(page)
    else:
        await page.goto("/sign-in")  # the same origin, so the same storage
        await look(page)
    assert left == []


async def test_by_the_button_in_a_chat(street: Street) -> None:
    seeker, listener = await street.they_talk()
    await seeker.writes("Somebody comes.")
    await listener.desk().reads("Somebody comes.")
    entries = await seeker.page.evaluate("history.length")
    await seeker.page.get_by_role("link", name="Leave fast").click()
    await seeker.page.wait_for_url("https://www.wikipedia.org/**")
    assert await seeker.page.evaluate("history.length") == entries, "the page must be replaced, not left behind"
    await expect(listener.desk().root.get_by_text("ended the chat.")).to_be_visible()
    await is_gone(seeker, street)


async def test_by_esc_esc_while_waiting(street: Street) -> None:
    seeker = await street.seeker()
    await seeker.asks()
    await expect(seeker.page.locator(".wait__name strong")).to_be_visible()
    await seeker.page.keyboard.press("Escape")
    await seeker.page.keyboard.press("Escape")
    await is_gone(seeker, street)


async def test_by_esc_esc_out_of_an_open_dialog(street: Street) -> None:
    seeker = await street.seeker()
    await seeker.page.get_by_role("button", name="Help now").click()
    await expect(seeker.page.get_by_role("dialog").get_by_role("link", name="Leave fast")).to_be_visible()
    await seeker.page.keyboard.press("Escape")
    await expect(seeker.page.get_by_role("dialog")).to_have_count(0)
    await seeker.page.get_by_role("button", name="Help now").click()
    await seeker.page.wait_for_timeout(700)  # else it would be the second Esc of two
    await seeker.page.keyboard.press("Escape")
    await seeker.page.keyboard.press("Escape")
    await is_gone(seeker, street)


async def test_without_a_network(street: Street) -> None:
    street.expected = ("ERR_INTERNET_DISCONNECTED", "WebSocket connection")
    seeker, _ = await street.they_talk()
    await seeker.page.context.set_offline(True)
    await expect(seeker.page.get_by_text("Your connection is gone. Trying again.").first).to_be_visible()
    await seeker.page.get_by_role("link", name="Leave fast").click()
    await expect(seeker.page.get_by_text("is here with you", exact=True)).to_have_count(0)
    await seeker.page.context.set_offline(False)


async def test_help_is_there_without_a_network(street: Street) -> None:
    street.expected = ("ERR_INTERNET_DISCONNECTED", "WebSocket connection")
    seeker = await street.seeker()
    await seeker.page.wait_for_load_state("networkidle")
    await seeker.page.context.set_offline(True)
    await seeker.page.get_by_role("button", name="Help now").click()
    help_now = seeker.page.get_by_role("dialog", name="Get help from a person now")
    await help_now.get_by_label("Your country").select_option("DE")
    await expect(help_now.get_by_role("link", name="Call 112")).to_be_visible()
