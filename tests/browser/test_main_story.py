"""From the first page to the note: three people, three pages, one chat."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.street import Street

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_somebody_is_heard(street: Street) -> None:
    board = await street.staff_page("/supervise", "supervisor")
    await board.get_by_label("Pool", exact=True).select_option(f"{street.language}/adult")

    def tile(label: str):
        return board.locator(".tile", has_text=label).locator(".tile__value")

    await expect(tile("Waiting")).to_have_text("0")
    asked: list[str] = []
    board.on("request", lambda request: asked.append(request.url))

    seeker = await street.seeker()
    await seeker.asks("Someone died", "Can't sleep", weight=4)
    await expect(seeker.heading).to_have_text(re.compile("No listener is free right now"))
    await expect(seeker.page.get_by_text("Nobody who can take this chat is on duty")).to_be_visible()
    await expect(tile("Waiting")).to_have_text("1")

    await seeker.page.get_by_label("Your first words").fill("My dog died on Sunday.")
    street.service.typed.add("My dog died on Sunday.")
    await seeker.page.get_by_role("button", name="Keep this for my listener").click()
    await expect(seeker.page.get_by_text("Kept for your listener")).to_be_visible()

    listener = await street.listener()
    await listener.becomes("Available")
    await expect(listener.offer).to_contain_text("Grief, Sleep")
    await expect(listener.offer).to_contain_text("4 of 5")
    await expect(tile("Offers open")).to_have_text("1")
    await expect(seeker.page.get_by_text("We are asking a listener now.")).to_be_visible()
    await listener.accepts()
    await seeker.is_in_chat()
    desk = listener.desk()
    await expect(tile("Chats open")).to_have_text("1")
    await expect(tile("Waiting")).to_have_text("0")
    await desk.reads("My dog died on Sunday.")
    assert (await seeker.page.locator(".chat__head h1").text_content() or "") != ""

    await desk.field.press_sequentially("I'm so")
    await expect(seeker.page.locator(".typing")).to_contain_text("is writing")
    await desk.writes("I'm so sorry. What was your dog's name?")
    await expect(seeker.page.locator(".typing")).to_have_count(0)
    await seeker.field.press_sequentially("Mo")
    await expect(desk.root.locator(".typing")).to_contain_text("is writing")
    await seeker.writes("Mossy. She was fourteen.")
    said = ("My dog died on Sunday.", "I'm so sorry. What was your dog's name?", "Mossy. She was fourteen.")
    await seeker.reads(*said)
    await desk.reads(*said)
    await expect(seeker.page.get_by_text("Seen")).to_have_count(1)

    await seeker.ends_chat()
    await expect(seeker.page.get_by_text("You ended the chat with")).to_be_visible()
    await expect(desk.root.get_by_text("ended the chat.")).to_be_visible()
    await expect(tile("Chats open")).to_have_text("0")
    # Ended chats, the last offers and new listeners are fetched when a push says so, reports and comments now and then;
    # the numbers come by push.
    paths = ("chats", "offers", "first-chats", "reports", "comments")
    fetched = tuple(f"/api/supervise/{path}" for path in paths)
    assert not [url for url in asked if "/api/" in url and not any(path in url for path in fetched)]

    await seeker.page.locator(".weights input").nth(1).check()
    await seeker.page.get_by_role("radio", name="Quite a lot").check()
    await seeker.page.get_by_role("button", name="Send my answers").click()
    await expect(seeker.page.get_by_text("Thank you. We have your answers.")).to_be_visible()
    await seeker.page.get_by_role("button", name="Finish").click()
    await expect(seeker.page.get_by_role("button", name="Start a chat")).to_be_visible()

    await desk.root.get_by_label("A short note").fill("Grief for a dog. Wants to come back.")
    await desk.root.get_by_role("button", name="Done").click()
    await expect(listener.desks).to_have_count(0)


async def test_no_word_goes_into_another_chat(street: Street) -> None:
    pairs = [await street.they_talk(), await street.they_talk()]
    for number, (seeker, _) in enumerate(pairs):
        await seeker.writes(f"From seeker {number} alone.")
    for number, (_, listener) in enumerate(pairs):
        await listener.desk().writes(f"For seeker {number} alone.")
    for number, (seeker, listener) in enumerate(pairs):
        said = {f"From seeker {number} alone.", f"For seeker {number} alone."}
        await expect(seeker.bubbles).to_have_count(2)
        await expect(listener.desk().bubbles).to_have_count(2)
        assert set(await seeker.bubbles.all_text_contents()) == said
        assert set(await listener.desk().bubbles.all_text_contents()) == said
        await expect(listener.desks).to_have_count(1)
