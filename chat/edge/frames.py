"""What the edge needs of a WebSocket server: whole frames in and out, without a queue or a task for each."""

from collections.abc import Callable
from typing import Protocol

#: Under this name of `scope["extensions"]` the server offers it (ASGI's way for what a server can do beyond ASGI).
EXTENSION = "tealight.frames"


class Frames(Protocol):
    """One accepted WebSocket. All of it runs in the loop's thread."""

    @property
    def is_writable(self) -> bool:
        """Does the transport take more now? Frames are sent all the same; it only grows."""
        ...

    @property
    def answered_ping_at_s(self) -> float:
        """When the last ping that was answered left, in loop time; 0.0 without any, and while one is under way."""
        ...

    def ask_whether_there(self) -> None:
        """Ping now, unless a ping is under way; who doesn't answer is cut off."""
        ...

    def take_frames(self, on_frame: Callable[[str | bytes], None], on_writable: Callable[[], None]) -> None:
        """From now on each text or binary message goes to `on_frame` right in the reader.

        `on_writable` is told when the transport has room again. The end still comes from ASGI's `receive`.
        """
        ...

    def send_frame(self, payload: bytes, *, is_text: bool) -> None:
        """Write one message. Dropped where the connection is closing."""
        ...

    def close_frames(self, code: int, reason: str) -> None:
        """Begin the closing handshake. Messages that still arrive are dropped."""
        ...

    def pause_frames(self) -> None:
        """Read no more from the peer until `resume_frames`; what was read already still comes."""
        ...

    def resume_frames(self) -> None: ...

    def cut(self) -> None:
        """Drop the TCP connection without a closing handshake."""
        ...
