"""The rubric that mentors read by, and the rules of reviews: both are files (docs/review.md)."""

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

_HERE = Path(__file__).parent
#: The rubric that ships with the service.
SHIPPED = _HERE / "rubrics" / "listening.toml"
RULES_FILE = _HERE / "rules.toml"
#: Levels run from 0 to 3. An even number: there is no middle to hide in.
LEVELS = 4

Words = Annotated[str, Meta(min_length=1, max_length=400)]
Positive = Annotated[int, Meta(ge=1)]


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to look at. `anchors`: what each level looks like, the lowest first; `idea`: where it comes from."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$(?!\n)")]
    title: Words
    question: Words
    idea: Words
    anchors: Annotated[tuple[Words, ...], Meta(min_length=LEVELS, max_length=LEVELS)]


class Rubric(Struct, frozen=True, forbid_unknown_fields=True):
    """All that mentors look at. Authors raise `version` when levels of before can't be compared any more."""

    id: str
    version: str
    title: Words
    notice: Words
    items: Annotated[tuple[Item, ...], Meta(min_length=1, max_length=20)]


class ReviewRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers by which reviews go; rules.toml says what each means."""

    first_chats: Positive
    readers: Annotated[int, Meta(ge=2, le=2)]
    take_days: Positive
    alone_after_days: Positive
    far_apart: Annotated[int, Meta(ge=1, le=LEVELS - 1)]
    few_pairs: Annotated[int, Meta(ge=2)]
    words_kept_days: Positive


Read = TypeVar("Read", Rubric, ReviewRules)


class RubricError(ValueError):
    """A rubric or the rules can't be read; the message says which file and what is wrong."""


def read_rubric(path: Path = SHIPPED) -> Rubric:
    """One rubric. Raises RubricError."""
    rubric = _read(path, Rubric)
    ids = [item.id for item in rubric.items]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise RubricError(f"{path.name}: the item {twice!r} stands there twice.")
    if rubric.id != path.stem:
        raise RubricError(f"{path.name}: its id is {rubric.id!r}; it must be the file's name.")
    return rubric


def read_rules(path: Path = RULES_FILE) -> ReviewRules:
    """The rules of reviews. Raises RubricError."""
    return _read(path, ReviewRules)


def digest_of(rubric: Rubric) -> str:
    """`<version>+<hash>`: by which words exactly somebody read."""
    whole = msgspec.json.encode(rubric, order="deterministic")
    return f"{rubric.version}+{hashlib.sha256(whole).hexdigest()[:8]}"


def what_is_wrong_with(levels: Mapping[str, int | None], rubric: Rubric) -> str | None:
    """Why these levels are no whole reading by the rubric, in one sentence; None: they are. A level None: not seen."""
    known = {item.id for item in rubric.items}
    if unknown := sorted(levels.keys() - known):
        return f"The rubric has no item {unknown[0]!r}."
    if missing := [item.title for item in rubric.items if item.id not in levels]:
        return f"Say something about each item, or that it could not be seen: {missing[0]}."
    if any(level is not None and not 0 <= level < LEVELS for level in levels.values()):
        return f"A level is one of 0 to {LEVELS - 1}."
    if all(level is None for level in levels.values()):
        return "At least one item must be seen in the chat."
    return None


@cache
def shipped_rubric() -> Rubric:
    """The rubric of this service."""
    return read_rubric()


@cache
def shipped_rules() -> ReviewRules:
    """The rules of this service."""
    return read_rules()


def _read(path: Path, kind: type[Read]) -> Read:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RubricError(f"{path.name}: {error}") from None
