"""Compare what is derived in a shard with what is true, page by page, and put it right (docs/routing.md)."""

import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

from config.redis_link import Argument
from routing.store.keys import KEYS
from routing.store.shard import Shard

#: Keys of one SCAN, ids of one check, members of one page: each call stays far below 10 ms.
SCAN_KEYS = 500
PAGE_IDS = 50
PAGE_MEMBERS = 100

#: What follows from chats and listeners; of deadlines those that their state names.
DERIVED = frozenset(
    (
        *("line", "cells", "held", "preferring", "excluding"),
        *("free", "spare", "first", "classes", "available", "paused"),
        *("chatting", "open", "offered", "observing"),
    )
)
DEADLINES = frozenset(("due", "grace_ends", "gap_ends", "ended"))

#: What stands before the first colon of a key that takes an id.
_HEADS = {suffix.partition(":")[0]: name for name, (suffix, _) in KEYS.items() if suffix.endswith(":%s")}
_WHOLE = {suffix: name for name, (suffix, _) in KEYS.items() if not suffix.endswith("%s")}


def name_of(suffix: str) -> tuple[str, str]:
    """(name, part) of a key without its shard's tag; ("", suffix) for one that is none of ours."""
    if suffix in _WHOLE:
        return _WHOLE[suffix], ""
    head, _, part = suffix.partition(":")
    return (_HEADS[head], part) if head in _HEADS else ("", suffix)


@dataclass(frozen=True, slots=True)
class Step:
    """One call. `arguments` come after the flag that says whether to mend."""

    operation: str
    arguments: tuple[Argument, ...]

    def after(self, cursor: str) -> "Step":
        """The next page of the same key."""
        name, part, _, count = self.arguments
        return dataclasses.replace(self, arguments=(name, part, cursor, count))


def strange_members(keys: Iterable[str]) -> Iterator[Step]:
    """Steps that look for members that nothing explains in these keys (without their tag)."""
    for suffix in keys:
        name, part = name_of(suffix)
        if name in DERIVED or name in DEADLINES:
            yield Step("check_key", (name, part, "0", PAGE_MEMBERS))


def missing_members(keys: Iterable[str]) -> Iterator[Step]:
    """Steps that look for what chats and listeners among these keys should stand in, and don't."""
    for wanted, operation in (("chat", "check_chats"), ("listener", "check_listeners")):
        ids = [part for name, part in map(name_of, keys) if name == wanted]
        for start in range(0, len(ids), PAGE_IDS):
            yield Step(operation, tuple(ids[start : start + PAGE_IDS]))


@dataclass(slots=True)
class Found:
    """What a walk has found so far. `differences` counts by the key's name; `looked` keys and members."""

    looked: int = 0
    differences: Counter[str] = dataclasses.field(default_factory=Counter)
    #: the first of them, `<name> <part> <member>`; ids only
    examples: list[str] = dataclasses.field(default_factory=list)

    def note(self, differences: list[str]) -> None:
        self.differences.update(difference.partition(" ")[0] for difference in differences)
        self.examples += differences[: MOST_EXAMPLES - len(self.examples)]


MOST_EXAMPLES = 20


async def raw_keys(shard: Shard) -> AsyncIterator[list[bytes]]:
    """All keys of the shard; those that come and go meanwhile may be missed or repeated."""
    link = shard.functions.link.at(shard.tag)
    cursor = b"0"
    while True:
        cursor, keys = await link.send("SCAN", cursor, "MATCH", f"{shard.tag}*", "COUNT", SCAN_KEYS)
        yield keys
        if int(cursor) == 0:
            return


async def all_keys(shard: Shard) -> AsyncIterator[list[str]]:
    """The same without the shard's tag, as text."""
    async for keys in raw_keys(shard):
        yield [key.decode()[len(shard.tag) :] for key in keys]


async def take(shard: Shard, step: Step, mend: bool) -> tuple[str, int, list[str]]:
    """One call: the next cursor ("0": none), how many keys or members were looked at, what differs.

    Where a difference is mended somebody may be matched. Raises RedisAway, RedisRefused.
    """
    answer, _ = await shard.call(step.operation, "1" if mend else "0", *step.arguments)
    if step.operation != "check_key":
        return "0", len(step.arguments), [line.decode() for line in answer]
    cursor, looked, differences = answer
    return cursor.decode(), int(looked), [line.decode() for line in differences]


async def walk(shard: Shard, *, mend: bool) -> AsyncIterator[tuple[int, list[str]]]:
    """Every page of the shard: members that nothing explains first, then what is missing.

    One call at a time, so that a caller can pause between two. Raises RedisAway, RedisRefused.
    """
    for steps_of in (strange_members, missing_members):
        async for keys in all_keys(shard):
            for first in steps_of(keys):
                step = first
                while True:
                    cursor, looked, differences = await take(shard, step, mend)
                    yield looked, differences
                    if cursor == "0":
                        break
                    step = step.after(cursor)


async def inspect(shard: Shard, *, mend: bool) -> Found:
    """The whole walk at once. Raises RedisAway, RedisRefused."""
    found = Found()
    async for looked, differences in walk(shard, mend=mend):
        found.looked += looked
        found.note(differences)
    return found
