"""What goes wrong while two people talk: pages reloaded, processes killed, networks lost, words that look like code."""

import asyncio
import time

import pytest
from playwright.async_api import expect

from tests.browser.looks import overflow
from tests.browser.street import Street
from tests.helpers.relay import relay_to

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_reload_of_either_page_loses_and_doubles_nothing(street: Street) -> None:
    seeker, listener = await street.they_talk()
    desk = listener.desk()
    await seeker.writes("I start.")
    await desk.writes("I answer.")
    await seeker.reads("I start.", "I answer.")
    await seeker.page.reload()
    await seeker.is_in_chat()
    await seeker.reads("I start.", "I answer.")
    await listener.page.reload()
    await desk.reads("I start.", "I answer.")
    await seeker.writes("And on.")
    await desk.writes("And on.")
    await seeker.reads("I start.", "I answer.", "And on.", "And on.")
    await desk.reads("I start.", "I answer.", "And on.", "And on.")


async def test_a_killed_web_process_costs_nobody_a_word(street: Street) -> None:
    street.expected = ("WebSocket connection", "ERR_", "Failed to load")
    seeker, listener = await street.they_talk()
    desk = listener.desk()
    said = []
    for number in range(1, 9):
        if number in (3, 6):
            for pid_name in ("web", "web")[: 1 + (number == 6)]:
                street.service.kill(pid_name)
        said.append(f"{number} from here")
        await seeker.writes(said[-1])
        said.append(f"{number} from there")
        await desk.writes(said[-1])
    await expect(seeker.bubbles).to_have_count(len(said))
    await expect(desk.bubbles).to_have_count(len(said))
    await expect(seeker.page.locator(".bubble--sending")).to_have_count(0)
    await expect(desk.root.locator(".bubble--sending")).to_have_count(0)
    theirs, ours = await seeker.bubbles.all_text_contents(), await desk.bubbles.all_text_contents()
    assert theirs == ours
    assert sorted(theirs) == sorted(said)
    for who in ("here", "there"):
        assert [text for text in theirs if text.endswith(f"from {who}")] == [f"{n} from {who}" for n in range(1, 9)]


async def test_words_written_offline_go_out_when_the_network_is_back(street: Street) -> None:
    street.expected = ("ERR_INTERNET_DISCONNECTED", "WebSocket connection")
    seeker, listener = await street.they_talk()
    desk = listener.desk()
    await seeker.page.context.set_offline(True)
    await expect(seeker.page.get_by_text("Your connection is gone. Trying again.").first).to_be_visible()
    await seeker.writes("Written in a tunnel.")
    await expect(seeker.page.get_by_text("Waiting to be sent")).to_be_visible()
    await desk.writes("Are you there?")
    await expect(desk.root.get_by_text("connection lost")).to_be_visible()
    await seeker.page.context.set_offline(False)
    await expect(seeker.bubbles).to_have_count(2)
    await expect(desk.bubbles).to_have_count(2)
    await desk.reads("Are you there?", "Written in a tunnel.")
    await seeker.reads("Are you there?", "Written in a tunnel.")
    await expect(seeker.page.get_by_text("Your connection is gone. Trying again.")).to_have_count(0)
    await expect(desk.root.get_by_text("connection lost")).to_have_count(0)


async def test_a_listener_who_goes_through_a_tunnel_keeps_the_chat(street: Street) -> None:
    street.expected = ("ERR_INTERNET_DISCONNECTED", "WebSocket connection")
    seeker, listener = await street.they_talk()
    desk = listener.desk()
    name = await seeker.page.locator("h1").text_content()
    await listener.page.context.set_offline(True)
    await expect(seeker.page.get_by_text(f"{name}'s connection dropped.").first).to_be_visible()
    await desk.writes("From the tunnel.")
    await expect(desk.root.get_by_text("Not sent yet.")).to_be_visible()
    await listener.page.context.set_offline(False)
    await seeker.reads("From the tunnel.")
    await desk.reads("From the tunnel.")
    await seeker.is_in_chat()


async def swallowed(street: Street, **ways: bool) -> None:
    """A proxy takes what the page sends, or what it is sent, and passes nothing on: the page notices by itself."""
    async with relay_to(street.service.port) as relay:
        there, street.url = street.url, f"http://127.0.0.1:{relay.port}"
        seeker = await street.seeker()
        street.url = there
        listener = await street.listener()
        await listener.becomes("Available")
        await seeker.asks()
        await listener.accepts()
        await seeker.is_in_chat()
        desk = listener.desk()
        await seeker.writes("I start.")
        await desk.reads("I start.")
        relay.stall(**ways)
        began = time.monotonic()
        await seeker.writes("Is anybody there?")
        # 8 s without an answer, a look each second, and a reconnect.
        await expect(seeker.page.locator(".bubble--sending")).to_have_count(0)
        assert time.monotonic() - began > 7, "it was stalled, and only the page could know"
        await desk.writes("I am.")
        await seeker.reads("I start.", "Is anybody there?", "I am.")
        await desk.reads("I start.", "Is anybody there?", "I am.")


async def test_a_page_notices_that_its_words_are_swallowed(street: Street) -> None:
    """In either direction; both at the same time."""
    other = Street(street.service, street.browser)
    street.expected = other.expected = ("WebSocket connection", "ERR_")
    try:
        await asyncio.gather(swallowed(street, out=True), swallowed(other, back=True))
    finally:
        await other.closes()


async def test_two_tabs_are_two_seekers(street: Street) -> None:
    seeker, listener = await street.they_talk()
    context = seeker.page.context
    other = type(seeker)(await context.new_page(), seeker.language, street.service.typed)
    await other.opens()
    await other.asks()
    await expect(other.page.locator(".wait__name strong")).to_be_visible()
    called = await other.page.locator(".wait__name strong").text_content()
    assert called != await listener.desk().name()
    await seeker.writes("Still the first one.")
    await listener.desk().reads("Still the first one.")
    await expect(other.bubbles).to_have_count(0)


async def test_what_looks_like_code_stays_text(street: Street) -> None:
    seeker, listener = await street.they_talk()
    desk = listener.desk()
    words = '<img src=x onerror="document.title=1"><script>document.title = "bad"</script> &amp; <b>bold</b>'
    await seeker.writes(words)
    await desk.writes(words)
    for bubbles in (seeker.bubbles, desk.bubbles):
        await expect(bubbles).to_have_count(2)
        assert await bubbles.all_text_contents() == [words, words]
    for page in (seeker.page, listener.page):
        assert await page.locator(".log :is(img, script, b)").count() == 0
        assert "bad" not in await page.title()


async def test_long_words_arrive_whole_and_too_long_ones_are_said_to_be(street: Street) -> None:
    seeker, listener = await street.they_talk()
    longest = ("word " * 799 + "w" * 5)[:4000]
    unbroken = "x" * 1500
    await seeker.writes(longest)
    await seeker.writes(unbroken)
    await listener.desk().writes(unbroken)
    await expect(listener.desk().bubbles).to_have_count(3)
    assert await listener.desk().bubbles.first.text_content() == longest
    for page in (seeker.page, listener.page):
        assert await overflow(page) == 0
    await seeker.field.fill(longest + "er")
    await expect(seeker.page.get_by_text("That's too long for one message, by 2 characters.")).to_be_visible()
    await seeker.field.press("Enter")
    await expect(seeker.field).to_have_value(longest + "er")
    await expect(seeker.bubbles).to_have_count(3)


async def test_four_chats_at_once_stay_apart(street: Street) -> None:
    listener = await street.listener()
    await listener.becomes("Available", chats_at_once=4)
    seekers = await asyncio.gather(*(street.seeker() for _ in range(4)))
    for number, seeker in enumerate(seekers):
        await seeker.asks()
        await listener.accepts()
        await seeker.is_in_chat()
        await seeker.writes(f"I am {number}.")
    await expect(listener.desks).to_have_count(4)
    for number, seeker in enumerate(seekers):
        desk = listener.desk(number)
        await desk.reads(f"I am {number}.")
        await desk.writes(f"Hello {number}.")
        await seeker.reads(f"I am {number}.", f"Hello {number}.")
    await listener.page.keyboard.press("Alt+2")
    await expect(listener.desk(1).field).to_be_focused()
    await expect(listener.page.get_by_role("button", name="Take the next one")).to_have_attribute(
        "aria-disabled", "true"
    )


async def test_a_seeker_leaves_while_the_offer_is_shown(street: Street) -> None:
    listener = await street.listener()
    await listener.becomes("Available")
    seeker = await street.seeker()
    await seeker.asks()
    await expect(listener.offer).to_be_visible()
    await seeker.page.get_by_role("button", name="Leave the line").click()
    await seeker.page.get_by_role("alertdialog").get_by_role("button", name="Leave the line").click()
    await expect(seeker.page.get_by_text("You left the line. Come back any time.")).to_be_visible()
    await expect(listener.offer).to_have_count(0)
    await expect(listener.page.get_by_text("They left the line before it began.")).to_be_visible()
    await expect(listener.page.get_by_role("radio", name="Available")).to_be_checked()


async def test_a_listener_passes_an_offer_on(street: Street) -> None:
    listener = await street.listener()
    await listener.becomes("Available")
    seeker = await street.seeker()
    await seeker.asks()
    await listener.offer.get_by_role("button", name="Pass").click()
    await expect(listener.offer).to_have_count(0)
    await expect(seeker.heading).to_contain_text("line", ignore_case=True)
