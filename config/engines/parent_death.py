"""A child process ends when its parent does, even when the parent is killed with -9."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def dies_with_parent(death_signal: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn` that asks the kernel to send `death_signal` to the child when the calling thread ends.

    Call it, and start the child, from the main thread of a process without other threads: the kernel watches the
    thread that forked. Outside Linux the child merely starts.
    """
    parent_pid = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def in_child() -> None:
        if libc is None:
            return
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        # The parent may have died between fork and prctl: then the signal never comes.
        if os.getppid() != parent_pid:
            os._exit(1)

    return in_child
