"""uvicorn's WebSocket protocol with a short way for ordinary frames (docs/edge.md, "The cost of a message")."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN, Protocol

from chat.edge.frames import EXTENSION
from config.log import get_logger
from tealight.handshake import Handshake, answer

try:
    from websockets.speedups import apply_mask
except ImportError:  # a machine for which there is no built one
    from websockets.utils import apply_mask

log = get_logger("server")

#: The protocol's bound on a frame; a larger one is closed with 1009.
FRAME_BYTES = 64 * 1024
#: A process that was itself stuck reads what came meanwhile before it calls anybody silent.
LAST_LOOK_S = 1.0
# First bytes of whole, unfragmented messages without extensions (RFC 6455, 5.2).
_TEXT, _BINARY = 0x81, 0x82
_ORDINARY = (_TEXT, _BINARY)
_PONG = 0x8A
_PING_HEAD = bytes((0x89, 4))
_IS_MASKED, _LENGTH = 0x80, 0x7F


def _head(first: int, size: int) -> bytes:
    """What stands before a payload of so many bytes."""
    if size < 126:
        return bytes((first, size))
    if size < 65536:
        return bytes((first, 126, size >> 8, size & 255))
    return bytes((first, 127)) + size.to_bytes(8, "big")


# Nearly all frames are shorter than this: their heads are made once.
_SHORT = 1024
_TEXT_HEADS, _BINARY_HEADS = ([_head(first, size) for size in range(_SHORT)] for first in _ORDINARY)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """What is rare (unusual handshakes, fragments, peers' pings, closing, faults) stays with the library.

    An ordinary handshake is answered here, and the library starts behind it. Once the application has said
    `take_frames`, whole masked text and binary frames, which is nearly all that ever comes, are read here and handed on
    at once. The library is fed whole frames only, so it always stands between two.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._on_frame: Callable[[str | bytes], None] | None = None
        self._on_writable: Callable[[], None] | None = None
        self._rest: bytearray | None = None  # the beginning of a frame whose end hasn't come yet
        self.is_writable = True  # asked for each frame, so plainly kept beside the library's event
        self._is_served = False
        self._accept: bytes | None = None  # what answers the key of an ordinary handshake

    # ---- what the application is offered: chat.edge.frames ----

    @property
    def answered_ping_at_s(self) -> float:
        return 0.0 if self.pending_ping_payload is not None else self.ping_sent_at

    def ask_whether_there(self) -> None:
        if self.pending_ping_payload is None and self.handshake_complete:
            if self.ping_timer is not None:
                self.ping_timer.cancel()
            self.send_keepalive_ping()

    def take_frames(self, on_frame: Callable[[str | bytes], None], on_writable: Callable[[], None]) -> None:
        self._on_frame, self._on_writable = on_frame, on_writable

    def send_frame(self, payload: bytes, *, is_text: bool) -> None:
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        size = len(payload)
        if size < _SHORT:
            head = (_TEXT_HEADS if is_text else _BINARY_HEADS)[size]
        else:
            head = _head(_TEXT if is_text else _BINARY, size)
        self.transport.write(head + payload)

    def close_frames(self, code: int, reason: str) -> None:
        # uvicorn's send suspends only while the transport is full; then the caller waits, and cuts at last.
        if not self.disconnected and not self.close_sent:
            step = self.send({"type": "websocket.close", "code": code, "reason": reason}).__await__()
            with contextlib.suppress(StopIteration):
                next(step)
                step.close()

    def pause_frames(self) -> None:
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def resume_frames(self) -> None:
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    def cut(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()

    # ---- an ordinary handshake ----

    def take_over(self, http: HttpToolsProtocol, shake: Handshake) -> None:
        """Go on where HTTP ends, as the library would after it had read the same request."""
        self.transport, self.server, self.client = http.transport, http.server, http.client
        self.scheme = "wss" if http.scheme == "https" else "ws"
        self.connections.add(self)
        self.handshake_initiated = True
        self._accept = shake.accept
        self.conn.parser.close()
        self.conn.parser = Protocol.parse(self.conn)  # what comes from here on are frames
        next(self.conn.parser)
        path = self.root_path + shake.path
        self.scope = {
            "type": "websocket",
            "asgi": {"version": self.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": self.scheme,
            "server": self.server,
            "client": self.client,
            "root_path": self.root_path,
            "path": path,
            "raw_path": path.encode("ascii"),
            "query_string": shake.query.encode("ascii"),
            "headers": http.headers,
            "subprotocols": shake.subprotocols,
            "state": self.app_state.copy(),
            "extensions": {"websocket.http.response": {}},
        }
        self.queue.put_nowait({"type": "websocket.connect"})
        task = self.loop.create_task(self.run_asgi())
        task.add_done_callback(self.on_task_complete)
        self.tasks.add(task)
        self._serve()

    async def send(self, message: Any) -> None:
        accept, self._accept = self._accept, None
        if accept is None or message["type"] != "websocket.accept" or self.disconnected:
            await super().send(message)
        elif not self.transport.is_closing():
            headers = [*self.default_headers, *message.get("headers", ())]
            self.transport.write(answer(accept, message.get("subprotocol"), headers))
            self.conn.state = OPEN
            self.handshake_complete = True
            self.start_keepalive()

    # ---- a peer that says nothing ----

    def send_keepalive_ping(self) -> None:
        self.ping_timer = None
        if self.close_sent or self.transport.is_closing():
            return
        payload = self.pending_ping_payload = random.randbytes(4)  # noqa: S311 - only tells one pong from another
        self.ping_sent_at = self.loop.time()
        self.transport.write(_PING_HEAD + payload)
        if self.ping_timeout is not None:
            self.pong_timer = self.loop.call_later(self.ping_timeout, self.keepalive_timeout)

    def keepalive_timeout(self) -> None:
        """No pong came. A closing handshake would wait for the same dead peer, so the connection is cut."""
        self.pong_timer = self.loop.call_later(LAST_LOOK_S, self._cut_silent)

    def _cut_silent(self) -> None:
        self.pong_timer = None
        if self.read_paused and not self.transport.is_closing():
            self.keepalive_timeout()  # it is we who don't read: a command of theirs is still being carried out
        elif not self.transport.is_closing():
            log.info("websocket_cut", kind="silent")
            self.transport.abort()

    # ---- bytes in ----

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            self._serve()

    def _serve(self) -> None:
        self._is_served = True
        self.scope["extensions"][EXTENSION] = self  # type: ignore[assignment]

    def pause_writing(self) -> None:
        super().pause_writing()
        self.is_writable = False

    def resume_writing(self) -> None:
        super().resume_writing()
        self.is_writable = True
        if self._on_writable is not None:
            self._on_writable()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.is_writable = True  # what is sent now is dropped, and need not be kept
        self._let_go()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._is_served = False
        self._let_go()

    def _let_go(self) -> None:
        """When both sides are through, cut what makes a circle: else only the collector could free all of it."""
        if self.disconnected and not self._is_served:
            self._on_frame = self._on_writable = None
            if hasattr(self, "scope"):
                self.scope["extensions"].clear()
            self.conn.parser.close()

    def data_received(self, data: bytes) -> None:
        """Bytes in; a peer that breaks the library's own state is cut off, without a trace in the log."""
        if self.transport.is_closing():
            return
        try:
            if self._on_frame is None:
                super().data_received(data)
            else:
                self._read(data)
        except Exception as error:
            log.info("websocket_cut", kind=type(error).__name__)
            self.transport.abort()

    def _read(self, data: bytes | bytearray) -> None:
        if self._rest is not None:
            self._rest += data
            data, self._rest = self._rest, None
        at, end = 0, len(data)
        while end - at >= 2:
            first, second = data[at], data[at + 1]
            size, body = second & _LENGTH, at + 6
            if size >= 126:
                width = 2 if size == 126 else 8
                if end - at < 2 + width:
                    break
                size, body = int.from_bytes(data[at + 2 : at + 2 + width], "big"), body + width
            if size > FRAME_BYTES or not second & _IS_MASKED:
                super().data_received(bytes(data[at:]))  # says why, and closes
                return
            if end - body < size:
                break
            after = body + size
            if first in _ORDINARY and self.conn.current_size is None:
                self._hand_on(apply_mask(data[body:after], data[body - 4 : body]), first == _TEXT)
            elif first == _PONG and size < 126:
                self.handle_pong(Frame(Opcode.PONG, apply_mask(data[body:after], data[body - 4 : body])))
            else:
                super().data_received(bytes(data[at:after]))
            at = after
        if at < end and not self.transport.is_closing():
            self._rest = bytearray(data[at:]) if at or not isinstance(data, bytearray) else data

    def send_receive_event_to_app(self) -> None:
        """The library has put a fragmented message together."""
        if self._on_frame is None:
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        self._hand_on(data, self.curr_msg_data_type == "text")

    def _hand_on(self, data: bytes, is_text: bool) -> None:
        if self.close_sent or self._on_frame is None:
            return
        if not is_text:
            self._on_frame(data)
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.conn.send_close(1007)
            self.handle_parser_exception()
            return
        self._on_frame(text)
