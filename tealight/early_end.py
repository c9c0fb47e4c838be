"""Ends a process that is told to stop before anything of it is there (docs/operations.md, "Stopping").

It is imported before all that takes a second to import.
"""

import os
import signal
import sys
from typing import NoReturn

#: Those that `tealight up` keeps; each of them and `up` itself goes on until it is told to stop.
NAMES = ("web", "router", "archiver", "partner")
LONG_COMMANDS = ("up", *NAMES)


def _end(*_: object) -> NoReturn:
    os._exit(0)  # nothing was begun; an exception would come up wherever something is just being imported


def end_at_signals() -> None:
    """Until the process's own handlers stand, a signal ends it with exit code 0, as it will later."""
    if sys.argv[1:2] and sys.argv[1] in LONG_COMMANDS:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)
