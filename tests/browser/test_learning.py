"""Learning in a browser: from the invitation to a passed test, through reloads, lost lines, two tabs and no network."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import looks_right
from tests.browser.pupil import COURSE, Pupil, invited, the_course
from tests.browser.street import PHONE, Street, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: The first two lessons; the second one is taken when something of the first must not be touched.
FIRST, SECOND = the_course().lesson_ids[:2]


async def trainee(street: Street, size: tuple[int, int] = (1280, 800)) -> tuple[Pupil, str]:
    """Somebody without a clearance on the learning page, and their sign-in name."""
    name = await street.person("listener", is_cleared=False)
    page = await (await street.context(size)).new_page()
    await page.goto("/learn")
    await sign_in(page, name)
    await expect(page.locator(".path").first).to_be_visible()
    return Pupil(page, street.service.typed), name


async def worker_is_there(page: Page) -> None:
    """The page is kept: what comes now may come without a network."""
    await page.wait_for_function(
        "() => navigator.serviceWorker.controller !== null && caches.match('/learn').then((kept) => kept !== undefined)"
    )


async def test_from_the_invitation_to_a_passed_test(street: Street) -> None:
    supervisor, page = await invited(street, f"pupil-{street.language}", "Sorrel")
    await page.goto("/learn")
    pupil = Pupil(page, street.service.typed)
    title = pupil.course.original.lessons[FIRST].title
    await expect(page.get_by_text("Not clinically reviewed")).to_be_visible()
    await page.get_by_role("link", name=f"Begin: {title}").click()
    await expect(page.locator("h1")).to_have_text(title)
    await expect(page.get_by_text("Not clinically reviewed. Nobody")).to_be_visible()
    await pupil.begins_test()
    await pupil.finishes(FIRST)
    await expect(page.locator(".test__result")).to_have_text("Passed")
    await page.get_by_role("link", name="To the courses").click()
    row = page.locator(".path > li", has=page.get_by_role("link", name=title, exact=True))
    await expect(row).to_contain_text("Test passed with 100%.")
    await expect(row.get_by_text("Done", exact=True)).to_be_visible()
    # Lessons open no door by themselves, and the page doesn't say so.
    await expect(page.get_by_text("An admin decides, and grants it.")).to_be_visible()

    await supervisor.reload()
    await supervisor.get_by_role("link", name="Sorrel").click()
    await expect(supervisor.get_by_text("invited by")).to_be_visible()
    await expect(supervisor.get_by_role("row", name=re.compile(re.escape(title))).first).to_contain_text("Passed")


async def test_a_reload_and_a_lost_line_in_the_middle_of_a_test_lose_nothing(street: Street) -> None:
    street.expected = ("ERR_INTERNET_DISCONNECTED", "Failed to load")
    pupil, _ = await trainee(street)
    page = pupil.page
    await pupil.opens(FIRST)
    await pupil.begins_test()
    await pupil.answers(await pupil.question(FIRST))
    await pupil.next.click()
    await expect(pupil.heading).to_contain_text("Question 2 of")
    await expect(pupil.heading).to_be_focused()
    second = await pupil.question(FIRST)
    await pupil.chooses(second)
    marked = await page.locator("form").evaluate(_FILLED_IN)
    await page.reload()
    await expect(pupil.heading).to_contain_text("Question 2 of")
    assert await page.locator("form").evaluate(_FILLED_IN) == marked

    await page.context.set_offline(True)
    await page.get_by_role("button", name="Answer", exact=True).click()
    await expect(page.get_by_text("Not sent yet.")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.locator(".test__verdict")).to_be_visible()
    await expect(page.get_by_text("Not sent yet.")).to_have_count(0)
    if second.kind == "write_and_compare":
        await pupil.compares()

    # A second tab stands where the first one is, and both may go on.
    other = await page.context.new_page()
    await other.goto("/learn")
    await other.get_by_role("link", name="Go on with the test").click()
    beside = Pupil(other, street.service.typed)
    await beside.finishes(FIRST)
    await expect(other.locator(".test__result")).to_have_text("Passed")
    await pupil.finishes(FIRST, well=False)
    await expect(page.locator(".test__result")).to_have_text("Passed")


async def test_who_does_not_pass_reads_on_and_waits(street: Street) -> None:
    pupil, _ = await trainee(street, PHONE)
    page = pupil.page
    await pupil.opens(SECOND)
    await pupil.begins_test()
    await pupil.finishes(SECOND, well=False)
    await expect(page.locator(".test__result")).to_have_text("Not passed yet")
    await expect(page.get_by_text("You can take the test again in")).to_be_visible()
    await page.get_by_role("link", name="Read the lesson again").click()
    await expect(page.get_by_text("You can take the test again in")).to_be_visible()
    await expect(page.get_by_role("button", name="Take the test again")).to_have_count(0)
    await expect(page.get_by_role("button", name="To the test")).to_have_count(0)


async def test_the_bookmark_waits_on_another_device(street: Street) -> None:
    pupil, name = await trainee(street)
    await pupil.opens(FIRST)
    sections = pupil.page.locator("[data-section]")
    async with pupil.page.expect_response(lambda answer: answer.url.endswith("/bookmark") and answer.ok):
        await sections.nth(2).evaluate("section => section.scrollIntoView({ block: 'center' })")
    phone = await (await street.context(PHONE)).new_page()
    await phone.goto("/learn")
    await sign_in(phone, name)
    await expect(phone.locator(".path").first).to_be_visible()
    there = Pupil(phone, street.service.typed)
    await there.opens(FIRST)
    await phone.get_by_role("link", name="Go on where you were").click()
    await expect(phone.locator(".lesson__section h2:focus")).to_have_count(1)


async def test_a_test_by_keyboard_alone(street: Street) -> None:
    pupil, _ = await trainee(street)
    page = pupil.page
    await pupil.opens(FIRST)
    await page.get_by_role("button", name="To the test").focus()
    await page.keyboard.press("Enter")
    await expect(pupil.heading).to_be_visible()
    while await page.locator(".test__result").count() == 0:
        question = await pupil.question(FIRST)
        await page.locator("form").locator("input, textarea, .order__moves button:not([aria-disabled])").first.focus()
        if question.kind == "write_and_compare":
            pupil.typed.add("By hand.")
            await page.keyboard.type("By hand.")
            await page.keyboard.press("Tab")
        else:
            await page.keyboard.press("Space")
            await page.get_by_role("button", name="Answer", exact=True).focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".test__verdict")).to_be_focused()
        if question.kind == "write_and_compare":
            await page.keyboard.press("Tab")
            await page.keyboard.press("Space")
            await page.get_by_role("button", name="Keep this").focus()
            await page.keyboard.press("Enter")
        await expect(pupil.next).to_be_visible()
        await pupil.next.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("form, .test__result").first).to_be_visible()
    await expect(page.locator(".test__result")).to_be_focused()


async def test_lessons_are_read_without_a_network_until_the_sign_out(street: Street) -> None:
    street.expected = ("ERR_INTERNET_DISCONNECTED", "Failed to load", "net::ERR")
    pupil, _ = await trainee(street, PHONE)
    page = pupil.page
    await worker_is_there(page)
    await page.get_by_role("button", name="Keep all lessons here").click()
    await expect(page.get_by_text("All lessons are kept on this device.")).to_be_visible()
    await page.context.set_offline(True)
    await page.reload()
    await expect(page.locator(".banner", has_text="You are offline.")).to_be_visible()
    await pupil.opens(SECOND)
    await expect(page.locator(".example .bubble").first).to_be_visible()
    await expect(page.get_by_role("button", name="To the test")).to_have_count(0)
    await page.get_by_role("button", name="I have read it").click()
    await expect(page.get_by_text("Kept on this device. It is sent when the connection is back.")).to_be_visible()
    async with page.expect_response(lambda answer: answer.url.endswith("/bookmark") and answer.ok):
        await page.context.set_offline(False)
    await page.reload()
    await expect(page.locator(".banner", has_text="You are offline.")).to_have_count(0)
    await expect(page.locator(".lesson .chip", has_text="Read").first).to_be_visible()

    # From another page of the staff's, too.
    await page.goto("/listen")
    await page.locator(".staff-bar__end > .btn").last.click()
    await page.get_by_role("button", name="Sign out here").click()
    await expect(page).to_have_url(re.compile("/sign-in"))
    assert await page.evaluate("caches.keys()") == []
    assert await page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    assert await page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tealight.learn'))") == []


async def test_every_view_looks_right(street: Street) -> None:
    pupil, _ = await trainee(street)
    page = pupil.page
    await looks_right(page, "learn-course")
    await pupil.opens(FIRST)
    await expect(page.locator(".lesson__end")).to_be_visible()
    await looks_right(page, "learn-lesson")
    await pupil.begins_test()
    seen: set[str] = set()
    while await page.locator(".test__result").count() == 0:
        question = await pupil.question(FIRST)
        # The best reply is chosen among others as any single answer is.
        kind = "single" if question.kind == "best_reply" else question.kind
        if kind not in seen:
            await looks_right(page, f"learn-question-{kind}")
        await pupil.answers(question, well=len(seen) % 2 == 0)
        if kind not in seen:
            await looks_right(page, f"learn-answer-{kind}")
        seen.add(kind)
        await pupil.next.click()
        await expect(page.locator("form, .test__result").first).to_be_visible()
    await looks_right(page, "learn-result")
    await page.goto("/learn#clearances")
    await expect(page.get_by_role("heading", name="What you may do")).to_be_visible()
    await looks_right(page, "learn-clearances")
    supervisor = await street.staff_page("/learn", "supervisor")
    await supervisor.goto("/learn#people")
    await supervisor.locator("tbody th a").first.click()
    await expect(supervisor.locator("caption").first).to_be_visible()
    await looks_right(supervisor, "learn-person")
    await supervisor.goto("/learn#people")
    await expect(supervisor.locator("tbody th a").first).to_be_visible()
    await looks_right(supervisor, "learn-people")


async def test_an_admin_records_who_reviewed_a_lesson(street: Street) -> None:
    page = await street.staff_page("/learn", "admin")
    pupil = Pupil(page, street.service.typed)
    await pupil.opens(SECOND)
    await page.locator("summary", has_text="Record a clinical review of this lesson").click()
    await page.get_by_label("Reviewed by").fill("Dr. R., psychologist")
    await page.get_by_role("button", name="Record it").click()
    await expect(page.get_by_text("Clinically reviewed by Dr. R., psychologist")).to_be_visible()
    await expect(page.get_by_text("Not clinically reviewed. Nobody")).to_have_count(0)


async def test_an_address_that_leads_nowhere_says_so(street: Street) -> None:
    street.expected = ("status of 404",)
    page = await street.staff_page("/learn", "listener")
    for address, words in (
        (f"#lesson/{COURSE}/no-such-lesson", "There is no such lesson any more."),
        (f"#lesson/no-course/{FIRST}", "There is no such course any more."),
        ("#test/tnobody", "There is no such test of yours."),
    ):
        await page.goto(f"/learn{address}")
        await expect(page.get_by_text(words)).to_be_visible()
    # Only supervisors see others.
    await page.goto("/learn#people")
    await expect(page.get_by_role("link", name=the_course().original.lessons[FIRST].title).first).to_be_visible()


_FILLED_IN = """form => [...form.querySelectorAll("input, textarea, .order__item span[dir]")]
    .map(one => one.type === "textarea" ? one.value : one.tagName === "SPAN" ? one.textContent : one.checked)"""
