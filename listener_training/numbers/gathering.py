"""What the numbers are made of, read from the tables: times, worths, scores and ratings; nobody's words."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.tables import ClearanceRow, InvitationRow, StaffRow
from chat.conversation.facts_tables import ChatFactsRow
from chat.conversation.offer_tables import OfferRow
from listener_training.curriculum.course import Course
from listener_training.learning.enrolment import substance_of
from listener_training.learning.tables import AnswerRow, AttemptRow, LessonProgressRow
from listener_training.numbers.funnel import Step, Way
from listener_training.numbers.questions import Answered
from listener_training.practising.tables import PracticeChatRow

#: What became of an offer that was accepted.
_ACCEPTED = ("accepted", "not_confirmed", "listener_lost")
#: The newest answers are enough, and more would keep this process from its chats.
ANSWERS_MAX = 50_000
#: Fewer ratings say little about one listener.
RATED_CHATS = 3


async def ways_of(session: AsyncSession, courses: Mapping[str, Course], now_ms: int) -> list[Way]:
    """Everybody who was ever invited as a listener, an invitation each. Accounts made by admins are no part of it."""
    reached = await _reached(session, courses)
    active = await _active(session)
    staff = {row.person_id: row for row in await session.scalars(select(StaffRow))}
    ways = []
    invited = await session.scalars(select(InvitationRow).where(InvitationRow.role == "listener"))
    for one in invited:
        at_ms: dict[Step, int] = {"invited": one.created_at_ms}
        person = staff.get(one.used_by or "")
        if person is None:
            is_over = one.withdrawn_at_ms is not None or one.expires_at_ms <= now_ms
            ways.append(Way(at_ms, one.created_at_ms, is_over))
            continue
        at_ms["joined"] = one.used_at_ms or person.created_at_ms
        for step, people in reached.items():
            if person.person_id in people:
                at_ms[step] = people[person.person_id]
        seen_ms = max(*at_ms.values(), active.get(person.person_id, 0))
        ways.append(Way(at_ms, seen_ms, not person.is_active))
    return ways


async def first_answers(session: AsyncSession, courses: Mapping[str, Course]) -> list[tuple[str, str, Answered]]:
    """(course, lesson, answer) of each person's first attempt at a test, of what is taught now; the newest ones."""
    query = (
        select(
            AttemptRow.course_id,
            AttemptRow.lesson_id,
            AttemptRow.lesson_version,
            AnswerRow.attempt_id,
            AnswerRow.question_id,
            AnswerRow.points,
            AnswerRow.worth,
        )
        .join(AttemptRow, AttemptRow.attempt_id == AnswerRow.attempt_id)
        .where(AttemptRow.number == 1, AttemptRow.outcome.in_(("passed", "not_passed")), AnswerRow.worth.is_not(None))
        .order_by(AttemptRow.begun_at_ms.desc(), AnswerRow.attempt_id)
        .limit(ANSWERS_MAX)
    )
    found = []
    for course_id, lesson_id, version, attempt_id, question_id, points, worth in await session.execute(query):
        course = courses.get(course_id)
        lesson = None if course is None else course.original.lessons.get(lesson_id)
        if lesson is not None and substance_of(lesson.version) == substance_of(version):
            found.append((course_id, lesson_id, Answered(attempt_id, question_id, points, float(worth or 0))))
    return found


async def practice_and_feedback(session: AsyncSession) -> list[tuple[float, float]]:
    """For each listener: the mean of their best scores by scenario before the first real chat, and of their ratings."""
    first = dict((await session.execute(_each(ChatFactsRow.listener_id, func.min(ChatFactsRow.opened_at_ms)))).all())
    best: dict[str, dict[str, int]] = defaultdict(dict)
    scored = select(
        PracticeChatRow.person_id, PracticeChatRow.scenario, PracticeChatRow.score, PracticeChatRow.ended_at_ms
    ).where(PracticeChatRow.score.is_not(None), PracticeChatRow.ended_at_ms.is_not(None))
    for person_id, scenario, score, ended_at_ms in await session.execute(scored):
        if (ended_at_ms or 0) < first.get(person_id, 0):
            best[person_id][scenario] = max(score or 0, best[person_id].get(scenario, 0))
    rated = (
        select(ChatFactsRow.listener_id, func.avg(ChatFactsRow.rating))
        .where(ChatFactsRow.rating.is_not(None), ChatFactsRow.listener_id.is_not(None))
        .group_by(ChatFactsRow.listener_id)
        .having(func.count() >= RATED_CHATS)
    )
    return [
        (sum(best[person_id].values()) / len(best[person_id]), float(rating))
        for person_id, rating in await session.execute(rated)
        if person_id in best
    ]


async def _reached(session: AsyncSession, courses: Mapping[str, Course]) -> dict[Step, dict[str, int]]:
    """Step -> person -> when they came to it first."""

    async def of(query: Select[Any]) -> dict[str, int]:
        return {person_id: int(at_ms) for person_id, at_ms in await session.execute(query) if at_ms is not None}

    began = await of(_each(LessonProgressRow.person_id, func.min(LessonProgressRow.begun_at_ms)))
    for person_id, at_ms in (await of(_each(AttemptRow.person_id, func.min(AttemptRow.begun_at_ms)))).items():
        began[person_id] = min(at_ms, began.get(person_id, at_ms))
    practised = _each(PracticeChatRow.person_id, func.min(PracticeChatRow.ended_at_ms))
    cleared = _each(ClearanceRow.person_id, func.min(ClearanceRow.granted_at_ms))
    accepted = _each(OfferRow.listener_id, func.min(OfferRow.made_at_ms))
    chatted = _each(ChatFactsRow.listener_id, func.min(ChatFactsRow.opened_at_ms))
    return {
        "began": began,
        "finished": await _finished(session, courses),
        "practised": await of(practised.where(PracticeChatRow.has_passed.is_(True))),
        "cleared": await of(cleared.where(ClearanceRow.kind == "age_band")),
        "accepted": await of(accepted.where(OfferRow.outcome.in_(_ACCEPTED))),
        "chatted": await of(chatted),
    }


async def _finished(session: AsyncSession, courses: Mapping[str, Course]) -> dict[str, int]:
    """Person -> when the last lesson that adults' chats ask for was done, in the first course where all are."""
    done: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    passed: dict[tuple[str, str, str], int] = {}
    key = (AttemptRow.person_id, AttemptRow.course_id, AttemptRow.lesson_id)
    query = select(*key, func.min(AttemptRow.ended_at_ms)).where(AttemptRow.outcome == "passed").group_by(*key)
    for person_id, course_id, lesson_id, at_ms in await session.execute(query):
        passed[person_id, course_id, lesson_id] = int(at_ms or 0)
    read = select(
        LessonProgressRow.person_id,
        LessonProgressRow.course_id,
        LessonProgressRow.lesson_id,
        LessonProgressRow.read_at_ms,
    ).where(LessonProgressRow.read_at_ms.is_not(None))
    for person_id, course_id, lesson_id, read_at_ms in await session.execute(read):
        course = courses.get(course_id)
        lesson = None if course is None else course.original.lessons.get(lesson_id)
        if lesson is None or read_at_ms is None:
            continue
        passed_at_ms = passed.get((person_id, course_id, lesson_id)) if lesson.questions else read_at_ms
        if passed_at_ms is not None:
            done[person_id, course_id][lesson_id] = max(read_at_ms, passed_at_ms)
    found: dict[str, int] = {}
    for (person_id, course_id), lessons in done.items():
        needed = courses[course_id].needed_for("age_band", "adult")
        if needed and all(lesson_id in lessons for lesson_id in needed):
            at_ms = max(lessons[lesson_id] for lesson_id in needed)
            found[person_id] = min(at_ms, found.get(person_id, at_ms))
    return found


async def _active(session: AsyncSession) -> dict[str, int]:
    """Person -> when they did something last that the tables know of."""
    last: dict[str, int] = {}
    for query in (
        _each(LessonProgressRow.person_id, func.max(LessonProgressRow.changed_at_ms)),
        _each(AttemptRow.person_id, func.max(func.coalesce(AttemptRow.ended_at_ms, AttemptRow.begun_at_ms))),
        _each(PracticeChatRow.person_id, func.max(PracticeChatRow.begun_at_ms)),
        _each(OfferRow.listener_id, func.max(OfferRow.made_at_ms)),
        _each(ChatFactsRow.listener_id, func.max(ChatFactsRow.ended_at_ms)),
    ):
        for person_id, at_ms in await session.execute(query):
            last[person_id] = max(int(at_ms or 0), last.get(person_id, 0))
    return last


def _each(person_id: Any, at_ms: Any) -> Select[Any]:
    return select(person_id, at_ms).where(person_id.is_not(None)).group_by(person_id)
