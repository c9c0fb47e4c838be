"""A whole service, started and watched as an operator would: by its command, its process list and its port."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.machine import Taking
from tests.helpers.service import OURS, PATIENCE_S, STARTS_WITHIN_S, free_port, got, until

ROOT = Path(__file__).parent.parent.parent


def clean_environment() -> dict[str, str]:
    """The environment without any setting of ours."""
    return {name: value for name, value in os.environ.items() if name not in OURS}


@dataclass
class Up:
    """A running `tealight up`."""

    process: subprocess.Popen[str]
    port: int
    data_dir: Path
    output: Path

    def ask(self, path: str = "/healthz", timeout_s: float = PATIENCE_S) -> int:
        """The HTTP status of one request on a connection of its own. Raises OSError when it is refused."""
        return got(self.port, path, timeout_s)[0]

    def read(self, path: str) -> str:
        """The page at this path. Raises OSError when it is refused."""
        return got(self.port, path, PATIENCE_S)[1]

    def is_answering(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask(timeout_s=10) == 200
        return False

    def children(self) -> dict[str, list[int]]:
        """Name in the process list -> pids, of the children that live."""
        named = defaultdict(list)
        pid = self.process.pid
        for child in _children_of(pid):
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{child}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")[0].decode()
                if words:
                    named["valkey" if "valkey-server" in words else words].append(int(child))
        return dict(named)

    def taking(self) -> Taking:
        """How long it takes from now on to keep a promise, without what the machine adds."""
        return Taking(lambda: [self.process.pid, *(pid for pids in self.children().values() for pid in pids)])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send the signal and wait. Returns the exit code and the seconds it took, without what the machine added."""
        taking = self.taking()
        self.process.send_signal(number)
        return taking.until_ended(self.process, PATIENCE_S), taking.seconds()


def _children_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []


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
        until(lambda: up.is_answering() or process.poll() is not None, STARTS_WITHIN_S)
        assert process.poll() is None, output.read_text()
        yield up
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
