"""A process that the keeper forks off itself: all is imported already, so it serves 0.6 s of a core sooner.

The keeper has no threads and holds nothing that a child must not have but some descriptors, which the child closes.
"""

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn

from config.engines.parent_death import dies_with_parent
from config.settings import SettingsError
from tealight import long_process

#: Without fork, or where a library's threads make it unsafe (macOS), processes are started afresh.
CAN_FORK = sys.platform == "linux"
#: What the keeper handles itself. Held back while it forks: none may reach the keeper's handler in the child.
_KEEPERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Forked:
    """As much of subprocess.Popen as the keeper needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """Its exit code once it has ended; minus the signal's number where one killed it."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def wait(self) -> int:
        """Until it has ended; the exit code."""
        if self._code is None:
            _, status = os.waitpid(self.pid, 0)
            self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def send_signal(self, number: int) -> None:
        """Nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def fork(name: str, *arguments: object, env: Mapping[str, str], without: Iterable[int] = ()) -> Forked:
    """Start `tealight NAME` with this environment. It closes the descriptors `without`. Raises OSError."""
    ask_to_die = dies_with_parent()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # what waits there would be written twice
    held_back = signal.pthread_sigmask(signal.SIG_BLOCK, _KEEPERS)
    try:
        pid = os.fork()
        if pid == 0:
            _live(name, arguments, env, without, ask_to_die)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held_back)
    return Forked(pid)


def _live(
    name: str,
    arguments: tuple[object, ...],
    env: Mapping[str, str],
    without: Iterable[int],
    ask_to_die: Callable[[], None],
) -> NoReturn:
    """The child's whole life: nothing of the keeper's goes on in it."""
    code = 1
    try:
        ask_to_die()
        os.setpgid(0, 0)  # Ctrl-C must reach the keeper only, which then ends the others in order
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGHUP, signal.SIGCHLD):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        long_process.take_name(name)
        for descriptor in without:
            os.close(descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), 0)
        os.environ.clear()
        os.environ.update(env)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _KEEPERS)
        code = long_process.run(name, *arguments)
    except SettingsError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        code = 2
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()  # as of a process that was started afresh
    finally:
        with contextlib.suppress(OSError):  # whoever read them may be gone
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
