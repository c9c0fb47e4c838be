"""A fresh client of somebody who was there: it names no position, so it is sent all that their chats hold."""

import asyncio
from random import Random

from tests.chaos.client import Frame
from tests.chaos.history import Held, checksum
from tests.chaos.websocket import WebSocket

PATIENCE_S = 20.0
TRIES = 5


class Reader:
    """Reads once, and goes."""

    def __init__(
        self, person: str, ports: list[int], rng: Random, *, cookie: str | None = None, token: str | None = None
    ) -> None:
        self.person = person
        self._ports = ports
        self._rng = rng
        self._cookie = cookie
        self._token = token
        self._chats: dict[str, Frame] = {}
        self._logs: dict[str, list[tuple[int, str, str, int]]] = {}
        self._came = asyncio.Event()
        self._is_somebody_else = False

    async def read(self) -> list[Held]:
        """All that this person may see. Raises OSError where nobody answers after some tries."""
        for _ in range(TRIES):
            self._chats, self._logs = {}, {}
            self._came.clear()
            try:
                socket = await WebSocket.open(self._rng.choice(self._ports), self._cookie, self._take, PATIENCE_S)
            except (OSError, TimeoutError):
                await asyncio.sleep(0.5)
                continue
            hello: Frame = {"type": "hello", "ref": "hello"}
            if self._token is not None:
                hello["token"] = self._token
            socket.send(hello)
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._came.wait()
            except TimeoutError:
                continue
            finally:
                socket.abort()
            if self._is_somebody_else:
                return []
            return [
                Held(self.person, chat_id, chat["epoch"], chat["state"], tuple(self._logs.get(chat_id, ())))
                for chat_id, chat in self._chats.items()
            ]
        raise OSError(f"{self.person} could not read")

    def _take(self, frame: Frame) -> None:
        if frame["type"] == "welcome":
            self._is_somebody_else = frame["person_id"] != self.person
            self._chats = {chat["chat_id"]: chat for chat in frame["snapshot"]["chats"]}
        elif frame["type"] == "message_added":
            entry = (frame["seq"], frame["message_id"], frame["from_id"], checksum(frame["text"]))
            self._logs.setdefault(frame["chat_id"], []).append(entry)
        elif frame.get("ref") == "hello" and frame["type"] == "done":
            self._came.set()
