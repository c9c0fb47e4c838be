"""Asking mentors to read a chat of one's own, and taking it back. Inside the caller's transaction."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.ids import new_id
from chat.accounts.refusal import Refused
from chat.conversation.consent_tables import ReviewConsentRow
from chat.conversation.facts_tables import ChatFactsRow
from listener_training.learning.enrolment import take_turn
from listener_training.practising.rows import own_one
from listener_training.practising.tables import PracticeChatRow
from listener_training.review.rubric import ReviewRules, Rubric, digest_of
from listener_training.review.tables import AssessmentRow, ReviewRow, ReviewWordsRow

_NOTHING = "There are no words of this chat that mentors could read."


async def ask(
    session: AsyncSession,
    person_id: str,
    kind: str,
    subject_id: str,
    rubric: Rubric,
    rules: ReviewRules,
    *,
    now_ms: int,
) -> ReviewRow:
    """Put a chat of one's own before the mentors; asking again changes nothing. Raises Refused.

    A real chat needs the seeker's yes, which is there or is not; asking is the listener's own yes.
    """
    await take_turn(session, person_id)
    known = select(ReviewRow).where(ReviewRow.kind == kind, ReviewRow.subject_id == subject_id)
    if kind == "practice":
        (age_band, chat_id), is_first = await _practice(session, person_id, subject_id), False
    else:
        chat_id = subject_id
        age_band, is_first = await _real(session, person_id, subject_id, rules, now_ms)
    row = (await session.scalars(known)).one_or_none()
    if row is not None:
        return row
    row = ReviewRow(
        review_id=new_id("v"),
        kind=kind,
        subject_id=subject_id,
        chat_id=chat_id,
        person_id=person_id,
        age_band=age_band,
        is_first_chats=is_first,
        rubric_id=rubric.id,
        rubric_version=digest_of(rubric),
        asked_at_ms=now_ms,
        settled={},
    )
    session.add(row)
    await session.flush()
    return row


async def withdraw(session: AsyncSession, review_id: str, person_id: str) -> None:
    """Take one's own chat back from the mentors, with all that they found and all that was said. Raises Refused."""
    row = await own_review(session, review_id, person_id)
    if row.kind == "real":
        consent = await session.get(ReviewConsentRow, row.subject_id)
        if consent is not None:
            consent.listener_at_ms = None
    await remove(session, [review_id])


async def remove(session: AsyncSession, review_ids: Sequence[str]) -> None:
    """Delete reviews with everything that hangs on them."""
    # Held first: whoever is writing about one of them comes through, and goes with it; who comes later finds none.
    await session.execute(select(ReviewRow.review_id).where(ReviewRow.review_id.in_(review_ids)).with_for_update())
    for table in (ReviewWordsRow, AssessmentRow, ReviewRow):
        await session.execute(delete(table).where(table.review_id.in_(review_ids)))


async def forget_chats(session: AsyncSession, chat_ids: Sequence[str]) -> None:
    """These chats, real or practice, were deleted: so is everything that mentors made of them, and the consent."""
    known = select(ReviewRow.review_id).where(ReviewRow.chat_id.in_(chat_ids))
    await remove(session, (await session.scalars(known)).all())
    await session.execute(delete(ReviewConsentRow).where(ReviewConsentRow.chat_id.in_(chat_ids)))


async def own_review(session: AsyncSession, review_id: str, person_id: str) -> ReviewRow:
    """The review of one's own chat, locked until the commit. Raises Refused."""
    row = await session.get(ReviewRow, review_id, with_for_update=True)
    if row is None or row.person_id != person_id:
        raise no_such_review()
    return row


def no_such_review() -> Refused:
    """The same for what never was, what is somebody else's, and what may not be read any more."""
    return Refused("no_such_review", "There is no such review.")


async def reviews_of(session: AsyncSession, person_id: str) -> Sequence[ReviewRow]:
    """Somebody's reviews, newest first."""
    query = select(ReviewRow).where(ReviewRow.person_id == person_id)
    return (await session.scalars(query.order_by(ReviewRow.asked_at_ms.desc()))).all()


async def consented_chats(session: AsyncSession, person_id: str) -> Sequence[ChatFactsRow]:
    """Real chats of this listener whose seeker said yes, newest first."""
    query = (
        select(ChatFactsRow)
        .join(ReviewConsentRow, ReviewConsentRow.chat_id == ChatFactsRow.chat_id)
        .where(ChatFactsRow.listener_id == person_id, ChatFactsRow.opened_at_ms.is_not(None))
    )
    return (await session.scalars(query.order_by(ChatFactsRow.ended_at_ms.desc()))).all()


async def _practice(session: AsyncSession, person_id: str, practice_id: str) -> tuple[str, str]:
    row: PracticeChatRow = await own_one(session, practice_id, person_id)
    if not row.sealed:
        raise Refused("nothing_to_review", _NOTHING)
    return row.age_band, row.chat_id


async def _real(
    session: AsyncSession, person_id: str, chat_id: str, rules: ReviewRules, now_ms: int
) -> tuple[str, bool]:
    facts = await session.get(ChatFactsRow, chat_id)
    consent = await session.get(ReviewConsentRow, chat_id)
    if facts is None or facts.listener_id != person_id or facts.opened_at_ms is None or consent is None:
        # Whether a seeker said no, or nothing, is nobody's to know.
        raise Refused("nothing_to_review", _NOTHING)
    if consent.listener_at_ms is None:
        consent.listener_at_ms = now_ms
    before = select(func.count()).where(
        ChatFactsRow.listener_id == person_id, ChatFactsRow.opened_at_ms < facts.opened_at_ms
    )
    return facts.age_band, (await session.execute(before)).scalar_one() < rules.first_chats
