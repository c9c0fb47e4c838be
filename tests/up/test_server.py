"""The server shell: it waits for engines, drains before it ends, and no stranger's bytes are an error of ours."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.helpers.machine import Taking
from tests.helpers.service import PATIENCE_S, free_port

ROOT = Path(__file__).parent.parent.parent


@dataclass
class SmallWeb:
    """A running `small_web`."""

    port: int
    ready: Path
    process: asyncio.subprocess.Process

    @property
    def url(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def answers(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                await asyncio.sleep(0.02)

    async def log_lines(self) -> list[dict[str, object]]:
        assert self.process.stdout is not None
        return [json.loads(line) async for line in self.process.stdout]


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[SmallWeb]:
    port, ready = free_port(), tmp_path / "ready"
    ready.touch()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.up.small_web",
        str(port),
        str(ready),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    running = SmallWeb(port, ready, process)
    await running.answers()
    yield running
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_a_signal_drains_and_the_exit_code_is_0(web: SmallWeb) -> None:
    async with connect(f"ws://{web.url}/ws") as socket_:
        await socket_.send("hello")
        assert await socket_.recv() == "hello"
        web.process.send_signal(signal.SIGTERM)
        assert await socket_.recv() == "going_away"
        with pytest.raises(ConnectionClosed) as closed:
            await socket_.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4000
    async with asyncio.timeout(PATIENCE_S):
        assert await web.process.wait() == 0
    assert web.ready.with_name("stopped").exists()
    lines = await web.log_lines()
    assert [line["event"] for line in lines] == ["web_ready", "drain_started"]


async def test_nothing_of_a_connection_that_is_over_waits_for_the_collector(web: SmallWeb) -> None:
    """What does is kept for a day in a process that hardly ever looks at what is old."""
    async with httpx.AsyncClient(base_url=f"http://{web.url}") as client:
        assert (await client.get("/uncollected")).text == "0 1", "the one that asks"
        for path in ("ws", "taken"):
            closed, cut = [await connect(f"ws://{web.url}/{path}") for _ in range(2)]
            for socket_ in (closed, cut):
                await socket_.send("hello")
                assert await socket_.recv() == "hello"
            assert (await client.get("/uncollected")).text == "2 1"
            await closed.close()
            cut.transport.abort()
            async with asyncio.timeout(PATIENCE_S):
                while (await client.get("/uncollected")).text != "0 1":
                    await asyncio.sleep(0.05)


async def test_a_request_under_way_is_answered_before_the_end(web: SmallWeb) -> None:
    async with httpx.AsyncClient() as client:
        slow = asyncio.create_task(client.get(f"http://{web.url}/slow", timeout=PATIENCE_S))
        async with asyncio.timeout(PATIENCE_S):
            while not web.ready.with_name("slow").exists():
                await asyncio.sleep(0.02)
        web.process.send_signal(signal.SIGTERM)
        assert (await slow).text == "ok"
    assert await web.process.wait() == 0


async def test_connections_wait_while_an_engine_is_away_at_the_start(tmp_path: Path) -> None:
    port, ready = free_port(), tmp_path / "ready"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.up.small_web", str(port), str(ready), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    running = SmallWeb(port, ready, process)
    await running.answers()
    async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
        waiting = asyncio.create_task(client.get(f"http://{running.url}/"))
        await asyncio.sleep(0.5)
        assert not waiting.done()
        ready.touch()
        assert (await waiting).text == "ok"
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    lines = await running.log_lines()
    assert [line["event"] for line in lines].count("engine_away_at_start") == 1


async def test_a_signal_ends_the_wait_for_an_engine(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.up.small_web",
        str(free_port()),
        str(tmp_path / "never"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert b"engine_away_at_start" in await process.stdout.readline()
    taking = Taking(lambda: [process.pid])
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert taking.seconds() < 3


async def test_the_server_pings_and_cuts_who_does_not_answer_only_after_a_while(web: SmallWeb) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    writer.write(HANDSHAKE)
    await reader.readuntil(b"\r\n\r\n")
    async with asyncio.timeout(PATIENCE_S):
        assert (await reader.readexactly(1))[0] == 0x89  # FIN and the opcode of a ping
    writer.close()


HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MASK = b"\0\0\0\0"
HOSTILE = {
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00" * 20,
    "a path that is not ASCII": b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "an upgrade with such a path": HANDSHAKE.replace(b"/ws", b"/\xff\xfe"),
    "a header that is not ASCII": HANDSHAKE.replace(b"Host: 127.0.0.1", b"H\xf6st: \xff\xfe"),
    "bytes before the answer": HANDSHAKE + b"\x81\x82" + MASK + b"\xff\xfe",
    "no key": HANDSHAKE.replace(b"Sec-WebSocket-Key", b"X-Key"),
    "text that is not UTF-8": HANDSHAKE + b"|\x81\x82" + MASK + b"\xff\xfe",
    "an unmasked frame": HANDSHAKE + b"|\x81\x02hi",
    "a reserved opcode": HANDSHAKE + b"|\x83\x80" + MASK,
    "a reserved bit": HANDSHAKE + b"|\xf1\x80" + MASK,
    "a long ping": HANDSHAKE + b"|\x89\xfe\x01\x00" + MASK + b"x" * 256,
    "a continuation of nothing": HANDSHAKE + b"|\x80\x80" + MASK,
    "a frame that says it is huge": HANDSHAKE + b"|\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff" + MASK,
    "a close with half a code": HANDSHAKE + b"|\x88\x81" + MASK + b"\x03",
    "a close with a forbidden code": HANDSHAKE + b"|\x88\x82" + MASK + b"\x03\xed",
    "bytes after a close": HANDSHAKE + b"|\x88\x80" + MASK + b"\x81\x82" + MASK + b"\xff\xfe",
    "two bad frames at once": HANDSHAKE + b"|" + (b"\x81\x82" + MASK + b"\xff\xfe") * 2,
}


async def test_who_gave_up_before_their_turn_is_not_greeted(web: SmallWeb) -> None:
    process = web.process.pid
    web.process.send_signal(signal.SIGSTOP)
    while Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        await asyncio.sleep(0.01)
    _, gone = await asyncio.open_connection("127.0.0.1", web.port)
    gone.write(HANDSHAKE.replace(b"/ws", b"/noted"))
    gone.close()
    await gone.wait_closed()
    reader, stays = await asyncio.open_connection("127.0.0.1", web.port)
    stays.write(HANDSHAKE)
    web.process.send_signal(signal.SIGCONT)
    async with asyncio.timeout(PATIENCE_S):
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    assert not web.ready.with_name("greeted").exists()
    stays.close()
    async with connect(f"ws://{web.url}/noted"):
        assert web.ready.with_name("greeted").exists(), "whoever stays is"


async def test_no_bytes_of_a_stranger_leave_a_trace_in_the_log(web: SmallWeb) -> None:
    async def says(what: str, sent: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        handshake, _, after = sent.partition(b"|")
        writer.write(handshake)
        if after:
            assert b" 101 " in await reader.readuntil(b"\r\n\r\n"), what
            writer.write(after)
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(0.5):
                await reader.read()
        writer.close()

    async with connect(f"ws://{web.url}/ws") as beside:
        await asyncio.gather(*[says(what, sent) for what, sent in HOSTILE.items()])
        await beside.send("still here")
        assert await beside.recv() == "still here"
    web.process.send_signal(signal.SIGTERM)
    assert await web.process.wait() == 0
    lines = await web.log_lines()
    assert {str(line["event"]) for line in lines} <= {"web_ready", "drain_started", "websocket_cut"}, lines
    assert "127.0.0.1" not in json.dumps(lines)


async def test_a_failing_request_is_logged_without_what_was_written(web: SmallWeb) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://{web.url}/broken")).status_code == 500
    web.process.send_signal(signal.SIGTERM)
    assert await web.process.wait() == 0
    lines = await web.log_lines()
    [failed] = [line for line in lines if line["level"] == "error"]
    assert failed["error"]["kind"] == "builtins.ValueError"  # type: ignore[index]
    assert "small_web.py" in json.dumps(failed)
    assert "what a person wrote" not in json.dumps(lines)


async def test_a_port_in_use_is_one_sentence(web: SmallWeb) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tealight",
        "up",
        "--port",
        str(web.port),
        "--data-dir",
        str(web.ready.with_name("data")),
        cwd=ROOT,
        env={**os.environ},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode not in (0, None)
    assert said.decode() == f"Port {web.port} on 127.0.0.1 is in use; choose another one with PORT or --port.\n"
