"""Why offers went where they went, for supervisors and the command line: names of staff, pseudonyms, never a word."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.clearances import RISK_LEVELS
from chat.accounts.directory import names_of
from chat.accounts.pseudonyms import pseudonym
from chat.conversation.offer_tables import OfferRow, made_offer_of
from chat.conversation.offers import chat_fields, settled
from chat.protocol.topics import topics_of
from routing.actions.lines import Lines, RedisAway
from routing.rules.explaining import TARGETS_S, LineSeen, MadeOffer, explain, parse_cell

ChatFields = Mapping[str, Mapping[str, str]]


class ComparedListener(Struct, frozen=True):
    """`load`: how much of their capacity was in use, in per cent."""

    listener_id: str
    name: str | None
    load: int
    shares_topic: bool


class ComparedLine(Struct, frozen=True):
    """`needs`: the clearances that this line takes, a risk level and topics; `share`: of the target, in per cent.

    `is_elsewhere`: the head of the listener's other age band, of which no more is known here; `language` is `und` then.
    """

    language: str
    risk: int
    needs: list[str]
    waited_s: int
    target_s: int
    share: int
    is_elsewhere: bool = False


class ExplainedOffer(Struct, frozen=True):
    """One offer. `why` is a key of SENTENCES, `outcome` of OUTCOMES (routing/rules/explaining.py); null: still open.

    `besides`: keys of SENTENCES for what else it took, where `why` alone doesn't tell why somebody was passed over.
    `side`: `listener` where a listener got room and lines were compared, `seeker` where a request came and listeners
    were. `seeker` is a pseudonym, null once the chat is forgotten. `overtook`: the line whose head had waited longer.
    """

    offer_id: str
    chat_id: str
    made_at_ms: int
    language: str
    age_band: str
    risk: int
    target_s: int
    needs: list[str]
    listener_id: str
    listener_name: str | None
    seeker: str | None
    waited_s: int
    side: str
    why: str
    besides: list[str]
    load: int | None
    share: int
    listeners: list[ComparedListener]
    lines: list[ComparedLine]
    overtook: ComparedLine | None
    outcome: str | None


def needs_of(level: int, hard: int) -> list[str]:
    """The clearances of a cell by name: the risk level, then topics."""
    return [*([RISK_LEVELS[level - 1]] if 0 < level <= len(RISK_LEVELS) else []), *topics_of(hard)]


def _line(seen: LineSeen) -> ComparedLine:
    target_s = TARGETS_S[seen.risk]
    needs = needs_of(seen.level, seen.hard)
    language = "und" if seen.is_elsewhere else seen.language
    return ComparedLine(
        language, seen.risk, needs, seen.waited_s, target_s, seen.share_of_target, is_elsewhere=seen.is_elsewhere
    )


async def live_chats(lines: Lines | None, rows: Iterable[OfferRow]) -> ChatFields:
    """What the engine still knows of these offers' chats; nothing where it is away."""
    chats = sorted({(row.age_band, row.chat_id) for row in rows})
    if lines is None:
        return {}
    known = [(band, chat) for band, chat in chats if band in lines.shards]
    try:
        found = await asyncio.gather(*[chat_fields(lines.shards[band], chat) for band, chat in known])
    except RedisAway:
        return {}
    return {chat: fields for (_, chat), fields in zip(known, found, strict=True) if fields}


async def explained(session: AsyncSession, rows: Sequence[OfferRow], live: ChatFields) -> list[ExplainedOffer]:
    """These offers in their order; a note that no script of this version writes is left out."""
    made: list[tuple[OfferRow, MadeOffer]] = []
    for row in rows:
        try:
            made.append((row, made_offer_of(row)))
        except ValueError:
            continue
    people = {row.listener_id for row, _ in made}
    people |= {seen.listener for _, one in made for seen in one.note.listeners}
    names = await names_of(session, people)
    return [_explained(row, one, names, live.get(row.chat_id, {})) for row, one in made]


def _explained(row: OfferRow, made: MadeOffer, names: Mapping[str, str], fields: Mapping[str, str]) -> ExplainedOffer:
    reason = explain(made)
    risk, level, hard = parse_cell(row.cell)
    own = next((seen for seen in made.note.listeners if seen.listener == row.listener_id), None)
    return ExplainedOffer(
        offer_id=row.offer_id,
        chat_id=row.chat_id,
        made_at_ms=row.made_at_ms,
        language=row.language,
        age_band=row.age_band,
        risk=risk,
        target_s=TARGETS_S[risk],
        needs=needs_of(level, hard),
        listener_id=row.listener_id,
        listener_name=names.get(row.listener_id),
        seeker=pseudonym(fields["pe"]) if fields.get("pe") else None,
        waited_s=made.waited_ms // 1000,
        side="listener" if made.note.is_listener_side else "seeker",
        why=reason.why,
        besides=list(reason.besides),
        load=own.load if own else None,
        share=made.share_of_target,
        listeners=[
            ComparedListener(seen.listener, names.get(seen.listener), seen.load, seen.shares_topic)
            for seen in made.note.listeners
        ],
        lines=[_line(seen) for seen in made.note.lines],
        overtook=_line(reason.overtook) if reason.overtook else None,
        outcome=row.outcome or settled(fields, row.turn),
    )
