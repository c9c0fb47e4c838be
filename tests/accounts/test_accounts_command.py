"""`tealight accounts` as a person runs it."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from chat.accounts.directory import Directory
from chat.accounts.passwords import Passwords
from chat.accounts.pools import PoolBook
from chat.accounts.sign_in import SignIn
from config.database import Database
from tests.helpers.postgres import Postgres

PASSWORD = "correct horse battery"


class Machine:
    """A machine with nothing but settings."""

    def __init__(self, **env: str) -> None:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        self.env = {**kept, **env}

    def run(self, *arguments: str, stdin: str | bytes = f"{PASSWORD}\n") -> subprocess.CompletedProcess[str]:
        typed = stdin.encode() if isinstance(stdin, str) else stdin
        ended = subprocess.run(
            [sys.executable, "-W", "error", "-m", "tealight", "accounts", *arguments],
            input=typed,
            capture_output=True,
            env=self.env,
            timeout=60,
            check=False,
        )
        return subprocess.CompletedProcess(ended.args, ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@pytest.fixture(params=["sqlite", "postgresql"])
def machine_and_url(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Machine, str]:
    """A machine with a new, empty database of each kind."""
    if request.param == "sqlite":
        return Machine(DATA_DIR=str(tmp_path / "d")), f"sqlite:///{tmp_path}/d/tealight.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.url_of(postgres.new_database())
    return Machine(DATABASE_URL=url, DATA_DIR=str(tmp_path / "d")), url


async def test_a_person_can_sign_in_when_the_command_returns(machine_and_url: tuple[Machine, str]) -> None:
    machine, url = machine_and_url
    added = machine.run(
        "add", "wren", "--role", "listener", "--clear", "all", "--language", "es", "--language", "en",
        "--max-chats", "2", "--password-stdin",
    )  # fmt: skip
    assert (added.returncode, added.stderr) == (0, "")
    assert "Opened the adult and the teen pool for es." in added.stdout
    database, passwords = Database(url), Passwords()
    _, member = await SignIn(database, passwords).sign_in("wren", PASSWORD, None)
    assert (member.role, member.languages, member.max_chats) == ("listener", ("es", "en"), 2)
    assert member.age_bands == ("teen", "adult")
    book = PoolBook(database)
    await book.refresh()
    assert {pool.language for pool in book.all()} == {"en", "es"}
    passwords.close()
    await database.close()


async def test_the_defaults_are_the_services_language_and_four_chats(tmp_path: Path) -> None:
    machine = Machine(DATA_DIR=str(tmp_path), DEFAULT_LOCALE="de")
    assert machine.run("add", "otter", "--role", "supervisor", "--password-stdin").returncode == 0
    database = Database(f"sqlite:///{tmp_path}/tealight.db")
    (member,) = await Directory(database).everyone()
    assert (member.languages, member.max_chats, member.age_bands) == (("de",), 4, ())
    await database.close()


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (["Wren", "--role", "listener"], PASSWORD, "A name has 2 to 40"),
        (["wren", "--role", "king"], PASSWORD, "A role is listener, supervisor or admin"),
        (["wren", "--role", "listener"], "eleven char\n", "12 to 200"),
        (["wren", "--role", "listener"], "x" * 201, "12 to 200"),
        (["wren", "--role", "listener"], b"\xff" * 20, "not UTF-8"),
        (["wren", "--role", "listener", "--max-chats", "0"], PASSWORD, "most chats at once"),
        (["wren", "--role", "listener", "--language", "!"], PASSWORD, "A language is a tag"),
        (["wren", "--role", "listener", "--clear", "some"], PASSWORD, "--clear takes `all`"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    tmp_path: Path, arguments: list[str], stdin: str | bytes, says: str
) -> None:
    ended = Machine(DATA_DIR=str(tmp_path)).run("add", *arguments, "--password-stdin", stdin=stdin)
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert says in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_password_needs_a_terminal_or_the_option(tmp_path: Path) -> None:
    ended = Machine(DATA_DIR=str(tmp_path)).run("add", "wren", "--role", "listener")
    assert ended.returncode == 1
    assert "--password-stdin" in ended.stderr


async def test_one_trailing_newline_is_dropped_and_no_other_character(tmp_path: Path) -> None:
    machine = Machine(DATA_DIR=str(tmp_path))
    odd = "  spaces, ünïcode and a tab\t \n"
    assert machine.run("add", "wren", "--role", "listener", "--password-stdin", stdin=f"{odd}\n").returncode == 0
    database, passwords = Database(f"sqlite:///{tmp_path}/tealight.db"), Passwords()
    await SignIn(database, passwords).sign_in("wren", odd, None)
    passwords.close()
    await database.close()


def test_bad_settings_and_a_lost_database_are_one_sentence_without_secrets(tmp_path: Path) -> None:
    for url in ("mysql://u:secret-word@h/n", "postgresql://u:secret-word@127.0.0.1:1/n"):
        ended = Machine(DATA_DIR=str(tmp_path), DATABASE_URL=url).run("list")
        assert ended.returncode != 0
        assert len(ended.stderr.splitlines()) == 1
        assert "secret-word" not in ended.stderr


def test_a_person_from_the_first_day_to_the_last(tmp_path: Path) -> None:
    machine = Machine(DATA_DIR=str(tmp_path))

    def says(*arguments: str) -> str:
        ended = machine.run(*arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    says("add", "wren", "--role", "listener", "--password-stdin")
    assert "no age band" in says("list")
    assert "Cleared wren for age_band adult." in says("clear", "wren", "age_band", "adult", "--days", "30")
    assert says("list").rstrip().endswith("adult")
    assert "Withdrew 1 clearances" in says("withdraw", "wren", "--reason", "a pause")
    assert "signed out everywhere" in says("password", "wren", "--password-stdin")
    link = says("invite", "--days", "2").strip()
    assert link.startswith("http://127.0.0.1:8000/join/")
    says("deactivate", "wren")
    assert "inactive" in says("list")
    assert "who signs in as before" in says("reactivate", "wren")
    assert "inactive" not in says("list")
    assert "was active already" in says("reactivate", "wren")
    again = machine.run("add", "wren", "--role", "listener", "--password-stdin")
    assert again.stderr == "There is already a person named wren.\n"
    with sqlite3.connect(tmp_path / "tealight.db") as connection:
        told = [detail for (detail,) in connection.execute("SELECT detail FROM audit_log WHERE act = 'change_person'")]
        assert [json.loads(detail)["is_active"] for detail in told] == [False, True]
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert PASSWORD not in dump
    assert link.rpartition("/")[2] not in dump


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (("add", "kim"), "Missing option '--role'"),
        (("add", "kim", "--role", "listener", "--max-chats", "many"), "Invalid value for '--max-chats'"),
        (("ad",), "No such command 'ad'"),
    ],
)
def test_what_is_typed_wrongly_is_one_sentence_too(wrong: tuple[str, ...], words: str, tmp_path: Path) -> None:
    ended = Machine(DATA_DIR=str(tmp_path)).run(*wrong)
    assert ended.returncode == 2 and ended.stdout == ""
    assert ended.stderr.count("\n") == 1 and words in ended.stderr and "--help`" in ended.stderr


def test_a_wrong_folder_is_said_instead_of_a_new_empty_service(tmp_path: Path) -> None:
    machine = Machine(DATA_DIR=str(tmp_path / "wrong"))
    for words in (["list"], ["password", "wren", "--password-stdin"], ["withdraw", "wren"], ["deactivate", "wren"]):
        done = machine.run(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert "DATA_DIR names the folder of a service that has run" in done.stderr
    assert not (tmp_path / "wrong").exists()


def test_the_first_person_of_a_new_service_is_told_where_it_is(tmp_path: Path) -> None:
    machine = Machine(DATA_DIR=str(tmp_path / "new"))
    first = machine.run("add", "wren", "--role", "admin", "--password-stdin")
    assert f"{tmp_path}/new/tealight.db is new" in first.stdout
    second = machine.run("add", "juniper", "--role", "listener", "--password-stdin")
    assert (second.returncode, "is new" in second.stdout) == (0, False)
