"""Frames out to one socket, without a task per message and without ever waiting for a slow receiver."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: What a receiver may lag behind, beyond the socket's own buffers, before it is closed with 4001 and must recover.
BACKLOG_BYTES = 512 * 1024
#: How long a close frame may wait behind the backlog before the socket is simply cut.
CLOSE_WAIT_S = 2.0


class Sender:
    """`put` writes at once where the transport takes it (the usual case), else keeps a bounded backlog."""

    def __init__(self, send: Send, *, is_text: bool, on_too_slow: Callable[[], None]) -> None:
        self._send = send
        self._is_text = is_text
        self._on_too_slow = on_too_slow
        self._backlog: deque[MutableMapping[str, Any]] = deque()
        self._backlog_bytes = 0
        self._writer: asyncio.Task[None] | None = None
        self.is_closed = False

    def put(self, frame: bytes) -> None:
        """Send one encoded frame, in order. Frames to a closed socket are dropped: the client recovers them."""
        if self.is_closed:
            return
        message: MutableMapping[str, Any] = (
            {"type": "websocket.send", "text": frame.decode()}
            if self._is_text
            else {"type": "websocket.send", "bytes": frame}
        )
        if not self._backlog and self._try(message):
            return
        self._backlog.append(message)
        self._backlog_bytes += len(frame)
        if self._backlog_bytes > BACKLOG_BYTES:
            self._backlog.clear()
            self._on_too_slow()
        else:
            self._start_writer()

    def close(self, code: int, reason: str) -> None:
        """Close after what is in the backlog; a receiver that doesn't take it is cut."""
        if self.is_closed:
            return
        self.is_closed = True
        message: MutableMapping[str, Any] = {"type": "websocket.close", "code": code, "reason": reason}
        if not self._backlog and self._try(message):
            return
        self._backlog.append(message)
        self._start_writer()
        asyncio.get_running_loop().call_later(CLOSE_WAIT_S, self.cut)

    @property
    def _protocol(self) -> object:
        return getattr(self._send, "__self__", None)

    @property
    def answered_ping_at_s(self) -> float:
        """When the last ping that was answered left, in loop time; 0.0 where none is known of."""
        return float(getattr(self._protocol, "answered_ping_at_s", 0.0))

    def ask_whether_there(self) -> None:
        """Ping. A peer that doesn't answer is cut off by the server (tealight/server.py)."""
        ask = getattr(self._protocol, "ask_whether_there", None)
        if ask is not None:
            ask()

    def cut(self) -> None:
        """Drop the TCP connection without a closing handshake (uvicorn hands its protocol's bound method as `send`)."""
        transport = getattr(self._protocol, "transport", None)
        if transport is not None and not transport.is_closing():
            transport.abort()

    def _try(self, message: MutableMapping[str, Any]) -> bool:
        # uvicorn's send suspends only while the transport is full: driven by hand, a frame costs no task.
        step = self._send(message).__await__()
        try:
            next(step)
        except StopIteration:
            return True
        except Exception:
            self.is_closed = True  # the peer is gone; the reading side ends the connection
            return True
        close = getattr(step, "close", None)
        if close is not None:
            close()
        return False

    def _start_writer(self) -> None:
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        with contextlib.suppress(Exception):  # a gone peer; the reading side ends the connection
            while self._backlog:
                await self._send(self._backlog[0])
                if self._backlog:
                    sent = self._backlog.popleft()
                    self._backlog_bytes -= len(sent.get("text") or sent.get("bytes") or b"")
        self._writer = None

    async def stop(self) -> None:
        """End the writer; called when the socket is gone."""
        self.is_closed = True
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
