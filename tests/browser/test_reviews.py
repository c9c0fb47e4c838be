"""Reviews in a browser: from a seeker's yes to the talk of a listener with two mentors; and the numbers of training."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import looks_right
from tests.browser.street import PHONE, WIDE, Street, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEARD = "You heard how loud the quiet is."
TRY = "Wait before the next question."


async def mentor(street: Street, size: tuple[int, int] = WIDE) -> Page:
    """Nobody holds a mentor's certificate here, so a supervisor reads. They come by an address, and stay at it."""
    page = await (await street.context(size)).new_page()
    await page.goto("/learn#reviews")
    await sign_in(page, await street.person("supervisor"))
    await page.wait_for_url(f"{street.url}/learn#reviews")
    await expect(page.get_by_role("heading", name="For you as a mentor")).to_be_visible()
    return page


async def reads(page: Page, street: Street, asking: int) -> None:
    """Take the waiting chat, give each item its third anchor but for one, and hand in."""
    await page.get_by_role("button", name=re.compile("^Take it")).first.click()
    await expect(page.get_by_text("it has been so quiet since he left")).to_be_visible()
    await expect(page.get_by_text("You see whose chat it is when you have handed in")).to_be_visible()
    for item in await page.locator("form fieldset").all():
        nth = asking if await item.locator("legend").inner_text() == "Asking" else 2
        await item.locator("input").nth(nth).check()
    street.service.typed |= {HEARD, TRY}
    await page.get_by_label("What helped the person").fill(HEARD)
    await page.get_by_label("What to try").fill(TRY)


async def test_from_the_seekers_yes_to_the_talk(street: Street) -> None:
    board = await street.staff_page("/supervise", "supervisor")
    seeker, listener = await street.they_talk()
    desk = listener.desk()
    await expect(board.get_by_text("In chat 1 of the first 5").first).to_be_visible()
    await seeker.writes("it has been so quiet since he left")
    await desk.writes("The flat sounds very quiet now.")
    await seeker.reads("it has been so quiet since he left", "The flat sounds very quiet now.")
    await seeker.ends_chat()
    may = seeker.page.get_by_role("checkbox", name=re.compile("^Trained mentors may read this chat"))
    await expect(may).not_to_be_checked()
    await may.check()
    await looks_right(seeker.page, "after-may-review")
    await seeker.page.get_by_role("radio", name="Quite a lot").check()
    await seeker.page.get_by_role("button", name="Send my answers").click()
    await expect(seeker.page.get_by_text("Thank you. We have your answers.")).to_be_visible()
    await desk.root.get_by_role("button", name="Done").click()

    page = await listener.page.context.new_page()
    await page.goto("/learn#reviews")
    asks = page.get_by_role("button", name=re.compile("^Ask for it"))
    # The facts of a chat are written a few seconds after its end.
    for _ in range(40):
        if await asks.count():
            break
        await page.wait_for_timeout(1000)
        await page.reload()
        await expect(page.get_by_role("heading", name="Ask for a review")).to_be_visible()
    await expect(page.get_by_text("The person agreed. If you ask, you agree, too.")).to_be_visible()
    await asks.click()
    await expect(page.get_by_text("Waits for mentors")).to_be_visible()

    first, second = await mentor(street), await mentor(street, PHONE)
    await expect(first.get_by_text("One of their first chats")).to_be_visible()
    await looks_right(first, "reviews-mentor")
    await reads(first, street, 0)
    await looks_right(first, "review-reading")
    await first.reload()
    await expect(first.get_by_label("What helped the person")).to_have_value(HEARD)
    await first.get_by_role("button", name="Hand in").click()
    await expect(first.get_by_text("What the other mentor found you see when both have.")).to_be_visible()
    await reads(second, street, 3)
    await expect(second.get_by_text(HEARD)).to_have_count(0)
    await second.get_by_role("button", name="Hand in").click()

    await expect(second.get_by_role("heading", name="Share it with the listener")).to_be_visible()
    await second.get_by_label("Your words").first.fill("Shall we say two?")
    street.service.typed.add("Shall we say two?")
    await second.get_by_role("button", name="Send to the other mentor").click()
    await expect(second.get_by_text("Shall we say two?")).to_be_visible()
    await looks_right(second, "review-settling")
    await second.locator("form fieldset", has_text="Asking").locator("input").nth(2).check()
    await second.get_by_role("button", name="Share it").click()
    await expect(second.get_by_role("heading", name="Talking about it")).to_be_visible()

    await page.get_by_role("link", name=re.compile("^Chat of")).click()
    await expect(page.get_by_text(HEARD).first).to_be_visible()
    await expect(page.get_by_text("Shall we say two?")).to_have_count(0)
    await page.locator("summary", has_text="Item by item").click()
    await page.get_by_label("Your words").fill("Where would you have waited?")
    street.service.typed.add("Where would you have waited?")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".review__talk .bubble")).to_have_text("Where would you have waited?")
    await looks_right(page, "review-shared")
    await first.reload()
    await expect(first.get_by_text("Where would you have waited?")).to_be_visible()
    await first.goto("/learn#reviews/agreement")
    await expect(first.get_by_text(re.compile("^Too few to say"))).to_be_visible()

    await page.get_by_role("button", name="Take it back").click()
    await page.get_by_role("button", name="Take it back").click()
    await expect(page.get_by_text("None yet.")).to_be_visible()


async def test_admins_see_numbers_and_nothing_of_few(street: Street) -> None:
    admin = await street.staff_page("/learn", "admin")
    await admin.get_by_role("link", name="Numbers", exact=True).click()
    await expect(admin.get_by_role("heading", name="Numbers of training")).to_be_visible()
    await expect(admin.get_by_text("No number of fewer than 5 people is shown")).to_be_visible()
    await expect(admin.get_by_role("row", name=re.compile("^Had a first chat"))).to_be_visible()
    await looks_right(admin, "training-numbers")
    answer = await admin.request.get(f"{street.url}/api/learning/numbers/steps.csv")
    assert (await answer.text()).lstrip("\ufeff").startswith("step,reached")
