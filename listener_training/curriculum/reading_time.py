"""How long a lesson takes. Pure."""

from collections.abc import Iterable
from math import ceil

from listener_training.curriculum.blocks import Exercise, Section, words_of
from listener_training.curriculum.course import Question, TestRule

#: Adults read plain English prose at about 240 words a minute (Brysbaert 2019, doi 10.1016/j.jml.2019.104047); here
#: people read carefully, and often in a second language.
WORDS_A_MINUTE = 200
#: Assumed, to be set right by what trainees need: an exercise in the text, a question with choices and
#: its feedback, a written answer.
EXERCISE_MIN = 2.0
QUESTION_MIN = 0.75
WRITING_MIN = 2.0


def words_in(sections: Iterable[Section], lists: Iterable[str] = ()) -> int:
    """Words of the text with its examples, and of the aims and reminders around it."""
    texts = [words_of(block) for section in sections for block in section.blocks]
    return sum(len(text.split()) for text in [*texts, *lists])


def minutes_for(words: int, sections: Iterable[Section], questions: list[Question], test: TestRule) -> int:
    """Whole minutes to read, do the exercises and answer one test with an average draw of the bank."""
    exercises = sum(isinstance(block, Exercise) for section in sections for block in section.blocks)
    each = [WRITING_MIN if question.kind == "write_and_compare" else QUESTION_MIN for question in questions]
    asked = min(test.draw, len(each)) * sum(each) / len(each) if each else 0.0
    return ceil(words / WORDS_A_MINUTE + exercises * EXERCISE_MIN + asked)
