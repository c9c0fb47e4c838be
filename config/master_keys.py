"""The master keys, under which the data key of every chat is wrapped (docs/encryption.md).

They come from the setting MASTER_KEY, or from a file in the data folder that is made at the first start. There may be
several generations: the newest one wraps, the older ones still open what they wrapped.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.clock import now_ms
from config.key_file import write_key
from config.settings import Settings, SettingsError

FILE_NAME = "master_keys"
KEY_BYTES = 32
NONCE_BYTES = 12
_HEX = re.compile(r"[0-9a-f]{64}")


class MasterKeyMissingError(Exception):
    """Something was wrapped under a master key that is not here. Names its id."""


class WrappedKeyDamagedError(Exception):
    """What should be a wrapped key is something else, or belongs elsewhere."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One generation. `made_at_ms` 0: from the setting, where nobody says since when."""

    master_id: str
    made_at_ms: int
    secret: bytes = field(repr=False)

    def wrap(self, owner: str, key: bytes) -> bytes:
        """The key of `owner` (a chat's id), so that nobody without this master key can read or move it."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, key, _purpose(owner))

    def unwrap(self, owner: str, wrapped: bytes) -> bytes:
        """What `wrap` was given. Raises WrappedKeyDamagedError."""
        try:
            return AESGCM(self.secret).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _purpose(owner))
        except (InvalidTag, ValueError):
            raise WrappedKeyDamagedError(owner) from None


def _purpose(owner: str) -> bytes:
    return b"tealight wrapped key 1|" + owner.encode()


def master_key(secret: bytes, made_at_ms: int) -> MasterKey:
    """A generation; its id follows from the key, so that nobody has to number them."""
    name = hashlib.sha256(b"tealight master key id 1|" + secret).hexdigest()[:12]
    return MasterKey(name, made_at_ms, secret)


class MasterKeys:
    """All generations that this process knows. A file that changed is read again."""

    def __init__(self, given: str, path: Path) -> None:
        """`given`: the setting, 64 hexadecimal digits each, the one that wraps first. Raises SettingsError."""
        self.path = path
        self.is_given = given != ""
        self._seen: tuple[int, int, int] | None = None
        self._keys: tuple[MasterKey, ...] = ()
        if self.is_given:
            self._keys = tuple(master_key(bytes.fromhex(one), 0) for one in given.split(","))
        else:
            with contextlib.suppress(FileExistsError):
                _make(path)
            self._read()

    @classmethod
    def of(cls, settings: Settings) -> "MasterKeys":
        """Those of the settings, or of the data folder. Raises SettingsError."""
        return cls(settings.master_key, path_of(settings.data_dir))

    def all(self) -> tuple[MasterKey, ...]:
        """Every generation, the one that wraps first. Raises SettingsError."""
        if not self.is_given:
            self._read()
        return self._keys

    def current(self) -> MasterKey:
        """The one that wraps. Raises SettingsError."""
        return self.all()[0]

    def find(self, master_id: str) -> MasterKey:
        """The generation of that id. Raises MasterKeyMissingError, SettingsError."""
        found = self._known(master_id)
        if found is None and not self.is_given:
            self._read()  # another process may have made it since
            found = self._known(master_id)
        if found is None:
            raise MasterKeyMissingError(master_id)
        return found

    def _known(self, master_id: str) -> MasterKey | None:
        return next((key for key in self._keys if key.master_id == master_id), None)

    def add(self, at_ms: int) -> MasterKey:
        """A new generation, which wraps from now on. Raises SettingsError."""
        fresh = master_key(secrets.token_bytes(KEY_BYTES), at_ms)
        self._change(lambda keys: (fresh, *keys))
        return fresh

    def drop(self, master_ids: set[str]) -> None:
        """Take generations away for good; the one that wraps always stays. Raises SettingsError."""
        self._change(lambda keys: (keys[0], *[key for key in keys[1:] if key.master_id not in master_ids]))

    def _change(self, change: Callable[[tuple[MasterKey, ...]], tuple[MasterKey, ...]]) -> None:
        if self.is_given:
            raise SettingsError("The master key comes from MASTER_KEY; change it there (docs/encryption.md).")
        with _alone(self.path):
            self._read()
            _write(self.path, change(self._keys), os.replace)
            self._read()

    def _read(self) -> None:
        """The file, if it is another one than was read last: one `stat` else."""
        try:
            is_now = self.path.stat()
            seen = (is_now.st_ino, is_now.st_mtime_ns, is_now.st_size)
            if seen == self._seen:
                return
            if stat.S_IMODE(is_now.st_mode) & 0o077:
                raise SettingsError(f"Others may read the master keys in {self.path}; `chmod 600` it, and rotate them.")
            self._keys = tuple(_parsed(self.path.read_text(encoding="ascii")))
        except (OSError, ValueError):
            raise SettingsError(f"The master keys in {self.path} can't be read; put the saved ones back.") from None
        self._seen = seen


def path_of(data_dir: Path) -> Path:
    """Where the master keys of this data folder are kept."""
    return data_dir / FILE_NAME


def _parsed(text: str) -> Iterator[MasterKey]:
    """Lines of a time and a key, the oldest first as they were added. Raises ValueError."""
    lines = text.splitlines()
    if not lines:
        raise ValueError("no key")
    for line in reversed(lines):
        made_at_ms, _, digits = line.partition(" ")
        if not _HEX.fullmatch(digits):
            raise ValueError("no key")
        yield master_key(bytes.fromhex(digits), int(made_at_ms))


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two who change the file at once take turns; the file itself is replaced, so the lock is another one's."""
    with path.with_name(f".{FILE_NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(path: Path) -> None:
    if not path.exists():
        _write(path, (master_key(secrets.token_bytes(KEY_BYTES), now_ms()),), os.link)


def _write(path: Path, keys: tuple[MasterKey, ...], put: Callable[[Path, Path], None]) -> None:
    lines = [f"{key.made_at_ms} {key.secret.hex()}\n" for key in reversed(keys)]
    write_key(path, "".join(lines).encode(), put)
