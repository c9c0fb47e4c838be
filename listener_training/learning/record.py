"""What people have done so far: one person in full, or everybody in short."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from listener_training.learning.standing import Standing
from listener_training.learning.tables import AttemptRow, EnrolmentRow, LessonProgressRow


@dataclass
class CourseRecord:
    """One person in one course."""

    enrolment: EnrolmentRow | None = None
    bookmarks: dict[str, LessonProgressRow] = field(default_factory=dict)
    #: Lesson -> attempts, oldest first.
    tries: dict[str, list[AttemptRow]] = field(default_factory=dict)

    def standing(self, lesson_id: str) -> Standing:
        """What they have done in a lesson. A pass stays a pass, also when a later try goes worse."""
        bookmark = self.bookmarks.get(lesson_id)
        is_passed = any(one.outcome == "passed" for one in self.tries.get(lesson_id, ()))
        return Standing(is_read=bookmark is not None and bookmark.read_at_ms is not None, is_passed=is_passed)

    def standings(self) -> dict[str, Standing]:
        """Every lesson that was touched."""
        return {lesson_id: self.standing(lesson_id) for lesson_id in self.bookmarks.keys() | self.tries.keys()}


@dataclass
class CourseSummary:
    """One person in one course, in short. Times in Unix ms; `active_at_ms` 0: nothing done yet."""

    enrolled_by: str | None = None
    enrolled_at_ms: int | None = None
    active_at_ms: int = 0
    tries: int = 0
    standings: dict[str, Standing] = field(default_factory=dict)


#: Person -> course -> summary. What nobody touched is absent.
Summaries = Mapping[str, Mapping[str, CourseSummary]]


async def records_of(session: AsyncSession, person_id: str) -> dict[str, CourseRecord]:
    """Course -> everything this person did in it."""
    records: dict[str, CourseRecord] = {}

    def of(row: EnrolmentRow | LessonProgressRow | AttemptRow) -> CourseRecord:
        return records.setdefault(row.course_id, CourseRecord())

    for enrolment in await session.scalars(select(EnrolmentRow).where(EnrolmentRow.person_id == person_id)):
        of(enrolment).enrolment = enrolment
    for bookmark in await session.scalars(select(LessonProgressRow).where(LessonProgressRow.person_id == person_id)):
        of(bookmark).bookmarks[bookmark.lesson_id] = bookmark
    # What was drawn is most of the row, and nobody asks for it here.
    tried = select(AttemptRow).where(AttemptRow.person_id == person_id).options(defer(AttemptRow.drawn))
    for attempt in await session.scalars(tried.order_by(AttemptRow.number)):
        of(attempt).tries.setdefault(attempt.lesson_id, []).append(attempt)
    return records


async def summaries_of(session: AsyncSession, person_id: str | None = None) -> Summaries:
    """Everybody, or one person, in short.

    The database adds the attempts up: the rows of all people would keep this process from its chats for a while.
    """
    summaries: dict[str, dict[str, CourseSummary]] = {}

    def of(person_id: str, course_id: str) -> CourseSummary:
        return summaries.setdefault(person_id, {}).setdefault(course_id, CourseSummary())

    enrolled = select(
        EnrolmentRow.person_id, EnrolmentRow.course_id, EnrolmentRow.enrolled_by, EnrolmentRow.enrolled_at_ms
    )
    lesson = (LessonProgressRow.person_id, LessonProgressRow.course_id, LessonProgressRow.lesson_id)
    marked = select(*lesson, LessonProgressRow.changed_at_ms, LessonProgressRow.read_at_ms)
    test = (AttemptRow.person_id, AttemptRow.course_id, AttemptRow.lesson_id)
    tried = select(
        *test,
        func.count(),
        func.max(func.coalesce(AttemptRow.ended_at_ms, AttemptRow.begun_at_ms)),
        func.max(case((AttemptRow.outcome == "passed", 1), else_=0)),
    ).group_by(*test)
    if person_id is not None:
        enrolled = enrolled.where(EnrolmentRow.person_id == person_id)
        marked = marked.where(LessonProgressRow.person_id == person_id)
        tried = tried.where(AttemptRow.person_id == person_id)
    for person, course, by, at_ms in await session.execute(enrolled):
        summary = of(person, course)
        summary.enrolled_by, summary.enrolled_at_ms = by, at_ms
    for person, course, lesson_id, changed_at_ms, read_at_ms in await session.execute(marked):
        summary = of(person, course)
        summary.active_at_ms = max(summary.active_at_ms, changed_at_ms)
        summary.standings[lesson_id] = Standing(is_read=read_at_ms is not None)
    for person, course, lesson_id, tries, active_at_ms, is_passed in await session.execute(tried):
        summary = of(person, course)
        summary.active_at_ms = max(summary.active_at_ms, active_at_ms)
        summary.tries += tries
        standing = summary.standings.get(lesson_id, Standing())
        summary.standings[lesson_id] = standing._replace(is_passed=bool(is_passed))
    return summaries


def best_share(tries: Iterable[AttemptRow]) -> float | None:
    """The best result so far; None before the first."""
    return max((one.share for one in tries if one.share is not None), default=None)
