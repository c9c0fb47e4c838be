"""From HTTP to WebSocket: uvicorn's HTTP protocol with a short way for an ordinary handshake (docs/edge.md)."""

import asyncio
import socket

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tealight.handshake import ordinary
from tealight.websocket import WebSocketProtocol


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with a short way for an ordinary WebSocket handshake.

    It forgets its parser when a WebSocket takes the connection over. The parser holds the protocol in turn: thirty
    kilobytes a connection with what hangs on them would wait for the collector, which hardly ever looks at what is old.
    """

    def handle_websocket_upgrade(self) -> None:
        scope = self.scope
        shake = ordinary(scope["method"], scope["http_version"], self.url, self.headers)
        if _has_left(self.transport):
            self.transport.abort()
        elif shake is None:
            super().handle_websocket_upgrade()
        else:
            self.connections.discard(self)
            protocol = WebSocketProtocol(
                config=self.config, server_state=self.server_state, app_state=self.app_state, _loop=self.loop
            )
            protocol.take_over(self, shake)
            self.transport.set_protocol(protocol)
        self.parser = None  # type: ignore[assignment]


def _has_left(transport: asyncio.Transport) -> bool:
    """Did the peer close before it was let in?

    While thousands wait for a process, many give up before their turn and come again; to greet those who are gone
    would keep the others waiting.
    """
    held = transport.get_extra_info("socket")
    peer = socket.socket(held.family, held.type, held.proto, fileno=held.fileno())
    try:
        return peer.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        peer.detach()
