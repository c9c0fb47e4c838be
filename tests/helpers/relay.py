"""A proxy between a client and the service that can be told to pass nothing on in one direction, or both."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class _Line:
    """One connection through the relay: two pipes, each of which may be stalled."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.near, self.far = near, far
        self.out, self.back = asyncio.Event(), asyncio.Event()
        self.out.set()
        self.back.set()


class Relay:
    """It acknowledges whatever it is sent, as any proxy does: only an answer tells that something arrived."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._lines: list[_Line] = []
        self._pipes: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        line = _Line(writer, far_writer)
        self._lines.append(line)
        for source, sink, passes in ((reader, far_writer, line.out), (far_reader, writer, line.back)):
            pipe = asyncio.create_task(self._pipe(source, sink, passes))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)

    async def _pipe(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, passes: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(65536):
                await passes.wait()
                sink.write(chunk)
                await sink.drain()
        # A goodbye is swallowed like everything else.
        await passes.wait()
        sink.close()

    def stall(self, *, out: bool = False, back: bool = False) -> None:
        """From now on nothing gets through to the service, or back from it, on the connections that are open.

        Nobody is told. New connections are let through.
        """
        for line in self._lines:
            if out:
                line.out.clear()
            if back:
                line.back.clear()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for line in self._lines:
            line.near.transport.abort()
            line.far.transport.abort()
        for pipe in list(self._pipes):
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)


@asynccontextmanager
async def relay_to(port: int) -> AsyncIterator[Relay]:
    """A relay to this port of this machine."""
    relay = Relay(port)
    await relay.open()
    try:
        yield relay
    finally:
        await relay.close()
