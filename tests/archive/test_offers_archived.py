"""Why each offer was made goes from the engine to the database: all of it, once, whatever crashes in between."""

import pytest
from sqlalchemy import select

from chat.conversation.archive import archive_band
from chat.conversation.facts_tables import ChatFactsRow
from chat.conversation.offer_tables import OfferRow, made_offer_of, newest, of_chat
from chat.conversation.offers import archive_offers
from config import metrics
from config.database import Database
from config.redis_link import RedisAway
from routing.actions.lines import Lines
from routing.rules.explaining import explain
from tests.store.place import Place


async def rows(database: Database) -> list[OfferRow]:
    async with database.read() as session:
        return list(await session.scalars(select(OfferRow).order_by(OfferRow.made_at_ms)))


def notes_left(place: Place) -> int:
    return int(place.read("XLEN", place.key("why")))


async def test_every_offer_is_written_with_what_became_of_it(place: Place, lines: Lines, database: Database) -> None:
    ada, bo = place.seeker("ada"), place.listener("bo")
    chat = ada.asks(topics=("family",))
    place.passes(7)
    bo.comes(languages="de,en")
    await archive_band(lines, database, "adult", place.now_ms)
    (row,) = await rows(database)
    assert (row.offer_id, row.chat_id, row.turn, row.listener_id) == (f"{chat}.1", chat, 1, "bo")
    assert (row.language, row.age_band, row.cell, row.outcome) == ("en", "adult", "0.0.0", None)
    assert row.made_at_ms - row.arrived_at_ms == 7000
    assert explain(made_offer_of(row)).why == "only_line"
    bo.declines()
    place.passes(1)
    place.listener("cy").comes()
    place.listener("cy").accepts()
    await archive_band(lines, database, "adult", place.now_ms)
    assert [(one.listener_id, one.outcome) for one in await rows(database)] == [("bo", None), ("cy", "accepted")]
    ada.ends(chat)
    await archive_band(lines, database, "adult", place.now_ms)
    assert [one.outcome for one in await rows(database)] == ["declined", "accepted"]
    assert notes_left(place) == 0
    async with database.read() as session:
        assert [one.turn for one in await of_chat(session, chat)] == sorted(one.turn for one in await rows(database))


async def test_an_accepted_offer_may_still_come_to_nothing(place: Place, lines: Lines, database: Database) -> None:
    place.seeker("ada").asks()
    place.passes(31)
    bo = place.listener("bo").comes()
    bo.accepts()
    await archive_band(lines, database, "adult", place.now_ms)
    assert [one.outcome for one in await rows(database)] == [None], "the seeker is asked whether they are here"
    place.passes(16)
    place.seeker("ada").leaves()
    await archive_band(lines, database, "adult", place.now_ms)
    assert [one.outcome for one in await rows(database)] == ["not_confirmed"]


async def test_a_crash_after_the_writing_doubles_nothing_and_loses_nothing(
    place: Place, lines: Lines, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(450):
        place.seeker(f"s{number:03}").asks()
        place.listener(f"l{number:03}").comes()
        place.passes(0.001)
    shard = lines.shards["adult"]
    link, send = shard.functions.link, shard.functions.link.send
    crashes = iter([True, False, True, False, False])

    def crashing(*command: object) -> object:
        if command[0] == "XTRIM" and next(crashes):
            raise RedisAway("the archiver was killed here")
        return send(*command)  # type: ignore[arg-type]

    monkeypatch.setattr(link, "send", crashing)
    for expected in (200, 400):
        with pytest.raises(RedisAway):
            await archive_offers(shard, database, "adult")
        assert len(await rows(database)) == expected
    assert await archive_offers(shard, database, "adult") == 50
    assert [row.listener_id for row in await rows(database)] == [f"l{number:03}" for number in range(450)]
    assert notes_left(place) == 0


async def test_a_note_whose_chat_is_forgotten_is_kept_all_the_same(
    place: Place, lines: Lines, database: Database
) -> None:
    chat = place.seeker("ada").asks()
    place.listener("bo").comes()
    place.read("DEL", place.key("chat", chat))
    await archive_offers(lines.shards["adult"], database, "adult")
    (row,) = await rows(database)
    assert (row.offer_id, row.language, row.outcome) == (f"{chat}.1", "", None)


async def test_the_last_offers_of_one_pool(place: Place, lines: Lines, database: Database) -> None:
    for number, language in enumerate(("en", "de", "en", "en")):
        place.seeker(f"s{number}").asks(language=language)
        place.listener(f"l{number}").comes(languages=language)
        place.passes(1)
    await archive_offers(lines.shards["adult"], database, "adult")
    async with database.read() as session:
        one_pool = await newest(session, language="en", age_band="adult", limit=2)
        assert [row.listener_id for row in one_pool] == ["l3", "l2"]
        assert [row.listener_id for row in await newest(session, language=None, age_band=None, limit=9)][-1] == "l0"
        assert not await newest(session, language="en", age_band="teen", limit=9)


def counted(kept: str) -> float:
    return metrics.REGISTRY.get_sample_value("tealight_wait_promise_total", {"kept": kept}) or 0.0


async def test_what_was_announced_is_held_against_the_wait_once(place: Place, lines: Lines, database: Database) -> None:
    before = counted("yes"), counted("no")
    chats = {}
    for name, promised_s in (("ada", 60), ("ben", 30), ("cleo", 60), ("dora", 30), ("eve", None)):
        chats[name] = place.seeker(name).asks()
        if promised_s is not None:
            place.call("promised", chats[name], promised_s)
    place.passes(5)
    place.seeker("cleo").leaves()
    place.passes(40)
    place.seeker("dora").leaves()
    for name in ("ada", "ben", "eve"):
        place.seeker(name).acts()
        listener = place.listener(f"for-{name}").comes()
        listener.accepts()
        place.seeker(listener.sees or name).ends(chats[name])
    for _ in range(2):
        await archive_band(lines, database, "adult", place.now_ms)
    assert (counted("yes") - before[0], counted("no") - before[1]) == (1, 2), "ada; ben and dora; cleo left early"
    async with database.read() as session:
        facts = {row.chat_id: row.wait_promised_s for row in await session.scalars(select(ChatFactsRow))}
    assert [facts[chats[name]] for name in ("ada", "ben", "cleo", "dora", "eve")] == [60, 30, 60, 30, None]
