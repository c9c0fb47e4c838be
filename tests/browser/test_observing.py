"""A supervisor attaches from the board and reads along, two pages whisper, and the seeker is told no more than that."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import looks_right
from tests.browser.street import PHONE, Street

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASK, THANKS = "Ask what the evenings are like.", "Good idea, I will."


async def whispers(page: Page, street: Street, text: str) -> None:
    street.service.typed.add(text)
    await page.locator(".whispers textarea").fill(text)
    await page.locator(".whispers textarea").press("Enter")
    await expect(page.locator(".whispers .turn--mine .bubble").last).to_have_text(text)


async def test_a_supervisor_is_near_in_a_first_chat(street: Street) -> None:
    board = await street.staff_page("/supervise", "supervisor")
    seeker, listener = await street.they_talk()
    desk, page = listener.desk(), listener.page
    name = await page.locator(".staff-bar__name").inner_text()
    await seeker.writes("it is so quiet since he left")
    await desk.writes("The flat sounds very quiet now.")
    row = board.get_by_role("row").filter(has_text=name).filter(has_text="In chat 1")
    await expect(row.get_by_text("Nobody", exact=True)).to_be_visible()
    await row.get_by_role("button", name="Attach").click()

    observed = board.locator(".observed")
    words = observed.locator(".observed__words .bubble")
    await expect(words).to_have_text(["it is so quiet since he left", "The flat sounds very quiet now."])
    told = seeker.page.locator(".banner").filter(has_text="A supervisor reads along, to help")
    await expect(told).to_be_visible()
    band = page.locator(".beside")
    await expect(band.get_by_text("reads along")).to_be_visible()
    await seeker.writes("most of all in the evenings")
    await expect(words.last).to_have_text("most of all in the evenings")
    await looks_right(seeker.page, "chat-observed")

    await whispers(board, street, ASK)
    await expect(band.locator(".count")).to_contain_text("1")
    await band.locator("summary").click()
    await expect(band.locator(".bubble")).to_have_text([ASK])
    await whispers(page, street, THANKS)
    await expect(observed.locator(".whispers .bubble")).to_have_text([ASK, THANKS])
    await looks_right(page, "console-observed")
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await expect(desk.field).to_be_in_viewport()
    await looks_right(board, "board-observing")
    assert ASK not in await seeker.page.content() and THANKS not in await seeker.page.content()

    await board.reload()
    await expect(words).to_have_count(3)
    await expect(observed.locator(".whispers .bubble")).to_have_text([ASK, THANKS])
    await observed.get_by_role("button", name="Detach").click()
    await expect(observed).to_have_count(0)
    await expect(told).to_have_count(0)
    await expect(band.get_by_text("What you two wrote").first).to_be_visible()
    await expect(row.get_by_text("Nobody", exact=True)).to_be_visible()
