"""Several throw-away servers on this machine: a cluster, or a master with its replica and Sentinels.

For tests and measurements only: nothing is written to disk, they listen on 127.0.0.1, and they end with their keeper.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import redis

from config.engines.parent_death import dies_with_parent
from config.engines.valkey import EngineError, binary_path, stop

START_S = 60.0
POLL_S = 0.02
#: Milliseconds without an answer after which a node, or a master, counts as failed.
NODE_TIMEOUT_MS = 1000
SLOTS = 16384
_NOTHING: Mapping[str, str] = MappingProxyType({})


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: Callable[[], bool], within_s: float = START_S) -> float:
    """Wait until it is so; the seconds it took. Raises EngineError."""
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > within_s:
            raise EngineError(f"The servers were not ready within {within_s:g} s.")
        time.sleep(POLL_S)
    return time.monotonic() - began


class Server:
    """One process. `options` are lines of its configuration."""

    def __init__(self, options: dict[str, str], *, binary: str = "", is_sentinel: bool = False) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="tl-server-"))
        self._binary = binary or binary_path()
        self._is_sentinel = is_sentinel
        lines = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.folder), "logfile": "server.log"}
        if not is_sentinel:
            lines |= {"save": '""', "maxmemory-policy": "noeviction", "repl-diskless-sync-delay": "0"}
        lines |= options
        text = "".join(f"{name} {line}\n" for name, value in lines.items() for line in value.split("\n"))
        (self.folder / "server.conf").write_text(text)
        self.process = self._spawn()
        self.client = redis.Redis(port=self.port, decode_responses=True, socket_timeout=20)

    @property
    def spot(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"redis://{self.spot}"

    def _spawn(self) -> subprocess.Popen[bytes]:
        words = [self._binary, str(self.folder / "server.conf")]
        return subprocess.Popen(
            [*words, "--sentinel"] if self._is_sentinel else words,
            stdin=subprocess.DEVNULL,
            preexec_fn=dies_with_parent(),
            process_group=0,
            env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"},
        )

    def answers(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(self.client.ping())
        return False

    def ask(self, *words: str | int) -> Any:
        """A raw command's answer."""
        return self.client.execute_command(*words)  # type: ignore[no-untyped-call]

    def kill(self) -> None:
        """As the loss of a machine."""
        self.process.kill()
        self.process.wait()

    def hold(self) -> None:
        """Stop without a word, as a machine that hangs."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Start it again at the same place, empty but for its configuration."""
        stop(self.process, 3)
        self.process = self._spawn()
        until(self.answers)

    def close(self) -> None:
        self.client.close()
        self.go_on()
        stop(self.process, 3)
        shutil.rmtree(self.folder, ignore_errors=True)


class ThrowAwayCluster:
    """Real masters that share all slots evenly, each with a replica. `nodes` holds the masters first."""

    def __init__(
        self, *, masters: int = 3, replicas: int = 1, binary: str = "", options: Mapping[str, str] = _NOTHING
    ) -> None:
        self._stack = contextlib.ExitStack()
        self.nodes: list[Server] = []
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self.close)
            for _ in range(masters * (1 + replicas)):
                node = Server(
                    {
                        "cluster-enabled": "yes",
                        "cluster-port": str(free_port()),
                        "cluster-node-timeout": str(NODE_TIMEOUT_MS),
                        **options,
                    },
                    binary=binary,
                )
                self._stack.callback(node.close)
                self.nodes.append(node)
            for node in self.nodes:
                until(node.answers)
            self._join(masters)
            on_failure.pop_all()

    def _join(self, masters: int) -> None:
        first = self.nodes[0]
        for number, node in enumerate(self.nodes):
            node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            if number < masters:
                low, high = (SLOTS * number // masters, SLOTS * (number + 1) // masters - 1)
                node.ask("CLUSTER", "ADDSLOTSRANGE", low, high)
            if number:
                bus = int(first.ask("CONFIG", "GET", "cluster-port")["cluster-port"])
                node.ask("CLUSTER", "MEET", "127.0.0.1", first.port, bus)
        until(lambda: all(len(self._known_by(node)) == len(self.nodes) for node in self.nodes))
        ids = [str(node.ask("CLUSTER", "MYID")) for node in self.nodes]
        for number, node in enumerate(self.nodes[masters:]):
            until(partial(self._joins, node, ids[number % masters]))
        until(lambda: all(self._is_well(node) for node in self.nodes))

    @staticmethod
    def _known_by(node: Server) -> list[str]:
        return [line for line in _nodes_text(node).splitlines() if "handshake" not in line]

    @staticmethod
    def _joins(node: Server, master_id: str) -> bool:
        with contextlib.suppress(redis.ResponseError):
            node.ask("CLUSTER", "REPLICATE", master_id)
            return True
        return False

    @staticmethod
    def _is_well(node: Server) -> bool:
        is_ok = "cluster_state:ok" in _raw(node, "CLUSTER", "INFO")
        told = node.client.info("replication")
        return is_ok and (told["role"] == "master" or told["master_link_status"] == "up")

    @property
    def url(self) -> str:
        """Naming two of the nodes; the others must be found."""
        return f"redis+cluster://{self.nodes[-1].spot},{self.nodes[0].spot}"

    def living(self) -> Iterator[Server]:
        return (node for node in self.nodes if node.process.poll() is None)

    def owner_of(self, slot: int) -> Server:
        """The master of this slot, as most living nodes see it."""
        for node in self.living():
            for first, last, master, *_ in _slots(node):
                if first <= slot <= last:
                    found = [one for one in self.living() if one.port == master]
                    if found and found[0].client.info("replication")["role"] == "master":
                        return found[0]
        raise EngineError(f"Nobody owns slot {slot} now.")

    def replica_of(self, master: Server) -> Server:
        for node in self.living():
            told = node.client.info("replication")
            if told["role"] == "slave" and told["master_port"] == master.port:
                return node
        raise EngineError("This master has no replica now.")

    def mend(self) -> None:
        """Start again who was killed, wait until all is well, and forget everything."""
        for node in self.nodes:
            node.go_on()
            if node.process.poll() is not None:
                node.restart()
        until(lambda: all(self._is_well(node) for node in self.nodes))
        for node in self.nodes:
            if node.client.info("replication")["role"] == "master":
                node.ask("FLUSHALL")
                node.ask("FUNCTION", "FLUSH")

    def close(self) -> None:
        self._stack.close()

    def __enter__(self) -> "ThrowAwayCluster":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _raw(node: Server, *words: str) -> str:
    """The text of an answer that the client would take apart."""
    with socket.create_connection(("127.0.0.1", node.port), timeout=20) as line:
        line.sendall((" ".join(words) + "\r\n").encode())
        answer = b""
        while b"\r\n" not in answer:
            answer += line.recv(65536)
        head, _, rest = answer.partition(b"\r\n")
        size = int(head[1:])
        while len(rest) < size:
            rest += line.recv(65536)
    return rest[:size].decode()


def _nodes_text(node: Server) -> str:
    return _raw(node, "CLUSTER", "NODES")


def _slots(node: Server) -> list[tuple[int, int, int]]:
    """(first, last, port of the master), as this node sees it."""
    found = []
    for line in _nodes_text(node).splitlines():
        _, spot, flags, *_ = line.split()
        if "master" not in flags or "fail" in flags.replace("fail?", ""):
            continue
        port = int(spot.partition("@")[0].rpartition(":")[2])
        for word in line.split()[8:]:
            if not word.startswith("["):
                first, _, last = word.partition("-")
                found.append((int(first), int(last or first), port))
    return found


class ThrowAwaySentinels:
    """A master, a replica, and three Sentinels that watch them."""

    NAME = "tealight"

    def __init__(self, *, binary: str = "") -> None:
        self._stack = contextlib.ExitStack()
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self.close)
            self.master = self._add(Server({}, binary=binary))
            self.replica = self._add(Server({"replicaof": f"127.0.0.1 {self.master.port}"}, binary=binary))
            until(lambda: self.replica.client.info("replication")["master_link_status"] == "up")
            watch = "\n".join(
                [
                    f"monitor {self.NAME} 127.0.0.1 {self.master.port} 2",
                    f"sentinel down-after-milliseconds {self.NAME} {NODE_TIMEOUT_MS}",
                    f"sentinel failover-timeout {self.NAME} 5000",
                ]
            ).replace("\nsentinel", "\n")
            self.sentinels = [self._add(Server({"sentinel": watch}, binary=binary, is_sentinel=True)) for _ in range(3)]
            self.mend()
            on_failure.pop_all()

    def mend(self) -> None:
        """Start again who was killed, wait until all is well, and forget everything."""
        for server in (self.master, self.replica):
            server.go_on()
            if server.process.poll() is not None:
                server.restart()
        until(lambda: all(self._sees_all(one) for one in self.sentinels))
        until(self._is_well)
        self.master.ask("FLUSHALL")
        self.master.ask("FUNCTION", "FLUSH")

    def _is_well(self) -> bool:
        """One of the two is the master that all Sentinels name, and the other follows it (or is told to)."""
        named = {int(one.client.sentinel_master(self.NAME)["port"]) for one in self.sentinels}  # type: ignore[index]
        if len(named) > 1:
            return False
        if self.master.port not in named:
            self.master, self.replica = self.replica, self.master
        told = self.replica.client.info("replication")
        if (told["role"], told.get("master_port")) != ("slave", self.master.port):
            self.replica.ask("REPLICAOF", "127.0.0.1", self.master.port)  # Sentinels take their time to say so
            return False
        is_master = self.master.client.info("replication")["role"] == "master"
        return bool(is_master and told["master_link_status"] == "up")

    def _add(self, server: Server) -> Server:
        self._stack.callback(server.close)
        until(server.answers)
        return server

    def _sees_all(self, sentinel: Server) -> bool:
        told = cast(dict[str, Any], sentinel.client.sentinel_master(self.NAME))
        return int(told["num-slaves"]) == 1 and int(told["num-other-sentinels"]) == 2

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(one.spot for one in self.sentinels)}/{self.NAME}"

    def close(self) -> None:
        self._stack.close()

    def __enter__(self) -> "ThrowAwaySentinels":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
