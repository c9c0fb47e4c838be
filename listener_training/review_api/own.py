"""One's own chats: asking mentors to read them, and taking that back."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.directory import names_of
from chat.api.endpoint import STAFF, Asked, Endpoint
from listener_training.practising.tables import PracticeChatRow
from listener_training.review.asking import ask, consented_chats, reviews_of, withdraw
from listener_training.review.mentors import mentors_now
from listener_training.review.rubric import shipped_rubric, shipped_rules
from listener_training.review.tables import ReviewRow
from listener_training.review_api.lines import lines_of, scenario_title
from listener_training.review_api.shown import Askable, NewReview, OwnReviewsShown, ReviewLine

_PATH = "/api/reviews"
#: A page that offers everything since the first day helps nobody to choose.
_ASKABLE_MAX = 30


class OwnReviews:
    async def overview(self, asked: Asked) -> OwnReviewsShown:
        """What mentors read or may be asked to read."""
        rules = shipped_rules()
        me = asked.by.person_id
        async with asked.deps.database.read() as session:
            mine = await reviews_of(session, me)
            mentors, by_certificate = await mentors_now(session, asked.now_ms)
            names = await names_of(session, mentors - {me})
            return OwnReviewsShown(
                reviews=await lines_of(session, mine, me, rules, asked.now_ms),
                may_ask=await self._askable(session, me, {row.subject_id for row in mine}),
                mentors=sorted(names.values()),
                by_certificate=by_certificate,
                is_mentor=me in mentors,
                first_chats=rules.first_chats,
                words_kept_days=rules.words_kept_days,
            )

    async def _askable(self, session: AsyncSession, me: str, asked_for: set[str]) -> list[Askable]:
        query = select(PracticeChatRow.practice_id, PracticeChatRow.scenario, PracticeChatRow.ended_at_ms)
        query = query.where(PracticeChatRow.person_id == me, PracticeChatRow.sealed.is_not(None))
        found = [
            Askable(
                kind="practice",
                subject_id=practice_id,
                title=scenario_title(scenario),
                topics=[],
                ended_at_ms=ended_at_ms or 0,
            )
            for practice_id, scenario, ended_at_ms in await session.execute(query)
        ]
        found += [
            Askable(
                kind="real",
                subject_id=row.chat_id,
                title="",
                topics=list(row.topics),
                ended_at_ms=row.ended_at_ms,
            )
            for row in await consented_chats(session, me)
        ]
        found = [one for one in found if one.subject_id not in asked_for]
        return sorted(found, key=lambda one: one.ended_at_ms, reverse=True)[:_ASKABLE_MAX]

    async def ask(self, asked: Asked) -> ReviewLine:
        """Put a chat of one's own before the mentors."""
        body: NewReview = asked.body
        rules = shipped_rules()
        me = asked.by.person_id
        async with asked.deps.database.write() as session:
            row: ReviewRow = await ask(
                session, me, body.kind, body.subject_id, shipped_rubric(), rules, now_ms=asked.now_ms
            )
            return (await lines_of(session, [row], me, rules, asked.now_ms))[0]

    async def withdraw(self, asked: Asked) -> None:
        """Take it back, with all that was found and said."""
        async with asked.deps.database.write() as session:
            await withdraw(session, asked.part("review_id"), asked.by.person_id)

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint(
                method="GET",
                path=_PATH,
                act=self.overview,
                answer=OwnReviewsShown,
                who=STAFF,
                summary="One's own chats that mentors read, and those that they could be asked to read.",
            ),
            Endpoint(
                method="POST",
                path=_PATH,
                act=self.ask,
                body=NewReview,
                answer=ReviewLine,
                status=201,
                who=STAFF,
                refusals=(404, 409),
                summary="Ask two mentors to read a chat of one's own.",
            ),
            Endpoint(
                method="DELETE",
                path=f"{_PATH}/{{review_id}}",
                act=self.withdraw,
                status=204,
                who=STAFF,
                refusals=(404,),
                summary="Take a chat back from the mentors; what they found and what was said goes.",
            ),
        )
