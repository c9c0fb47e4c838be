"""Certificates in a browser: a mentor signs off, an admin says yes, anybody checks it, it is withdrawn and answered."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from listener_training.certification.library import open_rule_sets
from tests.browser.looks import looks_right
from tests.browser.pupil import has_learned
from tests.browser.street import PHONE, Street, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def learner(street: Street) -> tuple[Page, str]:
    name = await street.person("listener", is_cleared=False)
    page = await (await street.context(PHONE)).new_page()
    await page.goto("/learn")
    await sign_in(page, name)
    await expect(page.locator(".path").first).to_be_visible()
    return page, name


async def test_from_the_mentors_word_to_the_answer(street: Street, tmp_path: Path) -> None:
    page, name = await learner(street)
    person_id = await has_learned(street.database, name)
    await page.goto("/learn#certificates")
    await page.reload()
    await expect(page.get_by_text("You hold no certificate yet.")).to_be_visible()
    await expect(page.get_by_text("A mentor signed a practice chat off")).to_be_visible()
    await looks_right(page, "certificates-none")

    mentor = await street.staff_page("/learn", "supervisor")
    await mentor.goto(f"/learn#people/{person_id}")
    item = open_rule_sets()["active-listener"].items["mock-chat"]
    await mentor.get_by_label("What", exact=True).select_option(label=item)
    await mentor.get_by_role("button", name="Sign off").click()
    await expect(mentor.get_by_role("heading", name="Signed off")).to_be_visible()
    await looks_right(mentor, "certificates-person")

    admin = await street.staff_page("/learn", "admin")
    await admin.get_by_role("link", name="Granting").click()
    grant = admin.get_by_role("button", name=re.compile(f"^Grant Active listener, adults to {name}", re.IGNORECASE))
    await expect(grant).to_be_visible()
    await looks_right(admin, "certificates-desk")
    await grant.click()
    await expect(grant).to_have_count(0)

    await page.reload()
    await expect(page.get_by_text("Holds to the end of").first).to_be_visible()
    await looks_right(page, "certificates-held")
    await page.get_by_role("link", name="The certificate, for showing").click()
    await expect(page.get_by_text("Genuine, and it holds.")).to_be_visible()
    await expect(page.get_by_alt_text("QR code")).to_be_visible()
    assert await page.get_by_alt_text("QR code").evaluate("one => one.complete && one.naturalWidth > 100")
    await looks_right(page, "certificate")

    # Anybody, signed in nowhere, by what the code says; a changed letter is found.
    certificate_id = page.url.partition("#")[0].rpartition("/")[2]
    stranger = await (await street.context((1280, 800))).new_page()
    told = await (await stranger.request.get(f"{street.url}/api/certificates/{certificate_id}")).json()
    await stranger.goto(f"/certificate/{certificate_id}")
    await expect(stranger.get_by_text("Genuine, and it holds.")).to_be_visible()
    await looks_right(stranger, "certificate-wide")
    await stranger.goto("/certificate")
    await stranger.get_by_label("Text of the certificate").fill(told["address"])
    await stranger.get_by_role("button", name="Check it").click()
    await expect(stranger.get_by_text("The signature was checked in your browser, too.")).to_be_visible()
    await looks_right(stranger, "certificate-checked")
    head, body, signature = told["document"].split(".")
    changed = body[:30] + ("A" if body[30] != "A" else "B") + body[31:]
    await stranger.get_by_label("Text of the certificate").fill(f"{head}.{changed}.{signature}")
    await stranger.get_by_role("button", name="Check it").click()
    await expect(stranger.get_by_text("Not genuine")).to_be_visible()

    # The same without any service: the command, with the published keys.
    keys = tmp_path / "keys.json"
    keys.write_text(await (await stranger.request.get(f"{street.url}/api/certification/keys")).text())
    verify = ("certification", "verify", "--keys", str(keys))
    assert street.service.command(*verify, "-", stdin=told["address"])[0] == 0
    assert street.service.command(*verify, f"{head}.{changed}.{signature}")[0] == 1
    assert json.loads(street.service.command("certification", "keys")[1])["keys"]

    # Withdrawn with a reason, answered, and seen by everybody who asks.
    await admin.goto(f"/learn#people/{person_id}")
    await admin.get_by_role("button", name=re.compile("^Withdraw.*Active listener, adults")).click()
    street.service.typed |= {"Two reports of rushing.", "I was ill that day."}
    await admin.get_by_label("Why", exact=True).fill("Two reports of rushing.")
    await admin.get_by_role("button", name="Withdraw", exact=True).click()
    await expect(admin.get_by_text("Two reports of rushing.")).to_be_visible()
    await page.goto("/learn#certificates")
    await page.get_by_label("Your answer to it").fill("I was ill that day.")
    await looks_right(page, "certificates-withdrawn")
    await page.get_by_role("button", name="Send the answer").click()
    await expect(page.get_by_role("heading", name="Your answer", exact=True)).to_be_visible()
    await admin.goto("/learn#desk")
    await expect(admin.get_by_text("I was ill that day.")).to_be_visible()
    await looks_right(admin, "certificates-desk-withdrawn")
    await stranger.goto(f"/certificate/{certificate_id}")
    await expect(stranger.get_by_text("Genuine, but it was withdrawn.")).to_be_visible()
    await expect(stranger.get_by_text("rushing")).to_have_count(0)
    code, _, said = street.service.command("certification", "verify", told["document"])
    assert (code, said.strip()) == (1, "It was withdrawn.")
