"""A network of one's own, with a router in which each direction can be made to swallow everything (Linux, root)."""

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWNET = 0x40000000
_NAMES = Path("/run/netns")


class NoNetwork(Exception):
    """This machine doesn't let us make networks."""


def _ip(*words: str) -> None:
    try:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        raise NoNetwork("there is no `ip`") from None
    if done.returncode != 0:
        raise NoNetwork(f"ip {' '.join(words)}: {done.stderr.strip()}")


class Network:
    """This machine at one end, phones at the other, a router between. What it drops, it drops in silence."""

    def __init__(self) -> None:
        number = os.getpid() % 10_000
        self._router, self._far = f"tlr{number}", f"tlf{number}"
        third = 16 + number % 200
        self._near_net, self._far_net = f"10.201.{third}", f"10.202.{third}"
        #: where the service is reached from the far end
        self.here = f"{self._near_net}.1"
        self._links = (f"tla{number}", f"tlb{number}", f"tlc{number}", f"tld{number}")
        self._addresses = [f"{self._far_net}.{host}" for host in range(2, 10)]

    def open(self) -> None:
        """Raises NoNetwork."""
        near, router_near, router_far, far = self._links
        router = ("-n", self._router)
        try:
            for words in (
                ("netns", "add", self._router),
                ("netns", "add", self._far),
                ("link", "add", near, "type", "veth", "peer", "name", router_near, "netns", self._router),
                (*router, "link", "add", router_far, "type", "veth", "peer", "name", far, "netns", self._far),
                ("addr", "add", f"{self.here}/24", "dev", near),
                ("link", "set", near, "up"),
                (*router, "addr", "add", f"{self._near_net}.2/24", "dev", router_near),
                (*router, "link", "set", router_near, "up"),
                (*router, "addr", "add", f"{self._far_net}.1/24", "dev", router_far),
                (*router, "link", "set", router_far, "up"),
                *[("-n", self._far, "addr", "add", f"{address}/24", "dev", far) for address in self._addresses],
                ("-n", self._far, "link", "set", far, "up"),
                ("-n", self._far, "route", "add", "default", "via", f"{self._far_net}.1"),
                ("route", "add", f"{self._far_net}.0/24", "via", f"{self._near_net}.2"),
            ):
                _ip(*words)
            forward = ["ip", "netns", "exec", self._router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]
            subprocess.run(forward, timeout=60, check=True, capture_output=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise NoNetwork(str(error)) from None

    def close(self) -> None:
        for words in (("link", "del", self._links[0]), ("netns", "del", self._far), ("netns", "del", self._router)):
            subprocess.run(["ip", *words], capture_output=True, timeout=60, check=False)

    def phone(self) -> "Phone":
        """One more phone, with an address of its own."""
        return Phone(self, self._addresses.pop())


@dataclass(frozen=True)
class Phone:
    """Where connections at the far end come from."""

    network: Network
    address: str

    def loses(self, *, what_it_sends: bool = False, what_it_is_sent: bool = False) -> None:
        """From now on the router swallows it."""
        for is_lost, direction in ((what_it_sends, "from"), (what_it_is_sent, "to")):
            if is_lost:
                _ip("-n", self.network._router, "rule", "add", direction, f"{self.address}/32", "blackhole")

    def has_signal_again(self) -> None:
        for direction in ("from", "to"):
            words = ["-n", self.network._router, "rule", "del", direction, f"{self.address}/32", "blackhole"]
            subprocess.run(["ip", *words], capture_output=True, timeout=60, check=False)

    def connect(self, port: int) -> socket.socket:
        """A connection to the service. Raises OSError."""
        found: list[socket.socket | OSError] = []

        def there() -> None:
            # A thread has a network of its own if it asks for one, and a socket stays where it was made.
            with (_NAMES / self.network._far).open() as name:
                if ctypes.CDLL(None, use_errno=True).setns(name.fileno(), CLONE_NEWNET) != 0:
                    found.append(OSError(ctypes.get_errno(), "setns"))
                    return
            try:
                line = socket.create_connection((self.network.here, port), 5, (self.address, 0))
                line.setblocking(False)
                found.append(line)
            except OSError as error:
                found.append(error)

        thread = threading.Thread(target=there)
        thread.start()
        thread.join(15)
        if not found or isinstance(found[0], OSError):
            raise found[0] if found else TimeoutError("connect")
        return found[0]


@contextmanager
def a_network() -> Iterator[Network]:
    """Raises NoNetwork."""
    network = Network()
    try:
        network.open()
        yield network
    finally:
        network.close()
