"""The commands of one connection, in the order sent, one at a time."""

import asyncio
from collections import deque
from collections.abc import Callable

from chat.edge.connection import Connection
from chat.edge.dispatch import Dispatch
from chat.edge.frames import Frames
from chat.protocol.codec import BadFrame, Codec

#: So many frames of one connection wait behind the command under way; then its peer is read from no more. Nobody types
#: faster than that, and what waits here longer was answered later.
WAITING_MAX = 8


class Intake:
    """`take` is told each frame. The next command begins when the one before it was answered.

    What happens within one pass of the loop costs no task: only commands that wait for something are coroutines, and
    messages not even then (see Dispatch.begin).
    """

    __slots__ = (
        "_codec",
        "_connection",
        "_dispatch",
        "_frames",
        "_is_busy",
        "_is_over",
        "_on_bad",
        "_on_idle",
        "_waiting",
    )

    def __init__(
        self,
        connection: Connection,
        codec: Codec,
        frames: Frames,
        dispatch: Dispatch,
        on_bad: Callable[[Connection, BadFrame], bool],
    ) -> None:
        self._connection = connection
        self._codec = codec
        self._frames = frames
        self._dispatch = dispatch
        self._on_bad = on_bad
        self._waiting: deque[str | bytes] | None = None
        self._is_busy = False
        self._is_over = False
        self._on_idle: asyncio.Future[None] | None = None

    def take(self, frame: str | bytes) -> None:
        """One frame. Right away where nothing is under way, else in its turn."""
        if self._is_over:
            return
        if self._is_busy:
            if self._waiting is None:
                self._waiting = deque()
            self._waiting.append(frame)
            if len(self._waiting) >= WAITING_MAX:
                self._frames.pause_frames()
        else:
            self._begin(frame)

    async def ended(self) -> None:
        """The peer is gone: what it sent before still takes effect."""
        if self._is_busy:
            self._on_idle = asyncio.get_running_loop().create_future()
            await self._on_idle

    def _begin(self, frame: str | bytes) -> None:
        try:
            command = self._codec.decode(frame)
        except BadFrame as bad:
            self._is_over = self._on_bad(self._connection, bad)
            return
        self._connection.bad_in_a_row = 0
        self._is_busy = True
        if self._dispatch.begin(self._connection, command, self._ended):
            self._is_busy = False

    def _ended(self) -> None:
        """The command under way was answered later, not within `begin`."""
        self._is_busy = False
        waiting = self._waiting
        while waiting and not self._is_busy and not self._is_over:
            self._begin(waiting.popleft())
            if len(waiting) == WAITING_MAX - 1:
                self._frames.resume_frames()
        if self._is_busy:
            return
        self._waiting = None
        if self._on_idle is not None and not self._on_idle.done():
            self._on_idle.set_result(None)
