"""How people behave in a peer support chat, in figures. Chance is an argument; times are seconds of real life.

Sources: published figures of Shout, Kids Help Phone, Crisis Text Line, krisenchat and Ontario's distress centres, and
the ESConv corpus for lengths and bursts. Where nobody published a figure the comment says "assumed".
"""

import math
from dataclasses import dataclass
from random import Random
from typing import Literal

Answer = Literal["accept", "decline", "miss"]
Ending = Literal["says_goodbye", "closes_the_page"]

#: The 95th percentile of the normal distribution, to fit a lognormal from a median and a p95.
_Z95 = 1.645


@dataclass(frozen=True, slots=True)
class Lengths:
    """A lognormal of characters in a message."""

    median: float
    p95: float

    def draw(self, chance: Random) -> int:
        spread = math.log(self.p95 / self.median) / _Z95
        return max(1, min(4000, round(chance.lognormvariate(math.log(self.median), spread))))


SEEKER_CHARACTERS = Lengths(median=58, p95=194)
LISTENER_CHARACTERS = Lengths(median=76, p95=225)
#: A first message is short: "hi", "is anyone there". Its p95 is assumed.
FIRST_CHARACTERS = Lengths(median=19, p95=90)

#: Mean 50 min, median 42: mean/median = exp(spread^2 / 2).
CHAT_MEDIAN_S = 42 * 60
CHAT_MEAN_S = 50 * 60
_CHAT_SPREAD = math.sqrt(2 * math.log(CHAT_MEAN_S / CHAT_MEDIAN_S))
#: 15-25% of chats are over within 5 minutes: gone, wrong place, a test (the share within the range is assumed).
SHORT_CHAT_SHARE = 0.2
SHORT_CHAT_MAX_S = 5 * 60
#: Expected length of a chat with the short ones in it.
EXPECTED_CHAT_S = (1 - SHORT_CHAT_SHARE) * CHAT_MEAN_S + SHORT_CHAT_SHARE * SHORT_CHAT_MAX_S / 2

#: Assumed; with it a median message takes 15-20 s.
TYPED_PER_S = 4.0
#: Patience in line: median 10 min, 5% under 20 s (both assumed).
PATIENCE_MEDIAN_S = 600
_PATIENCE_SPREAD = math.log(PATIENCE_MEDIAN_S / 20) / _Z95
SILENT_LEAVER_SHARE = 0.7
FIRST_WORDS_SHARE = 0.7  # assumed
DISTRESS_BEFORE, DISTRESS_AFTER = 3.8, 2.8
FEEDBACK_SHARE = 0.2
CLOSES_THE_PAGE_SHARE = 0.15  # assumed

#: What people come with; the weights are assumed, but 20-35% raise suicide.
TOPIC_WEIGHTS = {
    "anxiety": 22,
    "depression": 20,
    "loneliness": 18,
    "relationships": 16,
    "suicide": 14,
    "self_harm": 9,
    "family": 9,
    "grief": 7,
    "school_work": 7,
    "sleep": 6,
    "other": 6,
}


def gap_to_next_arrival_s(chance: Random, at_once: float) -> float:
    """Arrivals without memory, at the rate that keeps about `at_once` chats going."""
    return chance.expovariate(at_once / EXPECTED_CHAT_S)


def chat_length_s(chance: Random) -> float:
    if chance.random() < SHORT_CHAT_SHARE:
        return chance.uniform(20, SHORT_CHAT_MAX_S)
    return chance.lognormvariate(math.log(CHAT_MEDIAN_S), _CHAT_SPREAD)


def messages_in_a_row(chance: Random) -> int:
    return chance.choices((1, 2, 3, 4), (75, 19, 4, 2))[0]


def pause_before_turn_s(chance: Random) -> float:
    """Reading and thinking: what is left of a turn's 133 s (1.33 messages) when the typing is done."""
    return chance.lognormvariate(math.log(80), 0.8)


def typing_s(characters: int) -> float:
    return characters / TYPED_PER_S


def patience_s(chance: Random) -> float:
    return chance.lognormvariate(math.log(PATIENCE_MEDIAN_S), _PATIENCE_SPREAD)


def leaves_silently(chance: Random) -> bool:
    return chance.random() < SILENT_LEAVER_SHARE


def writes_first_words(chance: Random) -> bool:
    return chance.random() < FIRST_WORDS_SHARE


def topics(chance: Random) -> list[str]:
    named, weights = list(TOPIC_WEIGHTS), list(TOPIC_WEIGHTS.values())
    return list(dict.fromkeys(chance.choices(named, weights, k=chance.choice((1, 1, 2)))))


def distress(chance: Random, mean: float) -> int:
    return max(1, min(5, round(chance.gauss(mean, 0.9))))


def ending(chance: Random) -> Ending:
    return "closes_the_page" if chance.random() < CLOSES_THE_PAGE_SHARE else "says_goodbye"


def gives_feedback(chance: Random) -> bool:
    return chance.random() < FEEDBACK_SHARE


def capacity(chance: Random) -> int:
    """One chat by default, two for a third of the listeners, three rarely."""
    return chance.choices((1, 2, 3), (62, 33, 5))[0]


#: The mean of `capacity`.
EXPECTED_CAPACITY = 1.43


def answer(chance: Random) -> Answer:
    drawn: Answer = chance.choices(("accept", "decline", "miss"), (91, 3, 6))[0]
    return drawn


def answers_after_s(chance: Random) -> float:
    return chance.uniform(3, 7)


def confirms_after_s(chance: Random) -> float:
    return chance.uniform(1, 5)  # assumed


def wrap_up_s(chance: Random) -> float:
    return chance.uniform(60, 240)  # assumed


#: A listener asks after so long a silence, and ends the chat after so long a one (both assumed).
ASKS_AFTER_S = 240
GIVES_UP_AFTER_S = 900
