"""Practising in a browser: from the learning page through the real console to the debrief."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import looks_right
from tests.browser.practising import begins, heard_by, quicker, says
from tests.browser.street import PHONE, WIDE, Street, sign_in
from tests.training.practising import scripts

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def trainee(street: Street, size: tuple[int, int]) -> Page:
    """Somebody without a clearance on the list of practice chats."""
    name = await street.person("listener", is_cleared=False)
    page = await (await street.context(size)).new_page()
    await page.route("**/api/learning/practice", quicker)
    await page.goto("/learn")
    await sign_in(page, name)
    await page.get_by_role("link", name="Practice", exact=True).click()
    await expect(page.get_by_role("heading", name="Practice chats")).to_be_visible()
    return page


@pytest.mark.parametrize(("size", "name"), [(PHONE, "phone"), (WIDE, "wide")])
async def test_from_the_learning_page_to_the_debrief(street: Street, size: tuple[int, int], name: str) -> None:
    page = await trainee(street, size)
    await looks_right(page, f"practice-list-{name}")
    console = await begins(page, "The night before")
    console.typed = street.service.typed
    await expect(page).to_have_title(re.compile("Practice chat"))
    await expect(page.get_by_text("When you are ready, become available.").locator("visible=true")).to_have_count(1)
    await looks_right(page, f"practice-ready-{name}")
    await console.becomes("Available")
    await expect(console.offer).to_contain_text("Practice")
    await console.accepts()
    desk = console.desk()
    await expect(desk.root.locator(".chip--practice")).to_have_text("Practice")
    script = scripts()["exam-panic"]["good"]
    heard = await heard_by(desk)
    for turn, words in enumerate(script):
        before = await says(desk, heard, words)
        if turn == 4:
            await page.reload()
            await expect(page.get_by_text("Nobody real is writing.")).to_be_visible()
        await expect(heard.nth(before)).to_be_visible()
        if turn == 2:
            await looks_right(page, f"practice-chat-{name}")
    note = page.get_by_label("Note")
    await note.fill("Panic before an exam, calmer at the end.")
    street.service.typed.add("Panic before an exam")
    await page.get_by_role("button", name="Done").click()
    await page.wait_for_url(re.compile("/learn#practice/"))
    await expect(page.get_by_role("heading", name="That went well")).to_be_visible()
    await expect(page.get_by_text("A program read this, and it is often wrong")).to_be_visible()
    await expect(page.locator(".practised__log .bubble--listener").first).to_have_text(script[0])
    await expect(page.get_by_text("Panic before an exam, calmer at the end.")).to_be_visible()
    await looks_right(page, f"practice-debrief-{name}")
    await page.get_by_role("link", name="All practice chats").click()
    card = page.locator(".scenario", has=page.get_by_role("heading", name="The night before"))
    await expect(card).to_contain_text("Done once.")
    await expect(card).to_contain_text("Passed")


async def test_a_bad_chat_is_told_apart_and_says_what_to_try(street: Street) -> None:
    page = await trainee(street, WIDE)
    console = await begins(page, "His jacket")
    console.typed = street.service.typed
    await console.becomes("Available")
    await console.accepts()
    desk = console.desk()
    heard = await heard_by(desk)
    for words in scripts()["grief"]["bad"]:
        before = await says(desk, heard, words)
        await expect(heard.nth(before).or_(page.get_by_role("button", name="Done")).first).to_be_visible()
        if await page.get_by_role("button", name="Done").count():
            break
    done = page.get_by_role("button", name="Done")
    if not await done.count():
        await page.get_by_role("button", name=re.compile("^End")).first.click()
        await page.get_by_role("dialog").get_by_role("button", name=re.compile("End")).first.click()
    await done.click()
    await page.wait_for_url(re.compile("/learn#practice/"))
    await expect(page.get_by_role("heading", name="Worth another try")).to_be_visible()
    await expect(page.get_by_text("Try:").first).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("^Lesson: ")).first).to_be_visible()
    await looks_right(page, "practice-debrief-bad")
    await page.get_by_role("button", name="Remove this practice chat").click()
    await expect(page.get_by_role("heading", name="Practice chats")).to_be_visible()
    await expect(page.get_by_role("heading", name="What you have practised")).to_have_count(0)
