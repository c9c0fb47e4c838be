"""The embedded engine: durable, alone on its files, out of reach, and gone when its keeper is."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from config.engines import allocator
from config.engines.valkey import (
    SOCKET_PATH_BYTES,
    EmbeddedValkey,
    EngineError,
    ThrowAwayValkey,
    answers,
    socket_path,
    stop,
    url_of_socket,
)


def test_what_was_answered_survives_a_kill_of_the_engine() -> None:
    with ThrowAwayValkey(is_durable=True) as engine:
        with redis.Redis.from_url(engine.url) as client:
            for number in range(50):
                client.xadd("log", {"text": number}, id=f"{number + 1}-0")
        engine.kill()
        engine.restart()
        with redis.Redis.from_url(engine.url) as client:
            assert client.xlen("log") == 50


def test_two_engines_never_open_the_same_files(tmp_path: Path) -> None:
    first, second = EmbeddedValkey(tmp_path), EmbeddedValkey(tmp_path)
    first.lock(0)
    process = first.start()
    first.wait_ready(60)
    try:
        with pytest.raises(EngineError, match="still runs"):
            second.lock(0)
    finally:
        assert stop(process, 5) == 0
        first.release()
    second.lock(0)
    second.release()


def test_the_engine_is_set_up_so_that_nothing_is_lost_or_reachable(tmp_path: Path) -> None:
    engine = EmbeddedValkey(tmp_path)
    engine.lock(0)
    process = engine.start()
    try:
        engine.wait_ready(60)
        with redis.Redis.from_url(engine.url, decode_responses=True) as client:
            conf = client.config_get("*")
        assert conf["appendonly"] == "yes"
        assert conf["appendfsync"] == "always"
        assert conf["maxmemory-policy"] == "noeviction"
        assert int(conf["maxmemory"]) >= 64 * 1024 * 1024
        assert conf["port"] == "0"
        assert engine.socket.stat().st_mode & 0o077 == 0
    finally:
        stop(process, 5)
        engine.release()


def test_the_engine_takes_its_memory_from_the_best_allocator_of_the_system() -> None:
    with ThrowAwayValkey() as engine:
        mapped = Path(f"/proc/{engine.process.pid}/maps").read_text()
    chosen = allocator.found()
    taken = [one for one in allocator.ALLOCATORS if one.file in mapped]
    assert taken == ([chosen[0]] if chosen else [])


def test_allocators_are_looked_for_in_order_and_nothing_is_lost_without_one(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    first.mkdir()
    second.mkdir()
    assert allocator.found([first, second]) is None
    assert list(allocator.environment(None)) == ["GLIBC_TUNABLES"]
    (first / "libjemalloc.so.2").touch()
    assert allocator.found([first, second]) == (allocator.JEMALLOC, first / "libjemalloc.so.2")
    (second / "libmimalloc.so.2").touch()
    chosen = allocator.found([first, second])
    assert chosen == (allocator.MIMALLOC, second / "libmimalloc.so.2")
    assert allocator.environment(chosen)["LD_PRELOAD"] == str(second / "libmimalloc.so.2")


def test_a_deep_data_folder_gets_a_short_socket_path() -> None:
    deep = Path("/") / "/".join(["a-rather-long-name"] * 10)
    assert len(bytes(socket_path(deep))) <= SOCKET_PATH_BYTES
    assert socket_path(deep) == socket_path(deep)
    assert socket_path(deep) != socket_path(deep / "other")
    assert socket_path(Path("/srv/tealight")) == Path("/srv/tealight/run/valkey.sock")


def test_a_folder_with_odd_characters_has_a_url_that_leads_there(tmp_path: Path) -> None:
    url = url_of_socket(tmp_path / "a b%41" / "v.sock")
    kwargs = redis.connection.parse_url(url)
    assert kwargs["path"] == str(tmp_path / "a b%41" / "v.sock")


KEEPER = """
import sys, time
from pathlib import Path
from config.engines.valkey import EmbeddedValkey
engine = EmbeddedValkey(Path(sys.argv[1]))
engine.lock(0)
engine.start()
engine.wait_ready(60)
print(engine.socket, flush=True)
time.sleep(60)
"""


def test_the_engine_ends_when_its_keeper_is_killed_and_the_next_one_may_start(tmp_path: Path) -> None:
    keeper = subprocess.Popen([sys.executable, "-c", KEEPER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert keeper.stdout is not None
    at = Path(keeper.stdout.readline().strip())
    assert answers(at)
    keeper.send_signal(signal.SIGKILL)
    keeper.wait()
    keeper.stdout.close()
    following = EmbeddedValkey(tmp_path)
    following.lock(30)  # waits for the old engine, which writes out what it holds
    until = time.monotonic() + 30
    while answers(at) and time.monotonic() < until:
        time.sleep(0.02)
    assert not answers(at)
    following.release()


def test_the_systems_redis_works_in_its_place(redis7_url: str) -> None:
    with redis.Redis.from_url(redis7_url, decode_responses=True) as client:
        assert client.info("server")["redis_version"] >= "7.0"
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
