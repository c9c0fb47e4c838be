"""The public status page, without a script, and a supervisor who asks why an offer went where it went."""

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
    await expect(pool).to_contain_text("Open at any hour.")
    await expect(pool).to_contain_text(re.compile("we can't say|it is usually"))
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
    await expect(row).to_contain_text(re.compile("the only one free who may take this|the only line"), timeout=20_000)
    await expect(row).to_contain_text("Accepted")
    await row.get_by_text(re.compile("(Lines|Listeners) compared")).click()
    await expect(row.get_by_role("listitem").first).to_be_visible()
    assert "Nobody else reads this." not in await page.content()
    await looks_right(page, "board-offers")
