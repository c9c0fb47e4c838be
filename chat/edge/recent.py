"""What was said of late, as it was published to this process: it is written back where an engine forgot it.

Each message is kept as the sealed bytes that came, so noting one costs no more than an append.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

#: So many messages of a process, about 13 MB of them: some minutes of a busy process, whole chats of a quiet one.
KEPT = 30_000


@dataclass(frozen=True, slots=True)
class Said:
    """One message at its place in a log."""

    seq: int
    from_id: str
    message_id: str
    sent_at_ms: str
    sealed: bytes


@dataclass(slots=True)
class RecentLog:
    """What is kept of one chat's log, in its order. `epochs`: those in which it was published, the newest last."""

    epochs: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)


class Recent:
    """`note` whatever is published; `logs` gives it back by chat."""

    def __init__(self, kept: int = KEPT) -> None:
        self._published: deque[tuple[bytes, bytes]] = deque(maxlen=kept)
        self._last = b""

    def note(self, channel: bytes, payload: bytes) -> None:
        """A published message. Both participants' channels bring the same one."""
        if payload != self._last:
            self._last = payload
            self._published.append((channel, payload))

    def logs(self, channels: bytes) -> dict[str, RecentLog]:
        """Chat -> what is kept of its log, of the shard whose channels' names begin so."""
        logs: dict[str, RecentLog] = {}
        placed: dict[str, dict[tuple[str, str], tuple[int, Said]]] = {}
        for chat_id, epoch, said in self._of(channels):
            log = logs.setdefault(chat_id, RecentLog())
            if epoch not in log.epochs:
                log.epochs.append(epoch)
            # Said again after a loss: the newest place is the right one.
            placed.setdefault(chat_id, {})[said.from_id, said.message_id] = (log.epochs.index(epoch), said)
        for chat_id, messages in placed.items():
            in_order = sorted(messages.values(), key=lambda place: (place[0], place[1].seq))
            logs[chat_id].said = [said for _, said in in_order]
        return logs

    def _of(self, channels: bytes) -> Iterator[tuple[str, str, Said]]:
        for channel, payload in self._published:
            if channel.startswith(channels):
                _, chat_id, epoch, seq, sent_at, message_id, from_id, sealed = payload.split(b"\n", 7)
                said = Said(int(seq), from_id.decode(), message_id.decode(), sent_at.decode(), sealed)
                yield chat_id.decode(), epoch.decode(), said
