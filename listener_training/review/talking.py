"""From two readings to a talk: settling, sharing, writing. Inside the caller's transaction."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.refusal import Refused
from chat.conversation.consent_tables import ReviewConsentRow
from chat.conversation.sealing import ChatKey
from listener_training.review.asking import own_review, remove
from listener_training.review.assessing import assessments_of, open_review, own_assessment
from listener_training.review.phases import DAY_MS, far_apart, may_be_shared, sees_all
from listener_training.review.rubric import LEVELS, ReviewRules
from listener_training.review.tables import AssessmentRow, ReviewRow, ReviewWordsRow
from listener_training.review.wording import pack

WORDS_MAX = 4000


async def share(
    session: AsyncSession,
    review_id: str,
    mentor_id: str,
    rules: ReviewRules,
    *,
    settled: Mapping[str, int],
    now_ms: int,
) -> ReviewRow:
    """Let the listener see what was found. Items seen far apart need the level on which the mentors settled.

    What each had handed in stays as it is, for the agreement. Sharing twice is once. Raises Refused.
    """
    row = await open_review(session, review_id, mentor_id, now_ms=now_ms)
    mine = await own_assessment(session, review_id, mentor_id)
    if row.shared_at_ms is not None:
        return row
    held = await assessments_of(session, review_id)
    if mine.handed_in_at_ms is None or not may_be_shared(row.asked_at_ms, None, held, rules, now_ms):
        raise Refused("not_in_turn", "It is shared when both mentors have handed in.")
    wanted = far_apart(held, rules)
    if sorted(settled) != wanted or any(not 0 <= level < LEVELS for level in settled.values()):
        raise Refused("not_settled", "Settle with the other mentor, item by item, what you saw far apart.")
    row.settled, row.shared_by, row.shared_at_ms = dict(settled), mentor_id, now_ms
    # A place that somebody holds and never used ends here.
    unused = (AssessmentRow.review_id == review_id, AssessmentRow.handed_in_at_ms.is_(None))
    await session.execute(delete(AssessmentRow).where(*unused))
    detail = {"settled": sorted(settled)}
    record(session, by=mentor_id, act="share_review", about=review_id, at_ms=now_ms, detail=detail)
    await session.flush()
    return row


async def write_as_listener(
    session: AsyncSession, review_id: str, person_id: str, text: str, key: ChatKey, *, now_ms: int
) -> None:
    """Say something to the mentors, once they have shared what they found. Raises Refused."""
    row = await own_review(session, review_id, person_id)
    if row.shared_at_ms is None:
        raise Refused("not_in_turn", "The mentors have not answered yet.")
    _add(session, review_id, person_id, text, key, is_among_mentors=False, now_ms=now_ms)


async def write_as_mentor(
    session: AsyncSession,
    review_id: str,
    mentor_id: str,
    text: str,
    key: ChatKey,
    rules: ReviewRules,
    *,
    is_among_mentors: bool,
    now_ms: int,
) -> None:
    """Say something to the other mentor, or to the listener once it is shared. Raises Refused."""
    row = await open_review(session, review_id, mentor_id, now_ms=now_ms)
    await own_assessment(session, review_id, mentor_id)
    held = await assessments_of(session, review_id)
    if is_among_mentors and not sees_all(row.shared_at_ms, held, rules, now_ms):
        raise Refused("not_in_turn", "Both mentors read apart until both have handed in.")
    if not is_among_mentors and row.shared_at_ms is None:
        raise Refused("not_in_turn", "Share it with the listener first.")
    _add(session, review_id, mentor_id, text, key, is_among_mentors=is_among_mentors, now_ms=now_ms)


async def words_of(session: AsyncSession, review_id: str) -> Sequence[ReviewWordsRow]:
    """All that was said about a review, oldest first."""
    query = select(ReviewWordsRow).where(ReviewWordsRow.review_id == review_id).order_by(ReviewWordsRow.words_id)
    return (await session.scalars(query)).all()


async def forget_old(session: AsyncSession, rules: ReviewRules, now_ms: int) -> int:
    """Delete words when their time is over; levels stay. What may not be read any more goes as a whole.

    Answers how many reviews went.
    """
    old_ms = now_ms - rules.words_kept_days * DAY_MS
    old = select(ReviewRow.review_id).where(ReviewRow.shared_at_ms < old_ms)
    await session.execute(delete(ReviewWordsRow).where(ReviewWordsRow.review_id.in_(old)))
    worded = (AssessmentRow.review_id.in_(old), (AssessmentRow.helped != b"") | (AssessmentRow.to_try != b""))
    await session.execute(update(AssessmentRow).where(*worded).values(helped=b"", to_try=b""))
    consented = select(ReviewConsentRow.chat_id).where(ReviewConsentRow.listener_at_ms.is_not(None))
    unread = (ReviewRow.shared_at_ms.is_(None)) & (ReviewRow.asked_at_ms < old_ms)
    revoked = (ReviewRow.kind == "real") & ReviewRow.subject_id.not_in(consented)
    gone = (await session.scalars(select(ReviewRow.review_id).where(unread | revoked))).all()
    await remove(session, gone)
    return len(gone)


def _add(
    session: AsyncSession,
    review_id: str,
    by: str,
    text: str,
    key: ChatKey,
    *,
    is_among_mentors: bool,
    now_ms: int,
) -> None:
    words = text.strip()
    if not words:
        raise Refused("bad_words", "Write something first.")
    kept = pack(key, f"words:{review_id}", by, words)
    session.add(ReviewWordsRow(review_id=review_id, by=by, at_ms=now_ms, is_among_mentors=is_among_mentors, text=kept))
