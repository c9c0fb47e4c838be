"""The thin shell round a WebSocket: handshake, frames in, frames out. A bare ASGI callable."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any

from chat.accounts.directory import Directory, cookie_name
from chat.accounts.staff import StaffMember
from chat.edge.connection import Connection
from chat.edge.dispatch import Dispatch
from chat.edge.frames import EXTENSION, Frames
from chat.edge.hub import Hub
from chat.edge.intake import Intake
from chat.edge.limits import BURST_S, HANDSHAKES_BURST, HANDSHAKES_PER_S, OPEN_REQUESTS_PER_ADDRESS, TokenBucket
from chat.edge.sender import Sender
from chat.protocol.codec import CODECS, BadFrame
from chat.protocol.codes import WORDS, Close
from chat.protocol.replies import Refused
from config.database import is_away
from config.disk import kind_of
from config.log import get_logger
from config.settings import Settings

log = get_logger("edge")

#: PROTOCOL: the first frame must be hello within this time.
HELLO_WITHIN_S = 10.0

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Socket:
    """`/ws`. Limits by address live in this process's memory only, under a key made at its start."""

    def __init__(self, hub: Hub, directory: Directory, settings: Settings) -> None:
        self.hub = hub
        self.dispatch: Dispatch | None = None
        self.is_draining = False
        self._directory = directory
        self._settings = settings
        self._address_secret = secrets.token_bytes(32)
        self._handshakes: dict[bytes, TokenBucket] = {}
        self._numbers = 0

    def has_room_for_request(self, address_key: bytes) -> bool:
        """May one more request be open from this address? Counted over the live connections of this process."""
        if address_key == b"":
            return True
        seekers = (c for c in self.hub.connections if c.address_key == address_key and c.known is not None)
        return sum(1 for c in seekers if c.known and c.known.snapshot.request) < OPEN_REQUESTS_PER_ADDRESS

    def _address_key(self, scope: Scope) -> bytes:
        """A keyed hash of the client's address; empty for loopback, which has no limits."""
        client = scope.get("client")
        address = client[0] if client else ""
        if address in ("", "::1", "localhost") or address.startswith("127."):
            return b""
        return hmac.digest(self._address_secret, address.encode(), hashlib.sha256)[:16]

    def _may_shake(self, address_key: bytes) -> bool:
        if address_key == b"":
            return True
        if len(self._handshakes) > 50_000:
            self._handshakes.clear()
        bucket = self._handshakes.setdefault(address_key, TokenBucket(HANDSHAKES_PER_S, HANDSHAKES_BURST))
        return bucket.take(asyncio.get_running_loop().time()) == 0

    def _is_own_origin(self, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        origin = headers.get(b"origin")
        if origin is None:
            return True
        given = origin.decode("latin-1").rstrip("/")
        if self._settings.public_url and given == self._settings.public_url:
            return True
        scheme = "https" if scope.get("scheme") in ("wss", "https") else "http"
        host = headers.get(b"host", b"").decode("latin-1")
        return given.lower() == f"{scheme}://{host}".lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.lower(): value for name, value in scope["headers"]}
        await receive()  # websocket.connect
        codec = next((CODECS[p] for p in scope.get("subprotocols", []) if p in CODECS), None)
        address_key = self._address_key(scope)
        if codec is None or not self._is_own_origin(scope, headers):
            await send({"type": "websocket.close", "code": 1008})
            return
        if not self._may_shake(address_key) or self.is_draining or self.dispatch is None:
            await send({"type": "websocket.close", "code": 1013})
            return
        cookie = _cookie(headers)
        staff, is_cookie_read = await self._signed_in(cookie)
        await send({"type": "websocket.accept", "subprotocol": codec.subprotocol})
        self._numbers += 1
        rate = self._settings.commands_per_s
        bucket = TokenBucket(rate, rate * BURST_S)
        connection = Connection(
            self._numbers, address_key, bucket, staff=staff, cookie=cookie, is_cookie_read=is_cookie_read
        )
        frames: Frames = scope["extensions"][EXTENSION]
        sender = Sender(frames, is_text=codec.is_text, on_too_slow=partial(self._too_slow, connection))
        self.hub.connections.add(connection)
        self.hub.senders[connection] = (sender, codec)
        intake = Intake(connection, codec, frames, self.dispatch, self._bad_frame)
        frames.take_frames(intake.take, sender.has_room)
        patience = asyncio.get_running_loop().call_later(HELLO_WITHIN_S, self._no_hello, connection)
        try:
            while (event := await receive())["type"] != "websocket.disconnect":
                intake.take(event.get("text") or event.get("bytes") or b"")  # came with the handshake
            await intake.ended()
        finally:
            patience.cancel()
            self._leave(connection)
            sender.stop()

    async def _signed_in(self, cookie: str) -> tuple[StaffMember | None, bool]:
        """Who is signed in with this cookie, and whether that could be found out."""
        if not cookie:
            return None, True
        try:
            return await self._directory.by_cookie(cookie), True
        except Exception as error:
            if not is_away(error):
                raise
            # Who comes as a seeker needs none; anybody else is told at hello to try again.
            log.warning("database_away", handshake=True, kind=kind_of(error))
            return None, False

    def _bad_frame(self, connection: Connection, bad: BadFrame) -> bool:
        """Refuse it. Were that too many?"""
        self.hub.door.counts.bad_frames.inc()
        self._refuse_frame(connection, bad)
        if not connection.frame_was_bad():
            return False
        self.hub.close(connection, Close.ABUSE, "too many bad frames")
        return True

    def _refuse_frame(self, connection: Connection, bad: BadFrame) -> None:
        if connection.is_greeted or bad.may_be_hello:
            refused = Refused(code=bad.code, message=bad.words, ref=bad.ref)
        else:
            refused = Refused(code="hello_first", message=f"{WORDS['hello_first']} {bad.words}", ref=bad.ref)
        self.hub.put(connection, refused)

    def _too_slow(self, connection: Connection) -> None:
        self.hub.door.counts.too_slow.inc()
        self.hub.close(connection, Close.TOO_SLOW, "too slow")

    def _no_hello(self, connection: Connection) -> None:
        if not connection.is_greeted:
            self.hub.put(connection, Refused(code="hello_first", message="No hello came within 10 seconds."))
            self.hub.close(connection, Close.RESYNC, "no hello")  # a slow phone may try again

    def _leave(self, connection: Connection) -> None:
        self.hub.connections.discard(connection)
        self.hub.senders.pop(connection, None)
        connection.is_live = False
        if connection.is_greeted:
            self.hub.door.counts.connections.labels(connection.role).dec()
            person = self.hub.people.get(connection.person_id)
            if person is not None:
                self.hub.remove(connection, person)


def _cookie(headers: dict[bytes, bytes]) -> str:
    """The sign-in cookie's value, or an empty string."""
    try:
        cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return ""
    morsel = cookies.get(cookie_name)
    return morsel.value if morsel is not None else ""
