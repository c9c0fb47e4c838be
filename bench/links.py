"""What a client library costs per command: CPU of this process, with many callers at once as the edge has them.

Measured are this service's own link and redis-py; coredis and valkey-glide too where they are installed (they are no
dependencies of the service).
"""

import asyncio
import contextlib
import importlib.util
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import redis.asyncio
import uvloop

from config.engines.valkey import binary_path
from config.redis_link import RedisLink

CALLERS = 100
EACH = 100
ROUNDS = 5
#: What a message's call looks like: twelve arguments, and an answer of a few parts.
SCRIPT = "return {{'done', ARGV[4], 1}, {}, {}}"
ARGS = ("0", "25000,15000,60000,0,8000,300000", "c" * 21, "s" * 21, "m" * 36, b"t" * 150, "seeker")

Call = Callable[[], Awaitable[Any]]


@contextlib.contextmanager
def engine() -> Iterator[int]:
    """A throw-away engine; its port on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="tealight-links-") as folder:
        command = [str(binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                _wait_for(port)
                yield port
            finally:
                process.terminate()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


async def _cost(call: Call) -> float:
    """Microseconds of this process's CPU per call, the least of some rounds."""

    async def caller() -> None:
        for _ in range(EACH):
            await call()

    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        await asyncio.gather(*[caller() for _ in range(CALLERS)])
        best = min(best, (time.process_time() - began) / (CALLERS * EACH) * 1e6)
    return round(best, 1)


async def _posted(link: RedisLink, command: tuple[Any, ...]) -> float:
    """The same calls by `post`, each caller's next one from within the answer."""
    best = float("inf")
    for _ in range(ROUNDS):
        left, over = CALLERS * EACH, asyncio.get_running_loop().create_future()

        def answered(_: Any, over: asyncio.Future[None] = over) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                over.set_result(None)
            elif left >= CALLERS:
                link.post(command, answered)

        began = time.process_time()
        for _ in range(CALLERS):
            link.post(command, answered)
        await over
        best = min(best, (time.process_time() - began) / (CALLERS * EACH) * 1e6)
    return round(best, 1)


async def _measure(port: int) -> dict[str, Any]:
    url = f"redis://127.0.0.1:{port}/0"
    link = RedisLink(url, name="bench")
    link.start()
    await link.wait_up(5)
    sha = (await link.send("SCRIPT", "LOAD", SCRIPT)).decode()
    command = ("EVALSHA", sha, 1, "{a:main}:", *ARGS)
    figures: dict[str, Any] = {
        "own link, post": await _posted(link, command),
        "own link, send": await _cost(lambda: link.send(*command)),
    }
    await link.close()
    pool = redis.asyncio.BlockingConnectionPool.from_url(url, max_connections=16, timeout=None)
    client = redis.asyncio.Redis(connection_pool=pool)
    figures["redis-py"] = await _cost(lambda: client.evalsha(sha, 1, "{a:main}:", *ARGS))
    await client.aclose()
    await pool.disconnect()
    if importlib.util.find_spec("coredis"):
        figures["coredis"] = await _coredis(url, sha)
    if importlib.util.find_spec("glide"):
        figures["valkey-glide"] = await _glide(port, command)
    return figures


async def _coredis(url: str, sha: str) -> float:
    import coredis

    client: Any = coredis.Redis.from_url(url)
    async with client:
        return await _cost(lambda: client.evalsha(sha, keys=["{a:main}:"], args=list(ARGS)))


async def _glide(port: int, command: tuple[Any, ...]) -> float:
    import glide

    settings = glide.GlideClientConfiguration([glide.NodeAddress("127.0.0.1", port)])
    client = await glide.GlideClient.create(settings)
    words: Any = [word if isinstance(word, bytes) else str(word) for word in command]
    try:
        return await _cost(lambda: client.custom_command(words))
    finally:
        await client.close()


def run() -> dict[str, Any]:
    """CPU microseconds of the client per call."""
    with engine() as port:
        return {"callers": CALLERS, "cpu_us_per_call": uvloop.run(_measure(port))}
