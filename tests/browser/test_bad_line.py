"""An old phone on a bad line: no button that seems to do nothing, no word that is gone without a word about it."""

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.seeker import SeekerPage
from tests.browser.street import CHROMIUM, FLAGS, Street

pytestmark = pytest.mark.asyncio(loop_scope="session")
LOST = ("ERR_INTERNET_DISCONNECTED", "WebSocket connection")
SMALL = (320, 568)


async def loses_the_line(seeker: SeekerPage) -> None:
    await seeker.page.context.set_offline(True)
    await expect(seeker.page.get_by_text("Your connection is gone. Trying again.").first).to_be_visible()


async def test_the_lines_are_asked_for_before_the_program_is_there(street: Street) -> None:
    """Else a slow phone waits once more for a way there and back, and again if it is asked for twice."""
    page = await (await street.context(SMALL)).new_page()
    devtools = await page.context.new_cdp_session(page)
    asked: list[str] = []
    devtools.on(
        "Network.requestWillBeSent",
        lambda told: asked.append(told["initiator"]["type"]) if told["request"]["url"].endswith("/api/front") else None,
    )
    await devtools.send("Network.enable")
    await page.goto("/")
    await expect(page.get_by_role("group", name="How old are you?")).to_be_visible()
    assert asked == ["parser"]


async def test_the_listener_sees_that_what_was_missed_is_read(street: Street) -> None:
    street.expected = LOST
    seeker, listener = await street.they_talk()
    desk = listener.desk()
    await loses_the_line(seeker)
    await desk.writes("Are you there?")
    await expect(desk.root.get_by_text("connection lost")).to_be_visible()
    await seeker.page.context.set_offline(False)
    await seeker.reads("Are you there?")
    await expect(desk.root.get_by_text("Seen", exact=True)).to_be_visible()


async def test_the_end_of_a_chat_waits_for_the_line_and_says_so(street: Street) -> None:
    street.expected = LOST
    seeker, listener = await street.they_talk()
    await loses_the_line(seeker)
    await seeker.page.get_by_role("button", name="End chat").click()
    question = seeker.page.get_by_role("alertdialog")
    await question.get_by_role("button", name="End chat").click()
    await expect(question.get_by_text("Waiting to be sent")).to_be_visible()
    await seeker.page.context.set_offline(False)
    await expect(seeker.heading).to_have_text("Thank you for talking with us.")
    await expect(listener.desk().root.get_by_text("ended the chat.")).to_be_visible()


async def test_nobody_who_leaves_the_line_waits_for_a_connection(street: Street) -> None:
    street.expected = LOST
    seeker = await street.seeker(SMALL)
    await seeker.asks()
    await expect(seeker.page.locator(".wait__name strong")).to_be_visible()
    await loses_the_line(seeker)
    await seeker.page.get_by_role("button", name="Leave the line").click()
    await seeker.page.get_by_role("alertdialog").get_by_role("button", name="Leave the line").click()
    await expect(seeker.page.get_by_text("You left the line. Come back any time.")).to_be_visible()


async def test_what_came_too_late_is_shown_to_whoever_wrote_it(street: Street) -> None:
    street.expected = LOST
    seeker, listener = await street.they_talk()
    desk = listener.desk()
    await loses_the_line(seeker)
    await seeker.writes("I need to tell you one more thing.")
    await seeker.field.fill("It is")
    await expect(desk.root.get_by_text("connection lost")).to_be_visible()
    await desk.ends()
    await expect(desk.root.get_by_text("Wrap up")).to_be_visible()
    await seeker.page.context.set_offline(False)
    left = seeker.page.locator(".bubble--sending")
    await expect(seeker.page.get_by_text("This was not sent any more.")).to_be_visible()
    await expect(left).to_have_text(["I need to tell you one more thing.", "It is"])
    comment = seeker.page.get_by_label("Anything you want to say?")
    street.service.typed.add("It was too short.")
    await comment.fill("It was too short.")
    await seeker.page.reload()
    await expect(comment).to_have_value("It was too short.")
    await expect(left).to_have_text(["I need to tell you one more thing.", "It is"])
    # Until the end of the visit they can write about the chat, and that waits for the line, too.
    await seeker.page.context.set_offline(True)
    await seeker.page.get_by_role("radio", name="Quite a lot").check()
    await seeker.page.get_by_role("button", name="Send my answers").click()
    await expect(seeker.page.get_by_text("Waiting to be sent")).to_be_visible()
    await seeker.page.context.set_offline(False)
    await expect(seeker.page.get_by_text("Thank you. We have your answers.")).to_be_visible()
    await seeker.page.get_by_role("button", name="Finish").click()
    await expect(seeker.page.get_by_role("button", name="Start a chat")).to_be_visible()
    assert await seeker.page.evaluate("Object.keys(sessionStorage)") == []


async def test_a_listener_s_report_waits_for_the_line_and_no_slip_of_the_thumb_takes_it_away(street: Street) -> None:
    street.expected = LOST
    seeker, listener = await street.they_talk()
    desk, page = listener.desk(), listener.page
    await desk.root.get_by_role("button", name="Report or block").click()
    dialog = page.get_by_role("dialog")
    street.service.typed.add("What they asked for.")
    await dialog.get_by_role("textbox").fill("What they asked for.")
    await page.mouse.click(3, 3)
    await expect(dialog.get_by_role("textbox")).to_have_value("What they asked for.")
    await page.context.set_offline(True)
    await expect(page.get_by_text("Your connection is gone. Trying again.")).to_have_count(1)
    await dialog.get_by_role("button", name="Report and block").click()
    await expect(dialog.get_by_text("Your connection is gone. Trying again.")).to_be_visible()
    await page.context.set_offline(False)
    await expect(dialog).to_have_count(0)
    await expect(seeker.heading).to_have_text("This chat is over.")


async def test_a_console_that_was_loaded_anew_says_that_it_can_not_ring_yet(street: Street) -> None:
    listener = await street.listener()
    await listener.becomes("Available")
    silent = listener.page.get_by_text("Your browser plays no sound yet")
    await expect(silent).to_have_count(0)
    await listener.page.reload()
    await expect(listener.page.get_by_role("radio", name="Available")).to_be_checked()
    await expect(silent).to_be_visible()
    await listener.page.mouse.click(600, 500)
    await expect(silent).to_have_count(0)


async def test_with_very_large_words_and_an_open_keyboard_there_is_a_place_to_write_in(street: Street) -> None:
    listener = await street.listener()
    await listener.becomes("Available")
    async with async_playwright() as playwright:
        # What somebody has set in their phone; nothing in a page can stand in for it.
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, "--blink-settings=defaultFontSize=32"]
        )
        street.browser, usual = browser, street.browser
        seeker = await street.seeker(SMALL, has_touch=True)
        street.browser = usual
        await seeker.asks()
        await listener.accepts()
        await seeker.is_in_chat()
        await seeker.page.set_viewport_size({"width": 320, "height": 300})
        await seeker.field.focus()
        page = seeker.page
        bar, field = await page.locator(".bar").bounding_box(), await seeker.field.bounding_box()
        assert bar is not None and field is not None
        assert bar["y"] + bar["height"] < 100
        shown = min(300, field["y"] + field["height"]) - max(bar["height"], field["y"])
        assert (shown > 90, field["width"] > 150) == (True, True), (bar, field)
        await expect(page.get_by_role("link", name="Leave fast")).to_be_in_viewport(ratio=1)
        await page.context.close()
        await browser.close()
