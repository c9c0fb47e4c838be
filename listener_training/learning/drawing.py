"""Which questions of a bank a test asks, and in which order. Pure: chance comes in as a seed."""

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import Struct

from listener_training.curriculum.course import Lesson, Question


class DrawnQuestion(Struct, frozen=True):
    """A question of one attempt, with its options in the order in which they are shown."""

    question_id: str
    option_ids: list[str]


def draw(questions: Sequence[Question], count: int, seed: str) -> list[DrawnQuestion]:
    """`count` questions, or all there are. The same seed gives the same draw, on every machine and every Python."""
    chosen = sorted(questions, key=lambda question: _lot(seed, question.id))[:count]
    return [DrawnQuestion(question.id, _shown(question, seed)) for question in chosen]


def is_whole(drawn: Iterable[DrawnQuestion], lesson: Lesson) -> bool:
    """Can what was drawn still be asked? Not when a new version of the lesson took questions or options away."""
    there = {question.id: {option.id for option in question.options} for question in lesson.questions}
    return all(there.get(one.question_id) == set(one.option_ids) for one in drawn)


def _shown(question: Question, seed: str) -> list[str]:
    ids = sorted((option.id for option in question.options), key=lambda id_: _lot(seed, f"{question.id}/{id_}"))
    if question.kind == "order" and len(ids) > 1 and ids == right_order(question):
        # What already stands right would be no question.
        ids = ids[1:] + ids[:1]
    return ids


def right_order(question: Question) -> list[str]:
    """The options of an `order` question as they belong."""
    return [option.id for option in sorted(question.options, key=lambda option: option.place or 0)]


def _lot(seed: str, what: str) -> bytes:
    # A hash and not a generator: it depends on nothing but its words, so that a draw can be checked years later.
    return hashlib.sha256(f"{seed}\n{what}".encode()).digest()
