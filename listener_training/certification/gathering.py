"""What people achieved, read from the tables: tests, practice chats, sign-offs, time in real chats."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.conversation.facts_tables import ChatFactsRow
from listener_training.certification.days import DAY_MS, day_of
from listener_training.certification.fulfilment import (
    Achievement,
    Chatted,
    Educated,
    LessonDone,
    Practised,
    SignedOff,
)
from listener_training.certification.tables import SignOffRow
from listener_training.curriculum.course import Course
from listener_training.learning.tables import AttemptRow, LessonProgressRow
from listener_training.practising.tables import PracticeChatRow

#: Person -> achievements, in no order.
Achieved = Mapping[str, Sequence[Achievement]]


async def achievements_of(
    session: AsyncSession, courses: Mapping[str, Course], rule_set_id: str, person_id: str | None = None
) -> Achieved:
    """What one person, or everybody, achieved as far as this rule set may count it.

    Sign-offs count for the rule set for which they were made: a mentor's word on one thing is not a word on another.
    """
    found: dict[str, list[Achievement]] = defaultdict(list)
    await _lessons(session, courses, found, person_id)
    await _sign_offs(session, rule_set_id, found, person_id)
    await _chats(session, found, person_id)
    await _practice(session, found, person_id)
    return found


async def _lessons(
    session: AsyncSession, courses: Mapping[str, Course], found: dict[str, list[Achievement]], person_id: str | None
) -> None:
    read = select(
        LessonProgressRow.person_id,
        LessonProgressRow.course_id,
        LessonProgressRow.lesson_id,
        LessonProgressRow.read_at_ms,
    ).where(LessonProgressRow.read_at_ms.is_not(None))
    passed = select(
        AttemptRow.person_id, AttemptRow.course_id, AttemptRow.lesson_id, AttemptRow.share, AttemptRow.ended_at_ms
    ).where(AttemptRow.outcome == "passed", AttemptRow.ended_at_ms.is_not(None))
    if person_id is not None:
        read = read.where(LessonProgressRow.person_id == person_id)
        passed = passed.where(AttemptRow.person_id == person_id)
    tried: dict[tuple[str, str, str], list[tuple[float, int]]] = defaultdict(list)
    for person, course_id, lesson_id, share, ended_at_ms in await session.execute(passed):
        tried[(person, course_id, lesson_id)].append((share or 0.0, ended_at_ms or 0))
    for person, course_id, lesson_id, read_at_ms in await session.execute(read):
        course = courses.get(course_id)
        lesson = None if course is None else course.original.lessons.get(lesson_id)
        if lesson is None or read_at_ms is None:
            continue
        # A lesson is done when it was read and its test passed, whichever came later.
        passes = tried[(person, course_id, lesson_id)] if lesson.questions else [(1.0, read_at_ms)]
        found[person] += [
            LessonDone(day_of(max(read_at_ms, at_ms)), course_id, lesson_id, share) for share, at_ms in passes
        ]


async def _sign_offs(
    session: AsyncSession, rule_set_id: str, found: dict[str, list[Achievement]], person_id: str | None
) -> None:
    query = select(SignOffRow).where(SignOffRow.rule_set_id == rule_set_id, SignOffRow.struck_at_ms.is_(None))
    if person_id is not None:
        query = query.where(SignOffRow.person_id == person_id)
    for row in await session.scalars(query):
        on = date.fromisoformat(row.done_on)
        if row.item is not None:
            found[row.person_id].append(SignedOff(on, row.item))
        elif row.subject is not None and row.minutes is not None:
            found[row.person_id].append(Educated(on, row.subject, row.minutes * 60_000))


async def _chats(session: AsyncSession, found: dict[str, list[Achievement]], person_id: str | None) -> None:
    """The database adds a day up: the rows of all chats would be too many."""
    day = (ChatFactsRow.ended_at_ms // DAY_MS).label("day")
    query = (
        select(ChatFactsRow.listener_id, day, func.sum(ChatFactsRow.ended_at_ms - ChatFactsRow.opened_at_ms))
        .where(ChatFactsRow.listener_id.is_not(None), ChatFactsRow.opened_at_ms.is_not(None))
        .group_by(ChatFactsRow.listener_id, day)
    )
    if person_id is not None:
        query = query.where(ChatFactsRow.listener_id == person_id)
    for person, days, ms in await session.execute(query):
        if person is not None:
            found[person].append(Chatted(day_of(int(days) * DAY_MS), int(ms)))


async def _practice(session: AsyncSession, found: dict[str, list[Achievement]], person_id: str | None) -> None:
    """Which scenario, its score and when it ended; nobody's words."""
    query = select(
        PracticeChatRow.person_id, PracticeChatRow.scenario, PracticeChatRow.score, PracticeChatRow.ended_at_ms
    ).where(PracticeChatRow.ended_at_ms.is_not(None), PracticeChatRow.score.is_not(None))
    if person_id is not None:
        query = query.where(PracticeChatRow.person_id == person_id)
    for person, scenario, score, ended_at_ms in await session.execute(query):
        found[person].append(Practised(day_of(ended_at_ms or 0), scenario, score or 0))
