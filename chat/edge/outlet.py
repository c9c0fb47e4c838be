"""Frames out of one process, and what runs beside the reading loops."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from chat.edge.connection import Connection
from chat.edge.sender import Sender
from chat.protocol.codec import Codec
from chat.protocol.codes import Close
from chat.protocol.pushes import Push
from chat.protocol.replies import Reply
from config.log import get_logger

log = get_logger("edge")


class Outlet:
    """Connections and their senders. A push for several is encoded once per codec."""

    def __init__(self, loop_time: Callable[[], float]) -> None:
        self.connections: set[Connection] = set()
        self.senders: dict[Connection, tuple[Sender, Codec]] = {}
        self._loop_time = loop_time
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, connection: Connection, out: Push | Reply) -> None:
        """Send one push or reply to one connection."""
        pair = self.senders.get(connection)
        if pair is not None:
            sender, codec = pair
            sender.put(codec.encode(out))
            connection.last_sent_s = self._loop_time()

    def put_all(self, connections: Iterable[Connection], out: Push) -> None:
        """Send one push to several connections, encoded once per codec."""
        frames: dict[str, bytes] = {}
        now = self._loop_time()
        for connection in connections:
            pair = self.senders.get(connection)
            if pair is None:
                continue
            sender, codec = pair
            frame = frames.get(codec.subprotocol)
            if frame is None:
                frame = frames[codec.subprotocol] = codec.encode(out)
            sender.put(frame)
            connection.last_sent_s = now

    def close(self, connection: Connection, code: Close, reason: str) -> None:
        """Close one connection; the reading side does the rest."""
        pair = self.senders.get(connection)
        if pair is not None:
            pair[0].close(int(code), reason)

    def hold_back(self, connection: Connection, seconds: float) -> None:
        """Read nothing more from this connection for so long."""
        pair = self.senders.get(connection)
        if pair is not None:
            pair[0].hold_back(seconds)

    async def pause(self) -> None:
        """Let other readers of the same log go on."""
        await asyncio.sleep(0.005)

    def spawn(self, coroutine: Any) -> asyncio.Task[None]:
        """Run something beside the reading loops; its failure is logged by kind, never with words."""
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background_failed", exc_info=error)

    async def stop(self) -> None:
        """End what runs in the background."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
