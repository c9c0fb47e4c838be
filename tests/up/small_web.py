"""A web process of a few lines, to see what the server shell itself does: `... small_web PORT READY_FILE`."""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from chat.edge.frames import EXTENSION
from config import log
from tealight.server import bind, run_web
from tealight.upgrade import HttpProtocol
from tealight.websocket import WebSocketProtocol

slow_began = Path(sys.argv[2]).with_name("slow")
open_sockets: list[Callable[[dict[str, Any]], Awaitable[None]]] = []


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        if scope["path"] == "/slow":
            slow_began.touch()
            await asyncio.sleep(0.5)
        if scope["path"] == "/broken":
            raise ValueError("what a person wrote")
        body = b"ok"
        if scope["path"] == "/uncollected":
            gc.disable()
            kinds = [type(one) for one in gc.get_objects()]
            body = b"%d %d" % (kinds.count(WebSocketProtocol), kinds.count(HttpProtocol))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})
        return
    if scope["path"] == "/noted":
        slow_began.with_name("greeted").touch()
    await receive()
    await send({"type": "websocket.accept"})
    if scope["path"] == "/taken":  # as the edge does it
        frames = scope["extensions"][EXTENSION]
        frames.take_frames(lambda text: frames.send_frame(text.encode(), is_text=True), frames.resume_frames)
    open_sockets.append(send)
    try:
        while (frame := await receive())["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "text": frame.get("text") or "bytes"})
    finally:
        open_sockets.remove(send)


async def drain() -> None:
    for send in open_sockets.copy():
        await send({"type": "websocket.send", "text": "going_away"})
    await asyncio.sleep(0.1)
    for send in open_sockets.copy():
        await send({"type": "websocket.close", "code": 4000})


def main() -> int:
    port, ready = int(sys.argv[1]), Path(sys.argv[2])
    log.set_up("info", process="web")

    async def start() -> None:
        if not ready.exists():
            raise ConnectionRefusedError("the engine is away")

    async def stop() -> None:
        ready.with_name("stopped").touch()

    return run_web(
        app, sock=bind("127.0.0.1", port), on_start=start, on_drain=drain, on_stop=stop, heartbeat_s=0.3, drain_s=2
    )


if __name__ == "__main__":
    sys.exit(main())
