"""The partner's end of the wire: an ordinary client of the protocol (docs/protocol.md), over JSON."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

Frame = dict[str, Any]
#: An answer that doesn't come for so long means that the connection is dead.
ANSWER_WITHIN_S = 10.0


class Refusal(Exception):
    """The server refused a command."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Wire:
    """One connection. Pushes go to `on_push` in the order they come; `ask` returns the command's `done`."""

    def __init__(self, socket: ClientConnection, on_push: Callable[[Frame], None]) -> None:
        self._socket = socket
        self._on_push = on_push
        self._refs = itertools.count(1)
        self._asked: dict[str, asyncio.Future[Frame]] = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url: str, on_push: Callable[[Frame], None]) -> "Wire":
        """Connect. Raises OSError and what websockets raises."""
        socket = await connect(
            url, subprotocols=[Subprotocol("tealight.v1.json")], open_timeout=ANSWER_WITHIN_S, proxy=None
        )
        return cls(socket, on_push)

    async def _read(self) -> None:
        async for raw in self._socket:
            frame: Frame = json.loads(raw)
            if frame["type"] not in ("done", "refused"):
                self._on_push(frame)
                continue
            future = self._asked.pop(str(frame.get("ref")), None)
            if future is not None and not future.done():
                future.set_result(frame)

    async def ask(self, kind: str, **fields: Any) -> Frame:
        """Send a command and wait for its answer. Raises Refusal, TimeoutError, and OSError where it is lost."""
        ref = str(next(self._refs))
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._asked[ref] = future
        await self._socket.send(json.dumps({"type": kind, "ref": ref, **fields}))
        done, _ = await asyncio.wait(
            (future, self._reader), timeout=ANSWER_WITHIN_S, return_when=asyncio.FIRST_COMPLETED
        )
        if future not in done:
            raise ConnectionError(f"no answer to {kind}")
        reply = future.result()
        if reply["type"] == "refused":
            raise Refusal(str(reply["code"]))
        return reply

    async def tell(self, kind: str, **fields: Any) -> None:
        """Send a command that has no answer."""
        await self._socket.send(json.dumps({"type": kind, **fields}))

    @property
    def is_lost(self) -> bool:
        return self._reader.done()

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
