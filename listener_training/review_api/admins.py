"""For admins: who is a mentor."""

from sqlalchemy import func, select

from chat.accounts.directory import names_of
from chat.api.endpoint import Asked, Endpoint, for_admins
from listener_training.review.mentors import all_mentors, name_mentor, release_mentor
from listener_training.review.tables import AssessmentRow
from listener_training.review_api.shown import MentorLine, Mentors

_ONE = "/mentors/{person_id}"


class MentorAdmins:
    async def everyone(self, asked: Asked) -> Mentors:
        """Mentors, and who else could be one."""
        members = [one for one in await asked.deps.directory.everyone() if one.is_active]
        async with asked.deps.database.read() as session:
            named = {row.person_id: row for row in await all_mentors(session)}
            names = await names_of(session, [row.named_by for row in named.values()])
            counted = select(AssessmentRow.mentor_id, func.count()).where(AssessmentRow.handed_in_at_ms.is_not(None))
            rows = await session.execute(counted.group_by(AssessmentRow.mentor_id))
            handed_in = {mentor_id: int(n) for mentor_id, n in rows}
        lines = [
            MentorLine(
                person_id=one.person_id,
                name=one.name,
                display_name=one.display_name,
                role=one.role,
                is_mentor=one.person_id in named,
                named_at_ms=named[one.person_id].named_at_ms if one.person_id in named else None,
                named_by_name=names.get(named[one.person_id].named_by) if one.person_id in named else None,
                handed_in=handed_in.get(one.person_id, 0),
            )
            for one in members
        ]
        return Mentors(sorted(lines, key=lambda line: not line.is_mentor))

    async def name(self, asked: Asked) -> None:
        """Make somebody a mentor."""
        async with asked.deps.database.write() as session:
            await name_mentor(session, asked.part("person_id"), by=asked.by.person_id, now_ms=asked.now_ms)

    async def release(self, asked: Asked) -> None:
        """Somebody is no mentor any more."""
        async with asked.deps.database.write() as session:
            await release_mentor(session, asked.part("person_id"), by=asked.by.person_id, now_ms=asked.now_ms)

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            for_admins(
                "GET", "/mentors", act=self.everyone, answer=Mentors, summary="Who is a mentor, and who may be."
            ),
            for_admins("PUT", _ONE, act=self.name, status=204, refusals=(404,), summary="Make somebody a mentor."),
            for_admins("DELETE", _ONE, act=self.release, status=204, summary="End somebody's being a mentor."),
        )
