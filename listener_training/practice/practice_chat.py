"""One practice chat: what the trainee writes goes through the recogniser to the partner (docs/practice.md). Pure."""

import unicodedata
from collections.abc import Sequence

from msgspec import Struct

from listener_training.practice.clauses import clauses_of
from listener_training.practice.partner import Play, Step, answers, opens
from listener_training.practice.recogniser import Recognised, Recogniser
from listener_training.practice.scenario import Stagebook

#: Listeners write 93 characters in the mean, 225 at the 95th percentile (ESConv); three times that is a wall of text.
VERY_LONG_CHARS = 700
#: The patterns know English. A reply with less than this share of Latin letters can't be read by them.
LATIN_SHARE = 0.5


class Turn(Struct, frozen=True):
    """A reply of the trainee and what it was taken for. Printing one does not show the text."""

    text: str
    recognised: tuple[Recognised, ...]
    moves: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Turn(moves={self.moves!r})"


class PracticeChat:
    """A practice chat from its opening to its end; the same scenario, seed and replies make the same one."""

    def __init__(self, book: Stagebook, recogniser: Recogniser, seed: int) -> None:
        self.book = book
        self.recogniser = recogniser
        self.opening = opens(book, seed)
        self.turns: list[Turn] = []
        self.steps: list[Step] = []

    @property
    def play(self) -> Play:
        return self.steps[-1].play if self.steps else self.opening.play

    @property
    def has_ended(self) -> bool:
        return bool(self.play.ended)

    def reply(self, text: str) -> Step:
        """The trainee writes; an empty text is a silence that was noticed. Raises PracticeEnded."""
        turn = turn_of(text, self.recogniser)
        step = answers(self.book, self.play, turn.moves, text, self._subjects(text))
        self.turns.append(turn)
        self.steps.append(step)
        return step

    def _subjects(self, text: str) -> Sequence[int]:
        asked = [clause.words for clause in clauses_of(text, self.recogniser.spelling) if clause.is_question]
        return [n for n, about in enumerate(self.book.subjects) if any(about.search(words) for words in asked)]


def turn_of(text: str, recogniser: Recogniser) -> Turn:
    """What a reply is taken for: its moves, and what else the partner notices of it."""
    if not text.strip():
        return Turn(text, (), ("silence",))
    if not _is_readable(text):
        return Turn(text, (), ("unreadable",))
    recognised = recogniser.recognise(text)
    moves = [each.move for each in recognised] or ["unclear"]
    if len(text) > VERY_LONG_CHARS:
        moves.append("very_long")
    return Turn(text, recognised, tuple(moves))


def _is_readable(text: str) -> bool:
    letters = [c for c in text[:2000] if c.isalpha()]
    if not letters:
        # Dots and pictures are read by everybody.
        return True
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters)
    return latin >= LATIN_SHARE * len(letters)
