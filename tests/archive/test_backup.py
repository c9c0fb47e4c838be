"""Copies of a service with the keys apart: what is in which file, what a restore refuses, and what 7 days do."""

import asyncio
import os
import sqlite3
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from chat.conversation.archive_reading import read_transcript
from chat.conversation.archive_tables import ArchivedChatRow
from chat.conversation.data_keys import DataKeys
from chat.conversation.transcripts import SealedEntry, pack
from config import secret_key
from config.database import Database, url_of
from config.engines.valkey import EmbeddedValkey, stop
from config.master_keys import MasterKeys
from config.settings import Settings, SettingsError, load
from tealight.backup.keys import read
from tealight.backup.restoring import restore
from tealight.backup.shelf import DAY_MS, BackupError, copies, key_files, prune, stamp
from tealight.backup.taking import take
from tealight.backup_cli import back_up, put_back
from tealight.up import FolderLock
from tests.helpers.postgres import Postgres
from tests.helpers.service import PATIENCE_S

NOW = 1_800_000_000_000
PASSPHRASE = "correct horse battery"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A service that has a key and a database, and whose engine never ran."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    secret_key.read_or_make(data_dir)
    return load({"DATA_DIR": str(data_dir), "DATABASE_URL": database_url})


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Settings]:
    """Another place for a service, with nothing in it."""
    env = {"DATA_DIR": str(tmp_path / "other")}
    name = ""
    if "postgresql" in database_url:
        postgres: Postgres = request.getfixturevalue("postgres")
        name = postgres.new_database()
        env["DATABASE_URL"] = postgres.url_of(name)
    yield load(env)
    if name:
        postgres.drop_database(name)


async def talk(settings: Settings, *chat_ids: str) -> None:
    """Archived chats in which somebody said hello."""
    database = Database(url_of(settings))
    keys = DataKeys(database, MasterKeys.of(settings))
    for chat_id in chat_ids:
        key = await keys.make(chat_id)
        packed, sha256 = pack([SealedEntry(1, "ada", "m1", 5, key.seal("ada", "m1", f"hello from {chat_id}"))])
        row = ArchivedChatRow(
            chat_id=chat_id,
            age_band="adult",
            epoch="e",
            count=1,
            sha256=sha256,
            entries=packed,
            ended_at_ms=NOW,
            archived_at_ms=NOW,
        )
        async with database.write() as session:
            session.add(row)
    await database.close()


async def heard(settings: Settings, chat_id: str) -> str | None:
    """What was said in an archived chat, if it can be read."""
    database = Database(url_of(settings))
    found = await read_transcript(database, DataKeys(database, MasterKeys.of(settings)), chat_id)
    await database.close()
    return None if found is None else found.messages[0].text


async def deletes(settings: Settings, chat_id: str) -> None:
    database = Database(url_of(settings))
    await DataKeys(database, MasterKeys.of(settings)).delete([chat_id])
    await database.close()


async def takes(settings: Settings, folder: Path, at_ms: int = NOW, passphrase: str = "") -> Path:
    return (await asyncio.to_thread(take, settings, folder, passphrase, at_ms)).copy


async def restores(
    settings: Settings, folder: Path, name: str = "", passphrase: str = "", *, with_keys: bool = True
) -> None:
    await asyncio.to_thread(restore, settings, folder, name, passphrase, with_keys=with_keys)


async def test_a_copy_holds_no_key_and_the_keys_open_it_elsewhere(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    await talk(settings, "c1", "c2")
    folder = tmp_path / "backups"
    copy = await takes(settings, folder)
    ((_, keys),) = key_files(folder)
    ring = read(keys, "")
    assert sorted(key.chat_id for key in ring.chat_keys) == ["c1", "c2"]
    assert sorted(ring.files) == ["master_keys", "secret_key"] and ring.given == []
    held = b"".join(path.read_bytes() for path in copy.iterdir())
    secrets = [key.wrapped for key in ring.chat_keys] + [text.strip().encode() for text in ring.files.values()]
    assert not any(secret in held for secret in secrets)
    for path in (folder, copy, keys, *copy.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    await restores(elsewhere, folder)
    assert (await heard(elsewhere, "c1"), await heard(elsewhere, "c2")) == ("hello from c1", "hello from c2")
    for name in ("secret_key", "master_keys"):
        path = elsewhere.data_dir / name
        assert path.read_text() == (settings.data_dir / name).read_text()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(BackupError, match=r"already|tables"):
        await restores(elsewhere, folder)
    assert sorted(path.name for path in elsewhere.data_dir.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_after_seven_days_no_backup_opens_a_deleted_chat(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    await talk(settings, "c1", "c2")
    folder = tmp_path / "backups"
    first = await takes(settings, folder)
    await deletes(settings, "c1")
    for day in range(1, 8):
        await takes(settings, folder, NOW + day * DAY_MS + (-1) ** day * 60_000)
        with_c1 = [path for _, path in key_files(folder) if any(k.chat_id == "c1" for k in read(path, "").chat_keys)]
        assert len(with_c1) == (1 if day < 6 else 0), f"day {day}"
    assert len(copies(folder)) == 8, "copies stay; without their keys they tell nothing"
    await restores(elsewhere, folder, first.name)
    assert (await heard(elsewhere, "c1"), await heard(elsewhere, "c2")) == (None, "hello from c2")


async def test_what_was_deleted_since_a_copy_does_not_come_back_with_it(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    """The copy's own keys are there still, but newer ones know what was deleted."""
    await talk(settings, "c1", "c2")
    folder = tmp_path / "backups"
    first = await takes(settings, folder)
    await deletes(settings, "c1")
    await takes(settings, folder, NOW + DAY_MS)
    assert len(key_files(folder)) == 2
    await restores(elsewhere, folder, first.name)
    assert (await heard(elsewhere, "c1"), await heard(elsewhere, "c2")) == (None, "hello from c2")


async def test_a_restore_into_something_that_lives_is_refused(
    settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    await talk(settings, "c1")
    folder = tmp_path / "backups"
    with pytest.raises(BackupError, match="There is no backup in"):
        await restores(elsewhere, folder)
    await takes(settings, folder)
    with pytest.raises(BackupError, match="There is no backup tealight-1 in"):
        await restores(elsewhere, folder, "tealight-1")
    lock = FolderLock.take(elsewhere.data_dir)
    with pytest.raises(SettingsError, match="already runs on"):
        await restores(elsewhere, folder)
    lock.release()
    (elsewhere.data_dir / "secret_key").write_text("somebody's")
    with pytest.raises(BackupError, match="holds secret_key already"):
        await restores(elsewhere, folder)
    (elsewhere.data_dir / "secret_key").unlink()
    await restores(elsewhere, folder, with_keys=False)
    assert await heard(elsewhere, "c1") is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_not_what_was_written_is_refused(settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    await talk(settings, "c1")
    folder = tmp_path / "backups"
    copy = await takes(settings, folder)
    manifest, database = copy / "manifest.json", copy / "database.sqlite"
    text, whole = manifest.read_text(), database.read_bytes()
    for change, said in (
        (text.replace('"format": 1', '"format": 2'), "another version of Tealight"),
        (text.replace('"schema": "', '"schema": "9'), "newer version of Tealight"),
        (text[:-20], "no manifest that can be read"),
        ("[]", "no manifest that can be read"),
    ):
        manifest.write_text(change)
        with pytest.raises(BackupError, match=said):
            await restores(elsewhere, folder)
    manifest.write_text(text)
    database.write_bytes(whole[:-1] + b"?")
    with pytest.raises(BackupError, match=r"database\.sqlite of tealight-\w+ is not what was written"):
        await restores(elsewhere, folder)
    database.write_bytes(whole)
    ((_, keys),) = key_files(folder)
    for content in (b"{}", b"\xff", b""):
        keys.write_bytes(content)
        with pytest.raises(BackupError, match="no file of keys that can be read"):
            await restores(elsewhere, folder)
    keys.unlink()
    with pytest.raises(BackupError, match="no file of keys"):
        await restores(elsewhere, folder)
    with pytest.raises(BackupError, match="another kind"):
        await restores(load({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}), folder, with_keys=False)
    assert not (elsewhere.data_dir / "tealight.db").exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_keys_under_a_passphrase(settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    await talk(settings, "c1")
    folder = tmp_path / "backups"
    await takes(settings, folder, passphrase=PASSPHRASE)
    ((_, keys),) = key_files(folder)
    assert keys.suffix == ".sealed" and b"master_keys" not in keys.read_bytes()
    for passphrase, said in (("", "give its passphrase"), (PASSPHRASE + "!", "does not open with this passphrase")):
        with pytest.raises(BackupError, match=said):
            await restores(elsewhere, folder, passphrase=passphrase)
    whole = keys.read_bytes()
    keys.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BackupError, match="or it was changed"):
        await restores(elsewhere, folder, passphrase=PASSPHRASE)
    keys.write_bytes(whole)
    await restores(elsewhere, folder, passphrase=PASSPHRASE)
    assert await heard(elsewhere, "c1") == "hello from c1"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_keys_that_are_settings_are_named_and_not_copied(settings: Settings, tmp_path: Path) -> None:
    await talk(settings, "c1")
    env = {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url, "SECRET_KEY": "s" * 32}
    taken = await asyncio.to_thread(take, load({**env, "MASTER_KEY": "ab" * 32}), tmp_path / "backups", "", NOW)
    ring = read(taken.keys, "")
    assert (ring.files, ring.given) == ({}, ["SECRET_KEY", "MASTER_KEY"])
    assert [note for note in taken.notes if "is a setting" in note] != []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_said_of_a_copy_without_the_engine_claims_no_engine(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await talk(settings, "c1")
    env = {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url, "REDIS_URL": "redis://r"}
    assert await asyncio.to_thread(partial(back_up, load(env), tmp_path / "backups", has_passphrase=False)) == 0
    said = capsys.readouterr().out
    assert "holds the database, and no key." in said
    assert "the engine's state" not in said


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_restored_without_keys_claims_no_chat_that_goes_on(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await talk(settings, "c1")
    folder = tmp_path / "backups"
    engine = EmbeddedValkey(settings.data_dir)
    engine.lock(0)
    running = engine.start()
    engine.wait_ready(PATIENCE_S)
    stop(running, PATIENCE_S)
    engine.release()
    await takes(settings, folder)
    for keys in folder.glob("keys-*"):
        keys.unlink()
    elsewhere = load({"DATA_DIR": str(tmp_path / "elsewhere")})
    done = await asyncio.to_thread(partial(put_back, elsewhere, folder, "", has_passphrase=False, with_keys=False))
    said = capsys.readouterr().out
    assert done == 0
    assert "without keys: no chat in it can be read" in said
    assert "go on where they were" not in said
    assert "chats were under way: what was written in them can't be read either." in said


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_backup_that_fails_leaves_nothing_half_done(settings: Settings, tmp_path: Path) -> None:
    await talk(settings, "c1")
    folder = tmp_path / "backups"
    os.truncate(tmp_path / "tealight.db", 5000)
    with pytest.raises(DatabaseError, match="malformed"):
        await takes(settings, folder)
    assert list(folder.iterdir()) == []
    empty = load({"DATA_DIR": str(tmp_path / "nothing")})
    with pytest.raises(BackupError, match="There is no service yet"):
        await takes(empty, folder)


def test_files_of_keys_go_by_the_time_in_their_name(tmp_path: Path) -> None:
    names = [f"keys-{stamp(NOW - round(days * DAY_MS))}" for days in (0, 5.9, 6, 30)]
    for name in names:
        (tmp_path / f"{name}.json").write_text("{}")
    (tmp_path / f"{names[3]}.sealed").write_text("")
    (tmp_path / "keys-of-the-car.json").write_text("somebody else's")
    assert sorted(prune(tmp_path, NOW)) == sorted([f"{names[2]}.json", f"{names[3]}.json", f"{names[3]}.sealed"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [f"{names[0]}.json", f"{names[1]}.json", "keys-of-the-car.json"]
    )
    assert prune(tmp_path, NOW) == []


def test_the_copy_of_a_database_that_is_written_to_is_whole(sqlite_url: str, tmp_path: Path) -> None:
    settings = load({"DATA_DIR": str(tmp_path), "DATABASE_URL": sqlite_url})
    with sqlite3.connect(tmp_path / "tealight.db") as writing:
        writing.execute("CREATE TABLE w (n)")
        writing.commit()
        writing.execute("INSERT INTO w VALUES (1)")  # not committed
        copy = take(settings, tmp_path / "backups", "", NOW).copy
        writing.commit()
    with sqlite3.connect(copy / "database.sqlite") as copied:
        assert copied.execute("SELECT count(*) FROM w").fetchone() == (0,)
    copied.close()
    writing.close()
