"""A chat's log: reading it, and what its entries are."""

from dataclasses import dataclass

from routing.actions.lines import Lines

PAGE = 200


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What a person typed, at its place in the log. Its repr never shows the text."""

    seq: int
    from_id: str
    message_id: str
    sent_at_ms: int
    text: str

    def __repr__(self) -> str:
        return f"ChatMessage(seq={self.seq}, from_id={self.from_id!r})"


async def read_log(lines: Lines, band: str, chat_id: str, after: int) -> list[ChatMessage]:
    """At most `PAGE` messages above `after`, in order. Raises RedisAway, RedisRefused."""
    shard = lines.shards[band]
    entries = await shard.functions.link.send("XRANGE", shard.key("log", chat_id), f"{after + 1}-0", "+", "COUNT", PAGE)
    return [
        ChatMessage(
            seq=int(entry_id.partition(b"-")[0]),
            from_id=values[1].decode(),
            message_id=values[3].decode(),
            sent_at_ms=int(values[5]),
            text=values[7].decode(),
        )
        for entry_id, values in entries
    ]
