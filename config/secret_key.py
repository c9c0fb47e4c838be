"""The key of an installation: made at the first start, kept in the data folder, never shown."""

import contextlib
import os
import secrets
from pathlib import Path

from config.settings import SettingsError

FILE_NAME = "secret_key"
KEY_BYTES = 32


def path_of(data_dir: Path) -> Path:
    """Where the key of this data folder is kept."""
    return data_dir / FILE_NAME


def read_or_make(data_dir: Path) -> str:
    """The key of this data folder, made if there is none (file mode 600). Raises SettingsError."""
    path = path_of(data_dir)
    with contextlib.suppress(FileExistsError):
        _make(path)
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The key in {path} can't be read; it must be a text file of this user.") from None
    if len(key) < KEY_BYTES:
        raise SettingsError(f"The key in {path} is damaged; put the saved one back, or set SECRET_KEY.")
    return key


def _make(path: Path) -> None:
    if path.exists():
        return
    # Written aside and linked in whole: a crash in between leaves no half key behind.
    aside = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise SettingsError(f"The key can't be written to {path}: {error.strerror}.") from None
    finally:
        aside.unlink(missing_ok=True)
