"""From the shard's stream of notes to the table of offers, and what became of each offer."""

import asyncio
from collections.abc import Mapping

from sqlalchemy import select

from chat.conversation.offer_tables import OfferRow
from config.database import Database
from config.redis_link import RedisRefused
from routing.rules.explaining import outcome_of
from routing.store.shard import Shard
from routing.store.snapshots import needs_of, pairs

PAGE = 200


async def archive_offers(shard: Shard, database: Database, band: str) -> int:
    """Write all notes of one shard and take them from its stream. Answers how many were new.

    First written, then taken away: a crash in between leaves notes that are written already, and those are left as they
    are. Raises RedisAway, RedisRefused and the database's errors.
    """
    written = 0
    while rows_by_entry := await unwritten(shard, band):
        async with database.write() as session:
            offers = [row.offer_id for row in rows_by_entry.values()]
            known = set(await session.scalars(select(OfferRow.offer_id).where(OfferRow.offer_id.in_(offers))))
            new = {row.offer_id: row for row in rows_by_entry.values() if row.offer_id not in known}
            session.add_all(new.values())
        written += len(new)
        at, _, number = list(rows_by_entry)[-1].partition("-")
        await shard.functions.link.send("XTRIM", shard.key("why"), "MINID", f"{at}-{int(number) + 1}")
    return written


async def unwritten(shard: Shard, band: str, chat_id: str = "") -> dict[str, OfferRow]:
    """The oldest notes of the stream as rows, by entry id; with `chat_id` all notes of that chat, however many."""
    link = shard.functions.link
    limit = () if chat_id else ("COUNT", PAGE)
    entries = await link.send("XRANGE", shard.key("why"), "-", "+", *limit)
    notes = {entry_id.decode(): pairs(flat) for entry_id, flat in entries}
    if chat_id:
        notes = {entry_id: note for entry_id, note in notes.items() if _chat_of(note["o"]) == chat_id}
    found = await asyncio.gather(*[_readable_fields(shard, _chat_of(note["o"])) for note in notes.values()])
    rows = {}
    for (entry_id, note), fields in zip(notes.items(), found, strict=True):
        turn = int(note["o"].rpartition(".")[2])
        rows[entry_id] = OfferRow(
            offer_id=note["o"],
            chat_id=_chat_of(note["o"]),
            turn=turn,
            # A chat is forgotten an hour after its end, long after its notes were written; should one be gone, its
            # notes are kept all the same, and stand in no pool.
            language=needs_of(fields).language,
            age_band=band,
            cell=needs_of(fields).cell,
            listener_id=note["l"],
            made_at_ms=int(note["t"]),
            arrived_at_ms=int(note["a"]),
            note=note["w"],
            outcome=settled(fields, turn),
        )
    return rows


def _chat_of(offer_id: str) -> str:
    return offer_id.rpartition(".")[0]


async def chat_fields(shard: Shard, chat_id: str) -> dict[str, str]:
    """A chat's hash; empty for one that is not, or no longer, in this shard."""
    return pairs(await shard.functions.link.send("HGETALL", shard.key("chat", chat_id)))


async def _readable_fields(shard: Shard, chat_id: str) -> dict[str, str]:
    """The same, and empty for one that is damaged: its notes are kept all the same, and keep no others waiting."""
    try:
        fields = await chat_fields(shard, chat_id)
        needs_of(fields)
    except ValueError:
        return {}
    except RedisRefused as refused:
        if refused.args[:1] != ("WRONGTYPE",):
            raise
        return {}
    return fields


def settled(fields: Mapping[str, str], turn: int) -> str | None:
    """What became of an offer; None while it may still change, or where the chat is forgotten."""
    if not fields:
        return None
    outcome = outcome_of(fields, turn)
    # What was accepted may still come to nothing until the chat opens.
    if outcome == "open" or (outcome == "accepted" and fields.get("st") == "H"):
        return None
    return outcome


async def settle_outcomes(database: Database, chats: Mapping[str, Mapping[str, str]]) -> None:
    """Write what became of the offers of these chats (chat -> its hash)."""
    open_ones = select(OfferRow).where(OfferRow.chat_id.in_(list(chats)), OfferRow.outcome.is_(None))
    async with database.write() as session:
        for row in await session.scalars(open_ones):
            row.outcome = settled(chats[row.chat_id], row.turn)
