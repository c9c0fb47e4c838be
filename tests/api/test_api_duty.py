"""Numbers for those on duty, on real rows."""

from chat.conversation.facts_tables import ChatFactsRow, LoadSampleRow
from tests.helpers.api import Api, problem

MINUTE_MS = 60_000


def sample(at_ms: int, age_band: str = "adult", waiting: int = 0) -> LoadSampleRow:
    return LoadSampleRow(
        at_ms=at_ms,
        language="en",
        age_band=age_band,
        waiting=waiting,
        longest_wait_ms=waiting * 1000,
        available=1,
        paused=0,
        in_chat=2,
        open_chats=3,
        open_offers=0,
        offers_missed_1h=1,
    )


def chat(chat_id: str, ended_at_ms: int, listener_id: str | None, minutes: int | None = 10) -> ChatFactsRow:
    opened_at_ms = None if minutes is None else ended_at_ms - minutes * MINUTE_MS
    return ChatFactsRow(
        chat_id=chat_id,
        language="en",
        age_band="adult",
        topics=["grief"],
        distress_before=4,
        distress_after=2,
        rating=5,
        arrived_at_ms=ended_at_ms - 20 * MINUTE_MS,
        offered_at_ms=opened_at_ms,
        opened_at_ms=opened_at_ms,
        ended_at_ms=ended_at_ms,
        ended_by="seeker",
        end_reason="done",
        listener_id=listener_id,
        wait_ms=30_000,
        offers=1,
        messages_seeker=7,
        messages_listener=9,
    )


async def test_a_listener_sees_the_own_shift_and_nobody_elses(api: Api) -> None:
    wren, otter = await api.sign_in("wren"), await api.sign_in("otter")
    now = api.clock()
    async with api.deps.database.write() as session:
        session.add_all(
            [
                chat("one", now - MINUTE_MS, wren.person_id),
                chat("two", now - 2 * MINUTE_MS, wren.person_id, minutes=5),
                chat("long ago", now - 48 * 60 * MINUTE_MS, wren.person_id),
                chat("another's", now, otter.person_id),
                chat("never opened", now, None, minutes=None),
            ]
        )
    since = now - 60 * MINUTE_MS
    shift = (await wren.get(f"/api/listen/shift?since_ms={since}")).json()
    assert shift == {"since_ms": since, "chats": 2, "minutes_in_chat": 15, "messages": 18}
    assert (await wren.get("/api/listen/shift")).json()["since_ms"] == now - now % (24 * 60 * MINUTE_MS)
    assert problem(await wren.get("/api/listen/shift?since_ms=yesterday")) == (422, "bad_query")


async def test_a_supervisor_sees_the_last_hours_and_the_last_chats(api: Api) -> None:
    basil, wren = await api.sign_in("basil", "supervisor"), await api.sign_in("wren")
    now = api.clock()
    async with api.deps.database.write() as session:
        session.add_all([sample(now - n * MINUTE_MS, waiting=n) for n in (1, 2, 3, 200)])
        session.add(sample(now - MINUTE_MS, "teen"))
        session.add_all([chat("one", now - 1, wren.person_id), chat("two", now, None, minutes=None)])
    samples = (await basil.get("/api/supervise/history?hours=1")).json()["samples"]
    assert [(s["at_ms"], s["age_band"], s["waiting"]) for s in samples] == [
        (now - 3 * MINUTE_MS, "adult", 3),
        (now - 2 * MINUTE_MS, "adult", 2),
        (now - MINUTE_MS, "adult", 1),
        (now - MINUTE_MS, "teen", 0),
    ]
    assert samples[0]["offers_missed"] == 1
    assert len((await basil.get("/api/supervise/history")).json()["samples"]) == 5
    chats = (await basil.get("/api/supervise/chats")).json()["chats"]
    assert [(c["chat_id"], c["listener_name"], c["opened_at_ms"] is None) for c in chats] == [
        ("two", None, True),
        ("one", "Wren", False),
    ]
    assert len((await basil.get("/api/supervise/chats?limit=1")).json()["chats"]) == 1
    for path in ("/api/supervise/history", "/api/supervise/chats"):
        assert problem(await wren.get(path)) == (403, "not_allowed")
    assert problem(await basil.get("/api/supervise/history?hours=0")) == (422, "bad_query")
