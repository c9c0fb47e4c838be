"""The words of real chats, as they are archived, for mentors to whom both sides gave them."""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import select

from chat.accounts.tables import StaffRow
from chat.conversation.archive_reading import read_transcript
from chat.conversation.data_keys import DataKeys, KeysAwayError
from chat.conversation.sealing import ChatKey
from config.database import Database
from listener_training.review.transcript import Line


class RealChats(Protocol):
    """Where real chats are kept. Both raise KeysAwayError where that can't be told now."""

    async def read(self, chat_id: str, listener_id: str) -> list[Line] | None:
        """What was written; None where nothing is kept (any more)."""
        ...

    async def key_of(self, chat_id: str) -> ChatKey | None:
        """What words about the chat are sealed with; None: it is gone, and the chat with it."""
        ...


class ArchivedChats:
    """The archive of this service. `keys`: None until they were opened."""

    def __init__(self, database: Database, keys: Callable[[], DataKeys | None]) -> None:
        self._database = database
        self._keys = keys

    async def read(self, chat_id: str, listener_id: str) -> list[Line] | None:
        transcript = await read_transcript(self._database, self._held(), chat_id)
        if transcript is None:
            return None
        writers = {message.from_id for message in transcript.messages}
        async with self._database.read() as session:
            query = select(StaffRow.person_id).where(StaffRow.person_id.in_(writers))
            staff = set(await session.scalars(query))
        return [_line(message.from_id, message.text, listener_id, staff) for message in transcript.messages]

    async def key_of(self, chat_id: str) -> ChatKey | None:
        return await self._held().of(chat_id)

    def _held(self) -> DataKeys:
        keys = self._keys()
        if keys is None:
            raise KeysAwayError("not opened yet")
        return keys


def _line(from_id: str, text: str, listener_id: str, staff: set[str]) -> Line:
    if from_id == listener_id:
        return Line("listener", text)
    # A listener before or after this one was not asked: that something was said is enough.
    return Line("other_listener", "") if from_id in staff else Line("seeker", text)
