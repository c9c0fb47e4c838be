"""A protocol client as docs/protocol.md describes one: hello, recover, resend, come back with back-off."""

import asyncio
import json
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

Frame = dict[str, Any]

#: First and longest wait before coming back. Jitter keeps a thousand clients from coming back in the same moment.
BACK_OFF_S, BACK_OFF_MAX_S = 0.25, 8.0
#: An own message's `done` may still be under way when a later push arrives, so a gap is only believed after this.
GAP_BELIEVED_AFTER_S = 1.0
#: Refusals that pass by themselves, and how often to try again. A repeat of what had its effect already is harmless.
PASSING = ("try_again", "too_fast", "going_away", "full")
TRIES = 20


class Codec(Protocol):
    subprotocol: str

    def pack(self, frame: Frame) -> str | bytes: ...
    def unpack(self, raw: str | bytes) -> Frame: ...


class JsonText:
    subprotocol = "tealight.v1.json"

    def pack(self, frame: Frame) -> str:
        return json.dumps(frame, ensure_ascii=False)

    def unpack(self, raw: str | bytes) -> Frame:
        found: Frame = json.loads(raw)
        return found


class MessagePack:
    subprotocol = "tealight.v1.msgpack"

    def pack(self, frame: Frame) -> bytes:
        packed: bytes = msgpack.packb(frame)
        return packed

    def unpack(self, raw: str | bytes) -> Frame:
        found: Frame = msgpack.unpackb(raw)
        return found


class Refused(Exception):
    """The server said no. `frame` is its whole reply."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame.get("code", "refused"))
        self.code: str = frame.get("code", "refused")
        self.frame = frame


class Gone(Exception):
    """The server closed with a code that means: don't come back. Or we closed ourselves."""


@dataclass(slots=True)
class Held:
    """What this client holds of one chat: all up to `seq`, its position, and what came `ahead` of its turn."""

    epoch: str
    seq: int = 0
    ahead: set[int] = field(default_factory=set)

    def take(self, seq: int) -> bool:
        """Hold `seq`; False if it was held already."""
        if seq <= self.seq or seq in self.ahead:
            return False
        self.ahead.add(seq)
        while self.seq + 1 in self.ahead:
            self.seq += 1
            self.ahead.discard(self.seq)
        return True


class Person(Protocol):
    """Whoever sits behind a wire."""

    def on_push(self, push: Frame) -> None: ...
    def on_new_epoch(self, chat_id: str) -> None: ...


class Wire:
    """One person's connection, kept up until `close`. `ask` survives reconnects; `tell` is for what may be dropped."""

    def __init__(
        self,
        url: str,
        codec: Codec,
        person: Person,
        chance: Random,
        *,
        cookie: str | None = None,
        as_: str | None = None,
    ) -> None:
        self.person_id = ""
        self.reconnects = -1
        self.held: dict[str, Held] = {}
        self._url, self._codec, self._person, self._chance = url, codec, person, chance
        self._headers = {"Cookie": cookie} if cookie else {}
        self._as = as_
        self._token: str | None = None
        self._heartbeat_s = 20.0
        self._back_off_s = BACK_OFF_S
        self._refs = 0
        self._pending: dict[str, tuple[Frame, asyncio.Future[Frame]]] = {}
        self._socket: ClientConnection | None = None
        self._sent_here: set[str] = set()
        self._highest_pushed: dict[tuple[str, str], int] = {}
        self._sending = asyncio.Lock()
        self._greeted = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self._gaps: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Connect and say hello. Raises Gone if the server doesn't want us."""
        self._life = asyncio.create_task(self._live())
        greeted = asyncio.create_task(self._greeted.wait())
        await asyncio.wait({self._life, greeted}, return_when=asyncio.FIRST_COMPLETED)
        greeted.cancel()
        if self._life.done():
            raise Gone

    async def close(self) -> None:
        """End the connection and everything that waits for it."""
        tasks = [task for task in (self._life, *self._gaps) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._give_up()

    @property
    def is_settled(self) -> bool:
        """Is nothing unanswered and no gap open?"""
        return not self._pending and not any(held.ahead for held in self.held.values())

    async def ask(self, kind: str, **fields: Any) -> Frame:
        """Send a command and await its `done`, over as many connections as it takes. Raises Refused, Gone."""
        for _ in range(TRIES):
            try:
                return await self._ask_once(kind, fields)
            except Refused as refused:
                if refused.code not in PASSING:
                    raise
                await asyncio.sleep(refused.frame.get("retry_after_ms", 500) / 1000)
        return await self._ask_once(kind, fields)

    async def _ask_once(self, kind: str, fields: Frame) -> Frame:
        if self._life is None or self._life.done():
            raise Gone
        self._refs += 1
        ref = str(self._refs)
        reply: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._pending[ref] = ({"type": kind, "ref": ref, **fields}, reply)
        try:
            await self._send_pending()
            frame = await reply
        finally:
            self._pending.pop(ref, None)
        if frame["type"] == "refused":
            raise Refused(frame)
        return frame

    async def tell(self, kind: str, **fields: Any) -> None:
        """Send a command that needs no answer, if there is a connection."""
        if self._socket is not None and self._greeted.is_set():
            await self._put(self._socket, {"type": kind, **fields})

    async def catch_up(self, chat_id: str) -> None:
        held = self.held[chat_id]
        await self.ask("catch_up", chat_id=chat_id, epoch=held.epoch, seq=held.seq)

    def hold(self, chat_id: str, epoch: str, seq: int) -> bool:
        """Note a message of that chat as held; False if it was already."""
        held = self.held.get(chat_id)
        if held is None or held.epoch != epoch:
            if held is not None:
                self._person.on_new_epoch(chat_id)
            held = self.held[chat_id] = Held(epoch)
        is_new = held.take(seq)
        if held.ahead:
            gap = asyncio.create_task(self._mend(chat_id, held))
            self._gaps.add(gap)
            gap.add_done_callback(self._gaps.discard)
        return is_new

    def is_late(self, push: Frame) -> bool:
        """Does this `message_added`, new to us, come after one of a higher seq on the same connection?"""
        chat_id, seq = push["chat_id"], push["seq"]
        held = self.held.get(chat_id)
        is_new = held is None or held.epoch != push["epoch"] or (seq > held.seq and seq not in held.ahead)
        highest = self._highest_pushed.get((chat_id, push["epoch"]), 0)
        self._highest_pushed[chat_id, push["epoch"]] = max(highest, seq)
        return is_new and seq < highest

    async def _mend(self, chat_id: str, held: Held) -> None:
        at = held.seq
        await asyncio.sleep(GAP_BELIEVED_AFTER_S)
        if held.ahead and held.seq == at and self.held.get(chat_id) is held:
            try:
                await self.catch_up(chat_id)
            except (Refused, Gone):
                return

    async def _live(self) -> None:
        try:
            while True:
                stays_away = False
                try:
                    async with connect(
                        self._url,
                        subprotocols=[Subprotocol(self._codec.subprotocol)],
                        additional_headers=self._headers,
                        compression=None,
                        proxy=None,
                    ) as socket:
                        self.reconnects += 1
                        await self._converse(socket)
                except ConnectionClosed as closed:
                    code = closed.rcvd.code if closed.rcvd else 1006
                    stays_away = code == 1000 or 4500 <= code <= 4999
                except (OSError, TimeoutError, InvalidHandshake):
                    pass
                finally:
                    self._socket = None
                    self._greeted.clear()
                if stays_away:
                    return
                await asyncio.sleep(self._back_off_s * self._chance.uniform(0.5, 1.5))
                self._back_off_s = min(BACK_OFF_MAX_S, self._back_off_s * 2)
        finally:
            self._give_up()

    async def _converse(self, socket: ClientConnection) -> None:
        self._sent_here = set()
        self._highest_pushed = {}
        recover = [{"chat_id": chat_id, "epoch": h.epoch, "seq": h.seq} for chat_id, h in self.held.items()]
        hello: Frame = {"type": "hello", "ref": "hello", "recover": recover}
        if self._token:
            hello["token"] = self._token
        if self._as:
            hello["as"] = self._as
        await socket.send(self._codec.pack(hello))
        while True:
            async with asyncio.timeout(2.5 * self._heartbeat_s):
                raw = await socket.recv()
            frame = self._codec.unpack(raw)
            if frame["type"] in ("done", "refused"):
                await self._take_reply(socket, frame)
            else:
                self._take_push(frame)

    async def _take_reply(self, socket: ClientConnection, frame: Frame) -> None:
        if frame.get("ref") == "hello":
            if frame["type"] == "refused":
                raise TimeoutError  # come back with back-off
            self._socket = socket
            self._back_off_s = BACK_OFF_S
            self._greeted.set()
            await self._send_pending()
            return
        _, reply = self._pending.get(frame.get("ref") or "", (None, None))
        if reply is not None and not reply.done():
            reply.set_result(frame)

    def _take_push(self, push: Frame) -> None:
        if push["type"] == "welcome":
            if self.person_id not in ("", push["person_id"]):
                for chat_id in self.held:
                    self._person.on_new_epoch(chat_id)
                self.held.clear()
            self.person_id = push["person_id"]
            self._token = push.get("token") or self._token
            self._heartbeat_s = push["heartbeat_s"]
        self._person.on_push(push)

    async def _send_pending(self) -> None:
        """Send what this connection has not carried yet, in the order in which it was asked."""
        async with self._sending:
            socket = self._socket
            if socket is None:
                return
            for ref, (frame, _) in list(self._pending.items()):
                if ref not in self._sent_here:
                    self._sent_here.add(ref)
                    await self._put(socket, frame)

    async def _put(self, socket: ClientConnection, frame: Frame) -> None:
        try:
            await socket.send(self._codec.pack(frame))
        except ConnectionClosed:
            return  # what must arrive is pending and goes out again on the next connection

    def _give_up(self) -> None:
        for _, reply in list(self._pending.values()):
            if not reply.done():
                reply.set_exception(Gone())


def sign_in_url_of(url: str) -> str:
    """`ws://host:port/ws` -> `http://host:port/api/sign-in`."""
    parts = urlsplit(url)
    return f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}/api/sign-in"
