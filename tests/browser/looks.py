"""What every page must be, in every state: readable by machines and people, by day and by night, on a narrow phone."""

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

__all__ = ["cut_off", "looks_right", "name_that_sticks_out", "overflow"]

NARROW = {"width": 320, "height": 640}
#: Put into a page once, by its size a matter of a tenth of a second. Of what it finds only the violations come back.
_AXE = Axe().axe_script
_RUN = "options => axe.run(document, options).then(results => results.violations)"
#: WCAG 2.0 to 2.2, A and AA, and what axe calls good practice; by night only what the night changes.
_OPTIONS: dict[str, dict[str, Any]] = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast"]},
}
#: A folder for a picture of every state, for people to look at.
_PICTURES = os.environ.get("TEALIGHT_STATE_PICTURES")


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


async def cut_off(page: Page) -> list[str]:
    """The beginnings of what was said in a chat and can't be read whole, since it is wider than the window."""
    return await page.locator(".bubble").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().left < 0"
        " || one.getBoundingClientRect().right > innerWidth || one.scrollWidth > one.clientWidth)"
        ".map(one => one.textContent.slice(0, 20))"
    )


_STICKS_OUT = """name => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (!node.data.includes(name)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right, width } = range.getBoundingClientRect();
    if (width < 2) continue;
    let box = node.parentElement, bounds = [0, innerWidth], isMarked = false;
    for (; box; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.clipPath !== "none") isMarked = true;
      if (style.textOverflow === "ellipsis" && style.overflowX === "hidden") isMarked = true;
      if (style.overflowX !== "visible" && box !== document.documentElement) {
        const edge = box.getBoundingClientRect();
        bounds = [Math.max(bounds[0], edge.left), Math.min(bounds[1], edge.right)];
      }
    }
    if (!isMarked && (left < bounds[0] - 1 || right > bounds[1] + 1)) {
      found.push(`${node.parentElement.outerHTML.slice(0, 120)}: ${left} to ${right} in ${bounds}`);
    }
  }
  return found;
}"""


async def name_that_sticks_out(page: Page, name: str) -> list[str]:
    """Where this name is shown and can't be read whole, though nothing like an ellipsis says so."""
    return await page.evaluate(_STICKS_OUT, name)


async def _settled(page: Page) -> None:
    """No longer than a second: the browser forgets to end an animation that another look has taken the place of."""
    await page.evaluate(
        "() => Promise.race([new Promise(done => setTimeout(done, 1000)),"
        " Promise.all(document.getAnimations().filter(one => one.effect.getTiming().iterations !== Infinity)"
        ".map(one => one.finished.catch(() => {})))])"
    )


async def _violations(page: Page, scheme: str) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_AXE)
    found: list[dict[str, Any]] = await page.evaluate(_RUN, _OPTIONS[scheme])
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


async def _bare_keys(page: Page) -> list[str]:
    """Names of sentences that are shown instead of the sentence."""
    return await page.evaluate(
        "() => document.body.innerText.split('\\n')"
        ".filter(one => /^([a-z_]+(\\.[a-z_0-9]+)+|_[0-9a-z]+)$/.test(one.trim()))"
    )


async def _picture(page: Page, name: str) -> None:
    if _PICTURES is not None:
        await page.screenshot(path=Path(_PICTURES) / f"{name}.png", full_page=True)


async def looks_right(page: Page, state: str) -> None:
    """No violation that axe finds, by day and by night, and nothing to scroll sideways at 320 px."""
    size = page.viewport_size
    assert size is not None
    wrong = [f"a sentence is missing: {key}" for key in await _bare_keys(page)]
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await _settled(page)
        wrong += [f"{scheme}: {one}" for one in await _violations(page, scheme)]
        await _picture(page, f"{state}-{size['width']}-{scheme}")
    await page.set_viewport_size(NARROW)
    wide = await overflow(page)
    if wide > 0:
        wrong.append(f"{wide} px too wide at {NARROW['width']} px")
    await _picture(page, f"{state}-320-dark")
    if _PICTURES is not None:
        for other in ({"width": 360, "height": 740}, {"width": 1280, "height": 800}):
            if other["width"] != size["width"]:
                await page.emulate_media(color_scheme="light", reduced_motion="reduce")
                await page.set_viewport_size(other)
                await _picture(page, f"{state}-{other['width']}-light")
    await page.set_viewport_size(size)
    assert not wrong, f"{state}: {wrong}"
