"""What is wrong with a bank of questions. Pure."""

from collections.abc import Iterator

from listener_training.curriculum.course import Question

OPTIONS_MIN = 3


def bank_defects(questions: list[Question]) -> Iterator[str]:
    """What must be mended in a bank, question by question."""
    ids = [question.id for question in questions]
    for double in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"two questions have the id {double}"
    for question in questions:
        for what in question_defects(question):
            yield f"question {question.id}: {what}"


def question_defects(question: Question) -> Iterator[str]:
    if not question.prompt.strip():
        yield "it has no prompt"
    if question.points < 1:
        yield "it is worth no point"
    if question.kind == "write_and_compare":
        yield from _writing_defects(question)
    else:
        yield from _option_defects(question)
        yield from _key_defects(question)


def _writing_defects(question: Question) -> Iterator[str]:
    if question.options:
        yield "what people write themselves has no options"
    if not question.model or not all(one.strip() for one in question.model):
        yield "it has no model answer to compare with"
    if not question.checklist or not all(check.text.strip() for check in question.checklist):
        yield "it has no checklist to compare by"
    ids = [check.id for check in question.checklist]
    if len(set(ids)) < len(ids):
        yield "two checks have one id"


def _option_defects(question: Question) -> Iterator[str]:
    if question.model or question.checklist:
        yield "only write_and_compare has a model and a checklist"
    if len(question.options) < OPTIONS_MIN:
        yield f"it has {len(question.options)} options; it needs {OPTIONS_MIN}"
    for name in ("id", "text"):
        said = [getattr(option, name).strip().casefold() for option in question.options]
        if len(set(said)) < len(said):
            yield f"two options have the same {name}"
        if not all(said):
            yield f"an option has no {name}"
    for option in question.options:
        if not option.feedback.strip():
            yield f"option {option.id} has no feedback"


def _key_defects(question: Question) -> Iterator[str]:
    worths = [option.worth for option in question.options]
    places = [option.place for option in question.options]
    if question.kind == "order":
        if sorted(place or 0 for place in places) != list(range(1, len(places) + 1)):
            yield f"the places of its options are not 1 to {len(places)}"
        if any(worths):
            yield "in an order each option has a place, and none has a worth"
        return
    if any(place is not None for place in places):
        yield "only the options of an order have places"
    if not all(0 <= worth <= 1 for worth in worths):
        yield "a worth lies between 0 and 1"
    right = worths.count(1)
    if question.kind != "best_reply" and any(0 < worth < 1 for worth in worths):
        yield "only in best_reply may a worth lie between 0 and 1"
    if question.kind == "multiple":
        if right == 0 or right == len(worths):
            yield "some of its options are right, and some are not"
    elif right != 1:
        yield f"it has {right} right answers; it needs one"


def translation_defects(questions: list[Question], original: list[Question]) -> Iterator[str]:
    """Where a translated bank is not the same bank: what was learned in one language must count in another."""
    ours, theirs = ({question.id: question for question in bank} for bank in (questions, original))
    for question_id in sorted(ours.keys() ^ theirs.keys()):
        lacks = "it lacks" if question_id in theirs else "the original lacks"
        yield f"{lacks} question {question_id}"
    for question_id in sorted(ours.keys() & theirs.keys()):
        if _key_of(ours[question_id]) != _key_of(theirs[question_id]):
            yield f"question {question_id} has another kind, other options or another key than the original"


def _key_of(question: Question) -> object:
    options = sorted((option.id, option.worth, option.place or 0) for option in question.options)
    return (question.kind, question.points, options, sorted(check.id for check in question.checklist))
