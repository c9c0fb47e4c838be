"""Who comes and who listens. Each is drawn from a stream of their own, so that every policy meets the same people."""

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from routing.simulation.arrivals import arrivals
from routing.simulation.scenario import Scenario, language_shares
from routing.simulation.shifts import Listener, listeners_of

Answer = Literal["accept", "decline", "miss"]

#: So many answers are drawn with a seeker; few requests are offered more often.
_ANSWERS_DRAWN = 3
#: Ids of those who try again: above all first comers.
RETRY_STEP = 10_000_000


@dataclass(frozen=True, slots=True)
class Seeker:
    """One ChatRequest and whoever made it. Times and lengths in ms."""

    number: int
    arrival_ms: int
    language: str
    #: '' or a language that they speak, too.
    second: str
    risk: int
    #: Clearance for a risk level that their listener must hold, 0-3.
    level: int
    #: Bit masks: topics that need a clearance, all their topics.
    hard: int
    mask: int
    patience_ms: int
    chat_ms: int
    #: The listener they had and wish for, or -1.
    prefers: int
    avoids: tuple[int, ...]
    #: How the first listeners to be asked answer, and after how long.
    answers: tuple[tuple[Answer, int], ...]
    confirms_ms: int
    #: After leaving, they come again so much later; 0: they don't.
    retry_ms: int

    def answer(self, asked: int, seed: int, scenario: Scenario) -> tuple[Answer, int]:
        """What the `asked`-th listener says to this request (0 is the first), and after how many ms."""
        if asked < len(self.answers):
            return self.answers[asked]
        return _answer(scenario, Random(f"{seed}.answer.{self.number}.{asked}"))  # noqa: S311


@dataclass(frozen=True, slots=True)
class Crowd:
    """All people of one made-up day."""

    seed: int
    seekers: tuple[Seeker, ...]
    listeners: tuple[Listener, ...]


def crowd(scenario: Scenario, seed: int) -> Crowd:
    """The same seed and scenario draw the same people; another staffing draws other listeners for the same seekers."""
    listeners = listeners_of(scenario, Random(f"{seed}.listeners"))  # noqa: S311
    times = arrivals(scenario, Random(f"{seed}.arrivals"))  # noqa: S311
    chance = Random(f"{seed}.seekers")  # noqa: S311
    able = _Able(listeners)
    shares = language_shares(scenario.languages)
    seekers = [_seeker(number, at_ms, scenario, shares, chance, able) for number, at_ms in enumerate(times)]
    return Crowd(seed, tuple(seekers), tuple(listeners))


def again(seeker: Seeker, left_ms: int, seed: int, scenario: Scenario) -> Seeker:
    """The same person, who left at `left_ms` and tries again: as patient as anybody, and for the last time."""
    chance = Random(f"{seed}.again.{seeker.number}")  # noqa: S311
    return replace(
        seeker,
        number=seeker.number + RETRY_STEP,
        arrival_ms=left_ms + seeker.retry_ms,
        patience_ms=_patience_ms(scenario, chance),
        answers=tuple(_answer(scenario, chance) for _ in range(_ANSWERS_DRAWN)),
        retry_ms=0,
    )


class _Able:
    """Listeners by what they may take, to draw the one whom a returning seeker had."""

    def __init__(self, listeners: list[Listener]) -> None:
        self._listeners = listeners
        self._found: dict[tuple[str, int, int], list[int]] = {}

    def for_(self, language: str, level: int, hard: int) -> list[int]:
        key = (language, level, hard)
        if key not in self._found:
            self._found[key] = [l.number for l in self._listeners if l.may_take(language, level, hard)]  # noqa: E741
        return self._found[key]


def _seeker(number: int, at_ms: int, scenario: Scenario, shares: list[float], chance: Random, able: _Able) -> Seeker:
    languages = scenario.languages
    language = chance.choices(languages, shares)[0]
    speaks_first = chance.random() < scenario.second_language_share
    risk = chance.choices((0, 1, 2, 3), scenario.risk_shares)[0]
    has_hard = chance.random() < scenario.hard_share
    hard = 1 << chance.randrange(scenario.hard_topics)
    mask = 1 << chance.randrange(scenario.topics)
    if chance.random() < 1 / 3:
        mask |= 1 << chance.randrange(scenario.topics)
    if not has_hard:
        # A topic that needs a clearance is not had by chance among the others.
        hard = 0
    patience_ms = _patience_ms(scenario, chance)
    chat_ms = _chat_ms(scenario, chance)
    returns, wish = chance.random() < scenario.returning_share, chance.random()
    avoids, unwanted = chance.random() < scenario.avoids_share, (chance.random(), chance.random())
    answers = tuple(_answer(scenario, chance) for _ in range(_ANSWERS_DRAWN))
    confirms_ms = _between(scenario.confirms_s, chance)
    tries_again = chance.random() < scenario.retry_share
    retry_ms = _between(scenario.retry_after_s, chance)
    # Those drawn above don't depend on who listens; those below do.
    had = able.for_(language, risk, hard)
    prefers = had[int(wish * len(had))] if returns and had else -1
    met = able.for_(language, 0, 0)
    kept_apart = {met[int(part * len(met))] for part in unwanted} - {prefers} if avoids and met else set()
    return Seeker(
        number=number,
        arrival_ms=at_ms,
        language=language,
        second=languages[0] if speaks_first and language != languages[0] else "",
        risk=risk,
        level=risk,
        hard=hard,
        mask=mask | hard,
        patience_ms=patience_ms,
        chat_ms=chat_ms,
        prefers=prefers,
        avoids=tuple(sorted(kept_apart)),
        answers=answers,
        confirms_ms=confirms_ms,
        retry_ms=retry_ms if tries_again else 0,
    )


def _answer(scenario: Scenario, chance: Random) -> tuple[Answer, int]:
    drawn = chance.random()
    after_ms = _between(scenario.answer_s, chance)
    if drawn < scenario.miss_share:
        return "miss", after_ms
    return ("decline" if drawn < scenario.miss_share + scenario.decline_share else "accept"), after_ms


def _patience_ms(scenario: Scenario, chance: Random) -> int:
    is_short, short_s = chance.random() < scenario.impatient_share, chance.expovariate(1 / scenario.impatient_mean_s)
    if scenario.is_patience_exponential:
        long_s = chance.expovariate(1 / scenario.patience_median_s)
    else:
        long_s = scenario.patience_median_s * chance.lognormvariate(0, scenario.patience_sigma)
    return round(1000 * (short_s if is_short else long_s))


def _chat_ms(scenario: Scenario, chance: Random) -> int:
    if scenario.is_chat_exponential:
        return round(1000 * chance.expovariate(1 / scenario.chat_median_s))
    return round(1000 * scenario.chat_median_s * chance.lognormvariate(0, scenario.chat_sigma))


def _between(ends_s: tuple[float, float], chance: Random) -> int:
    return round(1000 * chance.uniform(*ends_s))
