"""What the crisis panel tells of a service that somebody has confirmed."""

import pytest
from playwright.async_api import expect

from tests.browser.looks import looks_right
from tests.browser.street import Street

pytestmark = pytest.mark.asyncio(loop_scope="session")

KIND_EARS = {
    "name": "Kind Ears",
    "verified_on": "2030-03-01",
    "source_url": "https://kind.example/contact",
    "call": ["988", "0800 1110-222"],
    "text": "HELLO to 741 741",
    "chat": "kind.example/chat",
    "hours": "18:00-24:00",
    "time_zone": "America/New_York",
    "languages": ["en", "es"],
}
NIGHT_OWLS = {
    "name": "Night Owls",
    "verified_on": "2030-03-01",
    "source_url": "https://owls.example/contact",
    "text": "WhatsApp 9151 1767",
    "hours": "24/7",
    "languages": ["nb"],
}


async def test_a_service_is_shown_with_its_day_its_zone_and_how_to_reach_it(street: Street) -> None:
    seeker = await street.seeker(timezone_id="America/Los_Angeles")
    services = [KIND_EARS, NIGHT_OWLS]
    country = {"name": "Here", "names": {}, "emergency": [{"number": "911"}], "services": services}
    book = {"countries": {"US": country}, "fallback_url": "https://findahelpline.com", "version": "1"}
    await seeker.page.route("**/api/crisis", lambda route: route.fulfill(json=book))
    await seeker.page.reload()
    await seeker.page.get_by_role("button", name="Help now").click()
    panel = seeker.page.get_by_role("dialog")
    await panel.get_by_label("Your country").select_option("US")
    line = panel.locator(".crisis__line").filter(has_text="Kind Ears")
    await expect(line).to_contain_text("1 March 2030")
    await expect(line).to_contain_text("18:00-24:00 (time in New York)")
    await expect(line).to_contain_text("English, español")
    # Every way to reach it says how it is used, and is one tap away.
    for way, leads_to in {
        "Call 988": "tel:988",
        "Call 0800 1110-222": "tel:08001110222",
        "Text HELLO to 741 741": "sms:741741",
        "Chat at kind.example/chat": "https://kind.example/chat",
    }.items():
        await expect(line.get_by_role("link", name=way, exact=True)).to_have_attribute("href", leads_to)
    other = panel.locator(".crisis__line").filter(has_text="Night Owls")
    await expect(other).to_contain_text("Every day, at any hour")
    await expect(other).to_contain_text("norsk bokmål")
    # Not every app that takes words can be opened by a number: then it is told, and nothing wrong is opened.
    await expect(other).to_contain_text("Text WhatsApp 9151 1767")
    await expect(other.get_by_role("link")).to_have_count(0)
    await looks_right(seeker.page, "crisis-service")
