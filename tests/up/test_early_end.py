"""A stop that comes before anything is there is a stop, not a crash."""

import signal
import subprocess
import sys

import pytest

from tests.helpers.service import PATIENCE_S
from tests.up.running import ROOT

STOPPED = """
import os, signal, sys
from tealight.early_end import end_at_signals
sys.argv = ["tealight", {command!r}]
end_at_signals()
assert not {{"typer", "msgspec", "sqlalchemy"}} & sys.modules.keys(), "it was to be there before all that takes long"
os.kill(os.getpid(), signal.{number})
"""


def code_of(command: str, number: signal.Signals) -> int:
    """Of a process that is told to end while it begins."""
    script = STOPPED.format(command=command, number=number.name)
    return subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=PATIENCE_S, check=False).returncode


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_goes_on_ends_well_before_it_is_up(number: signal.Signals) -> None:
    assert code_of("up", number) == 0


def test_a_command_that_was_to_do_something_does_not_say_that_it_did() -> None:
    assert code_of("backup", signal.SIGTERM) == -signal.SIGTERM
