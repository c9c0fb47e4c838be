"""The mentors' desk: what waits, what one took, how far mentors agree."""

from chat.api.endpoint import ADMINS, STAFF, Asked, Endpoint
from listener_training.review.agreement import Agreement
from listener_training.review.gathering import agreement_now, open_reviews, read_by
from listener_training.review.mentors import require_mentor
from listener_training.review.rubric import digest_of, shipped_rubric, shipped_rules
from listener_training.review.transcript import readable
from listener_training.review_api.lines import lines_of
from listener_training.review_api.shown import AgreementLine, AgreementShown, MentoringShown


class MentorDesk:
    async def desk(self, asked: Asked) -> MentoringShown:
        """What has room for this mentor, first chats of new listeners first; and what they took."""
        me, rules, now_ms = asked.by.person_id, shipped_rules(), asked.now_ms
        async with asked.deps.database.read() as session:
            await require_mentor(session, me, now_ms)
            mine = await readable(session, await read_by(session, me))
            taken = {row.review_id for row in mine}
            others = [
                row
                for row in await open_reviews(session)
                if row.person_id != me
                and row.review_id not in taken
                and (row.kind == "practice" or row.age_band in asked.by.age_bands)
            ]
            room = await lines_of(session, await readable(session, others), me, rules, now_ms)
            return MentoringShown(
                waiting=[line for line in room if line.phase == "waiting"],
                mine=await lines_of(session, mine, me, rules, now_ms),
                take_days=rules.take_days,
            )

    async def agreement(self, asked: Asked) -> AgreementShown:
        """How far two mentors who read the same chat see the same. Never of one mentor."""
        rubric, rules = shipped_rubric(), shipped_rules()
        async with asked.deps.database.read() as session:
            if asked.by.role not in ADMINS:
                await require_mentor(session, asked.by.person_id, asked.now_ms)
            whole, items = await agreement_now(session, rubric, rules)
        return AgreementShown(
            rubric=rubric.title,
            version=digest_of(rubric),
            few_pairs=rules.few_pairs,
            whole=_line(None, "", whole),
            items=[_line(item.id, item.title, items[item.id]) for item in rubric.items],
        )

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint(
                method="GET",
                path="/api/mentoring",
                act=self.desk,
                answer=MentoringShown,
                who=STAFF,
                summary="For mentors: chats that wait to be read, and those that one took.",
            ),
            Endpoint(
                method="GET",
                path="/api/mentoring/agreement",
                act=self.agreement,
                answer=AgreementShown,
                who=STAFF,
                summary="For mentors and admins: how far two mentors of one chat agree.",
            ),
        )


def _line(item: str | None, title: str, found: Agreement) -> AgreementLine:
    return AgreementLine(
        item=item,
        title=title,
        reviews=found.reviews,
        pairs=found.pairs,
        same=found.same,
        near=found.near,
        kappa=found.kappa,
        low=found.low,
        high=found.high,
    )
