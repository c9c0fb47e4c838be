"""Reviews as the pages see them in lists: rows come in with what belongs to them, answers go out."""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.directory import names_of
from chat.conversation.facts_tables import ChatFactsRow
from listener_training.learning_api.practice import scenario_shelf
from listener_training.practising.tables import PracticeChatRow
from listener_training.review.gathering import assessments_in, last_words_in
from listener_training.review.phases import phase_of, standing
from listener_training.review.rubric import ReviewRules
from listener_training.review.tables import AssessmentRow, ReviewRow
from listener_training.review_api.shown import Kind, ReviewLine


def scenario_title(scenario: str) -> str:
    """What a scenario is called; its id where it doesn't ship any more."""
    book = scenario_shelf().get(scenario)
    return book.scenario.title if book else scenario


async def lines_of(
    session: AsyncSession, rows: Sequence[ReviewRow], me: str, rules: ReviewRules, now_ms: int
) -> list[ReviewLine]:
    """These reviews in the order given."""
    ids = [row.review_id for row in rows]
    held = await assessments_in(session, ids)
    last = await last_words_in(session, ids)
    names = await names_of(session, [by for by, _ in last.values()])
    scenarios = await _scenarios(session, [row.subject_id for row in rows if row.kind == "practice"])
    facts = await _facts(session, [row.subject_id for row in rows if row.kind == "real"])
    return [
        _line(row, held[row.review_id], last.get(row.review_id), names, scenarios, facts, me, rules, now_ms)
        for row in rows
    ]


def _line(
    row: ReviewRow,
    held: Sequence[AssessmentRow],
    last: tuple[str, int] | None,
    names: Mapping[str, str],
    scenarios: Mapping[str, tuple[str, int | None]],
    facts: Mapping[str, ChatFactsRow],
    me: str,
    rules: ReviewRules,
    now_ms: int,
) -> ReviewLine:
    scenario, ended_at_ms = scenarios.get(row.subject_id, ("", None))
    real = facts.get(row.subject_id)
    return ReviewLine(
        review_id=row.review_id,
        kind=cast(Kind, row.kind),
        title=scenario_title(scenario) if scenario else "",
        topics=list(real.topics) if real else [],
        happened_at_ms=real.ended_at_ms if real else ended_at_ms,
        asked_at_ms=row.asked_at_ms,
        is_first_chats=row.is_first_chats,
        phase=phase_of(row.shared_at_ms, held, rules, now_ms),
        taken=len(standing(held, rules, now_ms)),
        handed_in=sum(one.handed_in_at_ms is not None for one in held),
        is_handed_in=any(one.mentor_id == me and one.handed_in_at_ms is not None for one in held),
        last_by_name=names.get(last[0]) if last else None,
        last_at_ms=last[1] if last else None,
    )


async def _scenarios(session: AsyncSession, practice_ids: Sequence[str]) -> dict[str, tuple[str, int | None]]:
    if not practice_ids:
        return {}
    query = select(PracticeChatRow.practice_id, PracticeChatRow.scenario, PracticeChatRow.ended_at_ms)
    rows = await session.execute(query.where(PracticeChatRow.practice_id.in_(practice_ids)))
    return {practice_id: (scenario, ended_at_ms) for practice_id, scenario, ended_at_ms in rows}


async def _facts(session: AsyncSession, chat_ids: Sequence[str]) -> dict[str, ChatFactsRow]:
    if not chat_ids:
        return {}
    rows = await session.scalars(select(ChatFactsRow).where(ChatFactsRow.chat_id.in_(chat_ids)))
    return {row.chat_id: row for row in rows}
