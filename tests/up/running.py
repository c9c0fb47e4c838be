"""A whole service, started and watched as an operator would: by its command, its process list and its port."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# What the tests of a busy machine wait at most; the promises have bounds of their own.
PATIENCE_S = 40.0


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """The environment without any setting of ours."""
    ours = ("HOST", "PORT", "PUBLIC_URL", "REDIS_URL", "DATABASE_URL", "SECRET_KEY", "DATA_DIR", "REGION", "LOG_LEVEL")
    return {name: value for name, value in os.environ.items() if name not in ours}


def until(what: Callable[[], bool], within_s: float = PATIENCE_S) -> float:
    """Wait until it is so; returns the seconds it took."""
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > within_s:
            raise AssertionError(f"not so within {within_s:g} s")
        time.sleep(0.02)
    return time.monotonic() - began


def is_there(pid: int) -> bool:
    """Does the process live (a zombie doesn't)?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Up:
    """A running `tealight up`."""

    process: subprocess.Popen[str]
    port: int
    data_dir: Path
    output: Path

    def ask(self, path: str = "/healthz", timeout_s: float = PATIENCE_S) -> int:
        """The HTTP status of one request on a connection of its own. Raises OSError when it is refused."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def is_answering(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask(timeout_s=2) == 200
        return False

    def children(self) -> dict[str, list[int]]:
        """Name in the process list -> pids, of the children that live."""
        named = defaultdict(list)
        pid = self.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{child}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")[0].decode()
                if words:
                    named["valkey" if "valkey-server" in words else words].append(int(child))
        return dict(named)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send the signal and wait. Returns the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S), time.monotonic() - began


def command(*words: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Run a `tealight` command to its end: exit code, standard output, standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "tealight", *words],
        cwd=ROOT,
        env={**clean_environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def running_up(data_dir: Path, *options: str, port: int | None = None) -> Iterator[Up]:
    """`tealight up` on a data folder, ready; ended afterwards, with all its children."""
    port = port or free_port()
    output = data_dir.with_name(f"{data_dir.name}-{port}.out")
    with output.open("a") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tealight", "up", "--port", str(port), "--data-dir", str(data_dir), *options],
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    up = Up(process, port, data_dir, output)
    try:
        until(lambda: up.is_answering() or process.poll() is not None)
        assert process.poll() is None, output.read_text()
        yield up
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
