"""One WebSocket as a stranger's client has it, written from the protocol's text alone."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Protocol

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

Frame = dict[str, Any]
#: What a busy machine gets; nobody waits so long where all is well.
PATIENCE_S = 30.0


class Codec(Protocol):
    subprotocol: str

    def pack(self, frame: Frame) -> str | bytes: ...
    def unpack(self, raw: str | bytes) -> Frame: ...


class Json:
    subprotocol = "tealight.v1.json"

    def pack(self, frame: Frame) -> str:
        return json.dumps(frame)

    def unpack(self, raw: str | bytes) -> Frame:
        assert isinstance(raw, str), "a JSON connection got a binary frame"
        found: Frame = json.loads(raw)
        return found


class MessagePack:
    subprotocol = "tealight.v1.msgpack"

    def pack(self, frame: Frame) -> bytes:
        packed: bytes = msgpack.packb(frame, unicode_errors="surrogatepass")
        return packed

    def unpack(self, raw: str | bytes) -> Frame:
        assert isinstance(raw, bytes), "a MessagePack connection got a text frame"
        found: Frame = msgpack.unpackb(raw)
        return found


JSON, MSGPACK = Json(), MessagePack()


class WireClosed(Exception):
    """The connection ended before what was awaited came."""

    def __init__(self, code: int, why: Frame | None = None) -> None:
        super().__init__(code, *([why] if why else []))
        self.code = code


class Wire:
    """Frames out and in. Every reply finds its question by `ref`; pushes go to `on_push`; order is kept."""

    def __init__(self, socket: ClientConnection, codec: Codec, on_push: Callable[[Frame], None]) -> None:
        self.frames: list[Frame] = []
        self.wrongs: list[str] = []
        self._socket = socket
        self._codec = codec
        self._on_push = on_push
        self._refs = 0
        self._asked: dict[str, asyncio.Future[Frame]] = {}
        self._answered: set[str] = set()
        self._news: list[asyncio.Future[None]] = []
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls,
        url: str,
        codec: Codec = JSON,
        *,
        cookie: str | None = None,
        on_push: Callable[[Frame], None] = lambda _: None,
        **options: Any,
    ) -> "Wire":
        """Shake hands. Raises InvalidHandshake where the server refuses, OSError where nobody listens."""
        socket = await connect(
            url,
            subprotocols=[Subprotocol(codec.subprotocol)],
            additional_headers={"Cookie": cookie} if cookie else None,
            compression=None,
            proxy=None,
            max_size=None,
            **options,
        )
        return cls(socket, codec, on_push)

    @property
    def code(self) -> int | None:
        """The close code, once it is closed."""
        return self._socket.close_code if self._reader.done() else None

    async def _read(self) -> None:
        try:
            async for raw in self._socket:
                frame = self._codec.unpack(raw)
                self.frames.append(frame)
                self._take(frame)
                self._tell()
        except ConnectionClosed:
            pass
        except Exception as error:  # an assertion of a client about the server: the story must hear of it
            self.wrongs.append(repr(error))
        for question in self._asked.values():
            if not question.done():
                question.set_exception(WireClosed(self._socket.close_code or 1006))
                question.exception()
        self._tell()

    def _take(self, frame: Frame) -> None:
        ref = frame.get("ref")
        if frame["type"] not in ("done", "refused"):
            self._on_push(frame)
        elif ref is not None:
            if ref in self._answered:
                self.wrongs.append(f"two replies to {ref}: {frame}")
            self._answered.add(ref)
            question = self._asked.get(ref)
            if question is not None and not question.done():
                question.set_result(frame)

    def _tell(self) -> None:
        for future in self._news:
            if not future.done():
                future.set_result(None)
        self._news.clear()

    async def news(self) -> None:
        """Wait for the next frame or the end. Raises WireClosed after the end."""
        if self._reader.done():
            raise WireClosed(self._socket.close_code or 1006)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._news.append(future)
        await future

    async def send_raw(self, raw: str | bytes) -> None:
        """Any bytes as one frame. Raises WireClosed."""
        try:
            await self._socket.send(raw)
        except ConnectionClosed:
            raise WireClosed(self._socket.close_code or 1006) from None

    async def tell(self, kind: str, **fields: Any) -> None:
        """A command without `ref`."""
        await self.send_raw(self._codec.pack({"type": kind, **fields}))

    def ask_soon(self, kind: str, **fields: Any) -> tuple[Frame, asyncio.Future[Frame]]:
        """A command that awaits its reply, to be sent by the caller: the frame, and the reply to come."""
        self._refs += 1
        ref = fields.pop("ref", None) or f"r{self._refs}"
        frame = {"type": kind, "ref": ref, **fields}
        future = self._asked[ref] = asyncio.get_running_loop().create_future()
        return frame, future

    async def ask(self, kind: str, within_s: float = PATIENCE_S, **fields: Any) -> Frame:
        """A command and its reply, whichever it is. Raises WireClosed, AssertionError when no reply comes."""
        if self._reader.done():
            raise WireClosed(self._socket.close_code or 1006)
        frame, reply = self.ask_soon(kind, **fields)
        await self.send_raw(self._codec.pack(frame))
        try:
            return await asyncio.wait_for(reply, within_s)
        except TimeoutError:
            raise AssertionError(f"no reply to {kind} within {within_s:g} s") from None

    async def sees(self, kind: str, within_s: float = PATIENCE_S, **where: Any) -> Frame:
        """The first frame on this connection that is so."""
        async with asyncio.timeout(within_s):
            while True:
                for frame in self.frames:
                    if frame["type"] == kind and all(frame.get(name) == value for name, value in where.items()):
                        return frame
                await self.news()

    async def closes(self, within_s: float = PATIENCE_S) -> int:
        """Wait for the server to close it. Returns the close code."""
        await asyncio.wait_for(asyncio.shield(self._reader), within_s)
        return self._socket.close_code or 1006

    async def close(self) -> None:
        """Say goodbye."""
        await self._socket.close()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def vanish(self) -> None:
        """Be gone without a goodbye, as a phone in a tunnel."""
        self._socket.transport.abort()
        await asyncio.gather(self._reader, return_exceptions=True)
