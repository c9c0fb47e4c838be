"""What anybody may know: open or not, somebody there or not, how long it takes, and whether that held."""

import re
from pathlib import Path

from chat.accounts.page_texts import put_texts
from chat.api.page_blocks import Blocks
from chat.conversation.facts_tables import ChatFactsRow
from chat.supervision.public_status import FEWEST, past_week
from config.database import Database
from tests.helpers.api import Api

DAY_MS = 24 * 3600_000
SOURCE = Path(__file__).resolve().parents[2] / "web" / "status.html"


def facts(number: int, ended_at_ms: int, wait_s: float | None, promised_s: int | None, left_s: int = 0) -> ChatFactsRow:
    arrived_at_ms = ended_at_ms - 1000 * left_s if wait_s is None else ended_at_ms - round(1000 * wait_s) - 60_000
    return ChatFactsRow(
        chat_id=f"c{number}",
        language="en",
        age_band="adult",
        topics=[],
        arrived_at_ms=arrived_at_ms,
        opened_at_ms=None if wait_s is None else arrived_at_ms + round(1000 * wait_s),
        ended_at_ms=ended_at_ms,
        ended_by="seeker",
        end_reason="ended",
        wait_ms=None if wait_s is None else round(1000 * wait_s),
        wait_promised_s=promised_s,
        offers=1,
        messages_seeker=0,
        messages_listener=0,
    )


async def add(database: Database, rows: list[ChatFactsRow]) -> None:
    async with database.write() as session:
        session.add_all(rows)


async def test_a_week_tells_how_often_what_was_said_held(api: Api) -> None:
    now, database = api.clock(), api.deps.database
    rows = [facts(n, now - n * 1000, wait_s=n, promised_s=60) for n in range(1, 16)]
    rows += [facts(100 + n, now, wait_s=61, promised_s=60) for n in range(2)]
    rows += [facts(200 + n, now, wait_s=None, promised_s=60, left_s=90) for n in range(2)]
    rows += [facts(300 + n, now, wait_s=None, promised_s=60, left_s=30) for n in range(9)]  # nobody can know
    rows += [facts(400 + n, now - 8 * DAY_MS, wait_s=500, promised_s=60) for n in range(30)]
    await add(database, rows)
    async with database.read() as session:
        week = await past_week(session, now)
    assert (week.kept_percent, week.median_wait_s) == (None, None), "19 judged, 17 joined: too few"
    await add(database, [facts(500 + n, now, wait_s=70 + n, promised_s=None) for n in range(3)])
    await add(database, [facts(600, now, wait_s=60, promised_s=60)])
    async with database.read() as session:
        week = await past_week(session, now)
    assert week.kept_percent == 80, "16 of 20"
    # 21 waits: 1 to 15, 60, 61, 61, 70, 71, 72; the 11th and the 19th.
    assert (week.median_wait_s, week.p90_wait_s) == (11, 70)
    assert FEWEST == 20


async def test_the_status_says_only_what_it_can_see(sqlite_api: Api) -> None:
    answer = await sqlite_api.browser().get("/api/status")
    status = answer.json()
    assert answer.headers["cache-control"] == "public, max-age=10"
    assert status["is_seen"] is False, "there is no engine here"
    assert {(p["language"], p["age_band"]) for p in status["pools"]} == {("en", "adult"), ("en", "teen")}
    for pool in status["pools"]:
        assert (pool["is_open"], pool["is_anyone_there"], pool["wait_high_s"]) == (True, None, None)
    assert status["week"] == {"kept_percent": None, "median_wait_s": None, "p90_wait_s": None}


async def test_one_reading_serves_everybody_for_ten_seconds(sqlite_api: Api) -> None:
    browser, clock = sqlite_api.browser(), sqlite_api.clock
    first = (await browser.get("/api/status")).json()["at_ms"]
    clock.advance(s=9.9)
    assert (await browser.get("/api/status")).json()["at_ms"] == first
    clock.advance(s=0.1)
    assert (await browser.get("/api/status")).json()["at_ms"] == clock()


async def test_the_page_says_it_in_words_without_a_script(sqlite_api: Api) -> None:
    browser, dist = sqlite_api.browser(), sqlite_api.deps.dist
    assert (await browser.get("/status")).status_code == 503, "not built"
    dist.mkdir(exist_ok=True)
    (dist / "status.html").write_text(
        "<!--[words_days]-->Mon|Tue<!--[/words_days]--><!--[words_seconds]-->{n} s<!--[/words_seconds]-->"
        "<!--[words_minutes]-->{n} min<!--[/words_minutes]-->"
        "<h1>[[organisation]]</h1><!--[unseen]-->broken<!--[/unseen]--><!--[pool]--><h2>[[name]]</h2>"
        "<!--[open]-->open <!--[there]-->yes<!--[/there]--><!--[unknown]-->?<!--[/unknown]--><!--[/open]-->"
        "<!--[/pool]-->"
        "<!--[kept_known]-->[[kept]] of 100<!--[/kept_known]--><!--[kept_few]-->few<!--[/kept_few]-->"
        "<!--[waits]-->[[median]] [[p90]]<!--[/waits]-->"
    )
    async with sqlite_api.deps.database.write() as session:
        await put_texts(session, {"organisation": "Hope & <b>Light</b>"}, by="the test", now_ms=1)
    now = sqlite_api.clock()
    rows = [facts(n, now, wait_s=20 if n < 15 else 200, promised_s=60) for n in range(20)]
    await add(sqlite_api.deps.database, rows)
    answer = await browser.get("/status")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "public, max-age=10"
    names = [pool.name for pool in sqlite_api.deps.pools.all()]
    pools = "".join(f"<h2>{name}</h2>open ?" for name in names)
    assert answer.text == f"<h1>Hope &amp; &lt;b&gt;Light&lt;/b&gt;</h1>broken{pools}75 of 10020 s 4 min"


def test_a_block_is_shown_as_often_as_there_are_values_and_nothing_else_is() -> None:
    page = Blocks("<!--[words_x]-->{n}!<!--[/words_x]--><!--[a]-->([[n]]<!--[b]-->, [[m]]<!--[/b]-->)<!--[/a]-->[[n]]")
    assert page.words == {"words_x": "{n}!"}
    assert page.fill({"n": "0"}) == "0"
    assert (
        page.fill({"n": "0", "a": [{"n": "1"}, {"n": "2", "b": [{"m": "<"}, {"m": "[[n]]"}]}]})
        == "(1)(2, &lt;, [[n]])0"
    )


def test_every_block_of_the_page_is_closed_and_every_field_stands_in_its_words() -> None:
    page = SOURCE.read_text()
    opened, closed = re.findall(r"<!--\[(\w+)\]-->", page), re.findall(r"<!--\[/(\w+)\]-->", page)
    assert sorted(opened) == sorted(closed)
