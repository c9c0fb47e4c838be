"""Public pages without a script: the status, deleting a chat; and a supervisor who asks why an offer went there."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.looks import looks_right
from tests.browser.street import Street

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_anybody_reads_the_status_without_a_script(street: Street) -> None:
    listener = await street.listener()
    await listener.becomes("Available")
    landing = await street.seeker()
    await landing.page.get_by_role("link", name="How the service is doing").click()
    await expect(landing.page).to_have_url(f"{street.url}/status")
    page = await (await street.context(java_script_enabled=False)).new_page()
    await page.goto("/status")
    await expect(page.get_by_role("heading", level=1)).to_have_text("How the service is doing")
    await expect(page.get_by_text("Something here is broken")).to_have_count(0)
    pool = page.locator(".status__pools > li").filter(has=page.get_by_text(re.compile("^Open\\.$"))).first
    for _ in range(60):  # what was read may be ten seconds old, and nothing on this page renews itself
        if await pool.count():
            break
        await page.wait_for_timeout(500)
        await page.reload()
    await expect(pool).to_contain_text("Open at any hour.")
    await expect(pool).to_contain_text(re.compile("We can't say|it is usually"))
    await expect(page.get_by_role("link", name=re.compile("findahelpline.com"))).to_have_attribute(
        "href", "https://findahelpline.com"
    )
    assert "[[" not in await page.content() and "<!--[" not in await page.content()
    await page.get_by_role("link", name="To the chat").click()
    await expect(page).to_have_url(f"{street.url}/")


async def test_the_status_looks_right(street: Street) -> None:
    page = await (await street.context()).new_page()
    await page.goto("/status")
    await looks_right(page, "status")


async def test_a_supervisor_sees_why_an_offer_went_there(street: Street) -> None:
    page = await street.staff_page("/supervise", "supervisor")
    await page.get_by_label("Pool", exact=True).select_option(f"{street.language}/adult")
    seeker, _ = await street.they_talk()
    await seeker.writes("Nobody else reads this.")
    panel = page.locator(".panel", has=page.get_by_text("Offers, and why they went there"))
    row = panel.locator("tbody tr").first
    await expect(row).to_contain_text(re.compile("the only one free who may take this|the only line"))
    await expect(row).to_contain_text("Accepted")
    await row.get_by_text(re.compile("(Lines|Listeners) compared")).click()
    await expect(row.get_by_role("listitem").first).to_be_visible()
    assert "Nobody else reads this." not in await page.content()
    await looks_right(page, "board-offers")


async def test_a_seeker_deletes_their_chat_without_a_script(street: Street) -> None:
    seeker, _ = await street.they_talk()
    await seeker.writes("This shall not stay.")
    await seeker.ends_chat()
    shown = seeker.page.locator(".after__code")
    await expect(shown).to_have_text(re.compile("^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$"))
    await looks_right(seeker.page, "after-code")
    code = (await shown.inner_text()).strip()
    page = await (await street.context(java_script_enabled=False)).new_page()
    await page.goto("/delete")
    await page.get_by_label("Your code").fill("AAAA-BBBB-CCCC-DDDD")
    await page.get_by_role("button", name="Delete this chat").click()
    await expect(page.get_by_role("alert")).to_contain_text("There is no chat with this code.")
    await page.get_by_label("Your code").fill(code.lower().replace("-", " "))
    await page.get_by_role("button", name="Delete this chat").click()
    await expect(page.get_by_role("status")).to_contain_text("The chat is deleted.")
    assert code not in await page.content() and "[[" not in await page.content()
    with_script = await (await street.context()).new_page()
    await with_script.goto("/delete")
    await looks_right(with_script, "delete")
