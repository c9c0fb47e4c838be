"""What is reported reaches a supervisor, and nobody whom it is about."""

import asyncio
from typing import Any

from sqlalchemy import select

from chat.accounts.tables import AuditRow
from tests.helpers.person import PATIENCE_S, Person
from tests.helpers.world import World
from tests.stories.observing import asks_http

REPORTS = "/api/supervise/reports"


async def reports_of(reader: Person, chat_id: str, kind: str = "reports") -> list[dict[str, Any]]:
    """What this person of the staff sees of what was reported of a chat."""
    answer = await asks_http(reader, "GET", f"/api/supervise/{kind}?limit=500")
    assert answer.status_code == 200, answer.text
    return [one for one in answer.json()["reports"] if one["chat_id"] == chat_id]


async def reads(reader: Person, chat_id: str, by: str) -> str:
    """The words of one report, or the code of a refusal."""
    answer = await asks_http(reader, "POST", f"{REPORTS}/{chat_id}/{by}/readings")
    told = answer.json()
    return str(told["words"] if answer.status_code == 200 else told["code"])


async def test_a_supervisor_reads_what_was_reported_and_everybody_sees_who_did(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    supervisor, admin = await world.staff_signs_in("supervisor"), await world.staff_signs_in("admin")
    wanted = seeker.types("asked where I live")
    await seeker.asks("report", chat_id=chat_id, reason="contact", comment=wanted, block=False)
    await listener.asks("report", chat_id=chat_id, reason="spam", block=False)

    by_seeker, by_listener = sorted(await reports_of(supervisor, chat_id), key=lambda one: one["by"] != "seeker")
    name = listener.welcome["name"]
    assert (by_seeker["reason"], by_seeker["about_name"], by_seeker["by_name"]) == ("contact", name, None)
    assert (by_seeker["has_words"], by_seeker["is_blocked"], by_seeker["read_by"]) == (True, False, [])
    assert (by_listener["by"], by_listener["by_name"]) == (listener.person_id, name)
    assert (by_listener["about_name"], by_listener["has_words"]) == (None, False)
    assert seeker.person_id not in str(await reports_of(supervisor, chat_id))

    assert await reads(supervisor, chat_id, "seeker") == wanted
    assert await reads(supervisor, chat_id, "seeker") == wanted
    assert await reads(admin, chat_id, listener.person_id) == ""
    seen = {one["by"]: one["read_by"] for one in await reports_of(admin, chat_id)}
    assert seen == {"seeker": [supervisor.welcome["name"]], listener.person_id: [admin.welcome["name"]]}
    async with world.database.read() as session:
        looks = (await session.execute(select(AuditRow.by, AuditRow.detail).where(AuditRow.about == chat_id))).all()
    assert [(by, detail["by"]) for by, detail in looks] == [
        (supervisor.person_id, "seeker"),
        (supervisor.person_id, "seeker"),
        (admin.person_id, listener.person_id),
    ]

    await asyncio.sleep(0.01)  # times are milliseconds
    await seeker.asks("report", chat_id=chat_id, reason="unsafe", block=False)
    again = next(one for one in await reports_of(admin, chat_id) if one["by"] == "seeker")
    assert (again["reason"], again["read_by"]) == ("unsafe", []), "said once more, it is news"


async def test_nobody_reads_a_report_about_themselves_and_listeners_read_none(world: World) -> None:
    listener = await world.listener_is_available()
    boss = await world.staff_signs_in("supervisor")
    await listener.becomes("off_duty")
    await boss.becomes("available", capacity=1)
    seeker = await world.seeker_arrives()
    chat_id = await world.they_meet(seeker, boss)
    await seeker.asks("report", chat_id=chat_id, reason="sexual", comment=seeker.types("what he wrote"), block=True)
    assert await reports_of(boss, chat_id) == []
    assert await reads(boss, chat_id, "seeker") == "no_such_report"
    assert await reads(boss, chat_id, "somebody") == "no_such_report"
    assert (await asks_http(listener, "GET", REPORTS)).status_code == 403
    assert (await asks_http(listener, "POST", f"{REPORTS}/{chat_id}/seeker/readings")).status_code == 403
    other = await world.staff_signs_in("supervisor")
    assert [one["about_name"] for one in await reports_of(other, chat_id)] == [boss.welcome["name"]]


async def test_who_reports_once_more_takes_neither_words_nor_block_back(world: World) -> None:
    seeker, _, chat_id = await world.they_talk()
    supervisor = await world.staff_signs_in("supervisor")
    first = seeker.types("the first words")
    await seeker.asks("report", chat_id=chat_id, reason="sexual", comment=first, block=True)
    await seeker.asks("report", chat_id=chat_id, reason="other", block=False)
    (report,) = await reports_of(supervisor, chat_id)
    assert (report["reason"], report["is_blocked"]) == ("other", True)
    assert await reads(supervisor, chat_id, "seeker") == first


async def test_a_report_needs_a_chat_that_one_was_in(world: World) -> None:
    listener = await world.listener_is_available()
    seeker = await world.seeker_arrives()
    offer = await listener.sees_offer(request_id=seeker.request_id)
    chat_id = offer["offer_id"].rpartition(".")[0]
    for block in (False, True):
        await listener.is_refused("no_such_chat", "report", chat_id=chat_id, reason="spam", block=block)
        await seeker.is_refused("chat_not_open", "report", chat_id=chat_id, reason="rude", block=block)
    supervisor = await world.staff_signs_in("supervisor")
    assert await reports_of(supervisor, chat_id) == []
    await listener.accepts(offer)
    await seeker.is_connected()


async def test_what_a_seeker_wrote_after_the_chat_is_read_by_staff_and_not_by_its_listener(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    supervisor = await world.staff_signs_in("supervisor")
    comment = seeker.types("thank her from me")
    await seeker.asks("end_chat", chat_id=chat_id)
    await seeker.asks("give_feedback", chat_id=chat_id, rating=5, comment=comment)
    async with asyncio.timeout(PATIENCE_S):  # until the archiver has written whose chat it was
        while not (shown := await reports_of(supervisor, chat_id, "comments")):
            await asyncio.sleep(0.2)
    assert [(one["by"], one["about_name"], one["read_by"]) for one in shown] == [
        ("comment", listener.welcome["name"], [])
    ]
    assert await reads(supervisor, chat_id, "comment") == comment
    (again,) = await reports_of(supervisor, chat_id, "comments")
    assert again["read_by"] == [supervisor.welcome["name"]]
    assert await reports_of(supervisor, chat_id) == []
    code = (await seeker.sees("chat_ended", chat_id=chat_id))["deletion_code"]
    assert (await asks_http(seeker, "POST", "/api/chat-deletions", {"code": code})).status_code == 204
    assert await reports_of(supervisor, chat_id, "comments") == []
    assert await reads(supervisor, chat_id, "comment") == "no_such_report"


async def test_what_nobody_has_read_comes_before_newer_reports(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    supervisor = await world.staff_signs_in("supervisor")
    await seeker.asks("report", chat_id=chat_id, reason="rude", block=False)
    await asyncio.sleep(0.01)  # times are milliseconds
    await listener.asks("report", chat_id=chat_id, reason="spam", block=False)
    assert [one["by"] for one in await reports_of(supervisor, chat_id)] == [listener.person_id, "seeker"]
    await reads(supervisor, chat_id, listener.person_id)
    assert [one["by"] for one in await reports_of(supervisor, chat_id)] == ["seeker", listener.person_id]
