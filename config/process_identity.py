"""Names for processes by which others on the same machine can tell whether they still live."""

import base64
import functools
import hashlib
import os
import secrets
from pathlib import Path

_PROC = Path("/proc")


@functools.cache  # asked about each known process every second, and never another one
def _place() -> str:
    """This boot of this machine and this process namespace: only within one do process ids mean the same to all."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (_PROC / "self/ns/pid").readlink().name
    except OSError:
        return ""
    # Short, since it goes to the engine with each arrival and each message.
    return base64.urlsafe_b64encode(hashlib.blake2s(f"{boot}{namespace}".encode(), digest_size=9).digest()).decode()


def _born(pid: int) -> str:
    """When the process began, in clock ticks since the boot; empty when there is none. A pid may be used again."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def own_identity() -> str:
    """A name for this process that no other one ever has."""
    pid, place = os.getpid(), _place()
    return f"p.{place}.{pid}.{_born(pid)}.{'' if place else secrets.token_hex(6)}"


def is_of_this_machine(identity: str) -> bool:
    """Does this process live where `is_gone` can see it?"""
    place = identity.split(".")[1:2]
    return place != [""] and place == [_place()]


def is_gone(identity: str) -> bool:
    """Is it certain that this process has ended? False for one of another machine: only its lease can tell."""
    parts = identity.split(".")
    if len(parts) != 5 or not parts[1] or parts[1] != _place() or not parts[2].isdigit():
        return False
    return _born(int(parts[2])) != parts[3]
