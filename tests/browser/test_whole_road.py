"""From volunteer to trusted listener in a browser: invited, taught, practised, vouched for, granted, in a real chat."""

import re

import pytest
from playwright.async_api import expect

from listener_training.certification.library import open_rule_sets
from tests.browser.console import Console
from tests.browser.practising import begins, heard_by, quicker, says
from tests.browser.pupil import PRACTICE, Pupil, has_learned, invited, the_course
from tests.browser.street import Street
from tests.training.practising import scripts

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST = the_course().lesson_ids[0]
PLAYED = "exam-panic"


async def test_from_the_invitation_to_a_real_chat_with_somebody_near(street: Street) -> None:
    name = f"volunteer-{street.language}"
    supervisor, page = await invited(street, name, "Bracken")
    await page.goto("/listen")
    await expect(page.get_by_text("You hold no clearance for an age group")).to_be_visible()

    pupil = Pupil(page, street.service.typed)
    await page.goto("/learn")
    await page.get_by_role("link", name=f"Begin: {pupil.course.original.lessons[FIRST].title}").click()
    await pupil.begins_test()
    await pupil.finishes(FIRST)
    await expect(page.locator(".test__result")).to_have_text("Passed")

    await page.route("**/api/learning/practice", quicker)
    await page.goto("/learn#practice")
    console = await begins(page, "The night before")
    console.typed = street.service.typed
    await console.becomes("Available")
    await console.accepts()
    desk = console.desk()
    heard = await heard_by(desk)
    for words in scripts()[PLAYED]["good"]:
        before = await says(desk, heard, words)
        await expect(heard.nth(before)).to_be_visible()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("heading", name="That went well")).to_be_visible()

    # The other lessons and practice chats of these weeks went like these two.
    person_id = await has_learned(
        street.database, name, besides=[FIRST], practised=[one for one in PRACTICE if one != PLAYED]
    )
    await supervisor.goto(f"/learn#people/{person_id}")
    await supervisor.reload()
    item = open_rule_sets()["active-listener"].items["mock-chat"]
    await supervisor.get_by_label("What", exact=True).select_option(label=item)
    await supervisor.get_by_role("button", name="Sign off").click()
    await expect(supervisor.get_by_role("heading", name="Signed off")).to_be_visible()
    admin = await street.staff_page("/learn", "admin")
    await admin.get_by_role("link", name="Granting").click()
    grant = admin.get_by_role("button", name=re.compile("^Grant Active listener, adults to Bracken"))
    await grant.click()
    await expect(grant).to_have_count(0)

    board = await street.staff_page("/supervise", "supervisor")
    await page.goto("/listen")
    listener = Console(page, street.service.typed)
    await listener.becomes("Available")
    seeker = await street.seeker()
    await seeker.asks()
    await listener.accepts()
    await seeker.is_in_chat()
    await expect(seeker.heading).to_have_text("Bracken")
    await seeker.writes("is somebody really there?")
    await listener.desk().writes("Yes. I'm Bracken, and I have time.")
    await expect(seeker.page.locator(".bubble").last).to_have_text("Yes. I'm Bracken, and I have time.")

    row = board.get_by_role("row").filter(has_text="Bracken").filter(has_text="In chat 1")
    await row.get_by_role("button", name="Attach").click()
    await expect(board.locator(".observed__words .bubble").first).to_have_text("is somebody really there?")
    await expect(page.locator(".beside").get_by_text("reads along")).to_be_visible()
