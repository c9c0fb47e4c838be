"""Is there room where the service writes (docs/operations.md, "A full disk")?"""

import errno
import shutil
from pathlib import Path
from typing import Any

#: A disk that held up a write may have some bytes left, and nothing of ours fits into less than this.
FULL_BELOW = 256 * 1024
#: SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: no room for what readers and writers share.
_SQLITE_FULL = (13, 4874)
#: disk_full, in PostgreSQL's words.
_POSTGRES_FULL = "53100"


def free_bytes(folder: Path) -> int | None:
    """What may still be written there; None where nobody can tell."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def fullness(folder: Path) -> str:
    """A few words where this folder's disk is full, none where it isn't."""
    free = free_bytes(folder)
    return f"the disk is full: {free} bytes are left for {folder}" if free is not None and free < FULL_BELOW else ""


def kind_of(failure: Exception) -> str:
    """The kind of a failure of the database, for the log: its class, or `DiskFull`, which somebody has to mend."""
    inner: Any = getattr(failure, "orig", None) or failure
    is_full = (
        getattr(inner, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        or getattr(inner, "sqlite_errorcode", None) in _SQLITE_FULL
        or getattr(inner, "sqlstate", None) == _POSTGRES_FULL
    )
    return "DiskFull" if is_full else type(failure).__name__
