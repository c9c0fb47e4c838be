"""How a simulated person comes back after a lost connection."""

import asyncio
import json
from random import Random
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tealight.demo import wire
from tealight.demo.wire import BACK_OFF_S, JsonText, Wire

LIVES = 6


class Nobody:
    def on_push(self, push: dict[str, Any]) -> None: ...

    def on_new_epoch(self, chat_id: str) -> None: ...


async def test_who_was_greeted_waits_no_longer_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that goes down once an hour is not one that has been away for hours."""
    greeted = 0
    enough = asyncio.Event()

    async def service(socket: ServerConnection) -> None:
        nonlocal greeted
        await socket.recv()
        await socket.send(json.dumps({"type": "welcome", "person_id": "s1", "heartbeat_s": 20, "snapshot": {}}))
        await socket.send(json.dumps({"type": "done", "ref": "hello"}))
        greeted += 1
        if greeted == LIVES:
            enough.set()
            await socket.wait_closed()
        await socket.close(4000)

    waits: list[float] = []

    class Hurrying:
        """asyncio as that module alone sees it: nobody really waits."""

        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        async def sleep(self, delay: float) -> None:
            waits.append(delay)

    async with serve(service, "127.0.0.1", 0, subprotocols=[Subprotocol("tealight.v1.json")]) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setattr(wire, "asyncio", Hurrying())
        one = Wire(f"ws://127.0.0.1:{port}/ws", JsonText(), Nobody(), Random(1))
        await one.open()
        async with asyncio.timeout(20):
            await enough.wait()
        await one.close()
    assert len(waits) == LIVES - 1
    assert max(waits) <= 1.5 * BACK_OFF_S
