"""Whoever did nothing for half a minute is asked before the chat opens."""

import asyncio
import time

import pytest
from playwright.async_api import expect

from tests.browser.looks import looks_right
from tests.browser.seeker import SeekerPage
from tests.browser.street import Street

pytestmark = pytest.mark.asyncio(loop_scope="session")
#: The rule is 30 s without any act, on the server's clock.
AWAY_S = 31


async def test_are_you_still_here(waiting_since_long: tuple[Street, SeekerPage]) -> None:
    street, seeker = waiting_since_long
    await asyncio.sleep(max(0.0, seeker.greeted_at + AWAY_S - time.monotonic()))
    listener = await street.listener()
    await listener.becomes("Available")
    await listener.accepts()
    question = seeker.page.get_by_role("alertdialog", name="A listener is ready. Are you still here?")
    await expect(question).to_be_visible()
    await expect(listener.page.get_by_text("We are asking whether they are still there.")).to_be_visible()
    await looks_right(seeker.page, "confirm")
    await question.get_by_role("button", name="Yes, I'm here").click()
    await seeker.is_in_chat()
    await expect(listener.desks).to_have_count(1)
