"""What the embedded engine takes its memory from: mimalloc or jemalloc where the system has one, else the C library.

The engine's program comes without an allocator of its own, and a script takes and returns small pieces all the time.
With either a chat takes a tenth to a sixth less of the engine's time, and hardly a call is left that waits until the C
library has tidied its free pieces (docs/decisions/0028-the-engines-allocator.md).
"""

import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ORDINARY = (Path("/usr/lib64"), Path("/usr/lib"), Path("/usr/local/lib"))


class Allocator(NamedTuple):
    """A library that stands in for the C library's allocator: its name, its file, and what its environment tells it.

    Both are told to take huge pages.
    """

    name: str
    file: str
    settings: dict[str, str]


MIMALLOC = Allocator(
    "mimalloc",
    "libmimalloc.so.2",
    # What was freed is kept, as giving it back cuts huge pages into small ones. Each twice, since version 2.1 calls
    # them otherwise than 2.0.
    {
        "MIMALLOC_LARGE_OS_PAGES": "1",
        "MIMALLOC_ALLOW_LARGE_OS_PAGES": "1",
        "MIMALLOC_ALLOW_DECOMMIT": "0",
        "MIMALLOC_PURGE_DELAY": "-1",
    },
)
#: One arena, since one thread does nearly everything. What was freed goes back after a while: where it keeps all, it
#: finds hardly any of it again, and the engine came to hold two and a half times what it used.
JEMALLOC = Allocator(
    "jemalloc",
    "libjemalloc.so.2",
    {"MALLOC_CONF": "thp:always,metadata_thp:always,narenas:1,lg_tcache_max:16"},
)
#: The first that the system has is taken.
ALLOCATORS = (MIMALLOC, JEMALLOC)
#: Of the C library: huge pages where the system leaves that to the program, and longer lists of freed small pieces,
#: which a script returns and asks for all the time.
TUNABLES = "glibc.malloc.hugetlb=1:glibc.malloc.tcache_count=1000"


def folders() -> list[Path]:
    """Where systems keep libraries for this kind of machine."""
    of_this_kind = sysconfig.get_config_var("MULTIARCH")  # Debian and its kin have a folder for each kind of machine
    return [Path("/usr/lib", of_this_kind or "."), *ORDINARY]


def found(among: Iterable[Path] | None = None) -> tuple[Allocator, Path] | None:
    """The allocator to take and its file in one of these folders (by default the system's), or None."""
    where = tuple(folders() if among is None else among)
    files = ((one, folder / one.file) for one in ALLOCATORS for folder in where)
    return next(((one, path) for one, path in files if path.is_file()), None)


def environment(chosen: tuple[Allocator, Path] | None) -> dict[str, str]:
    """What the engine's environment must hold, so that it takes its memory from there, or from the C library."""
    if chosen is None:
        return {"GLIBC_TUNABLES": TUNABLES}
    allocator, path = chosen
    return {"LD_PRELOAD": str(path), **allocator.settings}
