"""How good the recogniser is on labelled replies: precision and recall a move (docs/practice.md). Pure."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import msgspec
from msgspec import Struct

#: 97.5% of a normal distribution lies below so many deviations: an interval of 95%.
Z = 1.959963984540054


class LabelError(ValueError):
    """A labelled reply can't be read. The message names its line."""


class Labelled(Struct, frozen=True, forbid_unknown_fields=True):
    """A reply and the moves that a person found in it; `part` says what it may be used for."""

    id: str
    part: str
    text: str
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `of`, with the 95% interval that Wilson (1927) gives it."""

    right: int
    of: int

    @property
    def value(self) -> float | None:
        return self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.right, self.of)


@dataclass(frozen=True, slots=True)
class MoveScore:
    """Of those found, how many were right; of those there, how many were found."""

    move: str
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`whole` counts replies whose moves were all found and no other; `overall` takes all moves together."""

    moves: tuple[MoveScore, ...]
    overall: MoveScore
    whole: Share


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95% score interval of a share (Wilson 1927); (0, 1) of nothing."""
    if of == 0:
        return (0.0, 1.0)
    share, square = right / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return (max(0.0, middle - half), min(1.0, middle + half))


def read_labelled(lines: Iterable[str], known: Collection[str]) -> list[Labelled]:
    """Labelled replies, one JSON object a line. Raises LabelError."""
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            reply = msgspec.json.decode(line, type=Labelled)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise LabelError(f"Line {number}: {error}") from None
        unknown = [move for move in reply.moves if move not in known]
        if unknown:
            raise LabelError(f"Line {number}: {unknown[0]!r} is no move.")
        found.append(reply)
    return found


def evaluate(replies: Iterable[Labelled], moves: Collection[str], named: Callable[[str], set[str]]) -> Evaluation:
    """Score what `named` finds in each reply against its labels."""
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    there: Counter[str] = Counter()
    whole = of = 0
    for reply in replies:
        got, wanted = named(reply.text), set(reply.moves)
        right.update(got & wanted)
        found.update(got)
        there.update(wanted)
        whole += got == wanted
        of += 1
    scores = tuple(MoveScore(m, Share(right[m], found[m]), Share(right[m], there[m])) for m in moves)
    overall = MoveScore("all", Share(right.total(), found.total()), Share(right.total(), there.total()))
    return Evaluation(scores, overall, Share(whole, of))
