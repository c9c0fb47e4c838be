"""The key of an installation: made at the first start, kept in the data folder, never shown."""

import contextlib
import os
import secrets
from pathlib import Path

from config.key_file import write_key
from config.settings import SettingsError

FILE_NAME = "secret_key"
KEY_BYTES = 32


def path_of(data_dir: Path) -> Path:
    """Where the key of this data folder is kept."""
    return data_dir / FILE_NAME


def read_or_make(data_dir: Path) -> str:
    """The key of this data folder, made if there is none (file mode 600). Raises SettingsError."""
    with contextlib.suppress(FileExistsError):
        _make(path_of(data_dir))
    key = look(data_dir)
    if key is None:
        raise SettingsError(f"The key in {path_of(data_dir)} was taken away while it was read.")
    return key


def look(data_dir: Path) -> str | None:
    """The key of this data folder, if there is one. Raises SettingsError."""
    path = path_of(data_dir)
    try:
        key = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The key in {path} can't be read; it must be a text file of this user.") from None
    if len(key) < KEY_BYTES:
        raise SettingsError(f"The key in {path} is damaged; put the saved one back, or set SECRET_KEY.")
    return key


def _make(path: Path) -> None:
    if not path.exists():
        write_key(path, f"{secrets.token_hex(KEY_BYTES)}\n".encode(), os.link)
