"""The lightest client of the protocol that still keeps all of its promises: hello, recover, resend, back-off.

No task and no coroutine per client, but while it connects; whoever sits behind it is called back.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol, cast

import msgspec

from bench.load.frames import BINARY, CLOSE, PING, PONG, TEXT, Unpacker, handshake, packed
from bench.load.record import Record

#: As the pages (web/src/shared/reconnect.ts): the first and the longest wait, nine tenths of either by chance.
BACK_OFF_S, BACK_OFF_MAX_S, BY_CHANCE = 2.0, 15.0, 0.9
#: As the pages: after a connection that lived so long the next try is a first one again.
GOOD_LIFE_S = 10.0
#: As the page: a connection on which nothing was heard by then is given up.
GREETED_WITHIN_S = 8.0
#: A `done` may still be under way when a later push arrives, so a gap is only believed after this.
GAP_BELIEVED_AFTER_S = 1.0
PASSING = frozenset({"try_again", "too_fast", "going_away", "full", "busy"})

JSON, MSGPACK = "tealight.v1.json", "tealight.v1.msgpack"


class ChatSeen(msgspec.Struct):
    chat_id: str
    epoch: str
    seq: int
    state: str


class RequestSeen(msgspec.Struct):
    request_id: str
    state: str
    confirm_deadline_ms: int | None = None
    ticket: str | None = None


class OfferSeen(msgspec.Struct):
    offer_id: str


class SnapshotSeen(msgspec.Struct):
    chats: list[ChatSeen]
    request: RequestSeen | None = None
    offer: OfferSeen | None = None
    availability: str | None = None


class ParticipantSeen(msgspec.Struct):
    person_id: str


class Frame(msgspec.Struct):
    """Whatever the server says; of its fields those that somebody here looks at."""

    type: str
    ref: str | None = None
    code: str | None = None
    retry_after_ms: int | None = None
    chat_id: str | None = None
    epoch: str | None = None
    seq: int | None = None
    message_id: str | None = None
    from_id: str | None = None
    text: str | None = None
    offer_id: str | None = None
    request_id: str | None = None
    state: str | None = None
    reason: str | None = None
    availability: str | None = None
    person_id: str | None = None
    token: str | None = None
    ticket: str | None = None
    participants: list[ParticipantSeen] | None = None
    snapshot: SnapshotSeen | None = None


class Behind(Protocol):
    """Whoever sits behind a client."""

    def greeted(self) -> None: ...
    def pushed(self, push: Frame) -> None: ...


@dataclass(frozen=True, slots=True)
class Way:
    """Where the service is and how to speak to it; `source` is the loopback address to come from."""

    host: str
    port: int
    source: str
    subprotocol: str = JSON


@dataclass(slots=True)
class Tally:
    """What all clients of one generator saw."""

    connects: int = 0
    failed_connects: int = 0
    greeted: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    closed: dict[int, int] = field(default_factory=dict)
    silent: int = 0
    gaps: int = 0
    frames: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    repeats: int = 0
    misordered: int = 0


_DECODE = {JSON: msgspec.json.Decoder(Frame).decode, MSGPACK: msgspec.msgpack.Decoder(Frame).decode}
_ENCODE = {JSON: msgspec.json.Encoder().encode, MSGPACK: msgspec.msgpack.Encoder().encode}
_OPCODE = {JSON: TEXT, MSGPACK: BINARY}

Reply = Callable[[Frame], None]


class Client(asyncio.Protocol):
    """One person's connection. `start`, then it comes back by itself until `leave`."""

    def __init__(
        self, way: Way, tally: Tally, record: Record, chance: Random, behind: Behind, cookie: str | None = None
    ):
        self.way, self.tally, self.record, self.chance, self.behind, self.cookie = (
            way, tally, record, chance, behind, cookie
        )  # fmt: skip
        self.loop = asyncio.get_running_loop()
        self.person_id = ""
        self.token: str | None = None
        #: what the service said last of the own request; the page shows it when it comes back
        self.ticket: str | None = None
        self.is_greeted = False
        self.is_leaving = False
        #: when the connection was lost that is now to be replaced, and when it was greeted last
        self.lost_at = self.greeted_at = self.heard_at = 0.0
        self._transport: asyncio.Transport | None = None
        self._is_open = False
        self._head = b""
        self._unpacker = Unpacker()
        self._attempt = 0
        self._refs = 0
        self._pending: dict[str, tuple[dict[str, Any], Reply | None]] = {}
        self._patience: asyncio.TimerHandle | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._highest: dict[str, int] = {}
        self._late: dict[str, int] = {}

    # ---- for whoever sits behind ----

    def start(self) -> None:
        """Connect and say hello."""
        self._connecting = self.loop.create_task(self._connect())

    def leave(self) -> None:
        """Go and don't come back; what was asked and not answered is forgotten."""
        self.is_leaving, self.is_greeted = True, False
        self._pending.clear()
        if self._patience is not None:
            self._patience.cancel()
        if self._transport is not None:
            self._transport.close()
        elif self._connecting is not None:
            self._connecting.cancel()

    def ask(self, command: dict[str, Any], then: Reply | None = None) -> None:
        """Send a command until it is answered, over as many connections as that takes."""
        self._refs += 1
        ref = command["ref"] = str(self._refs)
        self._pending[ref] = (command, then)
        if self.is_greeted:
            self._put(command)

    def tell(self, command: dict[str, Any]) -> None:
        """Send what needs no answer, if there is a connection."""
        if self.is_greeted:
            self._put(command)

    @property
    def is_settled(self) -> bool:
        """Is nothing unanswered?"""
        return not self._pending

    # ---- the connection ----

    async def _connect(self) -> None:
        self._patience = self.loop.call_later(GREETED_WITHIN_S, self._give_up)
        self.tally.connects += 1
        try:
            async with asyncio.timeout(GREETED_WITHIN_S):
                await self.loop.create_connection(
                    lambda: self, self.way.host, self.way.port, local_addr=(self.way.source, 0)
                )
        except (OSError, TimeoutError):
            self.tally.failed_connects += 1
            self.connection_lost(None)
        finally:
            self._connecting = None

    def _give_up(self) -> None:
        if not self.is_greeted and self._transport is not None:
            self.tally.silent += 1
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        stream = cast(asyncio.Transport, transport)
        self._transport, self._head, self._unpacker, self._is_open = stream, b"", Unpacker(), False
        self._highest = {}
        if self.is_leaving:
            stream.close()
            return
        way = self.way
        stream.write(handshake(f"{way.host}:{way.port}", "/ws", way.subprotocol, self.cookie))

    def _say_hello(self) -> None:
        recover = self.record.positions(self.person_id)
        hello: dict[str, Any] = {"type": "hello", "ref": "hello", "recover": recover}
        if self.token:
            hello["token"] = self.token
        if self.ticket:
            hello |= {"tickets": [self.ticket], "avoid_listeners": []}
        self._put(hello)

    def connection_lost(self, error: Exception | None) -> None:
        was_greeted, self.is_greeted, self._transport = self.is_greeted, False, None
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if was_greeted:
            self.tally.greeted -= 1
            self.lost_at = self.loop.time()
            if self.lost_at - self.greeted_at > GOOD_LIFE_S:
                self._attempt = 0
        if self.is_leaving:
            return
        longest_s = min(BACK_OFF_MAX_S, BACK_OFF_S * 2 ** min(self._attempt, 10))
        wait_s = longest_s * (1 - BY_CHANCE * self.chance.random())
        self._attempt += 1
        self.loop.call_later(wait_s, self._come_back)

    def _come_back(self) -> None:
        if not self.is_leaving and self._transport is None and self._connecting is None:
            self.start()

    def look(self, now: float, silence_s: float) -> None:
        """Called now and then: a connection on which nothing is heard is given up."""
        if self.is_greeted and now - self.heard_at > silence_s and self._transport is not None:
            self.tally.silent += 1
            self._transport.abort()

    def data_received(self, chunk: bytes) -> None:
        self.heard_at = self.loop.time()
        if not self._is_open:
            self._head += chunk
            head, found, chunk = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                code = int(head[9:12] or b"0")
                self.tally.closed[code] = self.tally.closed.get(code, 0) + 1
                self._abort()
                return
            self._is_open = True
            self._say_hello()
        for opcode, payload in self._unpacker.take(chunk):
            if opcode in (TEXT, BINARY):
                self.tally.frames += 1
                self._take(_DECODE[self.way.subprotocol](payload))
            elif opcode == PING and self._transport is not None:
                self._transport.write(packed(PONG, payload))
            elif opcode == CLOSE:
                code = int.from_bytes(payload[:2], "big") if payload else 1005
                self.tally.closed[code] = self.tally.closed.get(code, 0) + 1
                if self._transport is not None:
                    self._transport.write(packed(CLOSE, payload[:2]))
                    self._transport.close()

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _put(self, command: dict[str, Any]) -> None:
        if self._transport is not None:
            way = self.way.subprotocol
            self._transport.write(packed(_OPCODE[way], _ENCODE[way](command)))

    # ---- what comes ----

    def _take(self, frame: Frame) -> None:
        kind = frame.type
        kinds = self.tally.kinds
        kinds[kind] = kinds.get(kind, 0) + 1
        if kind == "done" or kind == "refused":
            self._replied(frame)
            return
        if kind == "welcome":
            self.person_id, self.token = frame.person_id or "", frame.token
            request = frame.snapshot.request if frame.snapshot is not None else None
            self.ticket = (request.ticket if request is not None else None) or self.ticket
        elif kind == "message_added":
            self._added(frame)
        elif kind == "request_changed":
            self.ticket = frame.ticket or self.ticket
        elif kind == "chat_opened":
            self.record.follow(self.person_id, frame.chat_id or "", frame.epoch or "")
        self.behind.pushed(frame)

    def _added(self, frame: Frame) -> None:
        chat_id, seq = frame.chat_id or "", frame.seq or 0
        is_new = self.record.hold(self.person_id, chat_id, frame.epoch or "", seq, frame.message_id or "")
        self.tally.repeats += not is_new
        if is_new and seq < self._highest.get(chat_id, 0):
            self.tally.misordered += 1
        self._highest[chat_id] = max(self._highest.get(chat_id, 0), seq)
        if self.record.has_gap(self.person_id, chat_id) and chat_id not in self._late:
            self._late[chat_id] = self.record.reach(self.person_id, chat_id)
            self.loop.call_later(GAP_BELIEVED_AFTER_S, self._mend, chat_id)

    def _mend(self, chat_id: str) -> None:
        reach = self._late.pop(chat_id, -1)
        if self.is_leaving or not self.is_greeted or not self.record.has_gap(self.person_id, chat_id):
            return
        if self.record.reach(self.person_id, chat_id) == reach:
            self.tally.gaps += 1
            position = next(p for p in self.record.positions(self.person_id) if p["chat_id"] == chat_id)
            self.ask({"type": "catch_up", **position})

    def _replied(self, frame: Frame) -> None:
        if frame.ref == "hello":
            if frame.type == "refused":
                self._count_refusal(frame)
                self._abort()
                return
            self.is_greeted, self.greeted_at = True, self.loop.time()
            self.tally.greeted += 1
            for command, _ in self._pending.values():
                self._put(command)
            self.behind.greeted()
            return
        waiting = self._pending.get(frame.ref or "")
        if waiting is None:
            return
        command, then = waiting
        if frame.type == "refused":
            self._count_refusal(frame)
            if frame.code in PASSING:
                self.loop.call_later((frame.retry_after_ms or 500) / 1000, self._again, frame.ref)
                return
        del self._pending[frame.ref or ""]
        if frame.type == "done" and command["type"] == "send_message":
            self.record.answered(
                self.person_id, command["chat_id"], frame.epoch or "", frame.seq or 0, command["message_id"]
            )
        if then is not None:
            then(frame)

    def _again(self, ref: str) -> None:
        waiting = self._pending.get(ref)
        if waiting is not None and self.is_greeted:
            self._put(waiting[0])

    def _count_refusal(self, frame: Frame) -> None:
        code = frame.code or ""
        self.tally.refused[code] = self.tally.refused.get(code, 0) + 1
