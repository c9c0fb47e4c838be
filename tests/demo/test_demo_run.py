"""A whole demo run on a whole service: simulated people talk while processes die, and nothing is lost."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.service import until
from tests.up.running import ROOT, Up, clean_environment, running_up

CLEAN = ("lost", "doubled", "misordered", "in the wrong chat", "altered")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with running_up(tmp_path_factory.mktemp("demo") / "data", "--demo") as up:
        yield up


def start(up: Up, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tealight", "demo", *options],
        cwd=ROOT,
        env={**clean_environment(), "PORT": str(up.port), "DATA_DIR": str(up.data_dir)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def people_are_there(up: Up, least: int) -> bool:
    """Are so many connected, as far as the service counts?"""
    with contextlib.suppress(OSError, http.client.HTTPException):
        lines = [line for line in up.read("/metrics").splitlines() if line.startswith("tealight_connections{")]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines) >= least
    return False


def number(table: str, what: str) -> int:
    found = re.search(rf"│ {re.escape(what)}\s+│\s+(\d+)", table)
    assert found, f"{what} is not in the table:\n{table}"
    return int(found[1])


def test_people_come_talk_and_leave_while_web_processes_and_the_engine_are_killed(service: Up) -> None:
    demo = start(service, "--chats", "12", "--at-once", "12", "--pace", "500", "--seed", "4")
    for victim in ("tealight web", "tealight web", "valkey"):
        until(lambda: len(service.children().get("tealight web", [])) == 2 and people_are_there(service, 6), 120)
        time.sleep(2)
        os.kill(service.children()[victim][0], signal.SIGKILL)
    table, _ = demo.communicate(timeout=150)
    assert demo.returncode == 0, table
    assert [number(table, what) for what in CLEAN] == [0] * len(CLEAN), table
    assert number(table, "seekers who came") == 12
    assert number(table, "chats opened") >= 4
    assert number(table, "messages shown to the other side") >= 50
    assert number(table, "connections that came back") >= 1


def test_ctrl_c_ends_it_in_order_with_a_table(service: Up) -> None:
    demo = start(service, "--chats", "0", "--at-once", "4", "--pace", "100")
    until(lambda: people_are_there(service, 3), 120)
    time.sleep(2)
    demo.send_signal(signal.SIGINT)
    table, _ = demo.communicate(timeout=120)
    assert demo.returncode == 0, table
    assert "Everybody finishes" in table and "Traceback" not in table
    assert [number(table, what) for what in CLEAN] == [0] * len(CLEAN), table


def test_what_simulated_people_wrote_is_in_no_log_of_the_service(service: Up) -> None:
    demo = start(service, "--chats", "2", "--at-once", "4", "--pace", "300")
    table, _ = demo.communicate(timeout=120)
    assert demo.returncode == 0, table
    assert "(demo) " not in service.output.read_text().replace("Demo run", "")


def test_without_a_service_it_says_so_in_one_sentence(tmp_path: Path) -> None:
    def demo(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tealight", "demo", *words],
            cwd=ROOT,
            env={**clean_environment(), "DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert demo("prepare").returncode == 0
    done = demo("--url", "ws://127.0.0.1:9/ws")
    assert done.returncode == 1
    assert "is the service up?" in done.stderr and "Traceback" not in done.stderr


def test_a_second_ctrl_c_ends_at_once_and_in_one_word(service: Up) -> None:
    demo = start(service, "--chats", "0", "--at-once", "6", "--pace", "500")
    assert demo.stdout is not None
    until(lambda: people_are_there(service, 6), 60)
    demo.send_signal(signal.SIGINT)
    assert any("finishes" in line for line in demo.stdout)
    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=30)
    # The first one may have been enough meanwhile; then the table is there.
    assert "Traceback" not in rest
    assert demo.returncode == 0 or rest == "Stopped.\n"
