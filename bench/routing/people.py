"""Made-up seekers and listeners, the same in every run: who they are decides which lines and classes there are.

Twelve languages of falling size, risk 60 / 25 / 12 / 3 %, four risk levels, 8 % who need one of four topic clearances,
10 % who avoid somebody, listeners of capacity 1 to 4 (mean 2) who speak one to three languages.
"""

import base64
import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bench.routing.engine import Call
from chat.protocol.fields import TOPICS

LANGUAGES = ("en", "es", "fr", "de", "pt", "ar", "hi", "zh", "ru", "tr", "it", "pl")
#: The n-th language has 1/n of the first one's people.
LANGUAGE_WEIGHTS = tuple(1 / rank for rank in range(1, len(LANGUAGES) + 1))
RISK_WEIGHTS = (60, 25, 12, 3)
#: Of those who come with a risk, so many need a listener cleared for one level more.
HIGHER_LEVEL_SHARE = 0.2
HARD_TOPICS = ("self_harm", "suicide", "grief", "family")
HARD_SHARE = 0.08
AVOIDING_SHARE = 0.10
SECOND_LANGUAGE_SHARE = 0.15
LISTENER_LEVEL_WEIGHTS = (20, 30, 30, 20)
LANGUAGE_COUNT_WEIGHTS = (60, 30, 10)
CAPACITY_WEIGHTS = (40, 30, 20, 10)
ALL_HARD = sum(1 << TOPICS.index(topic) for topic in HARD_TOPICS)


def made_id(kind: str, number: int) -> str:
    """An id as long as the real ones are: a letter and 20 characters of base 32."""
    return kind + base64.b32encode(hashlib.sha256(f"{kind}{number}".encode()).digest())[:20].decode().lower()


def made_process(number: int) -> str:
    """A process's name, as long as `config.process_identity` makes them."""
    return f"p.{'0' * 12}.{10_000 + number}.4000000."


def bits(topics: Sequence[str]) -> int:
    return sum(1 << TOPICS.index(topic) for topic in topics)


@dataclass(frozen=True, slots=True)
class MadeSeeker:
    person: str
    languages: tuple[str, ...]
    risk: int
    level: int
    hard: int
    topics: tuple[str, ...]
    avoid: tuple[str, ...]

    @property
    def chat(self) -> str:
        return "c" + self.person[1:]

    @property
    def request(self) -> Call:
        """The call by which this seeker asks for a chat."""
        # A request's id is a UUID; of an epoch and of the engine's life twelve characters are kept.
        asked = (
            "request_chat",
            self.chat,
            self.person,
            f"{self.person[1:]}-request-{'0' * 7}",
            ",".join(self.languages),
        )
        told = (bits(self.topics), 3, ",".join(self.avoid), "", "0123456789ab", "", "0" * 12)
        return (*asked, *told, self.risk, self.level, self.hard, 0)

    def again(self, number: int) -> "MadeSeeker":
        """Somebody else with the same needs."""
        return replace(self, person=made_id("s", number))


@dataclass(frozen=True, slots=True)
class MadeListener:
    person: str
    languages: tuple[str, ...]
    capacity: int
    level: int
    hard: int
    topics: tuple[str, ...]

    def duty(self, availability: int, *, emergencies: bool = False) -> Call:
        """The call by which this listener becomes available (1), pauses (2) or ends the duty (0)."""
        said = (
            "set_availability",
            self.person,
            availability,
            self.capacity,
            4,
            ",".join(self.languages),
            "0",
            "",
            "Kim",
        )
        return (*said, self.level, self.hard, bits(self.topics), "1" if emergencies else "0")

    def may_serve(self, seeker: MadeSeeker) -> bool:
        return (
            seeker.languages[0] in self.languages
            and self.level >= seeker.level
            and seeker.hard & ~self.hard == 0
            and self.person not in seeker.avoid
        )


class People:
    """A stream of people; every one is somebody new."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._made = 0

    def _number(self) -> int:
        self._made += 1
        return self._made

    def listeners(self, count: int) -> list[MadeListener]:
        chance, made = self._chance, []
        for _ in range(count):
            [wanted] = chance.choices((1, 2, 3), LANGUAGE_COUNT_WEIGHTS)
            spoken = dict.fromkeys(chance.choices(LANGUAGES, LANGUAGE_WEIGHTS, k=wanted))
            hard = chance.choices((0, 1 << TOPICS.index(chance.choice(HARD_TOPICS)), ALL_HARD), (50, 25, 25))[0]
            made.append(
                MadeListener(
                    made_id("l", self._number()),
                    tuple(spoken),
                    chance.choices((1, 2, 3, 4), CAPACITY_WEIGHTS)[0],
                    chance.choices((0, 1, 2, 3), LISTENER_LEVEL_WEIGHTS)[0],
                    hard,
                    tuple(chance.sample(TOPICS, 4)),
                )
            )
        return made

    def seekers(self, count: int, others: Sequence[MadeListener] = ()) -> Iterator[MadeSeeker]:
        """`others` are those of whom a tenth of the seekers avoid one to three."""
        chance = self._chance
        for _ in range(count):
            languages = chance.choices(LANGUAGES, LANGUAGE_WEIGHTS)
            if chance.random() < SECOND_LANGUAGE_SHARE:
                languages += chance.choices(LANGUAGES, LANGUAGE_WEIGHTS)
            risk = chance.choices((0, 1, 2, 3), RISK_WEIGHTS)[0]
            level = min(3, risk + (chance.random() < HIGHER_LEVEL_SHARE))
            topics = set(chance.sample([t for t in TOPICS if t not in HARD_TOPICS], chance.randint(1, 3)))
            hard = 0
            if chance.random() < HARD_SHARE:
                topic = chance.choice(HARD_TOPICS)
                topics.add(topic)
                hard = bits([topic])
            avoid: tuple[str, ...] = ()
            if others and chance.random() < AVOIDING_SHARE:
                avoid = tuple({chance.choice(others).person for _ in range(chance.randint(1, 3))})
            yield MadeSeeker(
                made_id("s", self._number()),
                tuple(dict.fromkeys(languages)),
                risk,
                level,
                hard,
                tuple(t for t in TOPICS if t in topics),
                avoid,
            )

    def seeker_for(self, listener: MadeListener) -> MadeSeeker:
        """Somebody whom this listener may serve and who asks for no more than an average person does."""
        chance = self._chance
        risk = min(chance.choices((0, 1, 2, 3), RISK_WEIGHTS)[0], listener.level)
        topics = tuple(chance.sample([t for t in TOPICS if t not in HARD_TOPICS], 2))
        language = chance.choice(listener.languages)
        return MadeSeeker(made_id("s", self._number()), (language,), risk, risk, 0, topics, ())

    def again(self, seeker: MadeSeeker) -> MadeSeeker:
        """Somebody else with the same needs."""
        return seeker.again(self._number())
