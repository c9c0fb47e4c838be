"""A real service for stories: `tealight up` with two web processes, on a random port and a folder of its own."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.helpers.machine import Taking

__all__ = ["Service", "service", "starting"]

ROOT = Path(__file__).parent.parent.parent
#: What a busy machine gets at most; the promises have bounds of their own.
PATIENCE_S = 60.0
#: Seven processes that start at the same time, where others have the processors.
STARTS_WITHIN_S = 120.0
#: Short, so that deadlines can be waited for; long enough for a busy machine to act before them.
OFFER_S, CONFIRM_S, WRAP_UP_S = 10.0, 8.0, 8.0
_SETTINGS = {
    "OFFER_S": f"{OFFER_S:g}",
    "CONFIRM_S": f"{CONFIRM_S:g}",
    "WRAP_UP_S": f"{WRAP_UP_S:g}",
    "START_GAP_S": "0",
}
#: Settings that a test's own service must not get from whoever runs the tests.
OURS = (
    "HOST",
    "PORT",
    "PUBLIC_URL",
    "REDIS_URL",
    "DURABILITY",
    "DATABASE_URL",
    "SECRET_KEY",
    "MASTER_KEY",
    "DATA_DIR",
    "REGION",
    "LOG_LEVEL",
    "FORWARDED_ALLOW_IPS",
)


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


@contextlib.contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """This process does nothing until the end."""
    os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def got(port: int, path: str, timeout_s: float) -> tuple[int, str]:
    """Status and body of one GET on a connection of its own. Raises OSError when it is refused."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@dataclass
class Service:
    """A running `tealight up`, and every word that was typed to it."""

    process: subprocess.Popen[bytes]
    port: int
    data_dir: Path
    output: Path
    env: dict[str, str] = field(repr=False)
    typed: set[str] = field(default_factory=set, repr=False)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def get(self, path: str, timeout_s: float = PATIENCE_S) -> tuple[int, str]:
        """Status and body of one GET on a connection of its own. Raises OSError when it is refused."""
        return got(self.port, path, timeout_s)

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/readyz", timeout_s=10)[0] == 200
        return False

    def children(self, name: str = "") -> list[int]:
        """Pids of the children that live: `web`, `router`, `archiver`, `valkey`; all without a name."""
        named = defaultdict(list)
        pid = self.process.pid
        with contextlib.suppress(OSError):
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                with contextlib.suppress(OSError):
                    words = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
                    what = "valkey" if "valkey-server" in words else words.removeprefix("tealight ")
                    if is_there(int(child)):
                        named[what].append(int(child))
        return named[name] if name else [pid for pids in named.values() for pid in pids]

    def kill(self, name: str) -> int:
        """`kill -9` of one child; returns the pid that it had."""
        pid = self.children(name)[0]
        os.kill(pid, signal.SIGKILL)
        return pid

    def taking(self) -> Taking:
        """How long it takes from now on to keep a promise, without what the machine adds."""
        return Taking(lambda: (self.process.pid, *self.children()))

    def command(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        """Run a `tealight` command on the same data folder: exit code, standard output, standard error."""
        done = subprocess.run(
            [sys.executable, "-m", "tealight", *words],
            cwd=ROOT,
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send the signal and wait. Returns the exit code and the seconds it took, without what the machine added."""
        taking = self.taking()
        self.process.send_signal(number)
        return taking.until_ended(self.process, PATIENCE_S), taking.seconds()

    def log(self) -> str:
        """All that the service said, the engine's own log included."""
        said = self.output.read_text(errors="replace")
        engine = self.data_dir / "valkey" / "valkey.log"
        return said + (engine.read_text(errors="replace") if engine.exists() else "")

    def check_log(self) -> None:
        """No traceback, nothing that anybody typed."""
        log = self.log()
        assert "Traceback" not in log, log[max(0, log.index("Traceback") - 500) :][:4000]
        found = [words for words in self.typed if words in log]
        assert not found, f"the log holds what people wrote: {found[:3]}"


@contextlib.contextmanager
def starting(folder: Path, **settings: str) -> Iterator[Service]:
    """A service of one's own, ready; ended afterwards with all its children."""
    port = free_port()
    data_dir, output = folder / "data", folder / "up.log"
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    env |= {**_SETTINGS, "DATA_DIR": str(data_dir), "PORT": str(port), **settings}
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tealight", "up", "--port", str(port), "--data-dir", str(data_dir), "--web", "2"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    service = Service(process, port, data_dir, output, env)
    try:
        until(lambda: service.is_ready() or process.poll() is not None, STARTS_WITHIN_S)
        assert process.poll() is None, output.read_text()
        until(lambda: output.read_text().count("web_ready") >= 2, STARTS_WITHIN_S)
        yield service
    finally:
        if process.poll() is None:
            for pid in service.children():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)  # a story may have failed while it held one
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class _Shared:
    """One service for all suites that ask for it, however many conftests name the fixture."""

    takers = 0
    stack = contextlib.ExitStack()
    service: Service | None = None


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """The service that the stories share. At the end its log holds no traceback and no word that was typed."""
    if _Shared.service is None:
        folder = Path(_Shared.stack.enter_context(tempfile.TemporaryDirectory(prefix="tl-story-")))
        _Shared.service = _Shared.stack.enter_context(starting(folder))
    _Shared.takers += 1
    shared = _Shared.service
    yield shared
    shared.check_log()
    _Shared.takers -= 1
    if _Shared.takers == 0:
        _Shared.service = None
        _Shared.stack.close()
