"""The longest name that a person may have makes no page scroll sideways, and is read whole or cut with a mark."""

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import update

from chat.accounts.tables import StaffRow
from tests.browser.console import Console
from tests.browser.looks import name_that_sticks_out, overflow
from tests.browser.street import PHONE, WIDE, Street, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: As long as a shown name may be, without a place to break it.
LONG = ("Wolfeschlegelsteinhausen" * 2)[:40]


async def page_of(street: Street, path: str, role: str) -> Page:
    """A page of somebody with that name."""
    sign_in_name = await street.person(role)
    async with street.database.write() as session:
        await session.execute(update(StaffRow).where(StaffRow.name == sign_in_name).values(display_name=LONG))
    page = await (await street.context()).new_page()
    await page.goto(path)
    await sign_in(page, sign_in_name)
    await page.wait_for_url(f"{street.url}{path}")
    return page


class Look:
    """What was found wrong, state by state."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    async def __call__(self, page: Page, state: str) -> None:
        was = page.viewport_size
        assert was is not None
        for width, height in (PHONE, WIDE):
            await page.set_viewport_size({"width": width, "height": height})
            await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            if wide := await overflow(page):
                self.wrong.append(f"{state} at {width} px: {wide} px too wide")
            self.wrong += [f"{state} at {width} px: {one}" for one in await name_that_sticks_out(page, LONG)]
        await page.set_viewport_size(was)


async def test_a_seeker_and_the_console(street: Street) -> None:
    look = Look()
    listener = Console(await page_of(street, "/listen", "listener"), street.service.typed)
    seeker = await street.seeker()
    page, desk = seeker.page, listener.page
    await listener.becomes("Available")
    await seeker.asks()
    await listener.accepts()
    await seeker.is_in_chat()
    await listener.desk().writes("Hello.")
    await expect(seeker.bubbles).to_have_count(1)
    await look(page, "chat")
    await listener.desk().field.press_sequentially("I am")
    await expect(page.locator(".typing")).to_be_visible()
    await look(page, "chat, typing")
    await look(desk, "console")
    await page.get_by_role("button", name="More").or_(page.get_by_role("button", name="Report or block")).first.click()
    await look(page, "chat, more")
    await page.get_by_role("dialog").get_by_role("button", name="Report or block").click()
    await look(page, "chat, report")
    await page.get_by_role("dialog").locator(".dialog__bar").get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="End chat").click()
    await look(page, "chat, end")
    await page.get_by_role("button", name="Go on talking").click()
    await seeker.ends_chat()
    await look(page, "after")
    await page.get_by_role("button", name=f"Ask for {LONG}").click()
    await look(page, "after, with a wish")
    await page.get_by_role("button", name="Skip and finish").click()
    await expect(page.get_by_role("group", name="How old are you?")).to_be_visible()
    await look(page, "landing, with a wish")
    await page.get_by_role("checkbox", name="Wait for").check()
    await seeker.asks()
    await expect(page.get_by_text(f"we ask only {LONG}")).to_be_visible()
    await look(page, "waiting, with a wish")
    await desk.locator(".staff-bar__end button").last.click()
    await look(desk, "account")
    board = await page_of(street, "/supervise", "supervisor")
    await board.get_by_label("Pool", exact=True).select_option(f"{street.language}/adult")
    await expect(board.get_by_text(LONG).nth(1)).to_be_visible()
    await look(board, "board")
    assert not look.wrong, "\n".join(look.wrong)


async def test_the_pages_of_staff(street: Street) -> None:
    look = Look()
    await page_of(street, "/listen", "listener")
    admin = await page_of(street, "/admin", "admin")
    await admin.get_by_placeholder("Find a person").fill(LONG)
    await look(admin, "people")
    of_one = await admin.locator("tbody th a").first.get_attribute("href")
    await admin.locator("tbody th a").first.click()
    await expect(admin.get_by_role("heading", name="Clearances")).to_be_visible()
    await look(admin, "person")
    await admin.get_by_role("button", name="Withdraw").first.click()
    await look(admin, "withdraw")
    await admin.get_by_role("dialog").get_by_role("button", name="Close").click()
    parts = admin.get_by_role("navigation", name="Parts of the admin pages")
    await parts.get_by_role("link", name="Audit log").click()
    await admin.wait_for_load_state("networkidle")
    await look(admin, "audit log")
    for address in ("/supervise", "/learn#people", "/learn", "/learn#desk", "/learn#clearances"):
        await admin.goto(address)
        await admin.wait_for_load_state("networkidle")
        await look(admin, address)
    await admin.goto(f"/learn{of_one}")
    await expect(admin.locator("h1")).to_have_text(LONG)
    await look(admin, "learning of one")
    assert not look.wrong, "\n".join(look.wrong)
