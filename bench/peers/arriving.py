"""People whose chats are really routed, each on a plain blocking socket that a load generator can take over."""

import json
import os
import select
import socket
import struct
import time
import uuid
from collections import deque
from typing import Any

#: What a busy machine gets for one answer.
PATIENCE_S = 20.0
_MASK = b"\x11\x22\x33\x44"
#: Who is asked for a sign of life has some seconds; so often everybody who arrived is looked after.
ATTEND_S = 1.0


class Arrival:
    """One connection of the protocol, JSON, without any loop: `ask` sends and waits for the reply with its `ref`."""

    def __init__(self, port: int, cookie: str | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._bytes = b""
        self._pushes: deque[dict[str, Any]] = deque()
        self._refs = 0
        lines = [
            "GET /ws HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: tealight.v1.json",
        ]
        if cookie:
            lines.append(f"Cookie: {cookie}")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self._bytes:
            self._more()
        head, _, self._bytes = self._bytes.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.decode("latin-1"))
        self.ask("hello", done_is_enough=True)

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a command and wait for its `done`. Raises RuntimeError where it is refused."""
        self._refs += 1
        ref = str(self._refs)
        self._send(1, json.dumps({"type": kind, "ref": ref, **fields}).encode())
        while True:
            frame = self._next()
            if frame.get("ref") != ref:
                self._pushes.append(frame)
            elif frame["type"] == "done":
                return frame
            else:
                raise RuntimeError(f"{kind} was refused: {frame['code']}")

    def sees(self, kind: str) -> dict[str, Any]:
        """Wait for a push of this type; others are passed over."""
        while True:
            frame = self._pushes.popleft() if self._pushes else self._next()
            if frame["type"] == kind:
                return frame

    def attend(self) -> None:
        """Take what has come meanwhile, and answer pings."""
        poll = select.poll()  # select takes no descriptors above 1,023
        poll.register(self.socket, select.POLLIN)
        while poll.poll(0):
            self._more()
        while (frame := self._held()) is not None:
            self._pushes.append(frame)

    def _more(self) -> None:
        chunk = self.socket.recv(65536)
        if not chunk:
            raise RuntimeError("the service closed a connection")
        self._bytes += chunk

    def _next(self) -> dict[str, Any]:
        while (frame := self._held()) is None:
            self._more()
        return frame

    def _held(self) -> dict[str, Any] | None:
        """The next frame that came as a whole; pings are answered on the way."""
        while len(self._bytes) >= 2:
            opcode, size, at = self._bytes[0] & 15, self._bytes[1] & 127, 2
            if size >= 126:
                width = 2 if size == 126 else 8
                size, at = int.from_bytes(self._bytes[2 : 2 + width], "big"), 2 + width
            if len(self._bytes) < at + size:
                return None
            payload, self._bytes = self._bytes[at : at + size], self._bytes[at + size :]
            if opcode == 1:
                frame: dict[str, Any] = json.loads(payload)
                return frame
            if opcode == 9:
                self._send(10, payload)
        return None

    def _send(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        head = bytes([0x80 | opcode, 0x80 | min(size, 126)]) + (struct.pack(">H", size) if size > 125 else b"")
        masked = bytes(b ^ _MASK[i & 3] for i, b in enumerate(payload))
        self.socket.sendall(head + _MASK + masked)


def pair_up(ports: list[int], cookies: list[str]) -> list[tuple[Arrival, Arrival, str]]:
    """One open chat per cookie, asked for, offered, accepted: the seeker, the listener, the chat's id.

    Seeker and listener of a pair are held by different processes, so that every message crosses the engine.
    """
    opened = []
    attended_at = time.monotonic()
    for number, cookie in enumerate(cookies):
        if time.monotonic() - attended_at > ATTEND_S:
            for *people, _ in opened:
                for person in people:
                    person.attend()
            attended_at = time.monotonic()
        listener = Arrival(ports[(number + 1) % len(ports)], cookie)
        listener.ask("set_availability", availability="available")
        seeker = Arrival(ports[number % len(ports)])
        seeker.ask("request_chat", request_id=str(uuid.uuid4()), language="en", age_band="adult")
        listener.ask("answer_offer", offer_id=listener.sees("offer_made")["offer_id"], accept=True)
        chat = seeker.sees("chat_opened")
        listener.sees("chat_opened")
        opened.append((seeker, listener, str(chat["chat_id"])))
    return opened


def hand_over(opened: list[tuple[Arrival, Arrival, str]]) -> tuple[list[int], str]:
    """The descriptors that the generator inherits, and the lines that tell it of them."""
    fds, lines = [], []
    for seeker, listener, chat_id in opened:
        pair = (seeker.socket.fileno(), listener.socket.fileno())
        for fd in pair:
            os.set_blocking(fd, False)
        fds += pair
        lines.append(f"{pair[0]} {pair[1]} {chat_id}\n")
    return fds, "".join(lines)
