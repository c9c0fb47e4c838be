"""The test of a lesson: begin it, answer, compare what was written. Every call may safely be sent twice."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.ids import new_secret
from chat.api.endpoint import STAFF, Asked, Endpoint
from listener_training.curriculum.course import Course
from listener_training.learning import attempts
from listener_training.learning.shelf import find_course
from listener_training.learning.tables import AttemptRow
from listener_training.learning_api.lessons import LESSON_PATH
from listener_training.learning_api.overview import attempt_shown
from listener_training.learning_api.shown import AnswerBody, AttemptShown, ComparisonBody, Wanted

_ATTEMPT = "/api/learning/attempts/{attempt_id}"
_ANSWER = _ATTEMPT + "/answers/{question_id}"


@dataclass(frozen=True)
class Attempts:
    """Attempts of the person who asks, and of nobody else."""

    courses: Mapping[str, Course]

    async def begin(self, asked: Asked) -> AttemptShown:
        """The open attempt, or a new one."""
        body: Wanted = asked.body
        course = find_course(self.courses, asked.part("course_id"))
        async with asked.deps.database.write() as session:
            attempt = await attempts.begin(
                session,
                asked.by.person_id,
                course,
                asked.part("lesson_id"),
                language=body.language,
                seed=new_secret(),
                now_ms=asked.now_ms,
            )
            return await self._shown(session, attempt, asked.now_ms)

    async def look(self, asked: Asked) -> AttemptShown:
        """An attempt as it stands."""
        async with asked.deps.database.read() as session:
            attempt = await attempts.find_attempt(session, asked.part("attempt_id"), asked.by.person_id)
            return await self._shown(session, attempt, asked.now_ms)

    async def answer(self, asked: Asked) -> AttemptShown:
        """Judge and keep one answer."""
        body: AnswerBody = asked.body
        async with asked.deps.database.write() as session:
            attempt = await attempts.answer(
                session,
                asked.by.person_id,
                asked.part("attempt_id"),
                asked.part("question_id"),
                await self._course(session, asked),
                chosen=body.chosen,
                text=body.text,
                now_ms=asked.now_ms,
            )
            return await self._shown(session, attempt, asked.now_ms)

    async def compare(self, asked: Asked) -> AttemptShown:
        """Keep what was found in the own words."""
        body: ComparisonBody = asked.body
        async with asked.deps.database.write() as session:
            attempt = await attempts.compare(
                session,
                asked.by.person_id,
                asked.part("attempt_id"),
                asked.part("question_id"),
                await self._course(session, asked),
                checked=body.checked,
                now_ms=asked.now_ms,
            )
            return await self._shown(session, attempt, asked.now_ms)

    async def _course(self, session: AsyncSession, asked: Asked) -> Course:
        course_id = await attempts.course_id_of(session, asked.part("attempt_id"), asked.by.person_id)
        return find_course(self.courses, course_id)

    async def _shown(self, session: AsyncSession, attempt: AttemptRow, now_ms: int) -> AttemptShown:
        course = find_course(self.courses, attempt.course_id)
        tries = await attempts.tries_of(session, attempt.person_id, attempt.course_id, attempt.lesson_id)
        answers = await attempts.answers_of(session, attempt.attempt_id)
        return attempt_shown(attempt, attempts.lesson_of(attempt, course), answers, tries, now_ms)

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint(
                method="POST",
                path=f"{LESSON_PATH}/attempts",
                act=self.begin,
                body=Wanted,
                may_omit_body=True,
                answer=AttemptShown,
                who=STAFF,
                refusals=(429,),
                summary="Begin the test of a lesson, or go on with the one that is open.",
            ),
            Endpoint(
                method="GET",
                path=_ATTEMPT,
                act=self.look,
                answer=AttemptShown,
                who=STAFF,
                summary="An attempt of one's own, as it stands.",
            ),
            Endpoint(
                method="POST",
                path=_ANSWER,
                act=self.answer,
                body=AnswerBody,
                answer=AttemptShown,
                who=STAFF,
                refusals=(409,),
                summary="Answer a question; the first answer stands.",
            ),
            Endpoint(
                method="POST",
                path=f"{_ANSWER}/comparison",
                act=self.compare,
                body=ComparisonBody,
                answer=AttemptShown,
                who=STAFF,
                refusals=(409,),
                summary="Keep what one found when comparing what one wrote with the model.",
            ),
        )
