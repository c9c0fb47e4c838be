"""What was read by two mentors, as pairs of levels for the agreement; and lists for the desks."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from listener_training.review.agreement import Agreement, Pair, agreement_of
from listener_training.review.rubric import LEVELS, ReviewRules, Rubric
from listener_training.review.tables import AssessmentRow, ReviewRow, ReviewWordsRow


async def agreement_now(
    session: AsyncSession, rubric: Rubric, rules: ReviewRules
) -> tuple[Agreement, dict[str, Agreement]]:
    """In whole and item by item, over all chats that two mentors read by this version of the rubric."""
    query = (
        select(AssessmentRow.review_id, AssessmentRow.levels)
        .join(ReviewRow, ReviewRow.review_id == AssessmentRow.review_id)
        .where(
            AssessmentRow.handed_in_at_ms.is_not(None),
            ReviewRow.rubric_id == rubric.id,
            ReviewRow.rubric_version.startswith(f"{rubric.version}+", autoescape=True),
        )
        # Who came first is chance: nothing may follow from it.
        .order_by(AssessmentRow.review_id, AssessmentRow.mentor_id)
    )
    read: dict[str, list[dict[str, int | None]]] = defaultdict(list)
    for review_id, levels in await session.execute(query):
        read[review_id].append(levels or {})
    both = [(one[0], one[1]) for one in read.values() if len(one) == 2]
    items = {item.id: [_pairs(first, second, item.id) for first, second in both] for item in rubric.items}
    each = [[pair for item in rubric.items for pair in items[item.id][n]] for n in range(len(both))]
    whole = agreement_of(each, LEVELS, rules.few_pairs)
    return whole, {item_id: agreement_of(pairs, LEVELS, rules.few_pairs) for item_id, pairs in items.items()}


async def open_reviews(session: AsyncSession) -> Sequence[ReviewRow]:
    """What is not shared yet: first chats of new listeners first, then the oldest."""
    query = select(ReviewRow).where(ReviewRow.shared_at_ms.is_(None))
    return (await session.scalars(query.order_by(ReviewRow.is_first_chats.desc(), ReviewRow.asked_at_ms))).all()


async def read_by(session: AsyncSession, mentor_id: str) -> Sequence[ReviewRow]:
    """The reviews in which this mentor holds a place, newest first."""
    query = (
        select(ReviewRow)
        .join(AssessmentRow, AssessmentRow.review_id == ReviewRow.review_id)
        .where(AssessmentRow.mentor_id == mentor_id)
    )
    return (await session.scalars(query.order_by(ReviewRow.asked_at_ms.desc()))).all()


async def assessments_in(session: AsyncSession, review_ids: Sequence[str]) -> dict[str, list[AssessmentRow]]:
    """Review -> what its mentors took and handed in."""
    found: dict[str, list[AssessmentRow]] = {review_id: [] for review_id in review_ids}
    if review_ids:
        for row in await session.scalars(select(AssessmentRow).where(AssessmentRow.review_id.in_(review_ids))):
            found[row.review_id].append(row)
    return found


async def last_words_in(session: AsyncSession, review_ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Review -> who wrote last to or as the listener, and when."""
    if not review_ids:
        return {}
    newest = select(func.max(ReviewWordsRow.words_id)).where(
        ReviewWordsRow.review_id.in_(review_ids), ReviewWordsRow.is_among_mentors.is_(False)
    )
    newest = newest.group_by(ReviewWordsRow.review_id)
    query = select(ReviewWordsRow.review_id, ReviewWordsRow.by, ReviewWordsRow.at_ms)
    rows = await session.execute(query.where(ReviewWordsRow.words_id.in_(newest)))
    return {review_id: (by, at_ms) for review_id, by, at_ms in rows}


def _pairs(first: dict[str, int | None], second: dict[str, int | None], item: str) -> list[Pair]:
    """None or one pair: an item that one of them could not see is no disagreement, and no agreement."""
    one, other = first.get(item), second.get(item)
    return [] if one is None or other is None else [(one, other)]
