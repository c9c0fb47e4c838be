"""A real PostgreSQL for tests: started once a run, a database of its own for each test.

A suite takes it with `from tests.helpers.postgres import postgres` in its conftest.
"""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["Postgres", "postgres"]

_READY_WITHIN_S = 120


class Postgres:
    """A throw-away server on a random loopback port; ends with `stop`."""

    def __init__(self) -> None:
        self._bin = _binaries()
        self._folder = Path(tempfile.mkdtemp(prefix="tealight-pg-", dir="/tmp"))
        self._as_owner: list[str] = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            self._as_owner = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        self.port = _free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count()

    def start(self) -> None:
        """Make the files, start the server and wait until it answers."""
        init = ["initdb", "-D", str(self._folder / "db"), "-A", "trust", "-U", "tealight", "--no-sync", "-E", "UTF8"]
        subprocess.run(self._command(*init), check=True, stdout=subprocess.DEVNULL)
        self.comes_back()

    def comes_back(self) -> None:
        """Start the server on its files and wait until it answers."""
        arguments = [
            "-D",
            str(self._folder / "db"),
            "-p",
            str(self.port),
            "-c",
            f"unix_socket_directories={self._folder}",
        ]
        quick = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]
        self._server = subprocess.Popen(
            self._command("postgres", *arguments, *quick), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + _READY_WITHIN_S
        while self._psql("SELECT 1", check=False) != 0:
            assert time.monotonic() < until, "PostgreSQL didn't start in time"
            time.sleep(0.05)

    def goes_away(self) -> None:
        """End the server, whoever is connected; its files stay."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(60)
            self._server = None

    @contextlib.contextmanager
    def hangs(self) -> Iterator[None]:
        """The server is there, takes connections, and answers nobody."""
        assert self._server is not None
        own = self._server.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        held = [own, *map(int, children)]
        for pid in held:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in held:
                os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        """End the server and remove its files."""
        self.goes_away()
        shutil.rmtree(self._folder)

    def new_database(self, template: str = "template0") -> str:
        """Make a database, as a copy of `template`; returns its name."""
        name = f"t{next(self._numbers)}"
        self._psql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._psql(f"DROP DATABASE {name} WITH (FORCE)")

    def shut(self, name: str) -> None:
        """Let nobody into a database, and those who are in it out."""
        self._psql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self._psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def open(self, name: str) -> None:
        """Let everybody in again."""
        self._psql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def url_of(self, name: str) -> str:
        """The URL of a database."""
        return f"postgresql://tealight@127.0.0.1:{self.port}/{name}"

    def _psql(self, statement: str, check: bool = True) -> int:
        arguments = [
            "-h",
            str(self._folder),
            "-p",
            str(self.port),
            "-U",
            "tealight",
            "-d",
            "postgres",
            "-qc",
            statement,
        ]
        ended = subprocess.run([self._bin / "psql", *arguments], check=False, capture_output=True, cwd="/")
        assert not check or ended.returncode == 0, ended.stderr.decode()
        return ended.returncode

    def _command(self, name: str, *arguments: str) -> list[str]:
        return [*self._as_owner, str(self._bin / name), *arguments]


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    pytest.fail("PostgreSQL's server is not installed, and these tests need it: `apt-get install postgresql`.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running() -> Iterator[Postgres]:
    """A running PostgreSQL."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL that all share."""
    with running() as server:
        yield server
