"""A listener's note after a chat: theirs to read again, and supervisors' with a press that is noted."""

import pytest
from playwright.async_api import expect

from tests.browser.looks import looks_right
from tests.browser.street import Street

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTE = "Grief for a grandmother. Will call her aunt."


async def test_a_note_is_read_by_its_writer_and_by_a_supervisor(street: Street) -> None:
    seeker, listener = await street.they_talk()
    await seeker.writes("hello")
    page = listener.page
    desk = listener.desk().root
    await seeker.ends_chat()
    note = desk.get_by_label("A short note")
    await expect(desk.get_by_text("supervisors can read it")).to_be_visible()
    street.service.typed.add(NOTE)
    await note.fill(NOTE)
    await desk.get_by_role("button", name="Done").click()
    await expect(desk).to_have_count(0)

    mine = page.locator("details").filter(has_text="Your notes after chats")
    assert NOTE not in await page.content()
    await mine.locator("summary").click()
    await expect(mine.get_by_text(NOTE)).to_be_visible()
    await looks_right(page, "console-notes")

    name = await page.locator(".staff-bar__name").inner_text()
    board = await street.staff_page("/supervise", "supervisor")
    row = board.get_by_role("row").filter(has_text=name).filter(has_text="Read note")
    await expect(row).to_be_visible()
    assert NOTE not in await board.content()
    await row.get_by_role("button", name="Read note").click()
    await expect(board.get_by_text(NOTE)).to_be_visible()
    await expect(board.get_by_text(f"{name} wrote:")).to_be_visible()
    await looks_right(board, "board-note")
