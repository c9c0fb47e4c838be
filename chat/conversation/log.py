"""A chat's log: reading it, and what its entries are."""

import asyncio
from collections.abc import Callable

from msgspec import Struct

from chat.conversation.sealing import UNREADABLE, ChatKey, UnsealError
from config.log import get_logger
from routing.actions.lines import Lines

log = get_logger("conversation")

PAGE = 200


class ChatMessage(Struct, frozen=True):
    """What a person typed, at its place in the log. Its repr never shows the text."""

    seq: int
    from_id: str
    message_id: str
    sent_at_ms: int
    text: str

    def __repr__(self) -> str:
        return f"ChatMessage(seq={self.seq}, from_id={self.from_id!r})"


async def read_log(
    lines: Lines, band: str, chat_id: str, after: int, key: ChatKey, keep: Callable[[bytes], None]
) -> tuple[str, list[ChatMessage]]:
    """At most `PAGE` messages above `after`, in order, and the epoch that their log had after they were read.

    `keep` gets each as it would have been published.
    Where that is the one in which they were asked for, all of them are of it. Raises RedisAway, RedisRefused.
    """
    shard = lines.shards[band]
    send = shard.functions.link.send
    entries, epoch = await asyncio.gather(
        send("XRANGE", shard.key("log", chat_id), f"{after + 1}-0", "+", "COUNT", PAGE),
        send("HGET", shard.key("chat", chat_id), "ep"),
    )
    for entry_id, (_, writer, _, name, _, sent_at, _, sealed) in entries:
        seq = entry_id.partition(b"-")[0]
        keep(b"\n".join((b"m", chat_id.encode(), epoch or b"", seq, sent_at, name, writer, sealed)))
    return (epoch or b"").decode(), [
        readable(key, int(entry_id.partition(b"-")[0]), values[1], values[3], int(values[5]), values[7])
        for entry_id, values in entries
    ]


def words_of(key: ChatKey, seq: int, from_id: str, message_id: str, sealed: bytes) -> str:
    """The text of one entry. Words that can't be opened become one sign, so that `seq` has no holes."""
    try:
        return key.unseal(from_id, message_id, sealed)
    except UnsealError:
        log.error("message_unreadable", chat_id=key.chat_id, seq=seq)
        return UNREADABLE


def readable(key: ChatKey, seq: int, from_id: bytes, message_id: bytes, sent_at_ms: int, sealed: bytes) -> ChatMessage:
    """One entry of the log, unsealed."""
    writer, name = from_id.decode(), message_id.decode()
    return ChatMessage(seq, writer, name, sent_at_ms, words_of(key, seq, writer, name, sealed))
