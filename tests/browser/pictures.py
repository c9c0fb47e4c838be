"""`make pictures`: docs/images/three-pages.png, taken of a running service while `tealight demo` plays on it."""

import asyncio
import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.console import Console
from tests.browser.seeker import SeekerPage
from tests.browser.street import CHROMIUM, FLAGS, PHONE, sign_in
from tests.helpers.service import ROOT, Service, starting

PICTURE = ROOT / "docs" / "images" / "three-pages.png"
STAFF_SIZE = (1120, 700)
#: The demo plays so long before the board is photographed: a few minutes for its chart.
PLAYS_S = 240
MOST_BYTES = 400_000

TALK = (
    ("seeker", "My dog died on Sunday. I keep hearing her paws on the floor."),
    ("listener", "I'm so sorry. The quiet must be strange. What was her name?"),
    ("seeker", "Mossy. She was fourteen."),
    ("seeker", "People say it's only a dog"),
    ("listener", "Fourteen years is a long time to share a home. It makes sense that it hurts."),
)
FRAME = """<!doctype html><style>
body { margin: 0; padding: 28px; display: flex; gap: 28px; align-items: center; width: max-content }
body { background: #dfe7e3 }
img { display: block; border-radius: 12px; box-shadow: 0 6px 24px #1a2b2b40 }
div { display: grid; gap: 28px } .phone { width: 400px } .staff { width: 820px }
</style>"""


async def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="tl-pictures-") as folder,
        starting(Path(folder), WRAP_UP_S="20") as service,
    ):
        service.command("demo", "prepare")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            shots = await photograph(service, browser)
            await frame(browser, shots)
            await browser.close()
    size = PICTURE.stat().st_size
    print(f"{PICTURE.relative_to(ROOT)}: {size} bytes")
    if size > MOST_BYTES:
        raise SystemExit(f"That is more than {MOST_BYTES} bytes.")


async def photograph(service: Service, browser: Browser) -> list[bytes]:
    """Phone, console, board; in that order."""
    passwords = json.loads((service.data_dir / "demo-people.json").read_text())
    wren = Console(await staff_page(service, browser, "/listen", "wren", passwords["wren"]), service.typed)
    board = await staff_page(service, browser, "/supervise", "rowan", passwords["rowan"])
    await wren.becomes("Available", chats_at_once=2)
    seeker = await arrives(service, browser, wren, "Someone died", weight=4)
    other = await arrives(service, browser, wren, "Can't sleep", weight=2)
    for who, text in TALK:
        await (seeker if who == "seeker" else wren.desk()).writes(text)
        await expect(wren.desk().bubbles.last).to_have_text(text)
        await expect(seeker.bubbles.last).to_have_text(text)
    await other.writes("It's four in the morning again.")
    await wren.desk(1).writes("Four again. How long has it been like this?")
    await wren.desk(1).reads("It's four in the morning again.", "Four again. How long has it been like this?")
    demo = subprocess.Popen(
        [sys.executable, "-m", "tealight", "demo", "--chats", "0", "--at-once", "9", "--pace", "40"],
        cwd=ROOT,
        env=service.env,
        stdout=subprocess.DEVNULL,
    )
    try:
        await board.get_by_label("How far back").select_option("2")
        await asyncio.sleep(PLAYS_S)
        await wren.desk().field.press_sequentially("What do you miss")
        await expect(seeker.page.locator(".typing")).to_be_visible()
        return [await page.screenshot() for page in (seeker.page, wren.page, board)]
    finally:
        demo.terminate()
        demo.wait(30)


async def staff_page(service: Service, browser: Browser, path: str, name: str, password: str) -> Page:
    width, height = STAFF_SIZE
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{service.port}{path}")
    await sign_in(page, name, password)
    await expect(page.locator("#main")).to_be_visible()
    return page


async def arrives(service: Service, browser: Browser, wren: Console, topic: str, weight: int) -> SeekerPage:
    """A seeker on a phone, in a chat with Wren."""
    width, height = PHONE
    context = await browser.new_context(
        base_url=f"http://127.0.0.1:{service.port}", viewport={"width": width, "height": height}, locale="en-GB"
    )
    seeker = await SeekerPage(await context.new_page(), "en", service.typed).opens()
    await seeker.asks(topic, weight=weight)
    await wren.accepts()
    await seeker.is_in_chat()
    return seeker


async def frame(browser: Browser, shots: list[bytes]) -> None:
    """The phone beside the two wide ones."""
    phone, console, board = (f"data:image/png;base64,{base64.b64encode(shot).decode()}" for shot in shots)
    page = await browser.new_page()
    await page.set_content(
        f'{FRAME}<img class="phone" src="{phone}">'
        f'<div><img class="staff" src="{console}"><img class="staff" src="{board}"></div>'
    )
    PICTURE.parent.mkdir(exist_ok=True)
    await page.locator("body").screenshot(path=PICTURE)


if __name__ == "__main__":
    asyncio.run(main())
