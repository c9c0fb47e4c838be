"""How hard a question is, and whether it tells those who know from those who don't. Pure.

Difficulty is the mean worth of the answers (with right or wrong answers: the share of right ones, p). Discrimination is
the corrected item-total correlation (Henrysson 1963): Pearson's r between the worth of the answer and the share of the
*other* questions of the same attempt; with right or wrong answers that is the point-biserial. Each person's first
attempt at a test counts and no other, since whoever tries again has read the feedback.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listener_training.numbers.discretion import FEWEST

#: Fewer answers say nothing about discrimination: at 30 the standard error of r is about 0.18.
FEW_ANSWERS = 30
#: Below and above, a question hardly tells people apart whatever it asks (Ebel and Frisbie 1991).
HARD, EASY = 0.3, 0.95
#: Below, look at its wording and its key.
WEAK = 0.1


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of a first attempt. `worth`: 0 to 1."""

    attempt_id: str
    question_id: str
    points: int
    worth: float


@dataclass(frozen=True, slots=True)
class QuestionNumbers:
    """`n` answers; None where fewer than FEWEST people answered. `discrimination` None: too few, or nothing varies."""

    question_id: str
    n: int | None
    difficulty: float | None
    discrimination: float | None

    @property
    def remarks(self) -> list[str]:
        """What a look at the question could be about: hard, easy, weak."""
        found = []
        if self.difficulty is not None and self.difficulty < HARD:
            found.append("hard")
        if self.difficulty is not None and self.difficulty > EASY:
            found.append("easy")
        if self.discrimination is not None and self.discrimination < WEAK:
            found.append("weak")
        return found


def question_numbers(answers: Iterable[Answered]) -> dict[str, QuestionNumbers]:
    """Question -> its numbers. All answers of an attempt have to be there."""
    attempts: dict[str, list[Answered]] = defaultdict(list)
    for one in answers:
        attempts[one.attempt_id].append(one)
    pairs: dict[str, list[tuple[float, float | None]]] = defaultdict(list)
    for given in attempts.values():
        for one in given:
            pairs[one.question_id].append((one.worth, _rest(one, given)))
    return {question_id: _numbers(question_id, found) for question_id, found in pairs.items()}


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's r; None where one side doesn't vary."""
    n = len(pairs)
    if n < 2:
        return None
    middle_x = sum(x for x, _ in pairs) / n
    middle_y = sum(y for _, y in pairs) / n
    square_x = sum((x - middle_x) ** 2 for x, _ in pairs)
    square_y = sum((y - middle_y) ** 2 for _, y in pairs)
    if square_x <= 0 or square_y <= 0:
        return None
    both = sum((x - middle_x) * (y - middle_y) for x, y in pairs)
    return max(-1.0, min(1.0, both / math.sqrt(square_x * square_y)))


def _rest(one: Answered, given: Sequence[Answered]) -> float | None:
    others = [other for other in given if other is not one]
    points = sum(other.points for other in others)
    return sum(other.points * other.worth for other in others) / points if points else None


def _numbers(question_id: str, found: Sequence[tuple[float, float | None]]) -> QuestionNumbers:
    if len(found) < FEWEST:
        return QuestionNumbers(question_id, None, None, None)
    with_rest = [(worth, rest) for worth, rest in found if rest is not None]
    r = correlation(with_rest) if len(with_rest) >= FEW_ANSWERS else None
    return QuestionNumbers(question_id, len(found), sum(worth for worth, _ in found) / len(found), r)
