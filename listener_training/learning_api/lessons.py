"""The list of courses, a lesson to read, and the bookmark in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from chat.accounts.page_texts import latest_reviews
from chat.accounts.tables import ClinicalReviewRow
from chat.api.endpoint import STAFF, Asked, Endpoint
from chat.api.fields import shown_clearances
from listener_training.curriculum.course import Course, Lesson
from listener_training.learning.enrolment import keep_bookmark
from listener_training.learning.record import CourseRecord, records_of
from listener_training.learning.shelf import find_course, find_lesson
from listener_training.learning_api.overview import course_shown, review_subject, reviewed_versions
from listener_training.learning_api.shown import (
    Bookmark,
    BookmarkBody,
    ClinicallyReviewed,
    CourseShown,
    Learning,
    LessonShown,
    Wanted,
)

LESSON_PATH = "/api/learning/courses/{course_id}/lessons/{lesson_id}"


async def courses_of(
    asked: Asked, courses: Mapping[str, Course], person_id: str, language: str
) -> tuple[list[CourseShown], dict[str, CourseRecord]]:
    """All courses as far as this person is, and the records behind them."""
    async with asked.deps.database.read() as session:
        records = await records_of(session, person_id)
        reviews = reviewed_versions(await latest_reviews(session))
        clearances = (await shown_clearances(session, [person_id], asked.now_ms))[person_id]
    held = {(one.kind, one.value) for one in clearances if one.is_valid}
    # Whoever is only beginning has enough before them.
    may_train = asked.by.role != "listener" or any(kind == "age_band" for kind, _ in held)
    shown = [
        course_shown(course, records.get(course.course_id, CourseRecord()), held, reviews, language)
        for course in courses.values()
        if course.for_whom == "listeners" or may_train or course.course_id in records
    ]
    return shown, records


@dataclass(frozen=True)
class Lessons:
    """Reading, for all staff."""

    courses: Mapping[str, Course]

    async def overview(self, asked: Asked) -> Learning:
        """Every course, and how far the person is."""
        shown, _ = await courses_of(asked, self.courses, asked.by.person_id, asked.query.language)
        return Learning(asked.now_ms, shown)

    async def lesson(self, asked: Asked) -> LessonShown:
        """One lesson; its questions stay here."""
        course = find_course(self.courses, asked.part("course_id"))
        found = find_lesson(course, asked.part("lesson_id"), asked.query.language)
        lesson, lesson_id = found.lesson, found.lesson.lesson_id
        words = course.words(asked.query.language)
        module = next(module for module in words.modules if lesson_id in module.lesson_ids)
        at, every = course.lesson_ids.index(lesson_id), course.lesson_ids
        async with asked.deps.database.read() as session:
            reviews = {row.subject: row for row in await latest_reviews(session)}
        return LessonShown(
            course_id=course.course_id,
            course_title=words.title,
            module_title=module.title,
            lesson_number=module.lesson_ids.index(lesson_id) + 1,
            lesson_count=len(module.lesson_ids),
            lesson_id=lesson_id,
            version=lesson.version,
            language=lesson.language,
            is_fallback=found.is_fallback,
            title=lesson.title,
            summary=lesson.summary,
            aims=lesson.aims,
            sections=lesson.sections,
            remember=lesson.remember,
            sources=lesson.sources,
            minutes=lesson.minutes,
            written_on=lesson.written_on.isoformat(),
            reviewed=_reviewed(lesson, reviews.get(review_subject(course.course_id, lesson_id))),
            questions=min(lesson.test.draw, len(lesson.questions)),
            pass_mark=lesson.test.pass_mark,
            previous_lesson_id=every[at - 1] if at else None,
            next_lesson_id=every[at + 1] if at + 1 < len(every) else None,
        )

    async def keep_bookmark(self, asked: Asked) -> Bookmark:
        """Where the person is now."""
        body: BookmarkBody = asked.body
        course = find_course(self.courses, asked.part("course_id"))
        lesson = find_lesson(course, asked.part("lesson_id"), course.language).lesson
        async with asked.deps.database.write() as session:
            row = await keep_bookmark(
                session,
                asked.by.person_id,
                course.course_id,
                lesson,
                section=body.section,
                is_read=body.is_read,
                now_ms=asked.now_ms,
            )
        return Bookmark(row.section, row.read_at_ms)

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint(
                method="GET",
                path="/api/learning",
                act=self.overview,
                query=Wanted,
                answer=Learning,
                who=STAFF,
                summary="All courses, how far one is, and what clearances still ask for.",
            ),
            Endpoint(
                method="GET",
                path=LESSON_PATH,
                act=self.lesson,
                query=Wanted,
                answer=LessonShown,
                who=STAFF,
                summary="A lesson to read.",
            ),
            Endpoint(
                method="PUT",
                path=f"{LESSON_PATH}/bookmark",
                act=self.keep_bookmark,
                body=BookmarkBody,
                answer=Bookmark,
                who=STAFF,
                summary="Keep a bookmark in a lesson, and that it was read to its end; enrols at the first time.",
            ),
        )


def _reviewed(lesson: Lesson, recorded: ClinicalReviewRow | None) -> ClinicallyReviewed | None:
    if recorded is not None and recorded.version == lesson.version:
        return ClinicallyReviewed(recorded.reviewer, _day(recorded.reviewed_at_ms))
    if lesson.reviewed_by and lesson.reviewed_on:
        return ClinicallyReviewed(lesson.reviewed_by, lesson.reviewed_on.isoformat())
    return None


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
