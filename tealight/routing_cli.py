"""`tealight routing ...`: why offers went where they went (docs/routing.md)."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, NoReturn

import typer

from chat.conversation import offer_tables
from chat.conversation.offers import unwritten
from chat.supervision.explanations import ComparedLine, ExplainedOffer, explained, live_chats
from config import settings as environment
from config.database import Database, url_of
from config.settings import Settings, SettingsError
from routing.rules.explaining import OUTCOMES, sentences_of
from tealight.on_database import on_database
from tealight.reached import reached

app = typer.Typer(help="Routing: why an offer went where it went.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def routing() -> None:
    """Routing: why an offer went where it went."""


@app.command()
def explain(
    which: Annotated[str, typer.Argument(metavar="OFFER_OR_CHAT_ID", help="a chat's id, or an offer's: <chat>.<turn>")],
) -> None:
    """Say for each offer of a chat whom it went to, why, who else was considered, and what became of it.

    Reads what the engine still holds and what is archived. Tells no word of the chat.
    """
    chat_id, _, turn = which.partition(".")
    if (turn and not turn.isdecimal()) or not chat_id.isascii() or not chat_id.isprintable():
        _fail(f"{which!r} is neither a chat's id nor an offer's (<chat>.<turn>).")
    try:
        settings = environment.load()
        offers, is_engine_away = on_database(lambda database: _offers(database, settings, chat_id), url_of(settings))
    except SettingsError as refused:
        _fail(str(refused))
    if turn:
        offers = [offer for offer in offers if offer.offer_id == which]
    if is_engine_away:
        print("The engine can't be reached: what was not archived yet is missing.", file=sys.stderr)
    if not offers:
        what = "offer" if turn else "chat that was offered to somebody"
        _fail(f"There is no {what} with the id {which}.")
    for line in told(offers):
        print(line)


def told(offers: Sequence[ExplainedOffer]) -> list[str]:
    """The lines to print."""
    first = offers[0]
    came_ms = first.made_at_ms - 1000 * first.waited_s
    needs = f", takes a clearance for {', '.join(first.needs)}" if first.needs else ""
    lines = [
        f"Chat {first.chat_id}: {first.language or 'language forgotten'}, {first.age_band}, risk {first.risk}{needs}; "
        f"{first.seeker or 'the seeker'} came at {_clock(came_ms)} UTC."
    ]
    for offer in offers:
        lines += ["", *_about(offer)]
    return lines


def _about(offer: ExplainedOffer) -> list[str]:
    name = _named(offer.listener_id, offer.listener_name)
    happened = "a listener got room" if offer.side == "listener" else "the request came, or came back to the line"
    why = sentences_of(
        (offer.why, *offer.besides),
        listener=offer.listener_name or offer.listener_id,
        load=offer.load,
        share=offer.share,
        target_s=offer.target_s,
    )
    lines = [
        f"Offer {offer.offer_id} to {name}, {_clock(offer.made_at_ms)} UTC, after {offer.waited_s} s: {happened}.",
        f"  Why: {why}",
    ]
    if offer.overtook is not None:
        longer_s = offer.overtook.waited_s - offer.waited_s
        who = f"had waited {longer_s} s longer" if longer_s > 0 else "had come a moment earlier"
        lines.append(f"  Went before somebody who {who} ({_line(offer.overtook)}).")
    if offer.lines:
        lines.append("  Lines compared, the one that goes first at the top:")
        lines += [f"    {_line(line)}" for line in offer.lines]
    if offer.listeners:
        lines.append("  Listeners compared:")
        for seen in offer.listeners:
            shares = ", trained in what it is about" if seen.shares_topic else ""
            lines.append(f"    {_named(seen.listener_id, seen.name)}: {seen.load} % of their capacity in use{shares}")
    outcome = offer.outcome or "open"
    lines.append(f"  What became of it: {OUTCOMES.get(outcome, outcome)}.")
    return lines


def _line(line: ComparedLine) -> str:
    needs = f" (takes {', '.join(line.needs)})" if line.needs else ""
    language = "the other age band" if line.is_elsewhere else line.language
    return f"{language}, risk {line.risk}{needs}: {line.waited_s} s, {line.share} % of {line.target_s} s"


def _named(person_id: str, name: str | None) -> str:
    return f"{name} ({person_id})" if name else person_id


def _clock(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


async def _offers(database: Database, settings: Settings, chat_id: str) -> tuple[list[ExplainedOffer], bool]:
    """All offers of the chat, in their order; and whether the engine was away."""
    async with reached(settings, "tealight-explain") as lines, database.read() as session:
        rows = {row.offer_id: row for row in await offer_tables.of_chat(session, chat_id)}
        if lines is not None:
            for band, shard in lines.shards.items():
                for row in (await unwritten(shard, band, chat_id)).values():
                    rows.setdefault(row.offer_id, row)
        in_order = sorted(rows.values(), key=lambda row: row.turn)
        return await explained(session, in_order, await live_chats(lines, in_order)), lines is None


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
