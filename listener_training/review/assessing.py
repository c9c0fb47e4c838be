"""What a mentor does: take a review, read apart from the other mentor, hand in. Inside the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.refusal import Refused
from chat.conversation.sealing import ChatKey
from listener_training.review.asking import no_such_review
from listener_training.review.mentors import require_mentor
from listener_training.review.phases import is_overdue
from listener_training.review.rubric import ReviewRules, Rubric, what_is_wrong_with
from listener_training.review.tables import AssessmentRow, ReviewRow
from listener_training.review.transcript import readable
from listener_training.review.wording import pack
from listener_training.trainers.caps import CAPS

COMMENT_MAX = 4000


async def open_review(
    session: AsyncSession, review_id: str, mentor_id: str, *, now_ms: int, locks: bool = True
) -> ReviewRow:
    """A review as a mentor may meet it, locked until the commit unless it is only looked at. Raises Refused."""
    await require_mentor(session, mentor_id, now_ms)
    query = select(ReviewRow).where(ReviewRow.review_id == review_id)
    row = (await session.scalars(query.with_for_update() if locks else query)).one_or_none()
    if row is None or not await readable(session, [row]):
        raise no_such_review()
    if row.person_id == mentor_id:
        raise Refused("not_yourself", "Nobody reviews their own chat.")
    return row


async def assessments_of(session: AsyncSession, review_id: str) -> Sequence[AssessmentRow]:
    """What its mentors took and handed in, the first taken first."""
    query = select(AssessmentRow).where(AssessmentRow.review_id == review_id)
    return (await session.scalars(query.order_by(AssessmentRow.taken_at_ms, AssessmentRow.mentor_id))).all()


async def take(
    session: AsyncSession,
    review_id: str,
    mentor_id: str,
    age_bands: Collection[str],
    rules: ReviewRules,
    *,
    now_ms: int,
) -> AssessmentRow:
    """Hold one of the places; taking twice is once. `age_bands`: what the mentor is cleared for. Raises Refused."""
    row = await open_review(session, review_id, mentor_id, now_ms=now_ms)
    if row.kind == "real" and row.age_band not in age_bands:
        raise Refused("not_a_mentor", "Real chats are read by mentors who are cleared for that age group.")
    held = list(await assessments_of(session, review_id))
    mine = next((one for one in held if one.mentor_id == mentor_id), None)
    if mine is not None:
        return mine
    if row.shared_at_ms is not None:
        raise Refused("review_taken", "This review has been shared with the listener already.")
    if await _unread(session, mentor_id, rules, now_ms) >= CAPS.chats_of_a_mentor:
        raise Refused("too_many_reviews", "Hand in what you took before, or leave it to others.")
    for one in held:
        if is_overdue(one, rules, now_ms):
            await session.delete(one)
    if sum(not is_overdue(one, rules, now_ms) for one in held) >= rules.readers:
        raise Refused("review_taken", "Two mentors read this chat already.")
    mine = AssessmentRow(
        review_id=review_id, mentor_id=mentor_id, taken_at_ms=now_ms, levels=None, helped=b"", to_try=b""
    )
    session.add(mine)
    record(session, by=mentor_id, act="take_review", about=review_id, at_ms=now_ms)
    await session.flush()
    return mine


async def _unread(session: AsyncSession, mentor_id: str, rules: ReviewRules, now_ms: int) -> int:
    """How many chats this mentor has taken and not handed in; those whose time is over count no more."""
    mine = select(AssessmentRow).where(AssessmentRow.mentor_id == mentor_id, AssessmentRow.handed_in_at_ms.is_(None))
    return sum(not is_overdue(one, rules, now_ms) for one in await session.scalars(mine))


async def hand_back(session: AsyncSession, review_id: str, mentor_id: str, *, now_ms: int) -> None:
    """Leave one's place to another mentor, before handing in. Raises Refused."""
    await open_review(session, review_id, mentor_id, now_ms=now_ms)
    mine = await own_assessment(session, review_id, mentor_id)
    if mine.handed_in_at_ms is not None:
        raise Refused("handed_in", "What was handed in stays.")
    await session.delete(mine)


async def hand_in(
    session: AsyncSession,
    review_id: str,
    mentor_id: str,
    rubric: Rubric,
    *,
    levels: Mapping[str, int | None],
    helped: str,
    to_try: str,
    key: ChatKey,
    now_ms: int,
) -> AssessmentRow:
    """Keep what a mentor found. From then on it stands, so that two readings stay apart. Raises Refused.

    `key`: the chat's, which seals the words.
    """
    await open_review(session, review_id, mentor_id, now_ms=now_ms)
    mine = await own_assessment(session, review_id, mentor_id)
    if mine.handed_in_at_ms is not None:
        raise Refused("handed_in", "What was handed in stays.")
    wrong = what_is_wrong_with(levels, rubric)
    if wrong is not None:
        raise Refused("bad_levels", wrong)
    if not helped.strip():
        raise Refused("bad_levels", "Say in your own words what helped the person.")
    mine.levels = dict(levels)
    mine.helped = pack(key, f"helped:{review_id}", mentor_id, helped.strip())
    mine.to_try = pack(key, f"to_try:{review_id}", mentor_id, to_try.strip())
    mine.handed_in_at_ms = now_ms
    record(session, by=mentor_id, act="hand_in_review", about=review_id, at_ms=now_ms)
    await session.flush()
    return mine


async def own_assessment(session: AsyncSession, review_id: str, mentor_id: str) -> AssessmentRow:
    """The place that this mentor holds. Raises Refused."""
    mine = await session.get(AssessmentRow, (review_id, mentor_id))
    if mine is None:
        raise Refused("not_in_turn", "Take this review first.")
    return mine
