"""From a published message, or the log, to the connections of this process (docs/edge.md).

A published message is sent at once when it is the next one, else the log is read. Words are sealed until here.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from chat.conversation.data_keys import KeysAwayError
from chat.conversation.log import ChatMessage, read_log, words_of
from chat.edge.connection import Connection
from chat.edge.door import Door
from chat.edge.outlet import Outlet
from chat.edge.people import Departed, LocalPerson
from chat.edge.positions import Position, Verdict
from chat.edge.recent import Recent
from chat.edge.tally import LAGS_MAX, Tally
from chat.protocol.codes import Close
from chat.protocol.pushes import MessageAdded
from config.clock import now_ms
from config.redis_link import RedisAway, RedisRefused
from routing.actions.lines import Lines

#: What found the engine or the database away is tried again so soon.
RETRY_S = 0.5

_SEND, _FILL = Verdict.SEND, Verdict.FILL


class Delivery(Outlet):
    """Sends messages in the order of the log, each once to each connection."""

    def __init__(self, lines: Lines, loop_time: Callable[[], float], door: Door) -> None:
        super().__init__(loop_time)
        self.lines = lines
        self.door = door
        self.tally = Tally(door.counts)
        #: what is said again where an engine forgot it
        self.recent, self.departed = Recent(), Departed()
        #: both participants' channels bring the same payload: it is unsealed and encoded once per codec
        self._payload = b""
        self._payload_frames: dict[str, bytes] = {}

    def message_published(self, person: LocalPerson, payload: bytes) -> None:
        """One publish to this person's channel. Runs in the push link's reader: no awaiting."""
        _, named, lived, digits, sent_at, name, writer, sealed = payload.split(b"\n", 7)
        chat_id, epoch, seq, message_id = named.decode(), lived.decode(), int(digits), name.decode()
        key = self.door.keys.held(chat_id)
        for connection in person.connections:
            position = connection.positions.get(chat_id)
            if position is None:
                connection.note_early(chat_id, seq)
                continue
            verdict = position.pushed(epoch, seq, is_readable=key is not None)
            if verdict is _SEND and key is not None:
                if connection.sending and connection.skips(writer.decode(), message_id, chat_id, seq):
                    continue
                position.newest = (seq, message_id)
                pair = self.senders.get(connection)
                if pair is None:
                    continue
                sender, codec = pair
                if self._payload != payload:
                    self._payload, self._payload_frames = payload, {}
                frame = self._payload_frames.get(codec.subprotocol)
                if frame is None:
                    from_id = writer.decode()
                    text = words_of(key, seq, from_id, message_id, sealed)
                    added = MessageAdded(chat_id, epoch, seq, message_id, from_id, text, int(sent_at))
                    frame = self._payload_frames[codec.subprotocol] = codec.encode(added)
                sender.put(frame)
                connection.last_sent_s = self._loop_time()
                self.tally.deliveries += 1
                if self.tally.deliveries <= LAGS_MAX:
                    self.door.counts.delivery_lag.observe(max(0, now_ms() - int(sent_at)) / 1000)
            elif verdict is _FILL:
                self.start_fill(connection, chat_id)

    # ---- the log ----

    def start_fill(self, connection: Connection, chat_id: str) -> None:
        """Read a chat's log from what was sent up to its head, and send it."""
        position = connection.positions.get(chat_id)
        if position is not None and position.needs_fill():
            position.is_filling = True
            self.spawn(self._fill(connection, chat_id, position))

    async def _fill(self, connection: Connection, chat_id: str, position: Position) -> None:
        try:
            await self.fill(connection, chat_id, position)
            return
        except (RedisAway, RedisRefused, KeysAwayError):
            pass
        finally:
            position.is_filling = False  # whatever went wrong, the next push or look may begin again
        await asyncio.sleep(RETRY_S)
        if connection in self.senders:
            self.start_fill(connection, chat_id)

    async def fill(self, connection: Connection, chat_id: str, position: Position) -> None:
        """The reading itself. Raises RedisAway, RedisRefused, KeysAwayError."""
        position.is_filling = True
        band = self.log_band_of(connection, chat_id)
        self.door.counts.fills.inc()
        while band is not None and connection in self.senders:
            wanted = position.want
            key = await self.door.keys.of(chat_id)
            # Without its key a chat was deleted: there is nothing left to read.
            epoch, found = position.epoch, list[ChatMessage]()
            if key is not None:
                keep = partial(self.recent.note, self.lines.shards[band].key("channel").encode())
                epoch, found = await read_log(self.lines, band, chat_id, position.last, key, keep)
            if found and epoch != position.epoch:
                # Somebody proved meanwhile that messages were lost. What is read now may stand where this client holds
                # another one.
                self.close(connection, Close.RESYNC, "resync")
                break
            for message in found:
                if position.filled(message.seq, message.message_id):
                    self.put(connection, _added(chat_id, position.epoch, message))
                    self.tally.deliveries += 1
            # A push may have come while the log was read: what it announced may be newer than what was read.
            if position.last >= position.want or (not found and position.want == wanted):
                break
        # What the log doesn't hold can't be wanted: a restored, shorter log is the epoch's matter.
        position.want = position.last
        position.is_filling = False

    def hold_key(self, chat_id: str) -> None:
        """Read the key of an open chat before its first message comes, so that none has to wait for the database."""
        if self.door.keys.held(chat_id) is None:
            self.spawn(self._hold_key(chat_id))

    async def _hold_key(self, chat_id: str) -> None:
        try:
            await self.door.keys.of(chat_id)
        except KeysAwayError:
            return  # the next message asks again

    def band_of(self, connection: Connection, chat_id: str) -> str | None:
        """In which shard a chat of this person stands."""
        return connection.known.bands.get(chat_id) if connection.known is not None else None

    def log_band_of(self, connection: Connection, chat_id: str) -> str | None:
        """The same, and of a chat along which they only read."""
        known = connection.known
        return None if known is None else known.bands.get(chat_id) or known.observed_bands.get(chat_id)


def _added(chat_id: str, epoch: str, message: ChatMessage) -> MessageAdded:
    return MessageAdded(
        chat_id=chat_id,
        epoch=epoch,
        seq=message.seq,
        message_id=message.message_id,
        from_id=message.from_id,
        text=message.text,
        sent_at_ms=message.sent_at_ms,
    )
