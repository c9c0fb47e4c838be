"""Remarks on how a lesson reads, and on banks that give their answers away. They warn and never fail a course. Pure."""

import re
from collections.abc import Iterator

from listener_training.curriculum.blocks import ChatExample, Exercise, words_of
from listener_training.curriculum.course import Lesson

#: About where readers begin to lose the thread (the UK's guidance for public services says 25).
SENTENCE_MAX = 30
SENTENCE_MEAN_MAX = 18.0
#: Somebody who picks the longest answer each time would pass a bank of which this share is so.
LONGEST_SHARE_MAX = 0.7
#: Words for which English has a plainer one, as beginnings.
PLAINER = {
    "utilis": "use",
    "utiliz": "use",
    "facilitat": "help",
    "leverag": "use",
    "endeavour": "try",
    "commence": "begin",
    "prior to": "before",
    "in order to": "to",
    "subsequent": "later",
    "holistic": "whole",
    "going forward": "from now on",
}
_SENTENCE_END = re.compile(r"(?<=[.!?:;])[\"')\]]*\s+|\n+")


def remarks_on(lesson: Lesson) -> Iterator[str]:
    """Long sentences, heavy words, and banks whose longest answer is nearly always right."""
    sentences = list(sentences_of(lesson))
    lengths = [len(sentence.split()) for sentence in sentences]
    for sentence, length in zip(sentences, lengths, strict=True):
        if length > SENTENCE_MAX:
            yield f"a sentence of {length} words: {' '.join(sentence.split()[:6])} ..."
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    if mean > SENTENCE_MEAN_MAX:
        yield f"its sentences have {mean:.1f} words in the mean; {SENTENCE_MEAN_MAX:.0f} is plenty"
    if lesson.language.partition("-")[0] == "en":
        whole = "\n".join(sentences).casefold()
        for heavy, plainer in PLAINER.items():
            if re.search(rf"\b{heavy}", whole):
                yield f"{heavy!r}... could be {plainer!r}"
    yield from _given_away(lesson)


def sentences_of(lesson: Lesson) -> Iterator[str]:
    """Our own sentences: not what seekers write, who write as they like."""
    texts = [*lesson.aims, *lesson.remember]
    for section in lesson.sections:
        for block in section.blocks:
            match block:
                case ChatExample():
                    texts += [block.why, *(line.text for line in block.lines if line.who == "listener")]
                    texts += [line.note for line in block.lines]
                case Exercise():
                    texts += [block.task, block.compare]
                case _:
                    texts.append(words_of(block))
    for text in texts:
        yield from (sentence for sentence in _SENTENCE_END.split(text) if sentence.strip())


def _given_away(lesson: Lesson) -> Iterator[str]:
    asked = [question for question in lesson.questions if question.kind in ("single", "best_reply")]
    longest = [
        question
        for question in asked
        if max(question.options, key=lambda option: len(option.text), default=None)
        in [option for option in question.options if option.worth == 1]
    ]
    if len(asked) > 2 and len(longest) / len(asked) > LONGEST_SHARE_MAX:
        yield f"in {len(longest)} of {len(asked)} questions the longest answer is the right one"
