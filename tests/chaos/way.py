"""A way between two processes on which bytes can be stalled, delayed or cut, in either direction."""

import asyncio
import contextlib
from collections import deque

OUT, BACK = 0, 1
BOTH = (OUT, BACK)


class _End(asyncio.Protocol):
    """One side of one connection; what it reads goes to the other side, in order."""

    def __init__(self, way: "Way", direction: int) -> None:
        self.way = way
        self.direction = direction
        self.transport: asyncio.Transport | None = None
        self.other: _End | None = None
        self.under_way: deque[tuple[float, bytes]] = deque()
        self.is_at_end = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.way.ends.add(self)
        if self.direction == OUT:
            self.way.accepted(self)

    def data_received(self, data: bytes) -> None:
        other = self.other
        if not self.under_way and self.way.is_free(self.direction) and other is not None and other.transport:
            other.write(data)
            return
        self.under_way.append((self.way.loop.time() + self.way.delay_s[self.direction], data))
        self.deliver()

    def write(self, chunk: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(chunk)

    def deliver(self) -> None:
        """Pass on what is due."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.other is None or self.other.transport is None or self.way.is_held[self.direction]:
            return
        now = self.way.loop.time()
        while self.under_way and self.under_way[0][0] <= now:
            self.other.write(self.under_way.popleft()[1])
        if self.under_way:
            self._timer = self.way.loop.call_at(self.under_way[0][0], self.deliver)
        elif self.is_at_end:
            self.other.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_at_end = True
        self.way.ends.discard(self)
        self.deliver()

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()
        self.under_way.clear()

    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.resume_reading()


class Way:
    """A port of its own that leads to `target`, another port of this machine; faults lie on it until it is mended."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.loop = asyncio.get_running_loop()
        self.ends: set[_End] = set()
        self.is_held = [False, False]
        self.delay_s = [0.0, 0.0]
        self.is_shut = False
        self._server: asyncio.Server | None = None
        self._opening: set[asyncio.Task[None]] = set()

    async def open(self) -> "Way":
        self._server = await self.loop.create_server(lambda: _End(self, OUT), "127.0.0.1", 0, backlog=1024)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def is_free(self, direction: int) -> bool:
        return not self.is_held[direction] and not self.delay_s[direction]

    def accepted(self, near: _End) -> None:
        if self.is_shut:
            near.abort()
            return
        task = self.loop.create_task(self._lead_on(near))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _lead_on(self, near: _End) -> None:
        far = _End(self, BACK)
        far.other = near
        try:
            async with asyncio.timeout(10):
                await self.loop.create_connection(lambda: far, "127.0.0.1", self.target)
        except (OSError, TimeoutError):
            near.abort()
            return
        near.other = far
        if near.is_at_end or self.is_shut:
            far.abort()
            near.abort()
            return
        near.deliver()

    # ---- faults ----

    def cut(self) -> None:
        """Every connection breaks now; what is under way is lost."""
        for end in list(self.ends):
            end.abort()

    def shut(self) -> None:
        """Cut, and let nobody connect."""
        self.is_shut = True
        self.cut()

    def hold(self, *directions: int) -> None:
        """Bytes in these directions stay where they are; both sides keep their connection."""
        for direction in directions:
            self.is_held[direction] = True

    def delay(self, seconds: float, *directions: int) -> None:
        """Bytes in these directions arrive so much later."""
        for direction in directions:
            self.delay_s[direction] = seconds

    def mend(self) -> None:
        """As if nothing had been; what was held arrives late."""
        self.is_shut = False
        self.is_held, self.delay_s = [False, False], [0.0, 0.0]
        for end in list(self.ends):
            end.under_way = deque((0.0, chunk) for _, chunk in end.under_way)
            end.deliver()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.shut()
        for task in list(self._opening):
            task.cancel()
        with contextlib.suppress(Exception):
            await asyncio.gather(*self._opening, return_exceptions=True)
