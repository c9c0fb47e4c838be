"""Real engines for tests: started once a run, empty before each test.

A suite takes them with `from tests.helpers.valkey import valkey, valkey_url` in its conftest.
"""

import shutil
import socket
from collections.abc import Iterator

import pytest

from config.engines.valkey import ThrowAwayValkey

__all__ = ["redis7", "redis7_url", "valkey", "valkey_url"]


def empty(engine: ThrowAwayValkey) -> None:
    """Forget all keys and functions."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(engine.socket))
        line.sendall(b"FLUSHALL\r\nFUNCTION FLUSH\r\n")
        answer = b""
        while answer.count(b"\r\n") < 2:
            answer += line.recv(256)
        assert answer == b"+OK\r\n+OK\r\n", answer


@pytest.fixture(scope="session")
def valkey() -> Iterator[ThrowAwayValkey]:
    """The embedded Valkey, in memory only."""
    with ThrowAwayValkey() as engine:
        yield engine


@pytest.fixture
def valkey_url(valkey: ThrowAwayValkey) -> str:
    """The URL of an empty Valkey."""
    empty(valkey)
    return valkey.url


@pytest.fixture(scope="session")
def redis7() -> Iterator[ThrowAwayValkey]:
    """The system's Redis, the oldest engine that the service promises to run on."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.fail("redis-server is not installed, and these tests need it: `apt-get install redis-server`.")
    with ThrowAwayValkey(binary=binary) as engine:
        yield engine


@pytest.fixture
def redis7_url(redis7: ThrowAwayValkey) -> str:
    """The URL of an empty Redis."""
    empty(redis7)
    return redis7.url
