"""A folder of backups: names, manifests, sums, and which files of keys are too old. No clock: time is an argument."""

import hashlib
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

#: Another layout of the folder would have another number.
FORMAT = 1
MANIFEST = "manifest.json"
DAY_MS = 24 * 3600_000
#: The promise is 7 days. Whoever backs up daily looks again within a day, so six leave no file standing longer.
KEYS_KEPT_MS = 6 * DAY_MS
_TIME = "%Y%m%dT%H%M%SZ"
_COPY = re.compile(r"tealight-(\d{8}T\d{6}Z)")
_KEYS = re.compile(r"keys-(\d{8}T\d{6}Z)\.(json|sealed)")


class BackupError(Exception):
    """It can't be done. The message is one sentence that says why and how to mend it."""


class Held(Struct, frozen=True):
    """One file of a copy."""

    name: str
    bytes: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What a copy holds. `kind`: of the database; `schema`: its migration; `keys`: the file of keys made with it."""

    format: int
    version: str
    made_at_ms: int
    kind: str
    schema: str
    has_engine: bool
    files: list[Held]
    keys: str


def stamp(at_ms: int) -> str:
    """A time as it stands in names: 20261122T071500Z."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime(_TIME)


def _time_of(text: str) -> int:
    return int(datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp() * 1000)


def copies(folder: Path) -> list[Path]:
    """Finished copies, the oldest first."""
    found = [path for path in folder.iterdir() if _COPY.fullmatch(path.name) and (path / MANIFEST).is_file()]
    return sorted(found, key=lambda path: path.name)


def key_files(folder: Path) -> list[tuple[int, Path]]:
    """Files of keys with their time (Unix ms), the oldest first."""
    found = ((_KEYS.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted((_time_of(match[1]), path) for match, path in found if match)


def too_old(folder: Path, now_ms: int) -> list[Path]:
    """Files of keys that have been kept for long enough."""
    return [path for at_ms, path in key_files(folder) if now_ms - at_ms >= KEYS_KEPT_MS]


def prune(folder: Path, now_ms: int) -> list[str]:
    """Delete them: with the last file that holds it, a deleted chat's key is gone for good. Answers their names."""
    old = too_old(folder, now_ms)
    for path in old:
        path.unlink()
    if old:
        sync(folder)
    return [path.name for path in old]


def held(path: Path) -> Held:
    """A file with its size and its sum."""
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            sha256.update(part)
    return Held(path.name, path.stat().st_size, sha256.hexdigest())


def write_manifest(copy: Path, manifest: Manifest) -> None:
    """The last step of a backup: a copy without one is none."""
    write_private(copy / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")


def read_manifest(copy: Path) -> Manifest:
    """Read and check everything that stands in it. Raises BackupError."""
    try:
        raw = (copy / MANIFEST).read_bytes()
        number = msgspec.json.decode(raw).get("format")
        if number != FORMAT:
            raise BackupError(f"{copy.name} is of another version of Tealight (format {number}, not {FORMAT}).")
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (OSError, AttributeError, msgspec.DecodeError, msgspec.ValidationError):
        raise BackupError(f"{copy.name} has no manifest that can be read; take another backup.") from None
    for one in manifest.files:
        try:
            is_same = held(copy / one.name) == one
        except OSError:
            is_same = False
        if not is_same:
            raise BackupError(f"{one.name} of {copy.name} is not what was written; take another backup.")
    return manifest


def write_private(path: Path, content: bytes) -> None:
    """Written aside and put in place in whole, readable by nobody else, on disk when this returns."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Names in a folder are on disk only after this."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
