"""One web process: uvicorn that drains before it stops (docs/operations.md, "Stopping").

The application calls `run_web(app, sock=..., on_start=..., on_drain=..., on_stop=...)` and gets the exit code back:

1. `on_start()` is awaited inside the loop before the first connection is accepted. Connections wait meanwhile in the
   queue of the listening socket. When an engine is away (an error of `retry_on`), it is called again, at most once
   a second, instead of ending the process.
2. The server serves.
3. SIGTERM or SIGINT: no connection is accepted any more (the socket itself stays open in the keeper and in the other
   web processes), then `on_drain()` is awaited: it sends `going_away`, waits, closes its connections with 4000 and
   hands leases back. It has `drain_s`; what is still open then is cut. A second signal cuts at once.
4. `on_stop()` is awaited last, without connections: close what `on_start` opened. The exit code is 0.
"""

import asyncio
import contextlib
import errno
import gc
import logging
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any

import uvicorn
import uvloop

from config.log import get_logger
from config.settings import SettingsError
from tealight.upgrade import HttpProtocol
from tealight.websocket import FRAME_BYTES, WebSocketProtocol

log = get_logger("server")

# Home routers and phones' networks cut connections that were quiet for 30 s and more.
HEARTBEAT_S = 25.0
# A client that is there answers a ping within a round trip; phones that wake up may need some seconds. With what
# passes before a silent one is asked (chat/edge/connection.py), 15 s at most from the first thing to deliver.
PONG_WAIT_S = 7.0
# Bytes that the other machine's kernel has not taken for so long (none came back, or its window stayed shut): nobody
# is there. Linux only; without it the pings find the same, where nothing is left to be written.
UNTAKEN_S = 12.0
# The kernel asks quiet connections, plain HTTP ones too, for a sign of life.
QUIET_S = 30
ASK_AGAIN_S = 5
# `up` ends within 10 s as a whole, engines included; draining gets half of that.
DRAIN_S = 5.0
# After the drain only requests that are being answered are left.
LAST_ANSWERS_S = 1.0
# A second signal within this time is the same wish, sent twice by a wrapper.
SAME_WISH_S = 1.0
RETRY_FIRST_S = 0.1
RETRY_MOST_S = 1.0
# When thousands come back at once, whoever finds the queue full asks again after 1, 3 and 7 s, and gives up after 8 s.
# The system has the last word: net.core.somaxconn, 4,096 by default.
BACKLOG = 16_384
# A message makes some twenty objects that die at once, without a cycle: to look for cycles every 700, as Python does by
# itself, finds nothing and holds everybody up for a moment. What is old is looked at after half a million that stayed,
# and only where it has grown by a quarter: HTTP connections and the database's library leave a few circles.
GC_THRESHOLDS = (50_000, 5, 2)

# What a peer may send ahead of what is read: some fifty messages. With the system's own bound, ten times as high, those
# of somebody who sends too fast would lie there for seconds before they are looked at.
AHEAD_BYTES = 16 * 1024

Step = Callable[[], Awaitable[None]]


class PortTakenError(SettingsError):
    """Another process listens there."""


class Server(uvicorn.Server):
    """uvicorn's server with a drain between the signal and the end, and an exit code of 0 after it."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        on_start: Step,
        on_drain: Step,
        retry_on: tuple[type[BaseException], ...],
        drain_s: float,
    ) -> None:
        super().__init__(config)
        self.draining = False
        self._on_start = on_start
        self._on_drain = on_drain
        self._retry_on = retry_on
        self._drain_s = drain_s
        self._stop_wanted = asyncio.Event()
        self._wished_at = 0.0
        self._drain_task: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Prepare the application, then listen. A signal during the preparation ends it."""
        if await self._prepare():
            await super().startup(sockets)
            # What lives from here on is not garbage: the collector needn't walk it again and again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLDS)
            log.info("web_ready")
            if self.draining:
                self._begin_drain()  # the signal came while the socket was being taken over
        else:
            self.should_exit = True

    async def _prepare(self) -> bool:
        pause_s = RETRY_FIRST_S
        is_said = False
        while not self.draining:
            try:
                await self._on_start()
            except self._retry_on as error:
                if not is_said:
                    log.warning("engine_away_at_start", kind=type(error).__name__)
                    is_said = True
            else:
                return not self.draining
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop_wanted.wait(), pause_s)
            pause_s = min(pause_s * 2, RETRY_MOST_S)
        return False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: drain. Second: stop now. uvicorn would raise it again at the end; the exit code is to be 0."""
        if self.draining:
            if time.monotonic() - self._wished_at > SAME_WISH_S:
                self.force_exit = True
                self.should_exit = True
            return
        self.draining = True
        self._wished_at = time.monotonic()
        self._loop.call_soon_threadsafe(self._begin_drain)

    def _begin_drain(self) -> None:
        self._stop_wanted.set()
        if self.started and self._drain_task is None:
            self._drain_task = self._loop.create_task(self._drain())

    async def _drain(self) -> None:
        log.info("drain_started", connections=len(self.server_state.connections))
        for server in self.servers:
            server.close()
        try:
            await asyncio.wait_for(self._on_drain(), self._drain_s)
        except TimeoutError:
            log.warning("drain_cut", connections=len(self.server_state.connections))
        except Exception:
            log.exception("drain_failed")
        self.should_exit = True


def _config(app: Any, heartbeat_s: float) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=HttpProtocol,
        ws=WebSocketProtocol,
        ws_max_size=FRAME_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=heartbeat_s,
        ws_ping_timeout=PONG_WAIT_S,
        lifespan="off",
        interface="asgi3",
        # FORWARDED_ALLOW_IPS names the proxies in front; by default one on this machine is believed.
        proxy_headers=True,
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=int(LAST_ANSWERS_S),
    )


def _bound_peers(listening: socket.socket) -> None:
    """Set on the listening socket, since those that it accepts inherit it."""
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, AHEAD_BYTES)
    for name, value in (
        ("TCP_USER_TIMEOUT", int(UNTAKEN_S * 1000)),
        ("TCP_KEEPIDLE", QUIET_S),
        ("TCP_KEEPINTVL", ASK_AGAIN_S),
    ):
        option = getattr(socket, name, None)  # not every system has them
        if option is not None:
            listening.setsockopt(socket.IPPROTO_TCP, option, value)


def bind(host: str, port: int) -> socket.socket:
    """A listening TCP socket, not yet accepted from. Raises SettingsError."""
    try:
        # Not every machine maps localhost to one address only, and this is one socket.
        name = "127.0.0.1" if host == "localhost" else host
        family, kind, number, _, address = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise SettingsError(f"HOST {host!r} is not an address of this machine; 127.0.0.1 or 0.0.0.0 are.") from None
    sock = socket.socket(family, kind, number)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bound_peers(sock)
        sock.bind(address)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(f"Port {port} on {host} is in use; choose another one with PORT or --port.") from None
        if error.errno == errno.EACCES:
            raise SettingsError(f"Port {port} may not be opened by this user; choose one above 1023.") from None
        if error.errno == errno.EADDRNOTAVAIL:
            raise SettingsError(f"HOST {host!r} is not an address of this machine; 127.0.0.1 or 0.0.0.0 are.") from None
        raise SettingsError(f"Port {port} on {host} could not be opened: {error.strerror}.") from None
    return sock


def listening_socket(host: str, port: int, fd: int | None) -> socket.socket:
    """The keeper's bound socket if it passed one (`fd`), else one of our own. Raises SettingsError."""
    if fd is None:
        return bind(host, port)
    try:
        sock = socket.socket(fileno=fd)
    except OSError:
        raise SettingsError(f"--fd {fd} is not an open socket; it is for `tealight up` to pass.") from None
    sock.set_inheritable(False)
    return sock


def _leave(*_: object) -> None:
    raise SystemExit(0)


def run_web(
    app: Any,
    *,
    sock: socket.socket,
    on_start: Step,
    on_drain: Step,
    on_stop: Step | None = None,
    retry_on: tuple[type[BaseException], ...] = (OSError,),
    heartbeat_s: float = HEARTBEAT_S,
    drain_s: float = DRAIN_S,
) -> int:
    """Serve the ASGI `app` on the bound socket until a signal, and return the exit code.

    The socket comes from `listening_socket(host, port, fd)`. Times in seconds.
    An error of `on_start` that is not of `retry_on` ends the process with 1.
    """
    config = _config(app, heartbeat_s)

    async def serve() -> int:
        server = Server(config, on_start=on_start, on_drain=on_drain, retry_on=retry_on, drain_s=drain_s)
        try:
            await server.serve(sockets=[sock])
        except Exception:
            log.exception("web_failed")
            return 1
        finally:
            if on_stop is not None:
                await on_stop()
        return 0

    # From here to uvicorn's own handlers a signal must not look like a crash.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve())
