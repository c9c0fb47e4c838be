"""A file that holds a key: of one user, and there in whole or not at all."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from config.settings import SettingsError


def write_key(path: Path, content: bytes, put: Callable[[Path, Path], None]) -> None:
    """Written aside and put in place in whole: a crash in between leaves no half key behind. Makes the folder, too.

    `put`: os.replace, or os.link, which raises FileExistsError where another process was first. Raises SettingsError.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"The key can't be written to {path}: {error.strerror}.") from None
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        put(aside, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise SettingsError(f"The key can't be written to {path}: {error.strerror}.") from None
    finally:
        with contextlib.suppress(OSError):  # where nothing can be written, nothing stands aside
            aside.unlink()
