"""Demo accounts: made once, kept to one's own machine, and never taken over from somebody else."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from chat.accounts import people as accounts
from chat.accounts.directory import Directory
from chat.accounts.passwords import Passwords
from config.database import Database, migrate, url_of
from config.settings import Settings, load
from tealight.demo import people
from tealight.demo_cli import play_command


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"DATA_DIR": str(tmp_path)})


@pytest.fixture
async def database(settings: Settings):  # type: ignore[no-untyped-def]
    migrate(url_of(settings))
    database = Database(url_of(settings))
    yield database
    await database.close()


async def test_a_fresh_service_gets_one_of_each_role_and_listeners_that_may_listen(
    database: Database, settings: Settings
) -> None:
    made = await people.prepare(database, settings, simulated=2)
    everyone = {person.name: person for person in await Directory(database).everyone()}
    assert [person.name for person in made if not person.is_simulated] == ["wren", "juniper", "rowan", "marigold"]
    assert {person.role for person in made} == {"listener", "supervisor", "admin"}
    assert everyone["wren"].age_bands == ("teen", "adult")
    assert everyone["demo-heron"].display_name == "Heron (demo)"
    assert everyone["marigold"].age_bands == ()


async def test_a_second_time_makes_nothing_new_and_says_the_same_passwords(
    database: Database, settings: Settings
) -> None:
    first = await people.prepare(database, settings, simulated=1)
    assert await people.prepare(database, settings, simulated=1) == first
    assert len({person.password for person in first}) == len(first)


async def test_a_person_who_has_the_name_already_is_left_alone(database: Database, settings: Settings) -> None:
    passwords = Passwords()
    real = await passwords.hash("a real listener's own")
    passwords.close()
    async with database.write() as session:
        await accounts.add_person(
            session,
            name="wren",
            role="listener",
            languages=["en"],
            max_chats=1,
            password_hash=real,
            by=None,
            now_ms=1,
        )
    made = {person.name: person for person in await people.prepare(database, settings, simulated=0)}
    assert made["wren"].password == "" and "left alone" in made["wren"].caution
    assert "wren" not in people.read_passwords(settings.data_dir)
    async with database.read() as session:
        found = await accounts.find_by_name(session, "wren")
    assert found is not None and found.password_hash == real


async def test_the_passwords_are_for_this_account_of_the_machine_only(database: Database, settings: Settings) -> None:
    made = await people.prepare(database, settings, simulated=0)
    assert stat.S_IMODE((settings.data_dir / people.FILE).stat().st_mode) == 0o600
    assert all(person.password not in repr(person) for person in made)


def tealight(*words: str, data_dir: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tealight", *words],
        env={**os.environ, "DATA_DIR": str(data_dir), **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_on_an_open_address_nobody_is_made_and_the_command_says_so(tmp_path: Path) -> None:
    done = tealight("demo", "prepare", data_dir=tmp_path, HOST="0.0.0.0")
    assert "No demo people were made" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_plainly_that_these_are_demo_accounts(tmp_path: Path) -> None:
    done = tealight("demo", "prepare", "--listeners", "1", data_dir=tmp_path)
    assert done.returncode == 0, done.stderr
    assert people.SENTENCE in done.stdout
    assert "wren" in done.stdout and "demo-heron" not in done.stdout


def test_the_command_that_plays_finds_the_service_wherever_it_was_started() -> None:
    folder = Path("/home/ada/tealight")
    python = folder / ".venv/bin/python"
    usual = load({"DATA_DIR": str(folder / "data")})
    assert play_command(usual, python, folder) == ".venv/bin/tealight demo --chats 20"
    moved = load({"DATA_DIR": "/srv/tea light", "PORT": "8123", "DEFAULT_LOCALE": "de"})
    assert (
        play_command(moved, python, folder)
        == "PORT=8123 DATA_DIR='/srv/tea light' DEFAULT_LOCALE=de .venv/bin/tealight demo --chats 20"
    )


def test_a_folder_beside_is_named_in_full_since_the_other_terminal_may_stand_elsewhere() -> None:
    folder = Path("/home/ada/tealight")
    beside = load({"DATA_DIR": str(folder / "trial")})
    said = play_command(beside, folder / ".venv/bin/python", folder)
    assert said == "DATA_DIR=/home/ada/tealight/trial .venv/bin/tealight demo --chats 20"


def test_simulated_people_make_no_service_where_there_is_none(tmp_path: Path) -> None:
    done = tealight("demo", "--chats", "1", data_dir=tmp_path / "elsewhere")
    assert done.returncode != 0
    assert done.stderr == (
        f"There is no database {tmp_path}/elsewhere/tealight.db; DATA_DIR names the folder of a service that has run.\n"
    )
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_takes_no_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = tealight("demo", "prepare", data_dir=tmp_path / "file" / "data")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_simulated_people_never_go_to_another_machine(tmp_path: Path) -> None:
    done = tealight("demo", "--url", "ws://chat.example.org/ws", data_dir=tmp_path)
    assert done.returncode != 0
    assert "this machine only" in done.stderr


def test_two_commands_at_once_make_everybody_once(tmp_path: Path) -> None:
    # `up --demo`, and a `demo` in the next terminal before that is through.
    migrate(url_of(load({"DATA_DIR": str(tmp_path)})))
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "tealight", "demo", "prepare"],
            env={**os.environ, "DATA_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert said[0][0] == said[1][0]
