"""Why offers went where they went is for supervisors: who may ask, for what, and what no answer holds."""

import pytest

from chat.conversation.offer_tables import OfferRow
from config.database import Database
from tests.helpers.api import Api, problem


async def offers(
    database: Database, listener_id: str, notes: dict[str, str], band: str = "adult", outcome: str | None = "accepted"
) -> None:
    async with database.write() as session:
        for number, (chat, note) in enumerate(notes.items()):
            session.add(
                OfferRow(
                    offer_id=f"{chat}.1",
                    chat_id=chat,
                    turn=1,
                    language="en",
                    age_band=band,
                    cell="2.2.512",
                    listener_id=listener_id,
                    made_at_ms=1_700_000_100_000 + number,
                    arrived_at_ms=1_700_000_040_000 + number,
                    note=note,
                    outcome=outcome,
                )
            )


async def test_supervisors_see_why_and_nobody_else_does(api: Api) -> None:
    supervisor, listener = await api.sign_in("vera", "supervisor"), await api.sign_in("bo")
    me = listener.person_id
    notes = {
        "c1": f"S|free|{me}:50:1,gone-since:50:0",
        "c2": "L|danger|en:3.2.512:1000,en:0.0.0:99000",
        "c3": "words of a version that is not here yet",
    }
    await offers(api.deps.database, me, notes)
    await offers(api.deps.database, me, {"c4": f"S|preferred|{me}"}, band="teen", outcome=None)
    found = (await supervisor.get("/api/supervise/offers?language=en&age_band=adult")).json()["offers"]
    assert [(one["chat_id"], one["why"], one["outcome"]) for one in found] == [
        ("c2", "in_danger", "accepted"),
        ("c1", "shares_topic", "accepted"),
    ], "newest first, and what can't be read is left out"
    assert found[0]["overtook"] == {
        "language": "en",
        "risk": 0,
        "needs": [],
        "waited_s": 99,
        "target_s": 180,
        "share": 55,
        "is_elsewhere": False,
    }
    assert found[0]["lines"][0]["needs"] == ["high", "suicide"]
    assert [(one["name"], one["load"]) for one in found[1]["listeners"]] == [("Bo", 50), (None, 50)]
    assert {one["seeker"] for one in found} == {None}, "the engine is not here, and nobody else knows"
    everything = (await supervisor.get("/api/supervise/offers?limit=2")).json()["offers"]
    assert [one["chat_id"] for one in everything] == ["c2"], "of the last two one can't be read"
    one = (await supervisor.get("/api/supervise/offers?chat_id=c4")).json()["offers"]
    assert [(o["why"], o["outcome"], o["listeners"]) for o in one] == [("asked_for", None, [])]
    assert problem(await listener.get("/api/supervise/offers")) == (403, "not_allowed")
    assert problem(await api.browser().get("/api/supervise/offers")) == (401, "not_signed_in")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "age_band=old", "language=", "chat_id=%00", "chat_id=a%20b"])
async def test_what_is_asked_wrongly_is_refused(sqlite_api: Api, query: str) -> None:
    supervisor = await sqlite_api.sign_in("vera", "supervisor")
    assert problem(await supervisor.get(f"/api/supervise/offers?{query}")) == (422, "bad_query")
