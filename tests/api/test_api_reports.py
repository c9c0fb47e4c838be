"""What became of reports: who handled them, who takes that back, and how many nobody has handled."""

import asyncio
from typing import Any

import httpx
import pytest

from chat.accounts.audit import recent_acts
from chat.conversation.aftermath import save_report
from chat.conversation.facts_tables import ChatFactsRow, FeedbackCommentRow, ReportRow
from chat.conversation.forgetting import forget_words
from tests.helpers.api import Api, Browser, problem

REPORTS = "/api/supervise/reports"
AT_MS = 1_700_000_100_000
#: What a supervisor writes about what they did.
NOTE = "Spoke with both; no more chats for Bo this week."


@pytest.fixture
async def reported(api: Api) -> str:
    """A seeker reported Bo, who is a listener: Bo's id."""
    bo = (await api.sign_in("bo")).person_id
    await api.deps.keys.make("c1")
    await report(api, about_id=bo)
    return bo


async def report(api: Api, chat_id: str = "c1", **fields: Any) -> None:
    row = {"person_id": "s1", "by_role": "seeker", "at_ms": AT_MS, "reason": "rude", "block": False, "about_id": None}
    async with api.deps.database.write() as session:
        await session.merge(ReportRow(chat_id=chat_id, **row | fields))


async def lines(browser: Browser) -> list[dict[str, Any]]:
    answer = await browser.get(REPORTS)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["reports"]
    return found


async def open_count(browser: Browser) -> int:
    return int((await browser.get(f"{REPORTS}/open")).json()["count"])


async def handles(
    browser: Browser, note: str = "", *, report_at_ms: int = AT_MS, of: str = "c1/seeker"
) -> httpx.Response:
    body = {"report_at_ms": report_at_ms, "note": note}
    return await browser.post(f"{REPORTS}/{of}/handlings", body)


async def acts(api: Api) -> list[tuple[str, str, dict[str, Any]]]:
    async with api.deps.database.read() as session:
        newest_first = await recent_acts(session, limit=20)
    return [(act.by, act.act, act.detail) for act in newest_first[::-1] if act.about == "c1"]


async def test_a_report_is_handled_and_everybody_sees_by_whom(api: Api, reported: str) -> None:
    vera, ada = await api.sign_in("vera", "supervisor"), await api.sign_in("ada", "admin")
    (line,) = await lines(vera)
    assert (line["handled"], line["handlings"], await open_count(ada)) == (None, [], 1)
    assert (await handles(vera, f"  {NOTE} ")).status_code == 204
    (line,) = await lines(ada)
    assert line["handled"] == line["handlings"][0] | {"by_name": "Vera", "has_note": True, "undone_by_name": None}
    assert (await open_count(vera), await open_count(ada)) == (0, 0)
    assert NOTE not in (await ada.get(REPORTS)).text, "words are shown to whoever reads them, and that is noted"
    read = (await ada.post(f"{REPORTS}/c1/seeker/readings", {})).json()
    assert read == {"words": "", "notes": [{"handling_no": line["handled"]["handling_no"], "words": NOTE}]}
    assert await acts(api) == [
        (vera.person_id, "handle_report", {"by": "seeker"}),
        (ada.person_id, "read_report", {"by": "seeker"}),
    ]


async def test_the_second_of_two_is_told_and_takes_nothing_from_the_first(api: Api, reported: str) -> None:
    vera, ada = await api.sign_in("vera", "supervisor"), await api.sign_in("ada", "admin")
    answers = await asyncio.gather(handles(vera, NOTE), handles(ada, "I wrote to Bo"))
    first, second = sorted(zip(answers, (vera, ada), strict=True), key=lambda one: one[0].status_code)
    assert first[0].status_code == 204
    assert problem(second[0]) == (409, "handled_already")
    (line,) = await lines(second[1])
    assert len(line["handlings"]) == 1 and line["handled"]["by_name"] == ("Vera" if first[1] is vera else "Ada")
    again = await handles(first[1], NOTE if first[1] is vera else "I wrote to Bo")
    assert again.status_code == 204, "a repeat, because the answer got lost, is no quarrel"
    assert len((await lines(vera))[0]["handlings"]) == 1


async def test_a_handling_can_be_taken_back_and_stays_known(api: Api, reported: str) -> None:
    vera, ada = await api.sign_in("vera", "supervisor"), await api.sign_in("ada", "admin")
    await handles(vera, NOTE)
    number = (await lines(ada))[0]["handled"]["handling_no"]
    for _ in range(2):
        answer = await ada.call("DELETE", f"{REPORTS}/c1/seeker/handlings?handling_no={number}")
        assert answer.status_code == 204
    (line,) = await lines(vera)
    assert (line["handled"], await open_count(vera)) == (None, 1)
    assert [(one["by_name"], one["undone_by_name"]) for one in line["handlings"]] == [("Vera", "Ada")]
    await handles(ada)
    (line,) = await lines(vera)
    assert [one["has_note"] for one in line["handlings"]] == [True, False]
    assert line["handled"]["by_name"] == "Ada"
    assert [act for _, act, _ in await acts(api)] == ["handle_report", "reopen_report", "handle_report"]
    nothing = await ada.call("DELETE", f"{REPORTS}/c1/seeker/handlings?handling_no=999")
    assert problem(nothing) == (404, "no_such_report")


async def test_what_is_reported_once_more_is_open_again(api: Api, reported: str) -> None:
    vera = await api.sign_in("vera", "supervisor")
    await handles(vera)
    await save_report(
        api.deps.database,
        chat_id="c1",
        person_id="s1",
        role="seeker",
        about_id=reported,
        reason="sexual",
        sealed=None,
        block=True,
    )
    (line,) = await lines(vera)
    assert (line["reason"], line["handled"], await open_count(vera)) == ("sexual", None, 1)
    assert [one["by_name"] for one in line["handlings"]] == ["Vera"], "what was done before is still told"
    assert problem(await handles(vera)) == (409, "changed_meanwhile"), "they have not seen what was said since"
    assert (await handles(vera, report_at_ms=line["at_ms"])).status_code == 204
    assert await open_count(vera) == 0


async def test_nobody_handles_or_counts_what_is_about_themselves(api: Api) -> None:
    boss, vera = await api.sign_in("boss", "supervisor"), await api.sign_in("vera", "supervisor")
    bo = await api.sign_in("bo")
    await report(api, about_id=boss.person_id)
    assert (await open_count(boss), await open_count(vera)) == (0, 1)
    assert problem(await handles(boss)) == (404, "no_such_report")
    assert problem(await handles(vera, of="c1/comment")) == (404, "no_such_report")
    assert (await handles(vera)).status_code == 204
    number = (await lines(vera))[0]["handled"]["handling_no"]
    address = f"{REPORTS}/c1/seeker/handlings?handling_no={number}"
    assert problem(await boss.call("DELETE", address)) == (404, "no_such_report")
    for answer in (await bo.get(f"{REPORTS}/open"), await handles(bo), await bo.call("DELETE", address)):
        assert problem(answer) == (403, "not_allowed")
    assert (await lines(vera))[0]["handled"] is not None


async def test_open_reports_stand_before_handled_ones_however_old(api: Api) -> None:
    vera = await api.sign_in("vera", "supervisor")
    for number in range(4):
        await report(api, f"c{number}", at_ms=AT_MS + number)
    await handles(vera, of="c3/seeker", report_at_ms=AT_MS + 3)
    await vera.post(f"{REPORTS}/c2/seeker/readings", {})
    assert [one["chat_id"] for one in await lines(vera)] == ["c1", "c0", "c2", "c3"]
    assert await open_count(vera) == 3


async def test_notes_go_with_the_words_of_the_chat(api: Api, reported: str) -> None:
    vera = await api.sign_in("vera", "supervisor")
    await handles(vera, NOTE)
    async with api.deps.database.write() as session:
        await forget_words(session, ["c1"])
    api.deps.keys.forget("c1")
    (line,) = await lines(vera)
    assert (line["handled"]["by_name"], line["handled"]["has_note"]) == ("Vera", False)
    number = line["handled"]["handling_no"]
    await vera.call("DELETE", f"{REPORTS}/c1/seeker/handlings?handling_no={number}")
    assert problem(await handles(vera, NOTE)) == (409, "words_deleted")
    assert (await handles(vera)).status_code == 204


async def test_nobody_who_was_a_chats_listener_reads_what_was_written_about_it(api: Api) -> None:
    first, last = await api.sign_in("boss", "supervisor"), await api.sign_in("eve", "supervisor")
    vera = await api.sign_in("vera", "supervisor")
    await ended(api, "c1", first.person_id, last.person_id)
    await ended(api, "of-an-older-version", first.person_id, is_older=True)
    async with api.deps.database.write() as session:
        for chat_id in ("c1", "of-an-older-version"):
            session.add(FeedbackCommentRow(chat_id=chat_id, at_ms=AT_MS, sealed=None))
    await report(api)
    # Reported by a seeker, from before it was kept about whom: it may be about either.
    seen = [await comments(browser) for browser in (first, last, vera)]
    assert seen == [[], ["of-an-older-version"], ["c1", "of-an-older-version"]]
    for browser in (first, last):
        assert (await lines(browser), await open_count(browser)) == ([], 0)
        for by in ("seeker", "comment"):
            assert problem(await browser.post(f"{REPORTS}/c1/{by}/readings")) == (404, "no_such_report")
    assert len(await lines(vera)) == 1
    await report(api, about_id=last.person_id)
    assert [one["about_name"] for one in await lines(first)] == ["Eve"], "about her alone, that is known"
    assert await lines(last) == []


async def ended(api: Api, chat_id: str, *listeners: str, is_older: bool = False) -> None:
    facts = ChatFactsRow(
        chat_id=chat_id,
        language="en",
        age_band="adult",
        topics=[],
        arrived_at_ms=AT_MS,
        opened_at_ms=AT_MS,
        ended_at_ms=AT_MS,
        ended_by="seeker",
        end_reason="ended",
        listener_id=listeners[-1],
        listener_ids=None if is_older else list(listeners),
        offers=len(listeners),
        messages_seeker=1,
        messages_listener=1,
    )
    async with api.deps.database.write() as session:
        session.add(facts)


async def comments(browser: Browser) -> list[str]:
    answer = await browser.get("/api/supervise/comments")
    return sorted(one["chat_id"] for one in answer.json()["reports"])
