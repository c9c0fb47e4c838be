"""What a reply does: its moves, by patterns (docs/practice.md). Pure and deterministic.

How good it is, stands in docs/practice.md and is held by a test. Not clinically reviewed.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from listener_training.practice.clauses import Clause, Spelling, clauses_of
from listener_training.practice.patterns import BadPattern, compiled

MOVES_FILE = Path(__file__).parent / "moves.toml"
SPELLING_FILE = Path(__file__).parent / "spelling.toml"
#: So many questions in one reply are an interrogation. Two can be one thought.
QUESTIONS_RUSHING = 3
QUESTION_MOVES = frozenset({"open_question", "closed_question", "asks_suicide", "asks_safety", "asks_self_harm"})


class Move(Struct, frozen=True, forbid_unknown_fields=True):
    """One move as moves.toml tells it.

    `over` and `drops` name moves that it replaces: in its clause, in the whole reply. A detail stands beside
    another move and is not scored.
    """

    id: str
    title: str
    means: str
    any: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    is_rest_of_questions: bool = False
    is_detail: bool = False


class MovesFile(Struct, frozen=True, forbid_unknown_fields=True):
    """moves.toml as it is written."""

    lists: dict[str, tuple[str, ...]]
    move: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A move, and where in the reply the sentence stands that made it one."""

    move: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Rule:
    move: Move
    any: re.Pattern[str] | None
    asks: re.Pattern[str] | None
    tells: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    rest: re.Pattern[str] | None

    def holds(self, clause: Clause) -> bool:
        wanted = (self.any, self.asks if clause.is_question else self.tells)
        is_said = any(each is not None and each.search(clause.words) for each in wanted)
        return is_said and not self.is_excluded(clause)

    def is_excluded(self, clause: Clause) -> bool:
        return self.unless is not None and self.unless.search(clause.words) is not None


class Recogniser:
    """Names the moves of a reply. Made once, from data; raises BadPattern for data that can't be read."""

    def __init__(self, moves: MovesFile, spelling: Spelling) -> None:
        self.moves: dict[str, Move] = {move.id: move for move in moves.move}
        for move in moves.move:
            unknown = [name for name in (*move.over, *move.drops) if name not in self.moves]
            if unknown:
                raise BadPattern(f"{move.id} stands over {unknown[0]!r}, which is no move.")
        self._rules = tuple(_rule(move, moves.lists) for move in moves.move)
        self._rest = next((rule for rule in self._rules if rule.move.is_rest_of_questions), None)
        self.spelling = spelling

    def named(self, text: str) -> set[str]:
        """The ids of the moves of a reply that are scored."""
        return {each.move for each in self.recognise(text) if not self.moves[each.move].is_detail}

    def recognise(self, text: str) -> tuple[Recognised, ...]:
        """The moves of a reply, each once, in the order in which they were made; none for a silence."""
        clauses = clauses_of(text, self.spelling)
        if len(clauses) > 1:
            # "Hm," before something else is not a move of its own.
            clauses = tuple(clause for clause in clauses if not self._is_filler(clause)) or clauses[:1]
        if not clauses:
            # Dots or a picture, without a word: they say no more than that somebody is there.
            return (Recognised("short_prompt", 0, len(text)),) if text.strip() else ()
        found: dict[str, Recognised] = {}
        questions = 0
        for clause in clauses:
            moves = self._of_clause(clause)
            questions += clause.is_question and (not moves or bool(QUESTION_MOVES.intersection(moves)))
            for move in moves:
                found.setdefault(move, Recognised(move, clause.start, clause.end))
        if questions >= QUESTIONS_RUSHING:
            found.setdefault("rushing", Recognised("rushing", clauses[0].start, clauses[-1].end))
        dropped = {name for move in found for name in self.moves[move].drops}
        return tuple(made for move, made in found.items() if move not in dropped)

    def _is_filler(self, clause: Clause) -> bool:
        return all(word == "," or word in self.spelling.fillers for word in clause.words.split())

    def _of_clause(self, clause: Clause) -> list[str]:
        held = [rule.move for rule in self._rules if rule.holds(clause)]
        under = {name for move in held for name in move.over}
        if self._rest and clause.is_question and not self._rest.is_excluded(clause):
            rest = self._rest.move
            asked = any(rest.id in move.over for move in held)
            if not asked and rest not in held:
                held.append(rest)
        if not held and not clause.is_question:
            held = [
                rule.move
                for rule in self._rules
                if rule.rest and rule.rest.search(clause.words) and not rule.is_excluded(clause)
            ]
        return [move.id for move in held if move.id not in under]


def load_recogniser(moves: Path = MOVES_FILE, spelling: Path = SPELLING_FILE) -> Recogniser:
    """The recogniser that ships, or one from other files. Raises BadPattern, msgspec.ValidationError, OSError."""
    told = msgspec.convert(tomllib.loads(moves.read_text(encoding="utf-8")), MovesFile)
    return Recogniser(told, load_spelling(spelling))


def load_spelling(path: Path = SPELLING_FILE) -> Spelling:
    """The table of spellings. Raises BadPattern, OSError."""
    told: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    opener = compiled(told["opener"], {})
    if opener is None:
        raise BadPattern("No pattern says how a question begins.")
    words = dict(told["words"])
    return Spelling(
        words, tuple(told["endings"].items()), frozenset(told["is_after"]["words"]), frozenset(told["fillers"]), opener
    )


def _rule(move: Move, lists: dict[str, tuple[str, ...]]) -> _Rule:
    return _Rule(
        move,
        compiled(move.any, lists),
        compiled(move.asks, lists),
        compiled(move.tells, lists),
        compiled(move.unless, lists),
        compiled(move.rest, lists),
    )
