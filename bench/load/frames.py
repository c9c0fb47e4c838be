"""A client's side of RFC 6455, as little of it as a load generator needs. No I/O."""

import struct
from collections.abc import Iterator

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
#: A client must mask; with a key of zeros that costs the generator nothing and the server the same as any key.
_KEY = b"\0\0\0\0"


def handshake(host: str, path: str, subprotocol: str, cookie: str | None) -> bytes:
    """The request that opens a WebSocket. The accept header isn't checked: the server is our own."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {subprotocol}",
    ]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def packed(opcode: int, payload: bytes) -> bytes:
    """One whole frame of at most 64 KiB."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x80 | opcode, 0x80 | size) + _KEY + payload
    return struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size) + _KEY + payload


class Unpacker:
    """Bytes in, frames out. The server never fragments and never masks."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, chunk: bytes) -> Iterator[tuple[int, bytes]]:
        """The frames that are whole by now, as opcode and payload."""
        have = self._rest + chunk if self._rest else chunk
        at, end = 0, len(have)
        while end - at >= 2:
            opcode, size, head = have[at] & 15, have[at + 1] & 127, 2
            if size == 126:
                if end - at < 4:
                    break
                size, head = int.from_bytes(have[at + 2 : at + 4], "big"), 4
            elif size == 127:
                if end - at < 10:
                    break
                size, head = int.from_bytes(have[at + 2 : at + 10], "big"), 10
            if end - at < head + size:
                break
            start = at + head
            at = start + size
            self._rest = have[at:]  # kept up to date: whoever takes frames may stop in the middle
            yield opcode, have[start:at]
        self._rest = have[at:]
