"""The opening of a WebSocket as browsers and our clients ask for it (RFC 6455, 4.2). Pure; whatever else is asked, the
library answers."""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

# RFC 6455, 1.3.
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# Sixteen bytes in base64.
_KEY = re.compile(rb"[A-Za-z0-9+/]{22}==")
# Firefox names both.
_CONNECTION = (b"upgrade", b"keep-alive, upgrade")
# Far below the library's own bounds, and far above what anybody ordinary sends.
_MOST_HEADERS, _MOST_BYTES = 50, 8000
_ONCE = frozenset({b"connection", b"upgrade", b"sec-websocket-key", b"sec-websocket-version"})
_BODY = frozenset({b"content-length", b"transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Handshake:
    """What an ordinary request asks for: `accept` is the answer to its key."""

    path: str
    query: str
    subprotocols: list[str]
    accept: bytes


def ordinary(method: str, http_version: str, url: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Handshake | None:
    """The request if nothing about it is unusual; names of headers in small letters."""
    held: dict[bytes, bytes] = {}
    subprotocols: list[str] = []
    size, count = len(url), 0
    for name, value in headers:
        size += len(name) + len(value)
        count += 1
        if name == b"sec-websocket-protocol":
            subprotocols += [word.strip() for word in value.decode("latin-1").split(",")]
        elif name in _BODY or (name in _ONCE and name in held):
            return None
        else:
            held[name] = value
    key = held.get(b"sec-websocket-key", b"")
    is_ordinary = (
        method == "GET"
        and http_version == "1.1"
        and held.get(b"connection", b"").lower() in _CONNECTION
        and held.get(b"upgrade", b"").lower() == b"websocket"
        and held.get(b"sec-websocket-version") == b"13"
        and _KEY.fullmatch(key) is not None
        and url.isascii()
        and b"%" not in url
        and size <= _MOST_BYTES
        and count <= _MOST_HEADERS
    )
    if not is_ordinary:
        return None
    path, _, query = url.decode("ascii").partition("?")
    accept = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
    return Handshake(path, query, subprotocols, accept)


def answer(accept: bytes, subprotocol: str | None, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The response that opens it; `headers` are the server's own."""
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accept,
    ]
    if subprotocol:
        lines.append(b"Sec-WebSocket-Protocol: " + subprotocol.encode("latin-1"))
    lines += [name + b": " + value for name, value in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"
