"""Master keys: made once, several generations, rotated and killed in the middle, dropped when nothing needs them."""

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chat.conversation import rewrapping
from chat.conversation.data_keys import DataKeys, KeysAwayError
from chat.conversation.rewrapping import KEPT_FOR_BACKUPS_MS, counted, rewrap, unneeded
from config.database import Database
from config.master_keys import MasterKeys, WrappedKeyDamagedError, path_of
from config.settings import SettingsError, load
from tealight.doctor import look_at_chat_keys
from tealight.keys_cli import app

ROOT = Path(__file__).parents[2]


def from_setting(*digits: str) -> MasterKeys:
    settings = load({"MASTER_KEY": ",".join(one * 32 for one in digits)})
    return MasterKeys.of(settings)


def test_the_file_is_made_once_and_is_the_owners_only(tmp_path: Path) -> None:
    path = path_of(tmp_path / "folder")
    one, other = MasterKeys("", path), MasterKeys("", path)
    assert one.current() == other.current()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert one.current().secret.hex() not in repr(one.current())
    newer = other.add(5)
    assert one.current() == newer  # a process that runs sees what another one changed
    assert next(key.made_at_ms for key in one.all()) == 5
    assert len(MasterKeys("", path).all()) == 2
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        MasterKeys("", path)
    path.chmod(0o600)
    path.write_text("nonsense\n")
    with pytest.raises(SettingsError, match="can't be read"):
        MasterKeys("", path)


def test_the_setting_is_checked_and_never_shown() -> None:
    for bad in ("ab", "ab" * 32 + ",", "xy" * 32):
        with pytest.raises(SettingsError) as error:
            load({"MASTER_KEY": bad})
        assert bad not in str(error.value)
    keys = from_setting("ab", "cd")
    assert from_setting("AB").all() == from_setting("ab").all(), "some tools write hexadecimal digits in capitals"
    assert keys.current() == from_setting("ab").current()
    with pytest.raises(SettingsError):
        keys.add(1)


def test_a_wrapped_key_opens_only_for_its_chat() -> None:
    master = from_setting("ab").current()
    wrapped = master.wrap("c1", bytes(32))
    assert master.unwrap("c1", wrapped) == bytes(32)
    for owner, what in (("c2", wrapped), ("c1", wrapped[:-1]), ("c1", b"")):
        with pytest.raises(WrappedKeyDamagedError):
            master.unwrap(owner, what)


async def test_a_rotation_wraps_all_anew_and_all_stays_readable(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrapping, "PAGE", 4)
    masters = MasterKeys("", path_of(tmp_path))
    running = DataKeys(database, masters)
    sealed = {f"c{n}": (await running.make(f"c{n}")).seal("ada", "m", "hello") for n in range(10)}
    old, new = masters.current(), masters.add(1_000)
    assert await counted(database) == {old.master_id: 10}
    done = await rewrap(database, masters)
    assert (done.count, done.damaged) == (10, [])
    assert await counted(database) == {new.master_id: 10}
    assert (await rewrap(database, masters)).count == 0
    fresh = DataKeys(database, from_setting(new.secret.hex()[:2]))
    with pytest.raises(KeysAwayError):
        await fresh.of("c1")
    for chat_id, words in sealed.items():
        key = await DataKeys(database, MasterKeys("", path_of(tmp_path))).of(chat_id)
        assert key is not None
        assert key.unseal("ada", "m", words) == "hello"


async def test_old_generations_go_when_nothing_needs_them(database: Database, tmp_path: Path) -> None:
    masters = MasterKeys("", path_of(tmp_path))
    await DataKeys(database, masters).make("c1")
    old, new = masters.current(), masters.add(1_000)
    late = 1_000 + KEPT_FOR_BACKUPS_MS + 1

    async def may_go(now_ms: int) -> list[str]:
        gone = unneeded(masters.all(), await counted(database), now_ms, kept_ms=KEPT_FOR_BACKUPS_MS)
        return [key.master_id for key in gone]

    assert await may_go(late) == []
    await rewrap(database, masters)
    assert await may_go(late - 1) == []
    assert await may_go(late) == [old.master_id]
    masters.drop({old.master_id, new.master_id})
    assert MasterKeys("", path_of(tmp_path)).all() == (new,)


async def test_the_doctor_names_a_master_key_that_is_not_here(sqlite_url: str, tmp_path: Path) -> None:
    settings = load({"DATABASE_URL": sqlite_url, "DATA_DIR": str(tmp_path / "data")})
    assert await look_at_chat_keys(settings) == []
    database, masters = Database(sqlite_url), MasterKeys.of(settings)
    await DataKeys(database, masters).make("c1")
    await database.close()
    assert await look_at_chat_keys(settings) == []
    lost = masters.current().master_id
    masters.path.unlink()
    (found,) = await look_at_chat_keys(settings)
    assert (found.verdict, lost in found.what) == ("wrong", True)
    assert not masters.path.exists()


def test_a_rotation_that_is_killed_is_finished_by_the_next(sqlite_url: str, tmp_path: Path) -> None:
    """The real command, killed with some of the pages done; then again to its end."""
    folder = tmp_path / "data"
    env = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": sqlite_url}
    count = 500

    async def make() -> dict[str, bytes]:
        database = Database(sqlite_url)
        keys = DataKeys(database, MasterKeys("", path_of(folder)))
        made = await asyncio.gather(*[keys.make(f"c{n}") for n in range(count)])
        await database.close()
        return {key.chat_id: key.seal("ada", "m", "hello") for key in made}

    async def left() -> dict[str, int]:
        database = Database(sqlite_url)
        try:
            return await counted(database)
        finally:
            await database.close()

    sealed = asyncio.run(make())
    old = MasterKeys("", path_of(folder)).current().master_id
    # Ends itself by SIGKILL after the third page: wherever a kill hits, whole pages are what is left.
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED_AT_PAGE_3, "keys", "rotate"], cwd=ROOT, env=env, capture_output=True, timeout=150
    )
    assert killed.returncode == -9, killed.stderr
    assert (asyncio.run(left()))[old] == count - 2 * rewrapping.PAGE
    again = CliRunner().invoke(app, ["rotate"], env=env)
    assert (again.exit_code, "100 chats' keys are still to be wrapped" in again.stdout) == (0, True), again.output
    masters = MasterKeys("", path_of(folder))
    assert asyncio.run(left()) == {masters.current().master_id: count}
    assert len(masters.all()) == 2
    shown = CliRunner().invoke(app, ["show"], env=env)
    assert f"{masters.current().master_id}  wraps" in shown.stdout
    assert not any(key.secret.hex() in shown.stdout for key in masters.all())

    async def read() -> None:
        database = Database(sqlite_url)
        keys = DataKeys(database, masters)
        # Asked for together: questions that come one by one are held apart from each other.
        for key in await asyncio.gather(*[keys.of(chat_id) for chat_id in sealed]):
            assert key is not None
            assert key.unseal("ada", "m", sealed[key.chat_id]) == "hello"
        await database.close()

    asyncio.run(read())


_KILLED_AT_PAGE_3 = """
import os, signal
from chat.conversation import rewrapping
from config.database import Database

pages, write = 0, Database.write

def dying(database):
    global pages
    pages += 1
    if pages == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return write(database)

Database.write = dying
from tealight.cli import main
main()
"""
