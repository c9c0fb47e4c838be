"""The words of a chat that mentors read, from where the chat is kept. Nothing is copied for the review."""

from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from chat.conversation.consent_tables import ReviewConsentRow
from listener_training.practising.playing import Kept
from listener_training.practising.tables import PracticeChatRow
from listener_training.review.tables import ReviewRow


class Line(Struct, frozen=True):
    """One message. A silence of the listener in a practice chat is an empty text; so is what another listener wrote."""

    who: Literal["seeker", "listener", "other_listener"]
    text: str

    def __repr__(self) -> str:
        return f"Line(who={self.who!r})"


def practice_lines(row: PracticeChatRow) -> list[Line] | None:
    """The words of a practice chat; None when they are not kept (any more). Not what a program made of them."""
    if row.debrief is None:
        return None
    kept = msgspec.convert(row.debrief, Kept)
    lines = [Line("seeker", text) for text in kept.debrief.opening]
    for turn in kept.debrief.turns:
        lines.append(Line("listener", turn.text))
        lines += [Line("seeker", text) for text in turn.answer]
    return lines + [Line("listener", text) for text in kept.after]


async def has_consent(session: AsyncSession, chat_id: str) -> bool:
    """Did both say that a mentor may read this real chat, and neither take it back?"""
    row = await session.get(ReviewConsentRow, chat_id)
    return row is not None and row.listener_at_ms is not None


async def is_readable(session: AsyncSession, review: ReviewRow) -> bool:
    """May the review go on? A real chat's consent may have been taken back, a practice chat removed."""
    if review.kind == "real":
        return await has_consent(session, review.subject_id)
    return await session.get(PracticeChatRow, review.subject_id) is not None
