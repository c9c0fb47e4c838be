"""An ordinary protocol client, as thin as it can be: what it costs must not hide what the server costs."""

import asyncio
import json
import time
import uuid
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection


class Person:
    """One JSON connection. `on_message(arrived, push)` runs for each message_added of the other one."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.person_id = ""
        self.chat_id = ""
        self.refused = 0
        self.sent = 0
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._opened: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.offers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.on_message: Any = None
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def arrive(cls, url: str, cookie: str | None = None) -> "Person":
        headers = {"Cookie": cookie} if cookie else {}
        socket = await websockets.connect(
            url,
            subprotocols=[websockets.Subprotocol("tealight.v1.json")],
            additional_headers=headers,
            compression=None,
            ping_interval=None,
        )
        person = cls(socket)
        await person.ask({"type": "hello"})
        return person

    async def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        ref = uuid.uuid4().hex
        reply = self._replies[ref] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps({**command, "ref": ref}))
        return await asyncio.wait_for(reply, 30)

    async def say(self, text: str) -> None:
        """Send without waiting for the reply."""
        self.sent += 1
        command = {"type": "send_message", "ref": "m", "chat_id": self.chat_id, "text": text}
        await self.socket.send(json.dumps({**command, "message_id": uuid.uuid4().hex}))

    async def opened(self) -> dict[str, Any]:
        chat = await asyncio.wait_for(asyncio.shield(self._opened), 30)
        self.chat_id = chat["chat_id"]
        return chat

    async def leave(self) -> None:
        await self.socket.close()
        await self._reader

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                self._take(json.loads(frame), time.perf_counter())
        except websockets.ConnectionClosed:
            pass

    def _take(self, push: dict[str, Any], arrived: float) -> None:
        kind = push["type"]
        if kind == "message_added":
            if push["from_id"] != self.person_id and self.on_message is not None:
                self.on_message(arrived, push)
        elif kind in ("done", "refused"):
            if kind == "refused":
                self.refused += 1
            reply = self._replies.pop(push.get("ref") or "", None)
            if reply is not None and not reply.done():
                reply.set_result(push)
        elif kind == "welcome":
            self.person_id = push["person_id"]
        elif kind == "offer_made":
            self.offers.put_nowait(push)
        elif kind == "chat_opened" and not self._opened.done():
            self._opened.set_result(push)


async def pair_up(url: str, cookies: list[str]) -> list[tuple[Person, Person]]:
    """One chat per listener: a seeker and a listener each."""
    pairs = []
    for cookie in cookies:
        listener = await Person.arrive(url, cookie)
        await listener.ask({"type": "set_availability", "availability": "available"})
        seeker = await Person.arrive(url)
        request = {"type": "request_chat", "request_id": str(uuid.uuid4()), "language": "en", "age_band": "adult"}
        await seeker.ask(request)
        offer = await asyncio.wait_for(listener.offers.get(), 20)
        await listener.ask({"type": "answer_offer", "offer_id": offer["offer_id"], "accept": True})
        await seeker.opened()
        await listener.opened()
        pairs.append((seeker, listener))
    return pairs
