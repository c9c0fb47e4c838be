"""Trying the test of a lesson. Each action works inside the caller's transaction and may safely be sent twice."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.ids import new_id
from chat.accounts.refusal import Refused
from listener_training.curriculum.course import Course, Lesson, Question
from listener_training.learning import judging
from listener_training.learning.drawing import DrawnQuestion, draw, is_whole
from listener_training.learning.enrolment import enrol, take_turn
from listener_training.learning.shelf import find_lesson
from listener_training.learning.tables import AnswerRow, AttemptRow
from listener_training.learning.trying import Counted, may_try_at_ms, result_of


async def begin(
    session: AsyncSession, person_id: str, course: Course, lesson_id: str, *, language: str, seed: str, now_ms: int
) -> AttemptRow:
    """The open attempt at this test, or a new one. Raises Refused, `too_early` while a wait after a failure lasts."""
    lesson = find_lesson(course, lesson_id, language).lesson
    if not lesson.questions:
        raise Refused("no_such_lesson", "This lesson has no test.")
    await take_turn(session, person_id)
    await enrol(session, person_id, course.course_id, now_ms=now_ms)
    tries = await tries_of(session, person_id, course.course_id, lesson_id)
    if tries and tries[-1].outcome is None:
        if is_whole(drawn_in(tries[-1]), lesson_of(tries[-1], course)):
            return tries[-1]
        await _make_void(session, tries[-1], now_ms)
    wait_ms = may_try_at_ms(tries, lesson.test) - now_ms
    if wait_ms > 0:
        raise Refused("too_early", "Wait a little before you try again. Read on meanwhile.", retry_after_ms=wait_ms)
    row = AttemptRow(
        attempt_id=new_id("t"),
        person_id=person_id,
        course_id=course.course_id,
        lesson_id=lesson_id,
        number=len(tries) + 1,
        lesson_version=lesson.version,
        language=lesson.language,
        seed=seed,
        drawn=msgspec.to_builtins(draw(lesson.questions, lesson.test.draw, seed)),
        begun_at_ms=now_ms,
    )
    session.add(row)
    await session.flush()
    return row


async def find_attempt(session: AsyncSession, attempt_id: str, person_id: str) -> AttemptRow:
    """The person's own attempt of that id. Raises Refused."""
    row = await session.get(AttemptRow, attempt_id)
    if row is None or row.person_id != person_id:
        raise Refused("no_such_attempt", "There is no such test.")
    return row


async def course_id_of(session: AsyncSession, attempt_id: str, person_id: str) -> str:
    """The course of the person's own attempt, whose row is read only when its turn comes. Raises Refused."""
    query = select(AttemptRow.course_id).where(AttemptRow.attempt_id == attempt_id, AttemptRow.person_id == person_id)
    course_id = (await session.scalars(query)).one_or_none()
    if course_id is None:
        raise Refused("no_such_attempt", "There is no such test.")
    return course_id


async def answer(
    session: AsyncSession,
    person_id: str,
    attempt_id: str,
    question_id: str,
    course: Course,
    *,
    chosen: Sequence[str],
    text: str | None,
    now_ms: int,
) -> AttemptRow:
    """Judge an answer and keep it; the first one to a question stands, whatever another tab sends. Raises Refused."""
    await take_turn(session, person_id)
    attempt = await find_attempt(session, attempt_id, person_id)
    if await session.get(AnswerRow, (attempt_id, question_id)) is not None:
        return attempt
    question = await _question(session, attempt, question_id, course, now_ms)
    if question is None:
        return attempt
    try:
        judging.check(question, chosen, text)
    except judging.BadAnswer as bad:
        raise Refused("bad_choice", str(bad)) from None
    session.add(
        AnswerRow(
            attempt_id=attempt_id,
            question_id=question_id,
            kind=question.kind,
            points=question.points,
            chosen=list(chosen),
            text=None if text is None else text.strip(),
            worth=judging.worth_of(question, chosen),
            answered_at_ms=now_ms,
        )
    )
    await session.flush()
    await _end_if_done(session, attempt, course, now_ms)
    return attempt


async def compare(
    session: AsyncSession,
    person_id: str,
    attempt_id: str,
    question_id: str,
    course: Course,
    *,
    checked: Sequence[str],
    now_ms: int,
) -> AttemptRow:
    """Keep what somebody found in their own words when they compared them with the model. Raises Refused."""
    await take_turn(session, person_id)
    attempt = await find_attempt(session, attempt_id, person_id)
    row = await session.get(AnswerRow, (attempt_id, question_id))
    if row is None or row.text is None:
        raise Refused("no_such_question", "There is nothing written yet that could be compared.")
    if row.compared_at_ms is not None:
        return attempt
    question = await _question(session, attempt, question_id, course, now_ms)
    if question is None:
        return attempt
    try:
        judging.checked_share(question, checked)
    except judging.BadAnswer as bad:
        raise Refused("bad_choice", str(bad)) from None
    row.checked, row.compared_at_ms = list(checked), now_ms
    await session.flush()
    await _end_if_done(session, attempt, course, now_ms)
    return attempt


async def tries_of(session: AsyncSession, person_id: str, course_id: str, lesson_id: str) -> Sequence[AttemptRow]:
    """All attempts at one test, oldest first."""
    query = select(AttemptRow).where(
        AttemptRow.person_id == person_id, AttemptRow.course_id == course_id, AttemptRow.lesson_id == lesson_id
    )
    return (await session.scalars(query.order_by(AttemptRow.number))).all()


async def answers_of(session: AsyncSession, attempt_id: str) -> dict[str, AnswerRow]:
    """Question -> the answer that stands."""
    rows = await session.scalars(select(AnswerRow).where(AnswerRow.attempt_id == attempt_id))
    return {row.question_id: row for row in rows}


def drawn_in(attempt: AttemptRow) -> list[DrawnQuestion]:
    """What an attempt asks."""
    return msgspec.convert(attempt.drawn, list[DrawnQuestion])


def lesson_of(attempt: AttemptRow, course: Course) -> Lesson:
    """The lesson as it is now, in the language of the attempt. Raises Refused."""
    return find_lesson(course, attempt.lesson_id, attempt.language).lesson


async def _question(
    session: AsyncSession, attempt: AttemptRow, question_id: str, course: Course, now_ms: int
) -> Question | None:
    """A question that is still to be answered; None when the lesson lost what was drawn, which ends the attempt."""
    drawn = drawn_in(attempt)
    if question_id not in {one.question_id for one in drawn}:
        raise Refused("no_such_question", "This test has no such question.")
    if attempt.outcome is not None:
        raise Refused("attempt_over", "This test is over. You can begin it again.")
    lesson = lesson_of(attempt, course)
    if not is_whole(drawn, lesson):
        await _make_void(session, attempt, now_ms)
        return None
    return next(question for question in lesson.questions if question.id == question_id)


async def _end_if_done(session: AsyncSession, attempt: AttemptRow, course: Course, now_ms: int) -> None:
    answers = await answers_of(session, attempt.attempt_id)
    is_done = all(
        one.question_id in answers
        and (answers[one.question_id].text is None or answers[one.question_id].compared_at_ms is not None)
        for one in drawn_in(attempt)
    )
    if not is_done:
        return
    counted = [Counted(row.points, row.worth) for row in answers.values()]
    attempt.share, attempt.outcome = result_of(counted, lesson_of(attempt, course).test.pass_mark)
    attempt.ended_at_ms = now_ms
    await session.flush()


async def _make_void(session: AsyncSession, attempt: AttemptRow, now_ms: int) -> None:
    attempt.outcome, attempt.ended_at_ms = "void", now_ms
    await session.flush()
