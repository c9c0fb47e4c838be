"""The private key that signs certificates: made at the first one, kept in the data folder, never shown."""

import contextlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from config.key_file import write_key
from config.settings import SettingsError

FILE_NAME = "certificate_key.pem"


def path_of(data_dir: Path) -> Path:
    """Where the key of this data folder is kept."""
    return data_dir / FILE_NAME


def read_or_make(data_dir: Path) -> Ed25519PrivateKey:
    """The key of this data folder, made if there is none (file mode 600). Raises SettingsError."""
    path = path_of(data_dir)
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            _write(path, os.link)
    return _read(path)


def find(data_dir: Path) -> Ed25519PrivateKey | None:
    """The key of this data folder; None where no certificate was signed yet. Raises SettingsError."""
    path = path_of(data_dir)
    return _read(path) if path.exists() else None


def rotate(data_dir: Path) -> Ed25519PrivateKey:
    """Put another key in the place of the old one, and return it. Raises SettingsError.

    The old private key is gone: nobody can sign with it any more. What it signed stays good as long as its public
    half is trusted.
    """
    path = path_of(data_dir)
    _write(path, os.replace)
    return _read(path)


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SettingsError(f"Others may read the key in {path}; `chmod 600` it, and rotate it.")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise SettingsError(f"The key in {path} can't be read; put the saved one back, or move it away.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"The key in {path} is not an Ed25519 key; put the saved one back.")
    return key


def _write(path: Path, put: Callable[[Path, Path], None]) -> None:
    key = Ed25519PrivateKey.generate()
    write_key(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), put)
