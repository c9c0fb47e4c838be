"""A replica that lags: what its master sends reaches it so much later, and never once the way is cut."""

import asyncio
import contextlib
from collections import deque


class Lag:
    """A way from `port` (of this proxy) to a master; what the replica says goes back at once."""

    def __init__(self, master_port: int, delay_s: float) -> None:
        self.delay_s = delay_s
        self.port = 0
        self._master_port = master_port
        self._writers: list[asyncio.StreamWriter] = []
        self._running: list[asyncio.Task[None]] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _joined(self, from_replica: asyncio.StreamReader, to_replica: asyncio.StreamWriter) -> None:
        from_master, to_master = await asyncio.open_connection("127.0.0.1", self._master_port)
        self._writers += [to_replica, to_master]
        self._running += [
            asyncio.ensure_future(self._late(from_master, to_replica)),
            asyncio.ensure_future(self._at_once(from_replica, to_master)),
        ]

    async def _at_once(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await source.read(65536):
                sink.write(chunk)

    async def _late(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        under_way: deque[tuple[float, bytes]] = deque()
        has_some = asyncio.Event()

        async def deliver() -> None:
            while True:
                await has_some.wait()
                due_s, chunk = under_way[0]
                await asyncio.sleep(max(0.0, due_s - loop.time()))
                under_way.popleft()
                sink.write(chunk)
                if not under_way:
                    has_some.clear()

        delivering = asyncio.ensure_future(deliver())
        self._running.append(delivering)
        with contextlib.suppress(ConnectionError):
            while chunk := await source.read(65536):
                under_way.append((loop.time() + self.delay_s, chunk))
                has_some.set()

    async def cut(self) -> None:
        """Now: what is under way never arrives."""
        if self._server is not None:
            self._server.close()
        for task in self._running:
            task.cancel()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._running, return_exceptions=True)
