"""What a script answers, taken apart (`finish` in 01_ground.lua puts it together).

Each table of an answer costs the engine as much as reading a hash, so what moved and what happened go as text after the
answer, in the same text where the answer is one.
"""

from typing import Any


def parts_of(told: Any) -> tuple[Any, list[str], list[str]]:
    """(the operation's answer, listeners in several shards whose units moved, facts of what happened)."""
    if isinstance(told, bytes):
        answer, moved, happened = told.rsplit(b"\n", 2)
    else:
        answer, beside = told
        moved, happened = beside.split(b"\n")
    return answer, moved.decode().split(), happened.decode().split()
