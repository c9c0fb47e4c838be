"""Courses written in a browser: a draft of what ships, a mistake with its line, an edition that people learn from."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.looks import looks_right
from tests.browser.street import PHONE, WIDE, Street, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "Reflecting: saying back what you heard"
NEW_TITLE = "Reflecting: what you heard, said back"


async def test_an_admin_rewrites_a_lesson_and_people_learn_it(street: Street) -> None:
    admin, listener = await street.person("admin"), await street.person("listener")
    page = await (await street.context(WIDE)).new_page()
    await page.goto("/learn#write")
    await sign_in(page, admin)
    await page.get_by_role("link", name="Write courses").click()
    await looks_right(page, "writing-list")

    await page.get_by_role("button", name="Change Becoming a listener").click()
    await expect(page.get_by_text("Nothing. It can be published.")).to_be_visible()
    await looks_right(page, "writing-draft")

    await page.get_by_role("link", name=TITLE, exact=True).click()
    text = page.get_by_label("Text of en/reflecting.md")
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    words = await text.input_value()

    # A mistake is pointed at with its line, and what was there last stays to be seen.
    await text.fill(words.replace("## Why it works", "##Why it works"))
    await page.get_by_role("button", name=re.compile(r"line \d+")).click()
    assert await text.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)") == "##Why it works"
    await text.fill(words.replace(TITLE, NEW_TITLE))
    await expect(page.get_by_role("heading", name=NEW_TITLE)).to_be_visible()
    await looks_right(page, "writing-file")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved.", exact=True)).to_be_visible()

    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await page.get_by_role("link", name="starter", exact=True).click()
    await expect(page.get_by_text("The edition will say that nobody else has looked at it.")).to_be_visible()
    await page.get_by_label("What is new in it").fill("A shorter title.")
    await looks_right(page, "writing-draft-phone")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_text("Edition 1", exact=True)).to_be_visible()

    # Each web process shows it within some seconds; whoever learns sees it then.
    learner = await (await street.context(PHONE)).new_page()
    await learner.goto("/learn")
    await sign_in(learner, listener)
    await expect(learner.locator(".path").first).to_be_visible()
    for _ in range(60):
        if await learner.get_by_role("link", name=NEW_TITLE).count():
            break
        await learner.wait_for_timeout(500)
        await learner.reload()
        await expect(learner.locator(".path").first).to_be_visible()
    await expect(learner.get_by_role("link", name=NEW_TITLE)).to_be_visible()
    # A listener without that certificate sees nothing of the desk.
    await expect(learner.get_by_role("link", name="Write courses")).to_have_count(0)

    await page.get_by_role("link", name="Editions").click()
    await page.get_by_role("button", name="Withdraw edition 1").click()
    await expect(page.get_by_text("Withdrawn", exact=True)).to_be_visible()
    await looks_right(page, "writing-editions")
