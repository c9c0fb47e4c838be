"""A WebSocket client without tasks: hundreds of them must not cost more than the service that they talk to."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class WebSocket(asyncio.Protocol):
    """Frames out at once, frames in to `on_frame`, the end to `closed` (the close code)."""

    def __init__(self, url: str, cookie: str | None, on_frame: Callable[[dict[str, Any]], None]) -> None:
        self._protocol = ClientProtocol(parse_uri(url), subprotocols=[Subprotocol("tealight.v1.json")], max_size=None)
        self._headers = Headers({"Cookie": cookie} if cookie else {})
        self._on_frame = on_frame
        self._transport: asyncio.Transport | None = None
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[int] = loop.create_future()

    @classmethod
    async def open(
        cls, port: int, cookie: str | None, on_frame: Callable[[dict[str, Any]], None], within_s: float
    ) -> "WebSocket":
        """Raises OSError and TimeoutError."""
        socket = cls(f"ws://127.0.0.1:{port}/ws", cookie, on_frame)
        try:
            async with asyncio.timeout(within_s):
                await asyncio.get_running_loop().create_connection(lambda: socket, "127.0.0.1", port)
                await socket.opened
        except BaseException:
            socket.abort()
            raise
        return socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        request = self._protocol.connect()
        request.headers.update(self._headers)
        self._protocol.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                if self._protocol.handshake_exc is None:
                    _settle(self.opened)
                else:
                    self._fail(ConnectionRefusedError(f"status {event.status_code}"))
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._on_frame(_decode(event.data))
        self._flush()
        if self._protocol.close_expected():
            self.abort()

    def eof_received(self) -> None:
        self._protocol.receive_eof()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(ConnectionResetError("closed before it was open"))
        if not self.closed.done():
            code = self._protocol.close_rcvd.code if self._protocol.close_rcvd is not None else 1006
            self.closed.set_result(int(code))

    def _fail(self, error: OSError) -> None:
        if not self.opened.done():
            self.opened.set_exception(error)
            self.opened.exception()

    def _flush(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        for chunk in self._protocol.data_to_send():
            if chunk:
                self._transport.write(chunk)
            else:
                self._transport.close()

    def send(self, frame: dict[str, Any]) -> None:
        """A closed connection takes it and says nothing: what has no reply is sent again on the next one."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(_encode(frame))
            self._flush()

    def close(self) -> None:
        """Say goodbye."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1000)
            self._flush()

    def abort(self) -> None:
        """Be gone without a goodbye."""
        if self._transport is not None:
            self._transport.abort()


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
