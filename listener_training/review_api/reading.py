"""One review: reading it, as its listener or as one of its mentors; handing in, sharing, writing."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.directory import names_of
from chat.accounts.refusal import Refused
from chat.api.endpoint import DATABASE_AWAY, STAFF, Asked, Endpoint
from chat.conversation.data_keys import KeysAwayError
from chat.conversation.sealing import ChatKey
from listener_training.review import talking
from listener_training.review.asking import no_such_review
from listener_training.review.assessing import assessments_of, hand_back, hand_in, open_review, take
from listener_training.review.phases import DAY_MS, far_apart, may_be_shared, sees_all
from listener_training.review.rubric import shipped_rubric, shipped_rules
from listener_training.review.tables import AssessmentRow, ReviewRow, ReviewWordsRow
from listener_training.review.transcript import read_lines, readable
from listener_training.review.wording import unpack
from listener_training.review_api.lines import lines_of
from listener_training.review_api.shown import (
    HandIn,
    NewWords,
    ReadingShown,
    ReviewShown,
    Sharing,
    WordsShown,
)

_ONE = "/api/reviews/{review_id}"
Found = TypeVar("Found")


class Reading:
    async def look(self, asked: Asked) -> ReviewShown:
        """The chat, what was found as far as one may see it, and the talk."""
        me, review_id = asked.by.person_id, asked.part("review_id")
        key = await _key_of(asked)
        async with asked.deps.database.read() as session:
            row = await session.get(ReviewRow, review_id)
            is_own = row is not None and row.person_id == me
            if row is None or not await readable(session, [row]):
                raise no_such_review()
            if not is_own:
                await open_review(session, review_id, me, now_ms=asked.now_ms, locks=False)
            held = await assessments_of(session, review_id)
            if not is_own and not any(one.mentor_id == me for one in held):
                # Words are for those who hold a place; the list of what waits tells the others enough.
                raise no_such_review()
            words = await talking.words_of(session, review_id)
            shown = await self._shown(session, asked, row, held, words, key)
        if row.kind == "real" and not is_own:
            # Written before anything is shown: a look that leaves no line can't happen.
            async with asked.deps.database.write() as session:
                detail = {"review_id": review_id}
                record(session, by=me, act="read_chat", about=row.subject_id, at_ms=asked.now_ms, detail=detail)
        lines = await _of_keys(read_lines(asked.deps.database, asked.deps.keys, row))
        return msgspec.structs.replace(shown, lines=lines)

    async def _shown(
        self,
        session: AsyncSession,
        asked: Asked,
        row: ReviewRow,
        held: Sequence[AssessmentRow],
        words: Sequence[ReviewWordsRow],
        key: ChatKey | None,
    ) -> ReviewShown:
        me, now_ms, rules = asked.by.person_id, asked.now_ms, shipped_rules()
        is_own = row.person_id == me
        is_shared = row.shared_at_ms is not None
        mine = next((one for one in held if one.mentor_id == me), None)
        is_in = mine is not None and mine.handed_in_at_ms is not None
        sees_others = is_shared if is_own else is_in and sees_all(row.shared_at_ms, held, rules, now_ms)
        names = await names_of(session, [row.person_id, *(one.mentor_id for one in held), *(one.by for one in words)])
        (line,) = await lines_of(session, [row], me, rules, now_ms)
        return ReviewShown(
            line=line,
            role="listener" if is_own else "mentor" if is_in else "reader",
            person_name=names.get(row.person_id) if is_own or is_in else None,
            rubric=shipped_rubric(),
            lines=None,
            readings=[
                ReadingShown(
                    mentor_name=names.get(one.mentor_id, ""),
                    is_mine=one is mine,
                    levels=one.levels or {},
                    helped=unpack(key, f"helped:{row.review_id}", one.mentor_id, one.helped),
                    to_try=unpack(key, f"to_try:{row.review_id}", one.mentor_id, one.to_try),
                    handed_in_at_ms=one.handed_in_at_ms,
                )
                for one in held
                if one.handed_in_at_ms is not None and (sees_others or one is mine)
            ],
            far_apart=far_apart(held, rules) if sees_others else [],
            settled=row.settled,
            words=[
                WordsShown(
                    by_name=names.get(one.by, ""),
                    is_mine=one.by == me,
                    is_among_mentors=one.is_among_mentors,
                    at_ms=one.at_ms,
                    text=unpack(key, f"words:{row.review_id}", one.by, one.text),
                )
                for one in words
                if not one.is_among_mentors or (sees_others and not is_own)
            ],
            may_share=is_in and may_be_shared(row.asked_at_ms, row.shared_at_ms, held, rules, now_ms),
            due_at_ms=None if mine is None or is_in else mine.taken_at_ms + rules.take_days * DAY_MS,
            server_time_ms=now_ms,
        )

    async def take(self, asked: Asked) -> None:
        """Hold a place in this review."""
        async with asked.deps.database.write() as session:
            await take(
                session,
                asked.part("review_id"),
                asked.by.person_id,
                asked.by.age_bands,
                shipped_rules(),
                now_ms=asked.now_ms,
            )

    async def hand_back(self, asked: Asked) -> None:
        """Leave the place to another mentor."""
        async with asked.deps.database.write() as session:
            await hand_back(session, asked.part("review_id"), asked.by.person_id, now_ms=asked.now_ms)

    async def hand_in(self, asked: Asked) -> None:
        """What one found, once and for all."""
        body: HandIn = asked.body
        key = await _own_key(asked)
        async with asked.deps.database.write() as session:
            await hand_in(
                session,
                asked.part("review_id"),
                asked.by.person_id,
                shipped_rubric(),
                levels=body.levels,
                helped=body.helped,
                to_try=body.to_try,
                key=key,
                now_ms=asked.now_ms,
            )

    async def share(self, asked: Asked) -> None:
        """Let the listener see it."""
        body: Sharing = asked.body
        async with asked.deps.database.write() as session:
            await talking.share(
                session,
                asked.part("review_id"),
                asked.by.person_id,
                shipped_rules(),
                settled=body.settled,
                now_ms=asked.now_ms,
            )

    async def write(self, asked: Asked) -> None:
        """Say something, to the other mentor or in the talk with the listener."""
        body: NewWords = asked.body
        review_id, me, now_ms = asked.part("review_id"), asked.by.person_id, asked.now_ms
        key = await _own_key(asked)
        async with asked.deps.database.write() as session:
            row = await session.get(ReviewRow, review_id)
            if row is not None and row.person_id == me:
                await talking.write_as_listener(session, review_id, me, body.text, key, now_ms=now_ms)
            else:
                await talking.write_as_mentor(
                    session,
                    review_id,
                    me,
                    body.text,
                    key,
                    shipped_rules(),
                    is_among_mentors=body.is_among_mentors,
                    now_ms=now_ms,
                )

    def endpoints(self) -> tuple[Endpoint, ...]:
        place = f"{_ONE}/assessment"
        return (
            Endpoint(
                method="GET",
                path=_ONE,
                act=self.look,
                answer=ReviewShown,
                who=STAFF,
                refusals=(404, 409),
                summary="One review, for its listener and for mentors who hold a place in it.",
            ),
            Endpoint(
                method="POST",
                path=place,
                act=self.take,
                status=204,
                who=STAFF,
                refusals=(404, 409),
                summary="For mentors: hold a place in this review.",
            ),
            Endpoint(
                method="PUT",
                path=place,
                act=self.hand_in,
                body=HandIn,
                status=204,
                who=STAFF,
                refusals=(404, 409),
                summary="For mentors: hand in what one found; it stands from then on.",
            ),
            Endpoint(
                method="DELETE",
                path=place,
                act=self.hand_back,
                status=204,
                who=STAFF,
                refusals=(404, 409),
                summary="For mentors: leave the place to another one.",
            ),
            Endpoint(
                method="POST",
                path=f"{_ONE}/sharing",
                act=self.share,
                body=Sharing,
                may_omit_body=True,
                status=204,
                who=STAFF,
                refusals=(404, 409),
                summary="For mentors: share it with the listener, items that were seen far apart settled.",
            ),
            Endpoint(
                method="POST",
                path=f"{_ONE}/words",
                act=self.write,
                body=NewWords,
                status=204,
                who=STAFF,
                refusals=(404, 409),
                summary="Say something in the talk about a review.",
            ),
        )


async def _key_of(asked: Asked) -> ChatKey | None:
    """What words about this review are sealed with; None: the chat's words are gone, and these with them."""
    async with asked.deps.database.read() as session:
        row = await session.get(ReviewRow, asked.part("review_id"))
    if row is None:
        raise no_such_review()
    return await _of_keys(asked.deps.keys.of(row.chat_id))


async def _own_key(asked: Asked) -> ChatKey:
    """The same for whoever wants to write. Raises Refused."""
    key = await _key_of(asked)
    if key is None:
        raise Refused("nothing_to_review", "The words of this chat are not kept any more.")
    return key


async def _of_keys(asking: Awaitable[Found]) -> Found:
    try:
        return await asking
    except KeysAwayError:
        raise DATABASE_AWAY from None
