"""What people have done so far, read in one look at the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

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

    def active_at_ms(self) -> int | None:
        """When they last did something here."""
        tried = (one.ended_at_ms or one.begun_at_ms for tries in self.tries.values() for one in tries)
        return max((*(bookmark.changed_at_ms for bookmark in self.bookmarks.values()), *tried), default=None)


#: Person -> course -> record. What nobody touched is absent.
Records = dict[str, dict[str, CourseRecord]]


async def records_of(session: AsyncSession, person_ids: Sequence[str] | None = None) -> Records:
    """The records of these people, or of all."""
    records: Records = {}

    def of(row: EnrolmentRow | LessonProgressRow | AttemptRow) -> CourseRecord:
        return records.setdefault(row.person_id, {}).setdefault(row.course_id, CourseRecord())

    enrolled, marked = select(EnrolmentRow), select(LessonProgressRow)
    tried = select(AttemptRow).order_by(AttemptRow.number)
    if person_ids is not None:
        enrolled = enrolled.where(EnrolmentRow.person_id.in_(person_ids))
        marked = marked.where(LessonProgressRow.person_id.in_(person_ids))
        tried = tried.where(AttemptRow.person_id.in_(person_ids))
    for enrolment in await session.scalars(enrolled):
        of(enrolment).enrolment = enrolment
    for bookmark in await session.scalars(marked):
        of(bookmark).bookmarks[bookmark.lesson_id] = bookmark
    for attempt in await session.scalars(tried):
        of(attempt).tries.setdefault(attempt.lesson_id, []).append(attempt)
    return records


def best_share(tries: Iterable[AttemptRow]) -> float | None:
    """The best result so far; None before the first."""
    return max((one.share for one in tries if one.share is not None), default=None)
