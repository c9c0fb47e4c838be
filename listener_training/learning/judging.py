"""What an answer is worth, and what is said to it. Pure."""

from collections.abc import Sequence
from itertools import combinations

from listener_training.curriculum.course import Question
from listener_training.learning.drawing import right_order

WRITTEN_MAX = 4000


class BadAnswer(ValueError):
    """The answer doesn't fit the question; the message is one sentence for people."""


def check(question: Question, chosen: Sequence[str], text: str | None) -> None:
    """Raises BadAnswer unless the answer has the form that the question's kind asks for."""
    if question.kind == "write_and_compare":
        if chosen or text is None or not text.strip():
            raise BadAnswer("Write something first.")
        if len(text) > WRITTEN_MAX or "\0" in text:
            raise BadAnswer(f"An answer has at most {WRITTEN_MAX} ordinary characters.")
        return
    known = {option.id for option in question.options}
    if text is not None:
        raise BadAnswer("This question is answered by choosing.")
    if len(set(chosen)) != len(chosen) or not known.issuperset(chosen):
        raise BadAnswer("Choose from the answers that stand here, each once.")
    if question.kind in ("single", "best_reply") and len(chosen) != 1:
        raise BadAnswer("Choose one answer.")
    if question.kind == "multiple" and not chosen:
        raise BadAnswer("Choose at least one answer.")
    if question.kind == "order" and len(chosen) != len(known):
        raise BadAnswer("Put all of them in order.")


def worth_of(question: Question, chosen: Sequence[str]) -> float | None:
    """0 to 1; None for what is written, which people judge themselves and which counts for nothing in the result.

    `multiple`: right choices less wrong ones, as a share of the right ones. `order`: the share of pairs that stand in
    the right order, stretched so that a blind order (half of the pairs) is worth nothing.
    """
    worth = {option.id: option.worth for option in question.options}
    match question.kind:
        case "write_and_compare":
            return None
        case "multiple":
            right = sum(1 for value in worth.values() if value == 1)
            good = sum(1 if worth[one] == 1 else -1 for one in chosen)
            return max(0.0, good / right) if right else 0.0
        case "order":
            place = {id_: at for at, id_ in enumerate(right_order(question))}
            pairs = [place[first] < place[then] for first, then in combinations(chosen, 2)]
            return max(0.0, 2 * sum(pairs) / len(pairs) - 1) if pairs else 1.0
        case _:
            return worth[chosen[0]]


def right_ids(question: Question) -> list[str]:
    """What would have been right: the options worth most, or all in their order."""
    if question.kind == "order":
        return right_order(question)
    if question.kind == "multiple":
        return [option.id for option in question.options if option.worth == 1]
    best = max((option.worth for option in question.options), default=0)
    return [option.id for option in question.options if option.worth == best]


def checked_share(question: Question, checked: Sequence[str]) -> float:
    """How much of the checklist somebody found in their own words. Raises BadAnswer for what isn't on it."""
    known = {check.id for check in question.checklist}
    if len(set(checked)) != len(checked) or not known.issuperset(checked):
        raise BadAnswer("Tick what stands on the list, each once.")
    return len(checked) / len(known) if known else 1.0
