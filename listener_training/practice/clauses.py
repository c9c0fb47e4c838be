"""What somebody wrote, cut into clauses of plain lower-case words (docs/practice.md). Pure.

People on a phone write `r u ok` and `dont`; the patterns know one spelling of each. The table of spellings comes with
the moves, so that this file holds no vocabulary.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

#: Longer replies are read at both ends: what matters most stands there, and the work stays bounded.
HEAD_CHARS, TAIL_CHARS = 1500, 500
CLAUSES_MAX = 60
WORDS_MAX = 120

_APOSTROPHES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u2026": "...", "\u201c": '"', "\u201d": '"'}
)
_QUOTED = re.compile(r'"[^"]{1,300}"')
_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[,:;()\u2013\u2014]|[.!?\n]+| - ")
_STRETCHED = re.compile(r"(.)\1{2,}")
_ENDS = re.compile(r"[.!?\n;]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """`words` joined and closed by single blanks, commas as words; `start` and `end` are places in what was written.

    What was written is kept out of the repr, as everywhere.
    """

    words: str = field(repr=False)
    is_question: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spelling:
    """How people write: `words` maps a spelling to the plain one (possibly several words)."""

    words: Mapping[str, str]
    endings: tuple[tuple[str, str], ...]
    is_after: frozenset[str]
    fillers: frozenset[str]
    opener: re.Pattern[str]


def clauses_of(text: str, spelling: Spelling) -> tuple[Clause, ...]:
    """The clauses of a reply in their order; none for a reply without a single word."""
    found: list[Clause] = []
    for offset, part in _windows(text):
        found += _read(part, offset, spelling)
        if len(found) >= CLAUSES_MAX:
            break
    return tuple(found[:CLAUSES_MAX])


def _windows(text: str) -> list[tuple[int, str]]:
    if len(text) <= HEAD_CHARS + TAIL_CHARS:
        return [(0, text)]
    return [(0, text[:HEAD_CHARS]), (len(text) - TAIL_CHARS, text[-TAIL_CHARS:])]


def _read(text: str, offset: int, spelling: Spelling) -> list[Clause]:
    # Only replacements that keep the length, so that a place in the plain text is a place in what was written.
    plain = (
        text.translate(_APOSTROPHES) if "\u2026" not in text else text.replace("\u2026", ".").translate(_APOSTROPHES)
    )
    plain = _QUOTED.sub(lambda found: " quoted".ljust(len(found[0]))[: len(found[0])], plain)
    made: list[Clause] = []
    words: list[str] = []
    start = end = 0

    def close(mark: str) -> None:
        if any(word != "," for word in words):
            made.extend(_cut(words, "?" in mark, offset + start, offset + end, spelling))
        words.clear()

    for token in _TOKEN.finditer(plain):
        shown = token[0]
        if _ENDS.fullmatch(shown):
            if words:
                end = token.end()
            close(shown)
            continue
        if not words:
            start = token.start()
        end = token.end()
        if not shown[0].isalnum():
            if words and words[-1] != ",":
                words.append(",")
        elif len(words) < WORDS_MAX:
            words += _plain(shown, spelling)
    close("")
    return made


def _plain(shown: str, spelling: Spelling) -> list[str]:
    word = unicodedata.normalize("NFKC", shown).lower()
    for form in (word, _STRETCHED.sub(r"\1\1", word), _STRETCHED.sub(r"\1", word)):
        if form in spelling.words:
            return spelling.words[form].split()
    for ending, plain in spelling.endings:
        if word.endswith(ending) and len(word) > len(ending):
            return [word[: -len(ending)], plain]
    if word.endswith("'s") and word[:-2] in spelling.is_after:
        return [word[:-2], "is"]
    return _STRETCHED.sub(r"\1", word).split()


def _cut(words: list[str], asks: bool, start: int, end: int, spelling: Spelling) -> list[Clause]:
    """One sentence into clauses: a comma before a question that begins there parts the two."""
    parts: list[list[str]] = [[]]
    for place, word in enumerate(words):
        if word == "," and spelling.opener.match(_joined(_without_fillers(words[place + 1 :], spelling))):
            parts.append([])
        else:
            parts[-1].append(word)
    kept = [part for part in parts if any(word != "," for word in part)]
    made = []
    for number, part in enumerate(kept):
        bare = _joined(_without_fillers(part, spelling))
        is_last = number == len(kept) - 1
        is_question = (asks and is_last) or spelling.opener.match(bare) is not None
        made.append(Clause(bare, is_question, start, end))
    return made


def _without_fillers(words: list[str], spelling: Spelling) -> list[str]:
    for place, word in enumerate(words):
        if word != "," and word not in spelling.fillers:
            return words[place:]
    return words


def _joined(words: list[str]) -> str:
    return " ".join(words) + " "
