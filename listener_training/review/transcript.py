"""The words of a chat that mentors read, from where the chat is kept. Nothing is copied for the review."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.tables import StaffRow
from chat.conversation.archive_reading import read_transcript
from chat.conversation.consent_tables import ReviewConsentRow
from chat.conversation.data_keys import DataKeys
from config.database import Database
from listener_training.practising.playing import DEBRIEF, Kept
from listener_training.practising.tables import PracticeChatRow
from listener_training.review.tables import ReviewRow


class Line(Struct, frozen=True):
    """One message. A silence of the listener in a practice chat is an empty text; so is what another listener wrote."""

    who: Literal["seeker", "listener", "other_listener"]
    text: str

    def __repr__(self) -> str:
        return f"Line(who={self.who!r})"


async def read_lines(database: Database, keys: DataKeys, review: ReviewRow) -> list[Line] | None:
    """What was written; None where the words are not kept. Raises KeysAwayError, BadTranscriptError."""
    if review.kind == "real":
        return await _real(database, keys, review.chat_id, review.person_id)
    async with database.read() as session:
        row = await session.get(PracticeChatRow, review.subject_id)
    key = await keys.of(review.chat_id)
    if row is None or key is None or not row.sealed:
        return None
    return practice_lines(msgspec.json.decode(key.unseal_note(DEBRIEF, row.person_id, row.sealed), type=Kept))


def practice_lines(kept: Kept) -> list[Line]:
    """The words of a practice chat, and not what a program made of them. Pure."""
    lines = [Line("seeker", text) for text in kept.debrief.opening]
    for turn in kept.debrief.turns:
        lines.append(Line("listener", turn.text))
        lines += [Line("seeker", text) for text in turn.answer]
    return lines + [Line("listener", text) for text in kept.after]


async def readable(session: AsyncSession, reviews: Sequence[ReviewRow]) -> list[ReviewRow]:
    """Those whose words a mentor may read now, in the order given.

    A real chat needs the yes of both, which either may have taken back; a practice chat may have been removed.
    """
    real = [review.subject_id for review in reviews if review.kind == "real"]
    practised = [review.subject_id for review in reviews if review.kind != "real"]
    consents = select(ReviewConsentRow.chat_id).where(
        ReviewConsentRow.chat_id.in_(real), ReviewConsentRow.listener_at_ms.is_not(None)
    )
    practices = select(PracticeChatRow.practice_id).where(PracticeChatRow.practice_id.in_(practised))
    there = {("real", chat_id) for chat_id in await session.scalars(consents)} if real else set()
    there |= {("practice", chat_id) for chat_id in await session.scalars(practices)} if practised else set()
    return [review for review in reviews if (review.kind, review.subject_id) in there]


async def _real(database: Database, keys: DataKeys, chat_id: str, listener_id: str) -> list[Line] | None:
    transcript = await read_transcript(database, keys, chat_id)
    if transcript is None:
        return None
    writers = {message.from_id for message in transcript.messages}
    async with database.read() as session:
        staff = set(await session.scalars(select(StaffRow.person_id).where(StaffRow.person_id.in_(writers))))
    return [_line(message.from_id, message.text, listener_id, staff) for message in transcript.messages]


def _line(from_id: str, text: str, listener_id: str, staff: set[str]) -> Line:
    if from_id == listener_id:
        return Line("listener", text)
    # A listener before or after this one was not asked: that something was said is enough.
    return Line("other_listener", "") if from_id in staff else Line("seeker", text)
