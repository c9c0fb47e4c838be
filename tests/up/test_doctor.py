"""The doctor: what it calls wrong, and that it never tells a password."""

import json
import os
from pathlib import Path

import pytest
import redis

from config.durability import Wanted, level_of
from config.engines import allocator
from config.engines.valkey import ThrowAwayValkey
from config.secret_key import read_or_make
from config.settings import SettingsError, load
from tealight import doctor, doctor_engine


@pytest.mark.parametrize(
    ("server", "verdict"),
    [
        ({"redis_version": "6.2.14"}, "wrong"),
        ({"redis_version": "7.0.15"}, "ok"),
        ({"redis_version": "7.2.4", "valkey_version": "7.2.1"}, "ok"),
        ({"redis_version": "7.2.4", "valkey_version": "9.1.2"}, "ok"),
        ({}, "wrong"),
    ],
)
def test_old_engines_are_refused(server: dict[str, str], verdict: str) -> None:
    assert doctor_engine.judge_engine_version(server).verdict == verdict


def test_the_durability_level_follows_the_append_only_file() -> None:
    assert level_of({"appendonly": "yes", "appendfsync": "always"}) == "always"
    assert level_of({"appendonly": "yes", "appendfsync": "everysec"}) == "everysec"
    assert level_of({"appendonly": "yes", "appendfsync": "no"}) == "none"
    assert level_of({"appendonly": "no", "appendfsync": "always"}) == "none"
    assert level_of({}) == "unknown"


def test_an_engine_that_forgets_or_evicts_is_wrong() -> None:
    verdicts = [
        finding.verdict
        for finding in doctor_engine.judge_engine_settings({"appendonly": "no", "maxmemory-policy": "allkeys-lru"})
    ]
    assert verdicts == ["wrong", "wrong"]
    assert {finding.verdict for finding in doctor_engine.judge_engine_settings({})} == {"hint"}


@pytest.mark.parametrize(
    ("fsync", "wanted", "verdict"),
    [
        ("everysec", "always", "wrong"),
        ("everysec", "everysec", "ok"),
        ("everysec", "any", "ok"),
        ("always", "everysec", "ok"),
        ("everysec", "replica", "ok"),
    ],
)
def test_an_engine_that_promises_less_than_was_asked_for_is_wrong(fsync: str, wanted: Wanted, verdict: str) -> None:
    conf = {"appendonly": "yes", "appendfsync": fsync, "maxmemory-policy": "noeviction"}
    first = next(iter(doctor_engine.judge_engine_settings(conf, wanted)))
    assert first.verdict == verdict
    assert (first.verdict == "wrong") == bool(first.mend)


def test_a_data_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = list(doctor.look_at_folder(load({"DATA_DIR": str(tmp_path / "file")})))
    assert [finding.verdict for finding in found] == ["wrong"] and "is no folder" in found[0].what
    assert doctor.judge_key(tmp_path / "file" / "secret_key").verdict == "wrong"


def test_an_engine_in_memory_is_found_out(valkey_url: str, tmp_path: Path) -> None:
    found = list(doctor_engine.look_at_engine(load({"REDIS_URL": valkey_url, "DATA_DIR": str(tmp_path)})))
    assert [finding.verdict for finding in found] == ["ok", "wrong", "ok", "ok"]


def test_a_durable_engine_is_well(tmp_path: Path) -> None:
    with ThrowAwayValkey(is_durable=True) as engine:
        found = list(doctor_engine.look_at_engine(load({"REDIS_URL": engine.url, "DATA_DIR": str(tmp_path)})))
    assert [finding.verdict for finding in found] == ["ok", "ok", "ok", "ok"]


def test_an_engine_that_was_started_before_there_was_an_allocator_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator, "found", lambda: None)
    with ThrowAwayValkey() as engine:
        running = doctor_engine.allocator_of(engine.socket)
    assert running == ""
    there = (allocator.JEMALLOC, Path("/there"))
    found = [doctor_engine.judge_allocator(one, running) for one in (None, there)]
    assert [finding.verdict for finding in found] == ["hint", "hint"]
    assert "jemalloc is on this system" in found[1].what and "started without it" in found[1].what
    assert doctor_engine.allocator_of(Path("/nowhere")) is None
    assert doctor_engine.judge_allocator(there).verdict == "ok"
    assert "mimalloc" in doctor_engine.judge_allocator(there, "mimalloc").what


async def test_engines_that_are_away_are_named_without_their_passwords(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load(
        {
            "REDIS_URL": "redis://:hush-redis@127.0.0.1:1",
            "DATABASE_URL": "postgresql://someone:hush-database@127.0.0.1:1/tealight",
            "DATA_DIR": str(tmp_path),
        }
    )
    found = [*doctor_engine.look_at_engine(settings), *await doctor.look_at_database(settings)]
    assert [finding.verdict for finding in found] == ["wrong", "wrong"]
    assert "hush" not in repr(found)


def test_a_key_that_others_may_read_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    assert doctor.judge_key(path).verdict == "ok"
    first = read_or_make(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_or_make(tmp_path) == first
    assert doctor.judge_key(path).verdict == "ok"
    path.chmod(0o644)
    assert doctor.judge_key(path).verdict == "wrong"


def test_a_damaged_key_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short")
    with pytest.raises(SettingsError, match="damaged"):
        read_or_make(tmp_path)
    assert (tmp_path / "secret_key").read_text() == "short"


def test_an_open_address_needs_tls() -> None:
    assert doctor.judge_address(load({"HOST": "127.0.0.1"})).verdict == "ok"
    assert doctor.judge_address(load({"HOST": "0.0.0.0"})).verdict == "wrong"
    assert doctor.judge_address(load({"HOST": "0.0.0.0", "PUBLIC_URL": "https://talk.example"})).verdict == "ok"


def test_an_address_is_compared_as_browsers_write_it() -> None:
    assert load({"PUBLIC_URL": "https://Talk.Example:8443/"}).public_url == "https://talk.example:8443"


def test_a_bad_setting_ends_with_one_and_says_how_to_mend_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.examine({"PORT": "many"}) == 1
    assert "WRONG PORT must be a number" in capsys.readouterr().out


def test_a_secret_key_that_no_process_would_take_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short")
    (tmp_path / "secret_key").chmod(0o600)
    found = {finding.what: finding for finding in doctor.look_at_folder(load({"DATA_DIR": str(tmp_path)}))}
    [damaged] = [finding for what, finding in found.items() if "damaged" in what]
    assert damaged.verdict == "wrong"
    assert (tmp_path / "secret_key").read_text() == "short"


async def test_a_database_file_that_is_damaged_is_brought_back_not_started(tmp_path: Path) -> None:
    (tmp_path / "tealight.db").write_bytes(b"this was a database once" * 100)
    [damaged] = await doctor.look_at_database(load({"DATA_DIR": str(tmp_path)}))
    assert damaged.verdict == "wrong"
    assert "restore" in damaged.mend
    assert "DATABASE_URL" not in damaged.mend


@pytest.mark.parametrize(
    "last_words",
    [
        "# Bad file format reading the append only file appendonly.aof.1.base.rdb: make a backup of your AOF file",
        "# Fatal error loading the DB, check server logs. Exiting.",
        "# Can't open or create append-only dir appendonlydir: No space left on device",
    ],
)
def test_an_engine_that_could_not_read_its_files_is_wrong(tmp_path: Path, last_words: str) -> None:
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "valkey.log").write_text(f"24077:M 23 Nov 2026 01:49:57.753 {last_words}\n")
    found = [*doctor_engine.look_at_engine(load({"DATA_DIR": str(tmp_path)}))]
    [wrong] = [finding for finding in found if finding.verdict == "wrong"]
    assert last_words in wrong.what


def test_an_engine_that_is_away_while_the_service_runs_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "up.lock").write_text(json.dumps({"pid": os.getpid(), "since": "now"}))
    found = [*doctor_engine.look_at_engine(load({"DATA_DIR": str(tmp_path)}))]
    [wrong] = [finding for finding in found if finding.verdict == "wrong"]
    assert "`tealight up` runs, and its engine does not answer" in wrong.what


async def test_a_schema_that_is_behind_is_mended_as_this_service_can(tmp_path: Path) -> None:
    (tmp_path / "tealight.db").touch()
    [alone] = await doctor.look_at_database(load({"DATA_DIR": str(tmp_path)}))
    # `tealight migrate` refuses without the settings that `up` gives it.
    assert (alone.verdict, alone.mend) == ("wrong", "`tealight up` does it when it starts.")
    [on_several] = await doctor.look_at_database(load({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://r"}))
    assert on_several.mend == "`tealight migrate`, or start `tealight up`."


def test_an_engine_that_refuses_the_password_is_not_told_to_be_started() -> None:
    with ThrowAwayValkey() as engine:
        client = redis.Redis.from_url(engine.url)
        client.config_set("requirepass", "a password")
        client.close()
        found = [*doctor_engine.look_at_engine(load({"REDIS_URL": engine.url}))]
    [refused] = [finding for finding in found if finding.verdict == "wrong"]
    assert "refuses" in refused.what
    assert "Start it" not in refused.mend
