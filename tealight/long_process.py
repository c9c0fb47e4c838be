"""One of the processes that go on until they are told to stop: `tealight web`, `router`, `archiver`, `partner`."""

import gc
import importlib
import os
import signal
import sys
from types import ModuleType
from typing import Any, NoReturn

from setproctitle import setproctitle

from config.settings import SettingsError, load
from tealight import early_end

NAMES = early_end.NAMES
NEEDS = ("REDIS_URL", "DATABASE_URL", "SECRET_KEY")


def _leave(*_: Any) -> NoReturn:
    sys.exit(0)


def take_name(name: str) -> None:
    """Show as `tealight web` and not as a path to Python, and end without a trace when told to before all is loaded."""
    setproctitle(f"tealight {name}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)


def imported(*names: str) -> list[ModuleType]:
    """Their modules, with all that they need."""
    # What importing makes stays: to look for garbage in it again and again takes a sixth of the start.
    gc.disable()
    modules = [importlib.import_module(f"tealight.{name}") for name in names]
    gc.collect()
    gc.freeze()
    gc.enable()
    return modules


def run(name: str, *arguments: object) -> int:
    """Be that process, as the environment's settings say; the exit code. Raises SettingsError."""
    settings = load(dict(os.environ), needs=NEEDS)
    from config import log
    from tealight.password_check import refuse_wrong_password

    refuse_wrong_password(settings)
    log.set_up(settings.log_level, process=name)
    try:
        (module,) = imported(name)
        return int(module.main(settings, *arguments))
    except SettingsError:
        raise
    except Exception:
        # As a line of the log: a bare trace would also print the error's own words, whatever they quote.
        log.get_logger(name).exception("process_failed")
        return 1
