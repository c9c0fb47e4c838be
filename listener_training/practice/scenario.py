"""Scenarios as data: who the partner is, what moves them, what they say (docs/practice.md). Pure but for reading."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from listener_training.practice.patterns import BadPattern, compiled

SCENARIOS = Path(__file__).parent / "scenarios"
COMMON_FILE = Path(__file__).parent / "common.toml"

T = TypeVar("T")
Level = Annotated[int, Meta(ge=0, le=100)]
Change = Annotated[int, Meta(ge=-100, le=100)]
Outcome = Literal["well", "unfinished", "badly"]
#: What a reply is beside its moves; reactions may name these as they name moves.
SEEN = ("silence", "unclear", "unreadable", "very_long", "repeated")
LEVEL_NAMES = ("trust", "distress", "risk", "openness")


class ScenarioError(ValueError):
    """A scenario can't be read. The message names the file and the field."""


class Levels(Struct, frozen=True, forbid_unknown_fields=True):
    """The hidden state. Trust in this listener, how bad it is, how near danger is, how ready to tell."""

    trust: Level
    distress: Level
    risk: Level
    openness: Level


class Effect(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is added to each level."""

    trust: Change = 0
    distress: Change = 0
    risk: Change = 0
    openness: Change = 0


class When(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition; all that is given must hold.

    `now`, `not_now`: any, none of this reply's moves; `made`, `unmade`: of all so far.
    """

    trust_at_least: Level = 0
    trust_at_most: Level = 100
    distress_at_least: Level = 0
    distress_at_most: Level = 100
    risk_at_least: Level = 0
    risk_at_most: Level = 100
    openness_at_least: Level = 0
    openness_at_most: Level = 100
    turns_at_least: int = 0
    told: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    not_now: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    unmade: tuple[str, ...] = ()


ALWAYS = When()


class Reaction(Struct, frozen=True, forbid_unknown_fields=True):
    """What a move does to the levels, and what is said to it; `why` explains it in the debrief."""

    moves: tuple[str, ...]
    when: When = ALWAYS
    effect: Effect = Effect()
    say: tuple[str, ...] = ()
    why: str = ""


class Disclosure(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is told once. `on` are moves that bring it out; `hint` is the move that it asks for."""

    id: str
    means: str
    say: tuple[str, ...]
    on: tuple[str, ...]
    when: When = ALWAYS
    effect: Effect = Effect()
    hint: str = ""


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said when asked about a subject; `about` in the language of moves."""

    about: tuple[str, ...]
    say: tuple[str, ...]
    when: When = ALWAYS


class Stage(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said when nothing else is to be said."""

    id: str
    say: tuple[str, ...]
    when: When = ALWAYS


class Ending(Struct, frozen=True, forbid_unknown_fields=True):
    """How the chat ends."""

    id: str
    outcome: Outcome
    when: When
    say: tuple[str, ...]
    why: str


class Goal(Struct, frozen=True, forbid_unknown_fields=True):
    """What the trainee should reach; judged at the end. `try_this` is what the debrief says if it was missed."""

    id: str
    title: str
    when: When
    try_this: str
    lesson: str
    weight: Annotated[int, Meta(ge=1, le=10)] = 1
    is_must: bool = False
    ending_not: tuple[str, ...] = ()
    turns_at_least: int = 4


class Timing(Struct, frozen=True, forbid_unknown_fields=True):
    """How fast the partner reads and types."""

    characters_a_minute: Annotated[int, Meta(ge=60, le=600)] = 200
    hesitates_ms: Annotated[int, Meta(ge=0, le=60_000)] = 2500


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of scenarios/. `summary` is shown before, `persona` after the practice."""

    id: str
    title: str
    summary: str
    persona: str
    topic: str
    age_band: Literal["adult", "teen"]
    difficulty: Annotated[int, Meta(ge=1, le=3)]
    lessons: tuple[str, ...]
    start: Levels
    opening: tuple[str, ...]
    goal: tuple[Goal, ...]
    stage: tuple[Stage, ...]
    ending: tuple[Ending, ...] = ()
    disclosure: tuple[Disclosure, ...] = ()
    reaction: tuple[Reaction, ...] = ()
    answer: tuple[Answer, ...] = ()
    words: dict[str, tuple[str, ...]] = {}
    opening_hint: str = ""
    writes_carefully: bool = False
    pass_mark: Annotated[int, Meta(ge=1, le=100)] = 70
    #: how long it takes whoever writes as in life
    minutes: Annotated[int, Meta(ge=1, le=60)] = 10
    timing: Timing = Timing()


class Common(Struct, frozen=True, forbid_unknown_fields=True):
    """common.toml: what holds in every scenario unless the scenario says otherwise."""

    reaction: tuple[Reaction, ...]
    stage: tuple[Stage, ...]
    ending: tuple[Ending, ...]
    last_words: tuple[str, ...]
    never_say: tuple[str, ...]
    careful: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Stagebook:
    """A scenario with what is common to all, ready to play; `version` changes with any letter of either."""

    scenario: Scenario
    common: Common
    version: str
    subjects: tuple[re.Pattern[str], ...]

    @property
    def reactions(self) -> tuple[Reaction, ...]:
        return (*self.scenario.reaction, *self.common.reaction)

    @property
    def endings(self) -> tuple[Ending, ...]:
        return (*self.scenario.ending, *self.common.ending)

    @property
    def stages(self) -> tuple[Stage, ...]:
        return (*self.scenario.stage, *self.common.stage)


def load_common(path: Path = COMMON_FILE) -> Common:
    """What all scenarios share. Raises ScenarioError."""
    return _read(path, Common)


def load_scenario(path: Path, common: Common) -> Stagebook:
    """One scenario from its file. Raises ScenarioError."""
    scenario = _read(path, Scenario)
    if scenario.id != path.stem:
        raise ScenarioError(f"{path.name}: its id is {scenario.id!r}; the file must have the same name.")
    return staged(scenario, common, path.name)


def staged(scenario: Scenario, common: Common, name: str = "scenario") -> Stagebook:
    """A scenario ready to play. Raises ScenarioError if a subject is no pattern."""
    told = msgspec.json.encode([scenario, common], order="sorted")
    try:
        subjects = tuple(_subject(answer.about) for answer in scenario.answer)
    except BadPattern as error:
        raise ScenarioError(f"{name}: {error}") from None
    return Stagebook(scenario, common, hashlib.sha256(told).hexdigest()[:12], subjects)


def load_scenarios(folder: Path = SCENARIOS) -> Mapping[str, Stagebook]:
    """All scenarios of a folder by id, easy ones first. Raises ScenarioError."""
    common = load_common()
    books = [load_scenario(path, common) for path in sorted(folder.glob("*.toml"))]
    return {book.scenario.id: book for book in sorted(books, key=lambda b: (b.scenario.difficulty, b.scenario.id))}


def holds(
    when: When, levels: Levels, *, told: Sequence[str], now: Sequence[str], made: Sequence[str], turns: int
) -> bool:
    """Does the condition hold?"""
    for name in LEVEL_NAMES:
        level = getattr(levels, name)
        if not getattr(when, f"{name}_at_least") <= level <= getattr(when, f"{name}_at_most"):
            return False
    return (
        turns >= when.turns_at_least
        and all(each in told for each in when.told)
        and not any(each in told for each in when.untold)
        and (not when.now or any(each in now for each in when.now))
        and not any(each in now for each in when.not_now)
        and (not when.made or any(each in made for each in when.made))
        and not any(each in made for each in when.unmade)
    )


def _subject(about: tuple[str, ...]) -> re.Pattern[str]:
    pattern = compiled(about, {})
    if pattern is None:
        raise BadPattern("An answer says nothing of what it is about.")
    return pattern


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ScenarioError(f"{path.name}: {error}") from None
