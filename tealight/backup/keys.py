"""The file of keys: what makes a copy readable, apart from it. In clear for its owner only, or under a passphrase."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from msgspec import Struct

from config import master_keys, secret_key
from config.settings import Settings
from listener_training.certification import signing_key
from tealight.backup.shelf import BackupError, stamp, write_private

_MARK = b"TEALIGHT-KEYS-1\n"
_SALT, _NONCE = 16, 12
#: scrypt as RFC 7914 has it: 64 MiB and a fifth of a second for each guess.
_SCRYPT = {"n": 2**16, "r": 8, "p": 1}
PASSPHRASE_MIN = 12


class ChatKeyCopy(Struct, frozen=True, array_like=True):
    """One row of `chat_keys`, still wrapped under a master key."""

    chat_id: str
    wrapped: bytes
    master_id: str
    made_at_ms: int
    deletion_hash: bytes | None

    def __repr__(self) -> str:
        return f"ChatKeyCopy(chat_id={self.chat_id!r})"


class KeyRing(Struct, frozen=True):
    """All keys of a service. `files`: name in the data folder -> text; `given`: settings that hold the others."""

    made_at_ms: int
    chat_keys: list[ChatKeyCopy]
    files: dict[str, str]
    given: list[str]

    def __repr__(self) -> str:
        return f"KeyRing(chat_keys={len(self.chat_keys)}, files={sorted(self.files)})"


def gather(settings: Settings, chat_keys: Sequence[ChatKeyCopy], now_ms: int) -> KeyRing:
    """The rows with the keys of the data folder. What comes from a setting stays with whoever sets it."""
    given = [("SECRET_KEY", settings.secret_key, secret_key.FILE_NAME)]
    given.append(("MASTER_KEY", settings.master_key, master_keys.FILE_NAME))
    names = [file for _, value, file in given if not value] + [signing_key.FILE_NAME]
    files = {}
    for name in names:
        path = settings.data_dir / name
        if path.exists():
            files[name] = path.read_text(encoding="ascii")
    return KeyRing(now_ms, list(chat_keys), files, [setting for setting, value, _ in given if value])


def write(folder: Path, ring: KeyRing, passphrase: str) -> Path:
    """Write the file. An empty passphrase leaves it in clear, readable by its owner only."""
    name = f"keys-{stamp(ring.made_at_ms)}"
    raw = msgspec.json.encode(ring)
    if not passphrase:
        path = folder / f"{name}.json"
        write_private(path, raw)
        return path
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, raw, _MARK)
    path = folder / f"{name}.sealed"
    write_private(path, _MARK + salt + nonce + sealed)
    return path


def read(path: Path, passphrase: str) -> KeyRing:
    """Raises BackupError."""
    try:
        raw = path.read_bytes()
        if path.suffix == ".sealed":
            if not passphrase:
                raise BackupError(f"{path.name} is sealed; give its passphrase with --passphrase-stdin.")
            at = len(_MARK)
            salt, nonce = raw[at : at + _SALT], raw[at + _SALT : at + _SALT + _NONCE]
            raw = AESGCM(_key(passphrase, salt)).decrypt(nonce, raw[at + _SALT + _NONCE :], raw[:at])
        return msgspec.json.decode(raw, type=KeyRing)
    except InvalidTag:
        raise BackupError(f"{path.name} does not open with this passphrase, or it was changed.") from None
    except (OSError, ValueError, msgspec.DecodeError):
        raise BackupError(f"{path.name} is no file of keys that can be read.") from None


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **_SCRYPT).derive(passphrase.encode())
