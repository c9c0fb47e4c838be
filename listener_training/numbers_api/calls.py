"""Reading, reckoning in a thread, and writing the numbers down."""

import asyncio
import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chat.api.endpoint import Asked
from chat.api.files import File
from listener_training.curriculum.course import Course
from listener_training.numbers.discretion import FEWEST
from listener_training.numbers.durations import time_to
from listener_training.numbers.funnel import QUIET_MS, Way, funnel
from listener_training.numbers.gathering import first_answers, practice_and_feedback, ways_of
from listener_training.numbers.questions import FEW_ANSWERS, Answered, question_numbers
from listener_training.numbers.ranks import FEW_PEOPLE, rank_correlation
from listener_training.numbers_api.shown import (
    CompetenceShown,
    FeedbackShown,
    NumbersShown,
    QuestionShown,
    StepShown,
)

_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Numbers:
    courses: Mapping[str, Course]

    async def whole(self, asked: Asked) -> NumbersShown:
        """All of them."""
        courses, now_ms = dict(self.courses), asked.now_ms
        async with asked.deps.database.read() as session:
            ways = await ways_of(session, courses, now_ms)
            answers = await first_answers(session, courses)
            pairs = await practice_and_feedback(session)
        # A thread: sorting and adding up takes a while, and this process holds chats.
        return await asyncio.to_thread(_reckon, courses, ways, answers, pairs, now_ms)

    async def steps_csv(self, asked: Asked) -> File:
        """The steps as a table."""
        told = await self.whole(asked)
        head = ("step", "reached", "waits", "stopped", "days_low", "days_median", "days_high")
        return _csv("steps", head, [[getattr(one, name) for name in head] for one in told.steps])

    async def questions_csv(self, asked: Asked) -> File:
        """The questions as a table."""
        told = await self.whole(asked)
        head = ("course_id", "lesson_id", "question_id", "answers", "difficulty", "discrimination")
        rows = [[*(getattr(one, name) for name in head), " ".join(one.remarks)] for one in told.questions]
        return _csv("questions", (*head, "remarks"), rows)


def _reckon(
    courses: Mapping[str, Course],
    ways: Sequence[Way],
    answers: Sequence[tuple[str, str, Answered]],
    pairs: Sequence[tuple[float, float]],
    now_ms: int,
) -> NumbersShown:
    competence = time_to(_joined_to_cleared(ways, now_ms))
    feedback = rank_correlation(pairs)
    return NumbersShown(
        fewest=FEWEST,
        few_answers=FEW_ANSWERS,
        quiet_days=QUIET_MS // _DAY_MS,
        steps=[
            StepShown(
                step=one.step,
                reached=one.reached,
                waits=one.waits,
                stopped=one.stopped,
                days_low=_rounded(one.from_before.low),
                days_median=_rounded(one.from_before.median),
                days_high=_rounded(one.from_before.high),
            )
            for one in funnel(ways, now_ms)
        ],
        competence=CompetenceShown(
            people=competence.n, cleared=competence.came, median_days=_rounded(competence.median)
        ),
        feedback=FeedbackShown(
            people=feedback.n, few_people=FEW_PEOPLE, rho=feedback.rho, low=feedback.low, high=feedback.high
        ),
        questions=_questions(courses, answers),
    )


def _joined_to_cleared(ways: Iterable[Way], now_ms: int) -> list[tuple[float, bool]]:
    """Days from joining: until cleared, or as far as somebody was seen who is not; who stopped is seen no further."""
    lived = []
    for way in ways:
        joined = way.at_ms.get("joined")
        if joined is None:
            continue
        cleared = way.at_ms.get("cleared")
        has_stopped = way.is_closed or way.active_at_ms < now_ms - QUIET_MS
        until = cleared if cleared is not None else way.active_at_ms if has_stopped else now_ms
        lived.append((max(0.0, (until - joined) / _DAY_MS), cleared is not None))
    return lived


def _questions(courses: Mapping[str, Course], answers: Iterable[tuple[str, str, Answered]]) -> list[QuestionShown]:
    """Those that somebody answered: remarked ones first, then the hardest."""
    by_lesson: dict[tuple[str, str], list[Answered]] = defaultdict(list)
    for course_id, lesson_id, answer in answers:
        by_lesson[course_id, lesson_id].append(answer)
    found: list[QuestionShown] = []
    for (course_id, lesson_id), given in by_lesson.items():
        lesson = courses[course_id].original.lessons[lesson_id]
        prompts = {question.id: question.prompt for question in lesson.questions}
        found += [
            QuestionShown(
                course_id=course_id,
                lesson_id=lesson_id,
                lesson_title=lesson.title,
                question_id=one.question_id,
                prompt=prompts[one.question_id],
                answers=one.n,
                difficulty=one.difficulty,
                discrimination=one.discrimination,
                remarks=one.remarks,
            )
            for one in question_numbers(given).values()
            if one.question_id in prompts
        ]
    return sorted(found, key=lambda one: (one.difficulty is None, not one.remarks, one.difficulty or 0.0))


def _rounded(days: float | None) -> float | None:
    return None if days is None else round(days, 1)


def _csv(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> File:
    """UTF-8 with a mark at its start, by which spreadsheets know it. A number that isn't told is an empty field."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    return File(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", f"{name}.csv")
