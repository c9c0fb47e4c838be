"""For everybody: by keyboard alone, without movement, on a slow line, without a program."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.street import Street

pytestmark = pytest.mark.asyncio(loop_scope="session")
#: All that / loads, compressed as the browser got it.
MOST_BYTES = 40_000


async def tab_to(page: Page, name: str, most: int = 40) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        label = await page.evaluate(
            "(one => (one.labels?.[0] ?? one).textContent.trim() || one.getAttribute('aria-label') || '')"
            "(document.activeElement === document.body ? document.createElement('i') : document.activeElement)"
        )
        if name in label:
            return
    raise AssertionError(f"Tab does not reach {name!r}")


async def test_by_keyboard_alone(street: Street) -> None:
    listener = await street.listener()
    await listener.becomes("Available")
    seeker = await street.seeker()
    page = seeker.page
    await tab_to(page, "Skip to the page")
    await page.keyboard.press("Enter")
    await page.get_by_label("Which language").select_option(street.language)  # a native list, of the browser's own keys
    await tab_to(page, "Under 13")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="18 or older")).to_be_checked()
    await tab_to(page, "Start a chat")
    await page.keyboard.press("Enter")
    await expect(seeker.heading).to_be_focused()
    await listener.accepts()
    await seeker.is_in_chat()
    await tab_to(page, "Write to")
    await page.keyboard.type("By keyboard alone.")
    street.service.typed.add("By keyboard alone.")
    await page.keyboard.press("Enter")
    await seeker.reads("By keyboard alone.")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="End chat")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".dialog__title")).to_be_focused()  # a Tab before that goes on in the page behind
    await tab_to(page, "End chat", most=6)
    await page.keyboard.press("Enter")
    await expect(seeker.heading).to_be_focused()
    await tab_to(page, "Not at all", most=12)
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="A little")).to_be_checked()
    await tab_to(page, "Send my answers")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Thank you. We have your answers.")).to_be_visible()


async def test_nothing_moves_by_itself_when_movement_is_unwanted(street: Street) -> None:
    seeker = await street.seeker(reduced_motion="reduce")
    page = seeker.page
    moving = (
        "document.getAnimations().filter(one => one.playState === 'running')"
        ".map(one => [one.animationName ?? one.transitionProperty, one.effect.getComputedTiming().endTime])"
        ".filter(([, ms]) => ms > 50)"
    )
    assert await page.evaluate(moving) == []
    await seeker.asks()
    await page.get_by_role("button", name="Breathe with the light").click()
    assert await page.evaluate(moving) == []
    await expect(page.get_by_text("In for 4, hold for 4, out for 6.")).to_be_visible()
    listener = await street.listener()
    await listener.becomes("Available")
    await listener.accepts()
    await seeker.is_in_chat()
    await listener.desk().field.press_sequentially("I")
    await expect(page.locator(".typing")).to_be_visible()
    assert await page.evaluate(moving) == []


async def test_the_first_page_is_light(street: Street) -> None:
    page = await (await street.context()).new_page()
    devtools = await page.context.new_cdp_session(page)
    loaded: dict[str, int] = {}
    names: dict[str, str] = {}
    devtools.on("Network.responseReceived", lambda told: names.update({told["requestId"]: told["response"]["url"]}))
    devtools.on("Network.loadingFinished", lambda told: loaded.update({told["requestId"]: told["encodedDataLength"]}))
    await devtools.send("Network.enable")
    await page.goto("/")
    await expect(page.get_by_role("group", name="How old are you?")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    sizes = {names[key]: size for key, size in loaded.items() if not names.get(key, "").startswith("data:")}
    assert len(sizes) >= 3, sizes
    # Headers are no part of the page; they are counted all the same, but what the API says grows with the lines.
    files = {url: size for url, size in sizes.items() if "/api/" not in url}
    assert sum(files.values()) < MOST_BYTES, files


async def test_without_a_program_there_is_help_and_a_way_out(street: Street) -> None:
    page = await (await street.context(java_script_enabled=False)).new_page()
    await page.goto("/")
    await expect(page.get_by_text("Call the emergency number of your country")).to_be_visible()
    await expect(page.get_by_role("link", name="findahelpline.com")).to_be_visible()
    await page.get_by_role("link", name="Leave fast").click()
    await page.wait_for_url("https://www.wikipedia.org/**")
