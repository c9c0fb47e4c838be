"""Taking a backup. The service may go on meanwhile."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from config.database import url_of
from config.settings import Settings
from tealight import __version__
from tealight.backup import database, engine, keys
from tealight.backup.shelf import FORMAT, BackupError, Manifest, held, prune, stamp, sync, write_manifest


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run did: the copy, its keys, what else there is to say, files of keys that were too old."""

    copy: Path
    keys: Path
    notes: tuple[str, ...]
    pruned: tuple[str, ...]


def take(settings: Settings, folder: Path, passphrase: str, at_ms: int) -> Taken:
    """Write one copy and its keys into `folder`. Raises BackupError, OSError and the database's errors.

    The order is: engine, database, keys. What moves from the engine to the database meanwhile is in both, and a chat
    that is deleted meanwhile has no key any more.
    """
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # First of all: a backup that fails leaves no old keys standing.
    pruned = prune(folder, at_ms)
    copy = folder / f"tealight-{stamp(at_ms)}"
    unfinished = folder / f".{copy.name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        notes = _copy_engine(settings, unfinished)
        url = url_of(settings)
        if database.is_empty(url):
            raise BackupError(f"There is no service yet in {settings.data_dir}, and none where DATABASE_URL leads.")
        schema = database.schema_of(url)
        rows = database.copy_out(url, unfinished / database.copy_name(url))
        ring = keys.gather(settings, rows, at_ms)
        written = keys.write(folder, ring, passphrase)
        files = sorted(unfinished.iterdir())
        manifest = Manifest(
            format=FORMAT,
            version=__version__,
            made_at_ms=at_ms,
            kind="sqlite" if database.copy_name(url) == database.SQLITE_COPY else "postgresql",
            schema=schema,
            has_engine=(unfinished / engine.DUMP).exists(),
            files=[held(path) for path in files],
            keys=written.name,
        )
        write_manifest(unfinished, manifest)
        unfinished.rename(copy)
        sync(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    notes += [f"{setting} is a setting and not in {written.name}; keep it elsewhere" for setting in ring.given]
    return Taken(copy, written, tuple(notes), tuple(pruned))


def _copy_engine(settings: Settings, unfinished: Path) -> list[str]:
    if settings.redis_url:
        return ["the engine at REDIS_URL is not in this backup: it is its operator's"]
    if not engine.has_state(settings.data_dir):
        return ["the engine has not run yet, and is not in this backup"]
    with engine.running(settings.data_dir) as at:
        engine.dump(at, unfinished / engine.DUMP)
    return []
