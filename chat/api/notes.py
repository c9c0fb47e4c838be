"""Wrap-up notes: one's own, and for supervisors those about ended chats (docs/supervision.md)."""

from collections.abc import Awaitable, Sequence
from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy import select

from chat.accounts.directory import names_of
from chat.api.endpoint import DATABASE_AWAY, STAFF, SUPERVISORS, Asked, Endpoint
from chat.conversation.data_keys import KeysAwayError
from chat.conversation.facts_tables import ChatFactsRow
from chat.supervision.notes import ReadNote, own_notes, read_notes


class NotesQuery(Struct, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class WrapUpNote(Struct, frozen=True):
    """`at_ms`: when it was written. `topics`: what the chat was about; empty where its facts are not written yet."""

    chat_id: str
    at_ms: int
    listener_name: str | None
    topics: list[str]
    words: str

    def __repr__(self) -> str:
        return f"WrapUpNote(chat_id={self.chat_id!r})"


class WrapUpNotes(Struct, frozen=True):
    notes: list[WrapUpNote]


async def _own(asked: Asked) -> WrapUpNotes:
    query: NotesQuery = asked.query
    deps = asked.deps
    return await _shown(
        asked, await _of_keys(own_notes(deps.database, deps.keys, asked.by.person_id, limit=query.limit))
    )


async def _read(asked: Asked) -> WrapUpNotes:
    deps, chat_id = asked.deps, asked.part("chat_id")
    reading = read_notes(deps.database, deps.keys, asked.by.person_id, chat_id, asked.now_ms)
    return await _shown(asked, await _of_keys(reading))


async def _of_keys(reading: Awaitable[list[ReadNote]]) -> list[ReadNote]:
    try:
        return await reading
    except KeysAwayError:
        raise DATABASE_AWAY from None


async def _shown(asked: Asked, notes: Sequence[ReadNote]) -> WrapUpNotes:
    chats = {note.row.chat_id for note in notes}
    async with asked.deps.database.read() as session:
        about = select(ChatFactsRow.chat_id, ChatFactsRow.topics).where(ChatFactsRow.chat_id.in_(chats))
        topics = dict(list(await session.execute(about)))
        names = await names_of(session, [note.row.listener_id for note in notes])
    return WrapUpNotes(
        [
            WrapUpNote(
                chat_id=note.row.chat_id,
                at_ms=note.row.at_ms,
                listener_name=names.get(note.row.listener_id),
                topics=list(topics.get(note.row.chat_id, ())),
                words=note.words,
            )
            for note in notes
        ]
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/listen/notes",
        act=_own,
        query=NotesQuery,
        answer=WrapUpNotes,
        who=STAFF,
        summary="What one wrote after chats oneself, the newest first.",
    ),
    Endpoint(
        method="POST",
        path="/api/supervise/chats/{chat_id}/notes/readings",
        act=_read,
        answer=WrapUpNotes,
        who=SUPERVISORS,
        summary="Read what listeners wrote after a chat. That you did stands in the audit log.",
    ),
)
