"""A Valkey of the suite's own: on TCP, with its append-only file on disk before it answers."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import hiredis

from config.engines.parent_death import dies_with_parent
from config.engines.several import free_port
from config.engines.valkey import binary_path
from tests.chaos.kept import Kept

MAX_MEMORY = 1024 * 1024 * 1024
ANSWER_S = 5.0


class EngineRefused(Exception):
    """An error that the engine answered with."""


class Engine(Kept):
    """One server and its folder, kept alive. `ask` goes to it directly, past the ways that the service uses."""

    def __init__(self, folder: Path, name: str = "engine", *, replica_of: int = 0, clock: dict[str, str] | None = None):
        self.folder = folder
        self.port = free_port()
        self._clock = clock or {}
        folder.mkdir(parents=True)
        lines = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": f'"{folder}"',
            "logfile": '"valkey.log"',
            "loglevel": "warning",
            "save": '""',
            "appendonly": "yes",
            "appendfsync": "always",
            "aof-load-truncated": "yes",
            "maxmemory": str(MAX_MEMORY),
            "maxmemory-policy": "noeviction",
            "repl-diskless-sync-delay": "0",
            "repl-timeout": "5",
            "enable-debug-command": "local",
        }
        if replica_of:
            lines["replicaof"] = f"127.0.0.1 {replica_of}"
        (folder / "valkey.conf").write_text("".join(f"{key} {value}\n" for key, value in lines.items()))
        super().__init__(name, self._start)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [binary_path(), str(self.folder / "valkey.conf")],
            stdin=subprocess.DEVNULL,
            preexec_fn=dies_with_parent(signal.SIGKILL),
            process_group=0,
            # Python ignores SIGXFSZ, and so must the server: a file at its limit is then an error of `write`, as a
            # full disk is, and not a signal.
            restore_signals=False,
            env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", **self._clock},
        )

    async def ask(self, *words: str | int) -> Any:
        """The answer to one command. Raises OSError, TimeoutError, EngineRefused."""
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                writer.write(hiredis.pack_command(words))
                parser = hiredis.Reader(encoding="utf-8", errors="replace")
                while (answer := parser.gets()) is False:
                    chunk = await reader.read(65536)
                    if not chunk:
                        raise ConnectionError("the engine closed the connection")
                    parser.feed(chunk)
            finally:
                writer.transport.abort()
        if isinstance(answer, hiredis.ReplyError):
            raise EngineRefused(str(answer))
        return answer

    async def is_well(self) -> bool:
        """Does it answer, with its files read in?"""
        with contextlib.suppress(OSError, TimeoutError, EngineRefused):
            return await self.ask("PING") == "PONG"
        return False

    async def until_well(self, within_s: float = 30.0) -> None:
        """Raises AssertionError."""
        ends = time.monotonic() + within_s
        while not await self.is_well():
            assert time.monotonic() < ends, f"{self.name} did not answer within {within_s:g} s"
            self.look()
            await asyncio.sleep(0.02)

    async def replication(self) -> dict[str, str]:
        """INFO replication as a map. Raises as `ask`."""
        told = str(await self.ask("INFO", "replication"))
        return dict(line.split(":", 1) for line in told.splitlines() if ":" in line)

    async def becomes_master(self) -> None:
        """A replica leads from now on, after it is started again, too. Raises as `ask`."""
        conf = self.folder / "valkey.conf"
        lines = conf.read_text().splitlines(keepends=True)
        conf.write_text("".join(line for line in lines if not line.startswith("replicaof")))
        await self.ask("REPLICAOF", "NO", "ONE")

    # ---- what lies on disk ----

    @property
    def files(self) -> Path:
        return self.folder / "appendonlydir"

    def copy_files(self, to: Path) -> None:
        """Its files as of now. It stands still meanwhile, so that the copy is of one moment."""
        was_stopped = self.is_stopped
        self.stop()
        _until_still(self.process.pid)
        shutil.copytree(self.files, to)
        if not was_stopped:
            self.go_on()

    def come_back_with(self, files: Path | None) -> None:
        """Kill it, and let it find these files (none: it is empty) when it starts again."""
        self.kill()
        self.process.wait()
        shutil.rmtree(self.files, ignore_errors=True)
        if files is not None:
            shutil.copytree(files, self.files)

    def bound_files(self, more_bytes: int | None) -> None:
        """No file of it may grow by more than so much, as on a disk that is nearly full; None is no bound."""
        soft = resource.RLIM_INFINITY
        if more_bytes is not None:
            largest = max((file.stat().st_size for file in self.files.iterdir()), default=0)
            soft = largest + more_bytes
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))


def _until_still(pid: int) -> None:
    for _ in range(500):
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T":
            return
        time.sleep(0.002)
