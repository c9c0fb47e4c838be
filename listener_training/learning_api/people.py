"""For supervisors: inviting trainees, and how far people are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from chat.accounts import invitations
from chat.accounts.directory import names_of
from chat.accounts.refusal import Refused
from chat.accounts.staff import StaffMember
from chat.api.endpoint import SUPERVISORS, Asked, Endpoint
from listener_training.curriculum.course import Course
from listener_training.learning.record import CourseSummary, Summaries, summaries_of
from listener_training.learning.standing import done_lessons
from listener_training.learning.trying import Outcome
from listener_training.learning_api.lessons import courses_of
from listener_training.learning_api.shown import (
    AttemptLine,
    NewTrainee,
    PeopleLearning,
    PersonLearning,
    PersonLine,
    TraineeInvited,
    Wanted,
)


@dataclass(frozen=True)
class LearningPeople:
    """What supervisors and admins see of others: how far, how often, how well; never what somebody wrote."""

    courses: Mapping[str, Course]

    async def everyone(self, asked: Asked) -> PeopleLearning:
        """Trainees, and whoever has begun a course."""
        members = await asked.deps.directory.everyone()
        async with asked.deps.database.read() as session:
            summaries = await summaries_of(session)
            names = await names_of(session, _enrollers(summaries))
        return PeopleLearning(
            [
                self._line(member, summaries.get(member.person_id, {}), names)
                for member in members
                if member.is_active and (_is_trainee(member) or member.person_id in summaries)
            ]
        )

    async def person(self, asked: Asked) -> PersonLearning:
        """One person, lesson by lesson."""
        member = await asked.deps.directory.by_id(asked.part("person_id"))
        if member is None:
            raise Refused("no_such_person", "There is no such person.")
        shown, records = await courses_of(asked, self.courses, member.person_id, asked.query.language)
        async with asked.deps.database.read() as session:
            summaries = await summaries_of(session, member.person_id)
            names = await names_of(session, _enrollers(summaries))
        tries = [one for record in records.values() for tries in record.tries.values() for one in tries]
        tries.sort(key=lambda one: one.begun_at_ms, reverse=True)
        return PersonLearning(
            person=self._line(member, summaries.get(member.person_id, {}), names),
            courses=shown,
            attempts=[
                AttemptLine(
                    course_id=one.course_id,
                    lesson_id=one.lesson_id,
                    number=one.number,
                    begun_at_ms=one.begun_at_ms,
                    ended_at_ms=one.ended_at_ms,
                    outcome=cast(Outcome | None, one.outcome),
                    share=one.share,
                )
                for one in tries
            ],
        )

    async def invite(self, asked: Asked) -> TraineeInvited:
        """A link with which one new listener makes an account; a listener without clearances is a trainee."""
        body: NewTrainee = asked.body
        async with asked.deps.database.write() as session:
            code, row = await invitations.invite(
                session,
                role="listener",
                languages=body.languages or [asked.deps.settings.default_locale],
                by=asked.by.person_id,
                now_ms=asked.now_ms,
            )
        return TraineeInvited(code, row.expires_at_ms)

    def _line(self, member: StaffMember, taken: Mapping[str, CourseSummary], names: Mapping[str, str]) -> PersonLine:
        courses = {one.course_id: one for one in self.courses.values() if one.for_whom == "listeners"}
        there = {course_id: summary for course_id, summary in taken.items() if course_id in courses}
        standings = [standing for summary in there.values() for standing in summary.standings.values()]
        enrolled = [(one.enrolled_at_ms, one.enrolled_by) for one in taken.values() if one.enrolled_at_ms is not None]
        enrolled_at_ms, enrolled_by = min(enrolled, default=(None, None))
        return PersonLine(
            person_id=member.person_id,
            name=member.name,
            display_name=member.display_name,
            role=member.role,
            is_trainee=_is_trainee(member),
            enrolled_at_ms=enrolled_at_ms,
            enrolled_by_name=names.get(enrolled_by) if enrolled_by and enrolled_by != member.person_id else None,
            active_at_ms=max((one.active_at_ms for one in taken.values() if one.active_at_ms), default=None),
            lessons=sum(len(course.lesson_ids) for course in courses.values()),
            read=sum(one.is_read for one in standings),
            passed=sum(one.is_passed for one in standings),
            done=sum(len(done_lessons(courses[one], summary.standings)) for one, summary in there.items()),
            tries=sum(summary.tries for summary in there.values()),
        )

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint(
                method="GET",
                path="/api/learning/people",
                act=self.everyone,
                answer=PeopleLearning,
                who=SUPERVISORS,
                summary="Trainees and everyone who has begun a course, with how far they are.",
            ),
            Endpoint(
                method="GET",
                path="/api/learning/people/{person_id}",
                act=self.person,
                query=Wanted,
                answer=PersonLearning,
                who=SUPERVISORS,
                summary="How far one person is, lesson by lesson, and every attempt.",
            ),
            Endpoint(
                method="POST",
                path="/api/learning/invitations",
                act=self.invite,
                body=NewTrainee,
                may_omit_body=True,
                answer=TraineeInvited,
                status=201,
                who=SUPERVISORS,
                summary="Invite a trainee; the code is answered this once.",
            ),
        )


def _is_trainee(member: StaffMember) -> bool:
    return member.role == "listener" and not member.age_bands


def _enrollers(summaries: Summaries) -> set[str | None]:
    return {summary.enrolled_by for taken in summaries.values() for summary in taken.values()}
