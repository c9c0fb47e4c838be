"""A service of the benchmark's own: `tealight up` on a random port and a throw-away data folder."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

PASSWORD = "a bench password"
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Service:
    port: int
    data_dir: Path
    pid: int

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def processes(self) -> dict[str, list[int]]:
        """Process ids by what they are: web, engine, other."""
        found: dict[str, list[int]] = {"web": [], "engine": [], "other": []}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent != self.pid:
                    continue
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                kind = "web" if "tealight web" in words else "engine" if "valkey" in words else "other"
                found[kind].append(int(entry.name))
        return found

    def add_listener(self, name: str, max_chats: int) -> str:
        """Make an account and sign in; the cookie."""
        words = ["accounts", "add", name, "--role", "listener", "--clear", "all", "--max-chats", str(max_chats)]
        subprocess.run(
            [sys.executable, "-m", "tealight", *words, "--password-stdin"],
            input=PASSWORD.encode(),
            env={**os.environ, "DATA_DIR": str(self.data_dir)},
            check=True,
            capture_output=True,
        )
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/api/sign-in", json={"name": name, "password": PASSWORD}, timeout=20
        )
        answer.raise_for_status()
        return answer.headers["set-cookie"].split(";")[0]


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of these processes so far."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / _TICK


def rss_kib(pids: list[int]) -> int:
    """Resident memory of these processes."""
    pages = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


@contextlib.contextmanager
def running(
    web: int = 2,
    *,
    settings: Mapping[str, str] | None = None,
    prepare: Callable[[Path], None] | None = None,
    log: Path | None = None,
) -> Iterator[Service]:
    """Start, wait until ready, and end by the pid.

    `settings` go over the benchmark's own; `prepare` is called with the data folder before anything runs in it; `log`
    takes what the processes say.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="tealight-bench-") as folder:
        env = {**os.environ, "START_GAP_S": "0", "PORT": str(port), "LOG_LEVEL": "warning", **(settings or {})}
        # As an installed service: a process that is started again finds its compiled modules.
        for name in ("REDIS_URL", "DATABASE_URL", "SECRET_KEY", "PYTHONDONTWRITEBYTECODE"):
            env.pop(name, None)
        command = [sys.executable, "-m", "tealight", "up", "--data-dir", folder, "--web", str(web)]
        if prepare is not None:
            prepare(Path(folder))
        with contextlib.ExitStack() as until_the_end:
            said = until_the_end.enter_context((log or Path(os.devnull)).open("w"))
            process = until_the_end.enter_context(subprocess.Popen(command, env=env, stdout=said, stderr=said))
            try:
                deadline = time.monotonic() + 30
                while time.monotonic() < deadline:
                    with contextlib.suppress(httpx.HTTPError):
                        if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200:
                            break
                    time.sleep(0.2)
                yield Service(port, Path(folder), process.pid)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(20)
