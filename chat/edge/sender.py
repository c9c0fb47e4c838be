"""Frames out to one socket, without a task per message and without ever waiting for a slow receiver."""

import asyncio
from collections import deque
from collections.abc import Callable

from chat.edge.frames import Frames

#: What a receiver may lag behind, beyond the socket's own buffers, before it is closed with 4001 and must recover.
BACKLOG_BYTES = 512 * 1024
#: How long a close frame may wait behind the backlog before the socket is simply cut.
CLOSE_WAIT_S = 2.0


class Sender:
    """`put` writes at once where the transport takes it (the usual case), else keeps a bounded backlog."""

    __slots__ = ("_backlog", "_backlog_bytes", "_closing", "_frames", "_is_text", "_on_too_slow", "is_closed")

    def __init__(self, frames: Frames, *, is_text: bool, on_too_slow: Callable[[], None]) -> None:
        self._frames = frames
        self._is_text = is_text
        self._on_too_slow = on_too_slow
        self._backlog: deque[bytes] | None = None
        self._backlog_bytes = 0
        self._closing: tuple[int, str] | None = None
        self.is_closed = False

    def put(self, frame: bytes) -> None:
        """Send one encoded frame, in order. Frames to a closed socket are dropped: the client recovers them."""
        if self.is_closed:
            return
        frames = self._frames
        if self._backlog is None and frames.is_writable:
            frames.send_frame(frame, is_text=self._is_text)
            return
        if self._backlog is None:
            self._backlog = deque()
        self._backlog.append(frame)
        self._backlog_bytes += len(frame)
        if self._backlog_bytes > BACKLOG_BYTES:
            self._backlog.clear()
            self._on_too_slow()

    def close(self, code: int, reason: str) -> None:
        """Close after what is in the backlog; a receiver that doesn't take it is cut."""
        if self.is_closed:
            return
        self.is_closed = True
        if self._backlog is None and self._frames.is_writable:
            self._frames.close_frames(code, reason)
            return
        self._closing = (code, reason)
        asyncio.get_running_loop().call_later(CLOSE_WAIT_S, self.cut)

    @property
    def answered_ping_at_s(self) -> float:
        """When the last ping that was answered left, in loop time; 0.0 where none is known of."""
        return self._frames.answered_ping_at_s

    def ask_whether_there(self) -> None:
        """Ping. A peer that doesn't answer is cut off by the server (tealight/websocket.py)."""
        self._frames.ask_whether_there()

    def hold_back(self, seconds: float) -> None:
        """Read nothing more from the peer for so long."""
        self._frames.pause_frames()
        asyncio.get_running_loop().call_later(seconds, self._frames.resume_frames)

    def cut(self) -> None:
        """Drop the TCP connection without a closing handshake."""
        self._frames.cut()

    def has_room(self) -> None:
        """The transport takes more: send what waits."""
        while self._backlog and self._frames.is_writable:
            frame = self._backlog.popleft()
            self._backlog_bytes -= len(frame)
            self._frames.send_frame(frame, is_text=self._is_text)
        if self._backlog or not self._frames.is_writable:
            return
        self._backlog = None
        if self._closing is not None:
            (code, reason), self._closing = self._closing, None
            self._frames.close_frames(code, reason)

    def stop(self) -> None:
        """The socket is gone."""
        self.is_closed = True
        self._backlog = None
