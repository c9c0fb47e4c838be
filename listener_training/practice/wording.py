"""From a wording to the lines that are sent: which one, its names, its parts, its time (docs/practice.md). Pure."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from listener_training.practice.scenario import Scenario, Stagebook

#: Stands between the messages of a burst. Real seekers send one message in a row 75% of the time, two 19%, three 4%
#: (ESConv); authors write their bursts so.
BREAK = "|"
_WORD = re.compile(r"[A-Za-z']+")
_BEGINS = re.compile(r"(^|[.?!] )([a-z])")
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
#: Reading what the other wrote, before the answer begins: about 250 words a minute, and nobody reads for a minute.
READ_MS_A_CHARACTER, READ_MS_MAX = 40, 15_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """One message: wait `pause_ms`, show typing for `typing_ms`, send `text`."""

    text: str = field(repr=False)
    pause_ms: int
    typing_ms: int


def pick(seed: int, place: str, options: Sequence[T]) -> T:
    """One of the options, always the same for a seed and a place."""
    return options[chance(seed, place) % len(options)]


def chance(seed: int, place: str) -> int:
    """A number that looks random and follows from seed and place, on every machine and Python."""
    return int.from_bytes(hashlib.sha256(f"{seed}|{place}".encode()).digest()[:6], "big")


def with_names(wording: str, scenario: Scenario, seed: int) -> str:
    """The wording with its placeholders filled, each with the same word all through a chat. Raises KeyError."""
    return PLACEHOLDER.sub(lambda found: pick(seed, found[1], scenario.words[found[1]]), wording)


def spelled(text: str, careful: Mapping[str, str]) -> str:
    """The text as somebody writes it who minds capitals, apostrophes and full stops."""
    whole = _WORD.sub(lambda word: careful.get(word[0], word[0]), text)
    whole = _BEGINS.sub(lambda found: found[1] + found[2].upper(), whole)
    return whole if whole[-1] in ".?!" else f"{whole}."


def lines_of(wording: str, book: Stagebook, seed: int, turn: int, *, read_characters: int) -> tuple[Line, ...]:
    """The messages of a wording, with times that follow from their length and from the seed."""
    scenario = book.scenario
    timing = scenario.timing
    made = []
    pause = min(READ_MS_MAX, READ_MS_A_CHARACTER * read_characters) + timing.hesitates_ms
    for number, part in enumerate(with_names(wording, scenario, seed).split(BREAK)):
        text = part.strip()
        if scenario.writes_carefully:
            text = spelled(text, book.common.careful)
        # Between 80% and 120%: nobody types like a clock.
        sway = 80 + chance(seed, f"{turn}|{number}|time") % 41
        typing = len(text) * 60_000 * sway // (timing.characters_a_minute * 100)
        made.append(Line(text, pause * sway // 100, typing))
        pause = timing.hesitates_ms // 3
    return tuple(made)
