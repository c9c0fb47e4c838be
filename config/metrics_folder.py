"""Where the processes of one machine leave their counts for each other (docs/operations.md)."""

import contextlib
import hashlib
import os
import shutil
from pathlib import Path

#: Read once, when prometheus_client is first imported: whoever imports config.metrics before it is set counts alone.
DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
#: Files in memory, where the system has such a place.
MEMORY = Path("/dev/shm")  # noqa: S108 - nobody else's folder is taken
ROOM_WANTED = 16 * 1024**2


def make_folder(data_dir: Path) -> Path:
    """An empty folder: what is counted is of this run only.

    In memory if possible: counters are mapped files, and on a full disk the kernel ends whoever counts something new.
    """
    in_memory, on_disk = _places(data_dir)
    remove_folder(data_dir)
    if _has_room():
        with contextlib.suppress(OSError):  # somebody else made a folder of that name
            in_memory.mkdir(mode=0o700)
            return in_memory
    on_disk.mkdir(mode=0o700)
    return on_disk


def remove_folder(data_dir: Path) -> None:
    """At the end: nothing stays behind in memory."""
    for counts in _places(data_dir):
        shutil.rmtree(counts, ignore_errors=True)


def _places(data_dir: Path) -> tuple[Path, Path]:
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return MEMORY / f"tealight-{os.getuid()}-{mark}-metrics", data_dir / "metrics"


def _has_room() -> bool:
    try:
        return os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free > ROOM_WANTED
    except OSError:
        return False
