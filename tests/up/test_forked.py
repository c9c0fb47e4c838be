"""Processes that `tealight up` forks off itself: as if they had been started alone."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tealight import forked
from tests.helpers.service import PATIENCE_S, until
from tests.up.running import Up, clean_environment, running_up

pytestmark = pytest.mark.skipif(not forked.CAN_FORK, reason="here processes are started afresh")

FAILING = """
from tealight import forked, long_process

def run(name):
    raise RuntimeError("of the child")

long_process.run = run
print("ended", forked.fork("router", env={}).wait())
"""
KEEPER = """
import os, signal, sys
from tealight import forked

signal.signal(signal.SIGTERM, lambda *_: print("the keeper's handler"))
print("said once")
child = forked.fork("router", env={"PATH": os.environ["PATH"]})
print("ended", child.wait(), child.poll(), os.environ["KEEPERS_OWN"])
"""


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with running_up(tmp_path_factory.mktemp("forked") / "data") as service:
        yield service


def held_by(pid: int) -> list[str]:
    """What its descriptors lead to."""
    held = []
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            held.append(str(path.readlink()))
    return held


def test_no_child_holds_a_lock_of_the_keeper(up: Up) -> None:
    # A lock lives as long as anybody holds it: the next `up` would wait for children of one that was killed.
    assert [name for name in held_by(up.process.pid) if name.endswith(".lock")] != []
    for name in ("web", "router", "archiver", "partner"):
        until(lambda name=name: f"tealight {name}" in up.children())
        for pid in up.children()[f"tealight {name}"]:
            until(lambda pid=pid: not [held for held in held_by(pid) if held.endswith(".lock")])


def test_a_child_is_led_by_nobody_else_s_terminal_and_reads_nothing(up: Up) -> None:
    for pid in (pid for name, pids in up.children().items() if name.startswith("tealight ") for pid in pids):
        until(lambda pid=pid: os.getpgid(pid) == pid)
        until(lambda pid=pid: Path(f"/proc/{pid}/fd/0").readlink() == Path(os.devnull))


def test_a_child_without_its_settings_says_so_and_nothing_is_said_twice() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KEEPER],
        env={**clean_environment(), "KEEPERS_OWN": "stays"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert ended.stdout == "said once\nended 2 2 stays\n"
    assert ended.stderr.startswith("REDIS_URL is not set")
    assert len(ended.stderr.splitlines()) == 1


def test_what_nobody_expected_leaves_its_trace() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FAILING],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert ended.stdout == "ended 1\n"
    assert ended.stderr.startswith("Traceback")
    assert ended.stderr.endswith("RuntimeError: of the child\n")
