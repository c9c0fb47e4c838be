"""What a supervisor who reads along and the listener write to each other, over HTTP (docs/supervision.md)."""

from collections.abc import Awaitable
from typing import TypeVar

from msgspec import Struct

from chat.accounts.refusal import Refused
from chat.api.endpoint import DATABASE_AWAY, STAFF, Asked, Endpoint
from chat.conversation import whispers
from chat.conversation.data_keys import KeysAwayError
from chat.conversation.texts import is_good_text
from chat.protocol.fields import Id
from chat.supervision.observing import found_chat, may_observe, no_such_chat
from config.redis_link import RedisAway, RedisRefused
from routing.actions.lines import Lines
from routing.store.snapshots import ChatRecord

Found = TypeVar("Found")


class NewWhisper(Struct, frozen=True):
    """`whisper_id`: made by the client, a UUID; a repeat under it is harmless."""

    whisper_id: Id
    text: str

    def __repr__(self) -> str:
        return f"NewWhisper(whisper_id={self.whisper_id!r})"


class WhisperShown(Struct, frozen=True):
    whisper_id: str
    is_mine: bool
    at_ms: int
    text: str

    def __repr__(self) -> str:
        return f"WhisperShown(whisper_id={self.whisper_id!r})"


class WhispersShown(Struct, frozen=True):
    """Oldest first. `other_name`: who reads an answer now; null: nobody, and nothing can be written."""

    whispers: list[WhisperShown]
    other_name: str | None


async def engine_call(asking: Awaitable[Found]) -> Found:
    """What the engine or a chat's key answers; a Problem that says to try again where it is away."""
    try:
        return await asking
    except (RedisAway, RedisRefused, KeysAwayError):
        raise DATABASE_AWAY from None


def lines_of(asked: Asked) -> Lines:
    """The shards, where the engine was reached."""
    lines = asked.deps.lines()
    if lines is None:
        raise DATABASE_AWAY
    return lines


async def _read(asked: Asked) -> WhispersShown:
    chat_id, me = asked.part("chat_id"), asked.by.person_id
    band, chat = await engine_call(found_chat(lines_of(asked), chat_id))
    is_observer = chat.observer == me and may_observe(asked.by, band)
    if not is_observer and me not in chat.listeners:
        raise no_such_chat()
    key = await engine_call(asked.deps.keys.of(chat_id))
    async with asked.deps.database.read() as session:
        rows = await whispers.whispers_of(session, chat_id, me) if key is not None else []
    other = _other(chat, me)
    names = {chat.observer: chat.observer_name, chat.listener: chat.names.get(chat.listener, "")}
    return WhispersShown(
        whispers=[
            WhisperShown(row.whisper_id, row.from_id == me, row.at_ms, whispers.words_of(key, row))
            for row in rows
            if key is not None
        ],
        other_name=names[other] if other else None,
    )


def _other(chat: ChatRecord, person_id: str) -> str:
    """To whom this person may write now; empty: to nobody."""
    if chat.state != "A" or not chat.observer:
        return ""
    return {chat.observer: chat.listener, chat.listener: chat.observer}.get(person_id, "")


async def _write(asked: Asked) -> None:
    chat_id, me, body = asked.part("chat_id"), asked.by.person_id, asked.body
    lines = lines_of(asked)
    if not is_good_text(body.text):
        raise Refused("bad_words", "A whisper holds 1 to 4,000 characters, without NUL.")
    band, chat = await engine_call(found_chat(lines, chat_id))
    async with asked.deps.database.read() as session:
        known = await whispers.written(session, chat_id, me, body.whisper_id)
    if known is None:
        if me not in (chat.observer, chat.listener) or (me == chat.observer and not may_observe(asked.by, band)):
            raise no_such_chat()
        if not _other(chat, me):
            raise Refused("nobody_attached", "Nobody is attached to this chat any more.")
    key = await engine_call(asked.deps.keys.of(chat_id))
    if key is None:
        raise no_such_chat()
    count = await whispers.keep_whisper(
        asked.deps.database,
        key,
        from_id=me,
        to_id=_other(chat, me) if known is None else known.to_id,
        whisper_id=body.whisper_id,
        text=body.text,
        now_ms=asked.now_ms,
    )
    # Where this fails the words are kept, and a repeat tells of them.
    await engine_call(lines.call(band, "whispered", chat_id, count))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/chats/{chat_id}/whispers",
        act=_read,
        answer=WhispersShown,
        who=STAFF,
        refusals=(404,),
        summary="For the listener of a chat and the supervisor attached to it: what they wrote to each other.",
    ),
    Endpoint(
        method="POST",
        path="/api/chats/{chat_id}/whispers",
        act=_write,
        body=NewWhisper,
        status=204,
        who=STAFF,
        refusals=(404, 409),
        summary="Write to the other one of these two. The seeker never sees it.",
    ),
)
