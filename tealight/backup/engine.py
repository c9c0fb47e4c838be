"""The embedded engine's state as a dump, and back. It holds who waits and talks, and sealed words of the last hour."""

import contextlib
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hiredis

from config.engines.valkey import EmbeddedValkey, EngineError, answers, dump_loaded, stop
from tealight.backup.shelf import BackupError

DUMP = "engine.rdb"
PATIENCE_S = 120.0
STOP_S = 10.0
#: Every chat's hash, of whatever shard, practice included.
CHATS = "{*}:c:*"


@contextlib.contextmanager
def running(data_dir: Path) -> Iterator[Path]:
    """The socket of the folder's engine: of the one that runs, or of one that runs for as long as this lasts."""
    engine = EmbeddedValkey(data_dir)
    if answers(engine.socket):
        yield engine.socket
        return
    engine.lock(0)
    try:
        process = engine.start()
        try:
            engine.wait_ready(PATIENCE_S)
            yield engine.socket
        finally:
            stop(process, STOP_S)
    finally:
        engine.release()


def has_state(data_dir: Path) -> bool:
    """Has an engine ever written to this folder?"""
    return (data_dir / "valkey" / "appendonlydir").is_dir()


def dump(at: Path, target: Path) -> None:
    """Fetch all that the engine holds at one instant, as a replica would. Raises BackupError, OSError."""
    with socket.socket(socket.AF_UNIX) as line, target.open("wb") as out:
        target.chmod(0o600)
        line.settimeout(PATIENCE_S)
        line.connect(str(at))
        line.sendall(b"SYNC\r\n")
        received = line.makefile("rb")
        # Newlines say that it is still at it; then `$<bytes>`, and the dump without an end of its own.
        while (head := received.readline()) == b"\n":
            pass
        if not head.startswith(b"$") or not head[1:].strip().isdigit():
            said = head[:80].decode(errors="replace").strip()
            raise BackupError(f"The engine gave no dump: {said or 'it went away'}")
        left = int(head[1:])
        while left:
            part = received.read(min(left, 1 << 20))
            if not part:
                raise BackupError("The engine went away while its dump was read.")
            out.write(part)
            left -= len(part)


def load(source: Path, folder: Path) -> int:
    """Make an engine's folder from a dump, every chat's log with a new epoch. Answers how many chats there are.

    What was answered after the dump was made is lost to the engine and held by clients. Another epoch tells them so:
    they drop what they hold and send what is theirs and missing. Raises BackupError.
    """
    try:
        with dump_loaded(source, folder) as (at, process):
            renewed = _renew_epochs(at)
            _write_log(at, process)
    except EngineError as error:
        raise BackupError(f"{source.name} can't be loaded: {error}") from None
    return renewed


def _renew_epochs(at: Path) -> int:
    renewed, cursor = 0, b"0"
    with _Line(at) as line:
        while True:
            cursor, keys = line.ask("SCAN", cursor, "MATCH", CHATS, "COUNT", "1000", "TYPE", "hash")
            for key in keys:
                line.ask("HSET", key, "ep", secrets.token_hex(6))
            renewed += len(keys)
            if cursor == b"0":
                return renewed


def _write_log(at: Path, process: subprocess.Popen[bytes]) -> None:
    """From the dump to the append-only file, which is all that the service's own engine reads."""
    with _Line(at) as line:
        line.ask("CONFIG", "SET", "appendfsync", "always")
        line.ask("CONFIG", "SET", "appendonly", "yes")
        until = time.monotonic() + PATIENCE_S
        while True:
            told = line.ask("INFO", "persistence")
            if b"aof_rewrite_in_progress:0" in told and b"aof_rewrite_scheduled:0" in told:
                if b"aof_last_bgrewrite_status:ok" in told:
                    return
                raise EngineError("its append-only file could not be written")
            if time.monotonic() > until or process.poll() is not None:
                raise EngineError("it took too long to write its append-only file")
            time.sleep(0.02)


class _Line:
    """One blocking connection."""

    def __init__(self, at: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(str(at))
        self._reader = hiredis.Reader()

    def ask(self, *words: bytes | str) -> Any:
        self._socket.sendall(hiredis.pack_command(words))  # type: ignore[arg-type]
        while (answer := self._reader.gets()) is False:
            part = self._socket.recv(1 << 16)
            if not part:
                raise EngineError("it went away")
            self._reader.feed(part)
        if isinstance(answer, hiredis.ReplyError):
            raise EngineError(str(answer))
        return answer

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
