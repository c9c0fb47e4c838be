"""Every page and state through axe, by day and by night, and at 320 px."""

import pytest
from playwright.async_api import expect

from tests.browser.looks import cut_off, looks_right, overflow
from tests.browser.street import PHONE, WIDE, Street
from tests.helpers.service import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_seeker_before_a_chat(street: Street) -> None:
    seeker = await street.seeker()
    page = seeker.page
    await looks_right(page, "landing")
    # What a phone of 360 px is with words twice as large.
    await page.set_viewport_size({"width": 180, "height": 320})
    assert await overflow(page) == 0
    await expect(page.get_by_role("link", name="Leave fast")).to_be_in_viewport(ratio=1)
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await page.get_by_role("button", name="Start a chat").click()
    await expect(page.get_by_text("Choose your age first.")).to_be_visible()
    await page.get_by_text("Two questions, if you want").click()
    await looks_right(page, "landing-age-missing")
    await page.get_by_role("button", name="Help now").click()
    await expect(page.get_by_role("dialog", name="Get help from a person now")).to_be_visible()
    await looks_right(page, "crisis")
    await page.get_by_label("Your country").select_option("DE")
    await expect(page.get_by_role("link", name="Call 112")).to_be_visible()
    await looks_right(page, "crisis-country")
    await page.get_by_role("button", name="Close").click()
    await seeker.asks()
    await expect(seeker.heading).to_contain_text("No listener is free right now.")
    await looks_right(page, "waiting-nobody")
    await page.get_by_label("Your first words").fill("I can't sleep.")
    await page.get_by_role("button", name="Keep this for my listener").click()
    listener = await street.listener()
    await listener.becomes("Available")
    await expect(page.get_by_text("We are asking a listener now.")).to_be_visible()
    await looks_right(page, "waiting-offered")
    await listener.becomes("Pause")
    await page.get_by_role("button", name="Leave the line").click()
    await looks_right(page, "waiting-leave")
    await page.get_by_role("button", name="Stay in line").click()


async def test_seeker_in_a_chat_and_after(street: Street) -> None:
    seeker, listener = await street.they_talk()
    page = seeker.page
    desk = listener.desk()
    said = ("Hello. I don't know how to begin.", "Hello. Take your time. Begin anywhere.")
    long_words = ("A" + "a" * 300 + "gh", "https://example.org/" + "of-the-night/" * 20)
    for number, (of_seeker, of_listener) in enumerate((said, long_words)):
        await seeker.writes(of_seeker)
        await expect(desk.bubbles).to_have_count(2 * number + 1)
        await desk.writes(of_listener)
        await expect(seeker.bubbles).to_have_count(2 * number + 2)
    await seeker.reads(*said, *long_words)
    assert await cut_off(page) == await cut_off(listener.page) == []
    await desk.field.press_sequentially("I am")
    await expect(page.locator(".typing")).to_be_visible()
    await looks_right(page, "chat")
    await page.get_by_role("button", name="More").or_(page.get_by_role("button", name="Report or block")).first.click()
    await looks_right(page, "chat-more")
    await page.get_by_role("dialog").get_by_role("button", name="Report or block").click()
    await expect(page.get_by_role("dialog").get_by_text("What happened?")).to_be_visible()
    await looks_right(page, "chat-report")
    await page.get_by_role("dialog").locator(".dialog__bar").get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="End chat").click()
    await looks_right(page, "chat-end")
    await page.get_by_role("button", name="Go on talking").click()
    await seeker.ends_chat()
    await looks_right(page, "after")
    await page.get_by_role("button", name="Send my answers").click()
    await expect(page.get_by_text("Choose one answer to")).to_be_visible()
    await looks_right(page, "after-missing")


async def test_sign_in_and_join(street: Street) -> None:
    street.expected = ("status of 401", "status of 404", "status of 410")
    page = await (await street.context()).new_page()
    await page.goto("/sign-in")
    await looks_right(page, "sign-in")
    await page.get_by_label("Name", exact=True).fill("nobody")
    await page.get_by_label("Password", exact=True).fill("not the password")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("Name and password don't match.")).to_be_visible()
    await looks_right(page, "sign-in-refused")
    code, link, _ = street.service.command("accounts", "invite", "--role", "listener")
    assert code == 0
    await page.goto(f"/join/{link.strip().split()[-1].rsplit('/', 1)[-1]}")
    await expect(page.get_by_role("button", name="Make my account")).to_be_visible()
    await looks_right(page, "join")
    await page.goto("/join/ABCD")
    await expect(page.get_by_text("This invitation can't be used any more.")).to_be_visible()
    await looks_right(page, "join-over")


async def test_console(street: Street) -> None:
    listener = await street.listener()
    page = listener.page
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    await looks_right(page, "console-off-duty")
    await listener.becomes("Available", chats_at_once=3)
    await expect(page.get_by_text("You are there. That is what counts.")).to_be_visible()
    seeker = await street.seeker()
    await seeker.asks("Someone died", weight=4)
    await expect(listener.offer).to_be_visible()
    await looks_right(page, "console-offer")
    await page.set_viewport_size({"width": 360, "height": 560})
    for answer in ("Accept", "Pass"):
        await expect(listener.offer.get_by_role("button", name=answer)).to_be_in_viewport(ratio=1)
    await page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    await listener.accepts()
    await seeker.is_in_chat()
    await seeker.writes("My dog died on Sunday. I keep hearing her paws on the floor.")
    await listener.desk().writes("That sounds so quiet now. What was her name?")
    other = await street.seeker()
    await other.asks("Can't sleep")
    await listener.accepts()
    await other.is_in_chat()
    await other.writes("Hello?")
    third = await street.seeker()
    await third.asks()
    await expect(listener.offer).to_be_visible()
    await looks_right(page, "console-chats")
    await listener.offer.get_by_role("button", name="Pass").click()
    await listener.desk().root.get_by_role("button", name="Report or block").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await looks_right(page, "console-report")
    await page.get_by_role("button", name="Back").click()
    await listener.desk(1).root.locator(".desk__acts").get_by_text("End").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await looks_right(page, "console-end")
    await page.get_by_role("button", name="End the chat").click()
    await expect(listener.desk(1).root.get_by_label("A short note")).to_be_visible()
    await looks_right(page, "console-wrap-up")
    await looks_right(other.page, "after-by-listener")
    await page.get_by_role("button", name="Settings").click()
    await looks_right(page, "console-settings")
    await page.get_by_role("button", name="Close").click()
    await page.locator(".staff-bar__end button").last.click()
    await looks_right(page, "account")


async def test_board_and_wall(street: Street) -> None:
    page = await street.staff_page("/supervise", "supervisor")
    await page.get_by_label("Pool", exact=True).select_option(f"{street.language}/adult")
    await expect(page.locator(".tile").first).to_be_visible()
    seeker, _ = await street.they_talk()
    await seeker.writes("Hello.")
    await seeker.ends_chat()
    await looks_right(page, "board")
    await page.get_by_role("link", name="Wall view").click()
    await expect(page.get_by_role("link", name="Back to the board")).to_be_visible()
    await looks_right(page, "wall")


async def test_admin(street: Street) -> None:
    page = await street.staff_page("/admin", "admin")
    await expect(page.get_by_role("heading", name="People and clearances")).to_be_visible()
    await looks_right(page, "admin-people")
    await page.get_by_role("button", name="Add a person").click()
    await looks_right(page, "admin-add")
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()
    name = await street.person("listener")
    await page.reload()
    await page.get_by_placeholder("Find a person").fill(name)
    await page.locator("tbody th a").first.click()
    await expect(page.get_by_role("heading", name="Clearances")).to_be_visible()
    await looks_right(page, "admin-person")
    await page.get_by_role("button", name="Withdraw").first.click()
    await looks_right(page, "admin-withdraw")
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()
    parts = page.get_by_role("navigation", name="Parts of the admin pages")
    for part in ("Invitations", "Pools", "Texts", "Clinical reviews", "Audit log"):
        await parts.get_by_role("link", name=part).click()
        await expect(page.locator("h1")).to_have_text(part)
        if part == "Invitations":
            await page.get_by_role("button", name="Make a link").click()
            await expect(page.get_by_text("The link, shown only now")).to_be_visible()
        await page.wait_for_load_state("networkidle")
        await looks_right(page, f"admin-{part.split()[0].lower()}")


async def test_an_iphone_does_not_blow_up_words_when_it_is_turned(street: Street) -> None:
    """What is built for it, since no iPhone is here: Safari there knows the prefixed property alone."""
    sheets = [sheet.read_text() for sheet in (ROOT / "web" / "dist" / "assets").glob("*.css")]
    fixed = [sheet for sheet in sheets if "text-size-adjust" in sheet]
    assert fixed
    assert all("-webkit-text-size-adjust" in sheet for sheet in fixed)
