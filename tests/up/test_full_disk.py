"""A disk without room: everybody is told to try again, the words say why, and it passes with the want of room."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.service import until
from tests.up.running import command, running_up


class SmallDisk:
    """A disk of its own, in memory, that can be filled to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as ballast:
            for size in (64 * 1024, 1):
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError:
                    continue

    def make_room(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("only root may mount a disk to be filled")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_named_ends_no_process_but_the_engine_and_is_over_when_there_is_room(disk: SmallDisk) -> None:
    with running_up(disk.folder) as up:
        disk.fill()
        # Whatever the engine has to write ends it; a web process that comes new counts in files of its own.
        os.kill(up.children()["tealight web"][0], signal.SIGKILL)
        assert until(lambda: "The disk is full" in up.read("/readyz"), 30)
        assert until(lambda: "the disk is full: " in up.output.read_text(), 30)
        assert "tealight_disk_free_bytes 0.0" in up.read("/metrics")
        code, said, _ = command("doctor", env={"DATA_DIR": str(disk.folder)})
        assert code == 1 and "the disk is full" in said
        # A second folder there: what can't even begin says so in one line.
        code, _, complaint = command("up", env={"DATA_DIR": str(disk.folder / "other"), "PORT": "0"})
        assert code == 1 and complaint.startswith("The disk is full") and complaint.count("\n") == 1
        disk.make_room()
        assert until(lambda: up.ask("/readyz") == 200, 30)
        assert "pass_failed" not in up.output.read_text()
        assert f'"exit_code": -{signal.SIGBUS}' not in up.output.read_text()
