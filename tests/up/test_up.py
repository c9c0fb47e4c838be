"""`tealight up`: what dies comes back, nobody is refused meanwhile, and all of it ends when it is to end."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config.engines.valkey import ThrowAwayValkey
from config.settings import load
from tealight.up import addresses
from tests.helpers.service import PATIENCE_S, STARTS_WITHIN_S, free_port, is_there, until
from tests.up.running import ROOT, Up, clean_environment, command, running_up

# The promise: started again within 2 s.
BACK_WITHIN_S = 2.0
ENDS_WITHIN_S = 10.0


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with running_up(tmp_path_factory.mktemp("service") / "data") as service:
        yield service


def test_every_process_shows_by_its_name(up: Up) -> None:
    until(
        lambda: (
            set(up.children()) == {"valkey", "tealight web", "tealight router", "tealight archiver", "tealight partner"}
        )
    )
    assert len(up.children()["tealight web"]) == 2
    assert Path(f"/proc/{up.process.pid}/cmdline").read_bytes().rstrip(b"\0") == b"tealight up"


def test_it_says_where_it_is(up: Up) -> None:
    until(lambda: "Tealight is up" in up.output.read_text())
    assert f"http://127.0.0.1:{up.port}/listen" in up.output.read_text()
    assert "PUBLIC_URL" not in up.output.read_text()


def test_nobody_else_may_read_what_it_keeps(up: Up) -> None:
    key = up.data_dir / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_text().strip()) >= 32
    open_to_others = [path for path in up.data_dir.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert open_to_others == []


@pytest.mark.parametrize("name", ["tealight router", "tealight archiver", "tealight partner", "valkey"])
def test_what_is_killed_comes_back_however_often(up: Up, name: str) -> None:
    for _ in range(4):
        until(lambda: name in up.children())
        before = up.children()[name]
        taking = up.taking()
        os.kill(before[0], signal.SIGKILL)
        until(lambda old=before[0]: not is_there(old))
        until(lambda old=before: set(up.children().get(name, [])) - set(old) != set())
        assert taking.seconds() < BACK_WITHIN_S
    until(lambda: up.ask("/readyz") == 200)


def test_while_all_web_processes_are_dead_a_connection_waits_and_is_not_refused(up: Up) -> None:
    for _ in range(4):
        until(lambda: len(up.children().get("tealight web", [])) == 2)
        before = up.children()["tealight web"]
        taking = up.taking()
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        with socket.create_connection(("127.0.0.1", up.port), timeout=PATIENCE_S) as early:
            early.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            until(lambda old=before: len(set(up.children().get("tealight web", [])) - set(old)) == 2)
            assert taking.seconds() < BACK_WITHIN_S
            assert early.recv(64).startswith(b"HTTP/1.1 200")


def test_a_web_process_that_is_told_to_end_is_replaced(up: Up) -> None:
    until(lambda: len(up.children().get("tealight web", [])) == 2)
    before = up.children()["tealight web"]
    taking = up.taking()
    os.kill(before[0], signal.SIGTERM)
    until(lambda: not is_there(before[0]))
    assert taking.seconds() < ENDS_WITHIN_S
    taking = up.taking()
    until(lambda: len(set(up.children().get("tealight web", [])) - set(before)) == 1)
    assert taking.seconds() < BACK_WITHIN_S
    assert up.is_answering()


def test_children_that_lost_the_engine_live_on(up: Up) -> None:
    until(lambda: up.ask("/readyz") == 200)
    before = {name: pids for name, pids in up.children().items() if name != "valkey"}
    os.kill(up.children()["valkey"][0], signal.SIGKILL)
    time.sleep(0.3)
    until(lambda: up.ask("/readyz") == 200)
    time.sleep(1)
    assert {name: pids for name, pids in up.children().items() if name != "valkey"} == before


def test_a_second_one_on_the_same_folder_says_who_holds_it(up: Up) -> None:
    code, _, said = command("up", "--port", str(free_port()), "--data-dir", str(up.data_dir))
    assert code != 0
    assert f"pid {up.process.pid} (since " in said
    assert len(said.splitlines()) == 1
    assert up.is_answering()


def ends_in_time_with_0(service: Up, number: signal.Signals) -> None:
    until(lambda: len(service.children()) == 5)
    pids = [pid for some in service.children().values() for pid in some]
    code, took_s = service.stop(number)
    assert code == 0, service.output.read_text()
    assert took_s < ENDS_WITHIN_S
    assert not any(is_there(pid) for pid in pids)
    assert (service.data_dir / "up.lock").read_text() == ""
    assert "child_killed" not in service.output.read_text()


def test_children_end_when_their_keeper_is_killed_and_the_next_one_takes_over_and_ends_by_a_signal(
    tmp_path: Path,
) -> None:
    port = free_port()
    with running_up(tmp_path / "data", "--web", "1", port=port) as service:
        key = (tmp_path / "data" / "secret_key").read_text()
        until(lambda: len(service.children()) == 5)
        pids = [pid for some in service.children().values() for pid in some]
        service.process.kill()
        service.process.wait()
        with running_up(tmp_path / "data", "--web", "1", port=port) as following:
            until(lambda: not any(is_there(pid) for pid in pids))
            assert (tmp_path / "data" / "secret_key").read_text() == key
            ends_in_time_with_0(following, signal.SIGTERM)


def test_with_demo_people_it_says_how_to_sign_in_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    with running_up(tmp_path / "data", "--web", "1", "--demo") as service:
        until(lambda: "demo accounts" in service.output.read_text())
        said = service.output.read_text()
        for role in ("listener", "supervisor", "admin"):
            assert f" {role} " in said
        ends_in_time_with_0(service, signal.SIGINT)


def test_an_engine_that_is_away_is_named_without_its_password_and_a_signal_ends_the_waiting(tmp_path: Path) -> None:
    port = free_port()
    env = {
        **clean_environment(),
        "DATA_DIR": str(tmp_path),
        "PORT": "0",
        "REDIS_URL": f"redis://:hush-hush@127.0.0.1:{port}",
    }
    complaint, sentence = tmp_path / "said", f"Waiting for the engine (REDIS_URL): nobody answers at 127.0.0.1:{port}."
    with complaint.open("wb") as said:
        waiting = subprocess.Popen(
            [sys.executable, "-m", "tealight", "up"], cwd=ROOT, env=env, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: sentence in complaint.read_text(), STARTS_WITHIN_S)
    finally:
        waiting.terminate()
        code = waiting.wait(PATIENCE_S)
    assert code == 0 and "hush" not in complaint.read_text()


@pytest.mark.parametrize("words", [("up",), ("web",), ("router",)], ids=" ".join)
def test_a_password_that_the_engine_refuses_ends_the_start_with_one_sentence(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    with ThrowAwayValkey() as engine:
        with redis.Redis.from_url(engine.url) as client:
            client.config_set("requirepass", "a password")
        env = {
            "DATA_DIR": str(tmp_path),
            "PORT": "0",
            "REDIS_URL": engine.url.replace("unix://", "unix://:hush-hush@"),
            "DATABASE_URL": f"sqlite:///{tmp_path}/tealight.db",
            "SECRET_KEY": "k" * 32,
        }
        code, said, complaint = command(*words, env=env)
    assert code == 2
    assert complaint.startswith("The engine at REDIS_URL refuses the user or the password (WRONGPASS)")
    assert len(complaint.splitlines()) == 1
    assert "hush" not in said + complaint


def test_an_open_address_without_tls_says_what_is_missing_and_how_to_mend_it() -> None:
    said = addresses(load({"HOST": "0.0.0.0"}), 8000)
    assert "http://0.0.0.0:8000/listen" in said
    assert "PUBLIC_URL=https://" in said
    behind_a_proxy = addresses(load({"HOST": "0.0.0.0", "PUBLIC_URL": "https://talk.example"}), 8000)
    assert "https://talk.example/listen" in behind_a_proxy
    assert "TLS" not in behind_a_proxy
    assert "http://[::1]:8000/" in addresses(load({"HOST": "::1"}), 8000)


BAD = [
    (("up",), {"PORT": "many"}, "PORT must be a number"),
    (("up", "--port", "70000"), {}, "PORT must be a number"),
    (("up", "--web", "0"), {}, "--web must be a number"),
    (("up", "--host", "203.0.113.9"), {}, "not an address of this machine"),
    (("up",), {"REDIS_URL": "http://x"}, "REDIS_URL must be a URL"),
    (("up",), {"SECRET_KEY": "short"}, "SECRET_KEY must have"),
    (("up", "--data-dir", "/proc/nothing"), {}, "data folder /proc/nothing can't be written to"),
    (("web",), {}, "REDIS_URL is not set"),
    (("router",), {"REDIS_URL": "redis://x"}, "DATABASE_URL is not set"),
    (("archiver",), {"REDIS_URL": "redis://x", "DATABASE_URL": "postgresql://x/y"}, "SECRET_KEY is not set"),
    (("up",), {"PUBLIC_URL": "https://example.org/talk"}, "the pages stand at the root of a host of their own"),
    (("up",), {"DATABASE_URL": "sqlite:///tea.db"}, "DATABASE_URL must name the file from the root"),
    (("up",), {"PUBLIC_URL": "https://"}, "PUBLIC_URL must be a scheme, a host"),
    (("up", "--web", "1"), {"PORT": "80.5"}, "PORT must be a whole number"),
    (("migrate",), {}, "REDIS_URL is not set"),
    (("up",), {"FORWARDED_ALLOW_IPS": "127.0.0.1,rubbish"}, "must be addresses or networks such as"),
    (("up",), {"FORWARDED_ALLOW_IPS": "10.0.0.1/8"}, "not '10.0.0.1/8'"),
]


@pytest.mark.parametrize(("words", "env", "sentence"), BAD, ids=[" ".join(words) for words, _, _ in BAD])
def test_a_bad_setting_ends_the_start_with_one_sentence(
    tmp_path: Path, words: tuple[str, ...], env: dict[str, str], sentence: str
) -> None:
    code, _, said = command(*words, env={"DATA_DIR": str(tmp_path / "data"), "PORT": "0", **env})
    assert code != 0
    assert sentence in said
    assert len(said.splitlines()) == 1, said


def test_master_keys_that_cannot_be_read_end_the_start_instead_of_every_process(tmp_path: Path) -> None:
    (tmp_path / "master_keys").write_text("rubbish")
    (tmp_path / "master_keys").chmod(0o600)
    code, said, complaint = command("up", env={"DATA_DIR": str(tmp_path), "PORT": "0"})
    assert code == 2
    assert complaint == f"The master keys in {tmp_path}/master_keys can't be read; put the saved ones back.\n"
    assert "child_started" not in said


def test_a_database_that_is_away_ends_the_start_with_one_sentence_without_its_password(tmp_path: Path) -> None:
    env = {
        "DATA_DIR": str(tmp_path),
        "PORT": "0",
        "DATABASE_URL": "postgresql://someone:hush-hush@127.0.0.1:1/tealight",
    }
    code, said, complaint = command("up", env=env)
    assert code != 0
    assert "The database could not be brought up to date" in complaint
    assert len(complaint.splitlines()) == 1
    assert "hush" not in said + complaint
