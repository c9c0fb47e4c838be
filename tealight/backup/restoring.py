"""A service from a backup, in an empty place. What it can't put whole it doesn't begin."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from config import master_keys, secret_key
from config.database import url_of
from config.settings import Settings
from listener_training.certification import signing_key
from tealight.backup import database, engine, keys
from tealight.backup.shelf import BackupError, Manifest, copies, key_files, read_manifest, sync, write_private
from tealight.up import FolderLock

#: What makes a data folder one in which a service has lived.
_LIVED_IN = ("tealight.db", "valkey", secret_key.FILE_NAME, master_keys.FILE_NAME, signing_key.FILE_NAME)
_KEY_FILES = (secret_key.FILE_NAME, master_keys.FILE_NAME, signing_key.FILE_NAME)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put where. `chats_in_engine` None: there was no dump; `keys` None: none were wanted."""

    copy: Path
    manifest: Manifest
    keys: Path | None
    chat_keys: int
    given: tuple[str, ...]
    chats_in_engine: int | None


def choose(folder: Path, name: str) -> Path:
    """The copy of that name; the newest one without a name. Raises BackupError."""
    found = copies(folder) if folder.is_dir() else []
    if not found:
        raise BackupError(f"There is no backup in {folder}.")
    named = [path for path in found if path.name == name] if name else found[-1:]
    if not named:
        raise BackupError(f"There is no backup {name} in {folder}; there are {', '.join(path.name for path in found)}.")
    return named[0]


def keys_for(folder: Path) -> Path:
    """The newest keys, also for an older copy: they open all of it but what was deleted since. Raises BackupError."""
    files = key_files(folder)
    if not files:
        raise BackupError(f"There is no file of keys in {folder}; without one (--without-keys) no chat can be read.")
    return files[-1][1]


def restore(settings: Settings, folder: Path, name: str, passphrase: str, *, with_keys: bool) -> Restored:
    """Put a backup into the data folder and the database of these settings, which must be empty.

    Raises BackupError, SettingsError (a service runs there), OSError and the database's errors.
    """
    os.umask(0o077)
    copy = choose(folder, name)
    manifest = read_manifest(copy)
    database.check_schema(manifest.schema)
    url = url_of(settings)
    source = copy / database.copy_name(url)
    if not source.exists():
        raise BackupError(f"{copy.name} is a copy of {manifest.kind}, and DATABASE_URL leads to another kind.")
    found = keys_for(folder) if with_keys else None
    ring = keys.read(found, passphrase) if found else keys.KeyRing(manifest.made_at_ms, [], {}, [])
    lock = FolderLock.take(settings.data_dir)
    try:
        _check_empty(settings, url)
        chats = _put(settings, url, copy, manifest, source, ring)
    finally:
        lock.release()
    return Restored(copy, manifest, found, len(ring.chat_keys), tuple(ring.given), chats)


def _check_empty(settings: Settings, url: str) -> None:
    there = [name for name in _LIVED_IN if (settings.data_dir / name).exists()]
    if there:
        raise BackupError(
            f"{settings.data_dir} holds {', '.join(there)} already; name an empty folder (DATA_DIR), or move it away."
        )
    if not database.is_empty(url):
        raise BackupError("The database holds tables already; name an empty one (DATABASE_URL).")


def _put(settings: Settings, url: str, copy: Path, manifest: Manifest, source: Path, ring: keys.KeyRing) -> int | None:
    """Everything is made aside first; then it is moved, so that a failure leaves the place empty."""
    aside = settings.data_dir / ".restoring"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    try:
        chats = None
        if manifest.has_engine and not settings.redis_url:
            chats = engine.load(copy / engine.DUMP, aside / "valkey")
        for name in _KEY_FILES:
            if name in ring.files:
                write_private(aside / name, ring.files[name].encode("ascii"))
        if manifest.kind == "sqlite":
            made = URL.create("sqlite+aiosqlite", database=str(aside / "tealight.db")).render_as_string()
            database.copy_in(source, made, ring.chat_keys)
            target = database.path_of(url)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.move(aside / "tealight.db", target)
        else:
            database.copy_in(source, url, ring.chat_keys)
        for path in sorted(aside.iterdir()):
            path.rename(settings.data_dir / path.name)
        sync(settings.data_dir)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return chats
