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
    "chat": "kind.example/chat",
    "hours": "18:00-24:00",
    "time_zone": "America/New_York",
    "languages": ["en"],
}


async def test_a_service_is_shown_with_its_day_its_zone_and_how_to_reach_it(street: Street) -> None:
    seeker = await street.seeker(timezone_id="America/Los_Angeles")
    country = {"name": "Here", "names": {}, "emergency": [{"number": "911"}], "services": [KIND_EARS]}
    book = {"countries": {"US": country}, "fallback_url": "https://findahelpline.com", "version": "1"}
    await seeker.page.route("**/api/crisis", lambda route: route.fulfill(json=book))
    await seeker.page.reload()
    await seeker.page.get_by_role("button", name="Help now").click()
    panel = seeker.page.get_by_role("dialog")
    await panel.get_by_label("Your country").select_option("US")
    line = panel.locator(".crisis__line").filter(has_text="Kind Ears")
    await expect(line).to_contain_text("1 March 2030")
    await expect(line).to_contain_text("18:00-24:00. America/New_York")
    await expect(line.get_by_role("link", name="kind.example/chat")).to_have_attribute(
        "href", "https://kind.example/chat"
    )
    await looks_right(seeker.page, "crisis-service")
