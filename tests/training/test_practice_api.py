"""Practice chats over HTTP and as rows, on each kind of database."""

from typing import Any

import msgspec

from chat.conversation.aftermath import NOTE
from chat.conversation.data_keys import DataKeys
from config.database import Database
from config.master_keys import MasterKeys
from listener_training.practising.playing import DEBRIEF, Kept
from listener_training.practising.rows import LEASE_MS, WORDS_KEPT_MS, PartnersRows
from tests.helpers.databases import Clock
from tests.training.conftest import School
from tests.training.practising import books, judged, scripts

PATH = "/api/learning/practice"


async def begins(school: School, name: str, scenario: str = "grief") -> tuple[Any, dict[str, Any]]:
    person = await school.sign_in(name, is_cleared=False)
    answer = await person.post(PATH, {"scenario": scenario})
    assert answer.status_code == 201, answer.text
    return person, answer.json()


async def test_all_scenarios_are_offered_to_whoever_has_no_clearance(school: School) -> None:
    person, _ = await begins(school, "tara")
    shown = (await person.get(PATH)).json()
    assert [one["scenario"] for one in shown["scenarios"]] == list(books())
    assert all(5 <= one["minutes"] <= 20 and one["times"] == 0 for one in shown["scenarios"])
    assert shown["going_on"]["scenario"] == "grief"
    assert shown["ended"] == []


async def test_beginning_twice_is_once_and_another_one_has_to_wait(school: School) -> None:
    person, line = await begins(school, "tara")
    again = await person.post(PATH, {"scenario": "grief"})
    assert again.json()["practice_id"] == line["practice_id"]
    other = await person.post(PATH, {"scenario": "prank"})
    assert (other.status_code, other.json()["code"]) == (409, "practice_open")
    none = await person.post(PATH, {"scenario": "no-such"})
    assert (none.status_code, none.json()["code"]) == (404, "no_such_scenario")
    for pace in (0, 61):
        assert (await person.post(PATH, {"scenario": "grief", "pace": pace})).status_code == 422


async def test_nobody_sees_or_removes_anybody_elses(school: School) -> None:
    _, line = await begins(school, "tara")
    other = await school.sign_in("otto", "admin")
    assert (await other.get(f"{PATH}/{line['practice_id']}")).status_code == 404
    assert (await other.call("DELETE", f"{PATH}/{line['practice_id']}")).status_code == 404


async def test_one_process_plays_a_partner_and_another_takes_over_when_it_is_gone(
    school: School, database: Database, clock: Clock
) -> None:
    _, line = await begins(school, "tara")
    one, other = PartnersRows(database, "p.one"), PartnersRows(database, "p.other")
    lives, is_dead = (lambda holder: False), (lambda holder: True)
    (row,) = await one.take(lives, 10, clock())
    assert row.practice_id == line["practice_id"]
    assert await other.take(lives, 10, clock()) == []
    assert await one.renew(clock()) == {line["practice_id"]}
    assert len(await other.take(is_dead, 10, clock())) == 1
    assert not await one.keep(line["practice_id"], turns=[2])
    assert await other.keep(line["practice_id"], turns=[2])
    assert await one.renew(clock()) == set()
    assert len(await one.take(lives, 10, clock() + LEASE_MS + 1)) == 1
    await one.let_go()
    assert len(await other.take(lives, 10, clock())) == 1


async def test_words_are_forgotten_and_the_score_stays(school: School, database: Database, clock: Clock) -> None:
    person, line = await begins(school, "tara", "exam-panic")
    rows = PartnersRows(database, "p.one")
    (row,) = await rows.take(lambda holder: False, 10, clock())
    told = judged("exam-panic", scripts()["exam-panic"]["good"])
    key = await school.deps.keys.make(row.chat_id)
    kept = key.seal_note(DEBRIEF, row.person_id, msgspec.json.encode(Kept(told, ("bye then",))).decode())
    values = {"outcome": told.outcome, "score": told.score, "has_passed": told.has_passed}
    values |= {"sealed": kept, "sealed_note": key.seal_note(NOTE, row.person_id, "my note")}
    at_ms = clock()
    await rows.keep(line["practice_id"], opened_at_ms=at_ms, ended_at_ms=at_ms, **values)
    shown = (await person.get(f"{PATH}/{line['practice_id']}")).json()
    assert shown["debrief"]["score"] == told.score
    assert (shown["after"], shown["note"], shown["pass_mark"]) == (["bye then"], "my note", 70)
    await rows.forget_words(at_ms + WORDS_KEPT_MS)
    assert (await person.get(f"{PATH}/{line['practice_id']}")).json()["debrief"] is not None
    await rows.forget_words(at_ms + WORDS_KEPT_MS + 1)
    shown = (await person.get(f"{PATH}/{line['practice_id']}")).json()
    assert (shown["debrief"], shown["note"], shown["after"]) == (None, None, [])
    assert shown["practice"]["score"] == told.score
    assert await DataKeys(database, MasterKeys.of(school.deps.settings)).of(row.chat_id) is None
    assert (await person.call("DELETE", f"{PATH}/{line['practice_id']}")).status_code == 204
    assert (await person.get(PATH)).json()["ended"] == []
