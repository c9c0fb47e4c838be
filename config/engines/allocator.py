"""What the embedded engine takes its memory from: jemalloc where the system has it, else the C library itself.

The engine's program comes without an allocator of its own. With jemalloc a chat takes a tenth to a seventh less of the
engine's time, and hardly a call is left that waits until the C library has tidied its free pieces
(docs/decisions/0028-jemalloc-where-the-system-has-it.md).
"""

import sysconfig
from collections.abc import Iterable
from pathlib import Path

NAME = "libjemalloc.so.2"
ORDINARY = (Path("/usr/lib64"), Path("/usr/lib"), Path("/usr/local/lib"))
#: Huge pages for all of it; one arena, since one thread does nearly everything; and what was freed is kept, as giving
#: it back cuts huge pages into small ones.
SETTINGS = "thp:always,metadata_thp:always,narenas:1,lg_tcache_max:16,dirty_decay_ms:-1,muzzy_decay_ms:-1"
#: Of the C library: huge pages where the system leaves that to the program, and longer lists of freed small pieces,
#: which a script returns and asks for all the time.
TUNABLES = "glibc.malloc.hugetlb=1:glibc.malloc.tcache_count=1000"


def folders() -> list[Path]:
    """Where systems keep libraries for this kind of machine."""
    of_this_kind = sysconfig.get_config_var("MULTIARCH")  # Debian and its kin have a folder for each kind of machine
    return [Path("/usr/lib", of_this_kind or "."), *ORDINARY]


def jemalloc(among: Iterable[Path] | None = None) -> Path | None:
    """The library's file in one of these folders (by default the system's), or None."""
    found = (folder / NAME for folder in (folders() if among is None else among))
    return next((path for path in found if path.is_file()), None)


def environment(library: Path | None) -> dict[str, str]:
    """What the engine's environment must hold, so that it takes its memory from this library, or from the C library."""
    if library is None:
        return {"GLIBC_TUNABLES": TUNABLES}
    return {"LD_PRELOAD": str(library), "MALLOC_CONF": SETTINGS}
