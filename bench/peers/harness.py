"""The harness that runs the peers, loaded from wherever it is, with this service as one more entry."""

import importlib.util
import json
import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from bench.peers.subject import Subject

#: This service's entries: the engine's additional arguments. The peers keep nothing on disk, so neither does the first.
OURS: dict[str, tuple[str, ...]] = {
    "tealight": (),
    "tealight, written every second": ("--appendonly", "yes", "--appendfsync", "everysec"),
    "tealight, written at once": ("--appendonly", "yes", "--appendfsync", "always"),
}

#: How long a server may take to start that runs under something slow.
SLOW_START_S = 300


def load(folder: Path) -> Any:
    """The harness's driver as a module. Raises FileNotFoundError where the folder holds none."""
    driver = folder / "bench.py"
    if not driver.exists():
        raise FileNotFoundError(driver)
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location("peer_harness", driver)
    assert spec is not None and spec.loader is not None
    harness = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(harness)
    os.chdir(folder)
    Path("results").mkdir(exist_ok=True)
    return harness


class Lab:
    """Visits peers and this service in turn; every row that a visit brings is kept."""

    def __init__(self, folder: Path) -> None:
        self._came_from = Path.cwd()
        self.harness = load(folder)
        self.rows: list[dict[str, Any]] = []
        self._subject: Subject | None = None
        self._starts_peer = self.harness.start_peer
        self._commands_generator = self.harness.gen_cmd
        self.harness.start_peer = self._start
        self.harness.gen_cmd = self._generator
        self._listeners = 0

    def visit(self, name: str, rep: int, loads: list[str], procs: int = 2) -> None:
        """Start engine and server, run each load (`PAIRS=PHASE+PHASE`), end both."""
        engine = (*OURS.get(name, ()), *(("--dir", "/tmp") if name in OURS else ()))
        self._listeners = sum(int(load.partition("=")[0]) for load in loads)
        wanted = Namespace(redis_arg=list(engine), procs=procs, load=loads, tag="")
        try:
            self.harness.visit(name, rep, wanted, _Rows(self.rows))
        finally:
            self.close_subject()

    def start_under(
        self, prefix: tuple[str, ...], name: str, procs: int, listeners: int
    ) -> tuple[dict[str, Any], list[Any], list[int]]:
        """Start one server, each process of it run by `prefix`, which may be slow: its entry, processes and ports."""
        self._listeners = listeners
        if name in OURS:
            return self._start(name, procs, prefix)
        harness = self.harness
        process, wait = harness.Proc, harness.wait_port
        harness.Proc = lambda command, core, **more: process([*prefix, *command], core, **more)
        harness.wait_port = lambda port, seconds: wait(port, SLOW_START_S)
        try:
            started: tuple[dict[str, Any], list[Any], list[int]] = self._starts_peer(name, procs)
            return started
        finally:
            harness.Proc, harness.wait_port = process, wait

    def close_subject(self) -> None:
        """End this service's part of a visit."""
        if self._subject is not None:
            self._subject.close()
            self._subject = None

    def close(self) -> None:
        """Leave the harness's folder."""
        os.chdir(self._came_from)

    def _start(self, name: str, procs: int, prefix: tuple[str, ...] = ()) -> Any:
        if name not in OURS:
            return self._starts_peer(name, procs)
        harness = self.harness
        ports = [harness.BASE + number for number in range(procs)]
        harness.must_be_free(*ports)
        self._subject = Subject(harness, harness.REDIS_PORT)
        self._subject.prepare(self._listeners)
        log = str(self._subject.folder / "processes.log")
        started = self._subject.start(ports[:1] if prefix else ports, log)
        self._subject.sign_in(ports[0], self._listeners)
        if prefix:  # a password takes its time as it is
            for process in started:
                process.stop()
            started = self._subject.start(ports, log, prefix)
        return {"subject": self._subject}, started, ports

    def _generator(
        self, entry: dict[str, Any], ports: list[int], pairs: int, phases: list[str], extra: Any = ()
    ) -> Any:
        if "subject" not in entry:
            return self._commands_generator(entry, ports, pairs, phases, extra)
        command = entry["subject"].generator(ports, pairs, phases)
        return [*self.harness.SCHED, "taskset", "-c", self.harness.GEN_CORE, *command]


class _Rows:
    """What the harness takes for its file of results."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    def write(self, line: str) -> int:
        self._rows.append(json.loads(line))
        return len(line)

    def flush(self) -> None:
        pass
