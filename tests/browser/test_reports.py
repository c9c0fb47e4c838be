"""What a seeker reports stands on the board until somebody has read it."""

import pytest
from playwright.async_api import expect

from tests.browser.looks import looks_right
from tests.browser.street import Street

pytestmark = pytest.mark.asyncio(loop_scope="session")

WHAT = "He wanted my number and asked where I live."


async def test_a_report_reaches_the_board_and_is_read_there(street: Street) -> None:
    seeker, listener = await street.they_talk()
    page = seeker.page
    await seeker.writes("hello")
    await page.get_by_role("button", name="More").or_(page.get_by_role("button", name="Report or block")).first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Report or block").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Asked for my number, name or place").check(force=True)
    street.service.typed.add(WHAT)
    await dialog.get_by_role("textbox").fill(WHAT)
    await dialog.get_by_role("button", name="Send report").click()
    await expect(dialog.get_by_text("Your report is with a supervisor")).to_be_visible()

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
