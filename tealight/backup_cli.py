"""`tealight backup` and `tealight restore` (docs/backup.md)."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from config.clock import now_ms
from config.engines.valkey import EngineError
from config.settings import Settings, SettingsError
from tealight.backup.engine import DUMP
from tealight.backup.keys import PASSPHRASE_MIN
from tealight.backup.restoring import restore
from tealight.backup.shelf import BackupError
from tealight.backup.taking import take

Answer = TypeVar("Answer")


def back_up(settings: Settings, folder: Path, *, has_passphrase: bool) -> int:
    """Take one and say what was done; the exit code."""
    passphrase = _passphrase() if has_passphrase else ""
    taken = _run(lambda: take(settings, folder.expanduser().resolve(), passphrase, now_ms()))
    held = "the database and the engine's state" if (taken.copy / DUMP).exists() else "the database"
    print(f"{taken.copy} holds {held}, and no key.")
    print(f"{taken.keys} holds the keys{'' if passphrase else ', in clear'}. Keep it apart from the copies.")
    for note in taken.notes:
        print(f"Note: {note}.")
    for name in taken.pruned:
        print(f"{name} was deleted: keys are kept for 7 days at most.")
    return 0


def put_back(settings: Settings, folder: Path, name: str, *, has_passphrase: bool, with_keys: bool) -> int:
    """Restore one and say what was done; the exit code."""
    passphrase = _passphrase() if has_passphrase else ""
    done = _run(lambda: restore(settings, folder.expanduser().resolve(), name, passphrase, with_keys=with_keys))
    keys = f"with the keys of {done.chat_keys} chats" if with_keys else "without keys: no chat in it can be read"
    print(f"{done.copy.name} is restored into {settings.data_dir}, {keys}.")
    if done.keys is not None and done.keys.name != done.manifest.keys:
        print(f"{done.keys.name}, the newest keys, opens what was not deleted since.")
    if done.chats_in_engine is None:
        print("The engine's state is not in it: nobody waits, and no chat goes on.")
    elif with_keys:
        print(f"{done.chats_in_engine} chats go on where they were; whoever is in one sends again what came later.")
    else:
        print(f"{done.chats_in_engine} chats were under way: what was written in them can't be read either.")
    for setting in done.given:
        print(f"Note: {setting} was a setting; set it to what it was, or nothing of this can be read.")
    return 0


def _passphrase() -> str:
    line = sys.stdin.readline().rstrip("\n")
    if len(line) < PASSPHRASE_MIN:
        raise SettingsError(f"The passphrase must have at least {PASSPHRASE_MIN} characters.")
    return line


def _run(act: Callable[[], Answer]) -> Answer:
    try:
        return act()
    except (BackupError, EngineError) as error:
        _fail(str(error))
    except (OSError, SQLAlchemyError) as error:
        cause = getattr(error, "orig", None) or error
        _fail(f"It did not work ({type(cause).__name__}): {cause}")


def _fail(sentence: str) -> NoReturn:
    print(" ".join(sentence.split()), file=sys.stderr)
    sys.exit(1)
