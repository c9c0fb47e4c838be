"""What a seeker reports stands on the board until somebody has read it."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import looks_right
from tests.browser.seeker import SeekerPage
from tests.browser.street import PHONE, Street

pytestmark = pytest.mark.asyncio(loop_scope="session")

WHAT = "He wanted my number and asked where I live."


async def reports_it(street: Street, seeker: SeekerPage) -> None:
    page = seeker.page
    await page.get_by_role("button", name="More").or_(page.get_by_role("button", name="Report or block")).first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Report or block").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Asked for my number, name or place").check(force=True)
    street.service.typed.add(WHAT)
    await dialog.get_by_role("textbox").fill(WHAT)
    await dialog.get_by_role("button", name="Send report").click()
    await expect(dialog.get_by_text("Your report is with a supervisor")).to_be_visible()


async def counted(page: Page) -> int:
    """How many reports the page says nobody has handled; other stories leave some behind."""
    await page.wait_for_load_state("networkidle")
    badge = page.locator(".tab .count")
    return int(await badge.inner_text()) if await badge.count() else 0


async def test_a_report_reaches_the_board_and_is_read_there(street: Street) -> None:
    seeker, listener = await street.they_talk()
    await seeker.writes("hello")
    await reports_it(street, seeker)
    board = await street.staff_page("/supervise", "supervisor")
    name = await listener.page.locator(".staff-bar__name").inner_text()
    row = board.get_by_role("row").filter(has_text=f"A seeker about {name}")
    await expect(row).to_contain_text("Asked for number, name or place")
    await expect(row).to_contain_text("Nobody has read it")
    assert WHAT not in await board.content()
    await row.get_by_role("button", name="Read").click()
    await expect(row.get_by_text(WHAT)).to_be_visible()
    await expect(row).to_contain_text("Read by")
    await expect(row.get_by_text("Nobody has read it")).to_have_count(0)
    await looks_right(board, "board-report")
    await board.reload()
    await expect(row).to_contain_text("Read by")


async def test_a_report_is_handled_on_the_board_and_the_second_of_two_is_told(street: Street) -> None:
    street.expected = ("409",)
    seeker, listener = await street.they_talk()
    await seeker.writes("hello")
    await reports_it(street, seeker)
    name = await listener.page.locator(".staff-bar__name").inner_text()
    board = await street.staff_page("/supervise", "supervisor")
    other = await street.staff_page("/supervise", "admin")
    row, same = (page.get_by_role("row").filter(has_text=f"A seeker about {name}") for page in (board, other))
    for one, what in ((row, "Spoke with both."), (same, "Wrote to them.")):
        await one.get_by_role("button", name="Mark as handled").click()
        street.service.typed.add(what)
        await one.get_by_label("What was done").fill(what)
    await row.get_by_role("button", name="Mark as handled").click()
    await expect(row.get_by_text("Handled by")).to_be_visible()
    await same.get_by_role("button", name="Mark as handled").click()
    await expect(same.get_by_role("alert")).to_contain_text("Somebody else was faster")
    await expect(same.get_by_text("Handled by")).to_be_visible()
    await expect(same.get_by_label("What was done")).to_have_value("Wrote to them.")
    await looks_right(other, "board-report-second")
    await same.get_by_role("button", name="Back").click()

    await other.reload()
    fold = other.locator("details").filter(has_text="handled report")
    await expect(same).to_be_hidden()
    await fold.locator("summary").click()
    assert "Spoke with both." not in await other.content()
    await same.get_by_role("button", name="Read").click()
    await expect(same.get_by_text("Spoke with both.")).to_be_visible()
    await looks_right(other, "board-report-handled")
    await same.get_by_role("button", name="Open again").click()
    await expect(same.get_by_text("Opened again by")).to_be_visible()
    await board.reload()
    await expect(row.get_by_role("button", name="Mark as handled")).to_be_visible()


async def test_a_report_calls_supervisors_on_every_page_of_theirs(street: Street) -> None:
    seeker, listener = await street.they_talk()
    admin = await street.staff_page("/admin", "admin", PHONE)
    learner = await street.staff_page("/learn", "supervisor")
    await seeker.writes("hello")
    await expect(admin.get_by_role("heading").first).to_be_visible()
    before = await counted(admin)
    await reports_it(street, seeker)
    for page in (admin, learner):
        await expect(page.locator(".tab .count")).to_have_text(str(before + 1))
        await expect(page.get_by_role("link", name="Board")).to_contain_text("nobody has handled")
        await expect(page.locator(".tab .count")).to_be_in_viewport()
        assert WHAT not in await page.content()
    await looks_right(admin, "admin-report")
    await expect(listener.page.locator(".staff-bar .count")).to_have_count(0)
    board = await street.staff_page("/supervise", "supervisor")
    row = board.get_by_role("row").filter(has_text="Mark as handled").first
    await row.get_by_role("button", name="Mark as handled").click()
    await row.get_by_role("button", name="Mark as handled").click()
    await expect(board.get_by_text("Handled by")).to_be_visible()
    badge = board.locator(".tab .count")
    await (expect(badge).to_have_text(str(before)) if before else expect(badge).to_have_count(0))
