"""The short way of a handshake takes what is ordinary, and answers as the library would."""

import pytest
from websockets.server import ServerProtocol

from tealight.handshake import answer, ordinary

Headers = list[tuple[bytes, bytes]]

#: The example of RFC 6455, 1.3.
KEY, ACCEPT = b"dGhlIHNhbXBsZSBub25jZQ==", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
PAGE: Headers = [
    (b"host", b"127.0.0.1"),
    (b"upgrade", b"websocket"),
    (b"connection", b"Upgrade"),
    (b"sec-websocket-key", KEY),
    (b"sec-websocket-version", b"13"),
    (b"sec-websocket-protocol", b"tealight.v1.json, other"),
]


def with_header(name: bytes, value: bytes) -> Headers:
    return [(n, value if n == name else v) for n, v in PAGE]


ORDINARY = {
    "a page": PAGE,
    "Firefox": with_header(b"connection", b"keep-alive, Upgrade"),
    "capitals": with_header(b"upgrade", b"WebSocket"),
    "with what only others understand": [*PAGE, (b"sec-websocket-extensions", b"permessage-deflate"), (b"x", b"\xe9")],
}
UNUSUAL = {
    "another version": with_header(b"sec-websocket-version", b"8"),
    "a short key": with_header(b"sec-websocket-key", b"c2hvcnQ="),
    "a key that is none": with_header(b"sec-websocket-key", b"!" * 22 + b"=="),
    "two keys": [*PAGE, (b"sec-websocket-key", KEY)],
    "no key": [pair for pair in PAGE if pair[0] != b"sec-websocket-key"],
    "another upgrade": with_header(b"upgrade", b"h2c"),
    "two upgrades": [*PAGE, (b"upgrade", b"websocket")],
    "another connection": with_header(b"connection", b"close"),
    "a body": [*PAGE, (b"content-length", b"3")],
    "very many headers": [*PAGE, *[(b"x-%d" % n, b"") for n in range(60)]],
    "very long headers": [*PAGE, (b"x", b"y" * 9000)],
}


def the_librarys(headers: Headers) -> bytes:
    """What the library answers to the same request."""
    protocol = ServerProtocol()
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    protocol.receive_data(b"GET /ws?a=b HTTP/1.1\r\n" + lines + b"\r\n")
    (request,) = protocol.events_received()
    return protocol.accept(request).serialize()  # type: ignore[arg-type]


@pytest.mark.parametrize("headers", ORDINARY.values(), ids=ORDINARY)
def test_what_is_ordinary_is_answered_as_by_the_library(headers: Headers) -> None:
    shake = ordinary("GET", "1.1", b"/ws?a=b", headers)
    assert shake is not None
    assert (shake.path, shake.query, shake.subprotocols) == ("/ws", "a=b", ["tealight.v1.json", "other"])
    assert shake.accept == ACCEPT
    ours = answer(shake.accept, "tealight.v1.json", [(b"date", b"today")]).split(b"\r\n")
    theirs = [line for line in the_librarys(headers).split(b"\r\n") if not line.startswith(b"Date")]
    assert [line for line in ours if line not in theirs] == [
        b"Sec-WebSocket-Protocol: tealight.v1.json",
        b"date: today",
    ]
    assert [line for line in theirs if line not in ours] == []


@pytest.mark.parametrize("headers", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_unusual_is_left_to_the_library(headers: Headers) -> None:
    assert ordinary("GET", "1.1", b"/ws", headers) is None


def test_so_are_other_methods_versions_and_addresses() -> None:
    assert ordinary("GET", "1.1", b"/ws", PAGE) is not None
    assert ordinary("POST", "1.1", b"/ws", PAGE) is None
    assert ordinary("GET", "1.0", b"/ws", PAGE) is None
    assert ordinary("GET", "1.1", b"/w%73", PAGE) is None
    assert ordinary("GET", "1.1", b"/\xff", PAGE) is None
