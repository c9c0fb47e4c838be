"""Courses, lessons and attempts as one person sees them. It asks nothing of anybody: rows come in, answers go out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

from chat.accounts.tables import ClinicalReviewRow
from listener_training.curriculum.course import Course, FoundLesson, Lesson, Question
from listener_training.learning import judging, standing
from listener_training.learning.attempts import drawn_in
from listener_training.learning.enrolment import substance_of
from listener_training.learning.record import CourseRecord, best_share
from listener_training.learning.tables import AnswerRow, AttemptRow
from listener_training.learning.trying import Outcome, may_try_at_ms
from listener_training.learning_api.shown import (
    AnswerShown,
    AskShown,
    AttemptShown,
    CourseShown,
    LessonLine,
    ModuleShown,
    OptionJudged,
    OptionShown,
    QuestionShown,
)

#: Subject -> version of the newest clinical review.
Reviews = Mapping[str, str]
#: (kind, value) of the clearances that somebody holds now.
Held = Collection[tuple[str, str]]


def review_subject(course_id: str, lesson_id: str) -> str:
    """The name under which an admin records who reviewed a lesson."""
    return f"lesson:{course_id}/{lesson_id}"


def reviewed_versions(reviews: Iterable[ClinicalReviewRow]) -> dict[str, str]:
    """Subject -> version, of the newest review each."""
    return {row.subject: row.version for row in reviews}


def course_shown(course: Course, record: CourseRecord, held: Held, reviews: Reviews, language: str) -> CourseShown:
    """A course and how far a person is in it."""
    words = course.words(language)
    done = standing.done_lessons(course, record.standings())
    minutes = {one: found.lesson.minutes for one in course.lesson_ids if (found := course.lesson(one, language))}
    return CourseShown(
        course_id=course.course_id,
        version=course.version,
        title=words.title,
        summary=words.summary,
        is_fallback=not _speaks(words.language, language),
        enrolled_at_ms=record.enrolment.enrolled_at_ms if record.enrolment else None,
        minutes=sum(minutes.values()),
        minutes_done=sum(minutes[one] for one in done),
        next_lesson_id=standing.next_lesson(course, done),
        modules=[
            ModuleShown(
                module_id=module.module_id,
                title=module.title,
                summary=module.summary,
                needed_for=module.needed_for,
                lessons=[
                    _line(course, found, record, reviews)
                    for one in module.lesson_ids
                    if (found := course.lesson(one, language))
                ],
            )
            for module in words.modules
        ],
        asks=[
            AskShown(ask.kind, ask.value, len(ask.lesson_ids), len(ask.done_ids), (ask.kind, ask.value) in held)
            for ask in standing.asks_of(course, done)
        ],
    )


def is_reviewed(course: Course, lesson: Lesson, reviews: Reviews) -> bool:
    """Has somebody who may judge it looked at this version of the lesson?"""
    recorded = reviews.get(review_subject(course.course_id, lesson.lesson_id))
    return lesson.is_clinically_reviewed or recorded == lesson.version


def _line(course: Course, found: FoundLesson, record: CourseRecord, reviews: Reviews) -> LessonLine:
    lesson = found.lesson
    bookmark = record.bookmarks.get(lesson.lesson_id)
    tries = record.tries.get(lesson.lesson_id, [])
    now = record.standing(lesson.lesson_id)
    return LessonLine(
        lesson_id=lesson.lesson_id,
        title=lesson.title,
        summary=lesson.summary,
        minutes=lesson.minutes,
        is_fallback=found.is_fallback,
        is_reviewed=is_reviewed(course, lesson, reviews),
        has_test=bool(lesson.questions),
        is_read=now.is_read,
        is_passed=now.is_passed,
        is_done=standing.is_done(lesson, now),
        has_changed=now.is_read
        and bookmark is not None
        and substance_of(bookmark.lesson_version) != substance_of(lesson.version),
        section=bookmark.section if bookmark else None,
        tries=sum(1 for one in tries if one.outcome in ("passed", "not_passed")),
        best_share=best_share(tries),
        open_attempt_id=tries[-1].attempt_id if tries and tries[-1].outcome is None else None,
        may_try_at_ms=may_try_at_ms(tries, lesson.test),
    )


def attempt_shown(
    attempt: AttemptRow,
    lesson: Lesson,
    answers: Mapping[str, AnswerRow],
    tries: Sequence[AttemptRow],
    now_ms: int,
) -> AttemptShown:
    """An attempt with its questions, and with what is to be said to those that are answered."""
    questions = {question.id: question for question in lesson.questions}
    return AttemptShown(
        attempt_id=attempt.attempt_id,
        course_id=attempt.course_id,
        lesson_id=attempt.lesson_id,
        lesson_title=lesson.title,
        language=lesson.language,
        number=attempt.number,
        begun_at_ms=attempt.begun_at_ms,
        ended_at_ms=attempt.ended_at_ms,
        outcome=cast(Outcome | None, attempt.outcome),
        share=attempt.share,
        pass_mark=lesson.test.pass_mark,
        may_try_at_ms=may_try_at_ms(tries, lesson.test),
        server_time_ms=now_ms,
        questions=[
            _question(questions[one.question_id], one.option_ids, answers.get(one.question_id))
            for one in drawn_in(attempt)
            if one.question_id in questions  # a later version may have lost it
        ],
    )


def _question(question: Question, order: Sequence[str], answer: AnswerRow | None) -> QuestionShown:
    texts = {option.id: option.text for option in question.options}
    return QuestionShown(
        question_id=question.id,
        kind=question.kind,
        points=question.points,
        prompt=question.prompt,
        chat=question.chat,
        options=[OptionShown(one, texts[one]) for one in order if one in texts],
        answer=None if answer is None else _answer(question, answer),
    )


def _answer(question: Question, row: AnswerRow) -> AnswerShown:
    return AnswerShown(
        chosen=row.chosen,
        text=row.text,
        worth=row.worth,
        right=judging.right_ids(question),
        options=[OptionJudged(option.id, option.worth, option.feedback) for option in question.options],
        explanation=question.explanation,
        model=question.model,
        checklist=question.checklist,
        checked=row.checked,
    )


def _speaks(language: str, wanted: str) -> bool:
    return language in (wanted, wanted.partition("-")[0])
