"""Staff: signing in, roles, an invitation from the link to the first chat."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.console import Console
from tests.browser.street import Street, sign_in
from tests.helpers.staff import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_signing_in_says_what_is_wrong_and_leads_where_one_wanted_to_go(street: Street) -> None:
    street.expected = ("status of 401",)
    page = await (await street.context()).new_page()
    await page.goto("/supervise")
    await expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    name = await street.person("supervisor")
    await sign_in(page, name, "not the password")
    await expect(page.get_by_role("alert")).to_contain_text("Name and password don't match.")
    await expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    await sign_in(page, name)
    await page.wait_for_url(f"{street.url}/supervise")
    await expect(page.locator(".tile").first).to_be_visible()


async def test_a_page_of_another_role_is_refused_in_plain_words(street: Street) -> None:
    street.expected = ("status of 403",)
    page = await street.staff_page("/listen", "listener")
    await expect(page.get_by_role("link", name="Board")).to_have_count(0)
    for path, whose in (("/supervise", "supervisors"), ("/admin", "admins")):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 403
        await expect(page.get_by_text(f"This page is for {whose}.")).to_be_visible()


async def test_an_admin_who_looks_after_signing_out_sees_the_sign_in_page(street: Street) -> None:
    page = await street.staff_page("/listen", "listener")
    await page.locator(".staff-bar__end > .btn").last.click()
    await page.get_by_role("button", name="Sign out here").click()
    await expect(page).to_have_url(re.compile("/sign-in"))
    await page.goto("/listen")
    await expect(page).to_have_url(re.compile("/sign-in"))


async def test_from_the_invitation_to_the_first_chat(street: Street) -> None:
    admin = await street.staff_page("/admin", "admin")
    await admin.get_by_role("link", name="Invitations").click()
    form = admin.locator("form", has=admin.get_by_role("button", name="Make a link"))
    await form.get_by_label("Languages").fill(street.language)
    await form.get_by_role("button", name="Make a link").click()
    link = await admin.locator("code").text_content()
    assert link is not None
    assert link.startswith(f"{street.url}/join/")

    page = await (await street.context()).new_page()
    await page.goto(link)
    name = f"newcomer-{street.language}"
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Name that seekers see").fill("Fern")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Make my account").click()
    await page.wait_for_url(re.compile("/(listen|learn)"))
    await page.goto("/listen")
    listener = Console(page, street.service.typed)
    await expect(page.get_by_text("You hold no clearance for an age group")).to_be_visible()
    await page.get_by_role("radio", name="Available", exact=True).click()
    await expect(page.get_by_role("radio", name="Off duty")).to_be_checked()

    await admin.goto("/admin")
    await admin.get_by_placeholder("Find a person").fill(name)
    await admin.get_by_role("link", name="Fern").click()
    await expect(admin.get_by_text("This person holds none, so no chat can be offered to them.")).to_be_visible()
    await admin.get_by_role("checkbox", name="adult").check()
    await admin.get_by_role("button", name="Grant 1").click()
    await expect(admin.get_by_text("1 granted.")).to_be_visible()
    await expect(admin.get_by_role("rowheader", name="adult")).to_be_visible()

    await page.reload()
    await listener.becomes("Available")
    await expect(page.get_by_text("You hold no clearance for an age group")).to_have_count(0)
    seeker = await street.seeker()
    await seeker.asks()
    await listener.accepts()
    await seeker.is_in_chat()
    await expect(seeker.heading).to_have_text("Fern")

    again = await (await street.context()).new_page()
    street.expected = ("status of 404", "status of 410")
    await again.goto(link)
    await expect(again.get_by_text("This invitation can't be used any more.")).to_be_visible()
