"""Playing a scenario in many ways to see what can be reached at all (docs/practice.md). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from listener_training.practice.partner import TURNS_MAX, Play, answers, opens
from listener_training.practice.scenario import Stagebook, holds
from listener_training.practice.wording import chance, pick

PLAYS = 240
_KIND: Sequence[tuple[str, ...]] = (
    ("reflection",),
    ("validation",),
    ("open_question",),
    ("reflection", "validation"),
    ("thanks",),
    ("short_prompt",),
    ("summary",),
    ("repair",),
)
_ASKING: Sequence[tuple[str, ...]] = (
    ("asks_suicide",),
    ("asks_safety",),
    ("asks_self_harm",),
    ("offers_crisis_help",),
    ("boundary",),
    ("closed_question",),
    ("open_question",),
)
_UNKIND: Sequence[tuple[str, ...]] = (
    ("advice",),
    ("judgement",),
    ("minimising",),
    ("rushing",),
    ("self_disclosure",),
    ("promise",),
    ("silence",),
    ("very_long", "unclear"),
    ("unclear",),
    ("greeting",),
)
_LEAVING: Sequence[tuple[str, ...]] = (("warm_ending",), ("warm_ending", "ending_notice"), ("abrupt_ending",))
#: How one plays: of twelve replies so many are kind, asking, unkind. Leaving comes after a drawn number of replies.
_WAYS = ((8, 4, 0), (4, 7, 1), (6, 3, 3), (2, 2, 8), (10, 1, 1), (0, 0, 12), (3, 9, 0), (12, 0, 0))


@dataclass(slots=True)
class Reached:
    """What was seen in all plays."""

    pools: set[str] = field(default_factory=set)
    goals: set[str] = field(default_factory=set)
    outcomes: set[str] = field(default_factory=set)


def explored(book: Stagebook, plays: int = PLAYS) -> Reached:
    """Play so often, each time otherwise, always the same way for the same scenario."""
    reached = Reached()
    for number in range(plays):
        for play, pool, outcome in _played(book, number):
            reached.pools.add(pool)
            if outcome:
                reached.outcomes.add(outcome)
                reached.goals |= set(_goals(book, play))
    return reached


def _played(book: Stagebook, number: int) -> Iterator[tuple[Play, str, str]]:
    step = opens(book, number)
    yield step.play, step.pool, ""
    way = _WAYS[number % len(_WAYS)]
    stay = 3 + chance(number, "stay") % (TURNS_MAX - 2)
    subjects = len(book.scenario.answer)
    for turn in range(TURNS_MAX + 1):
        place = f"explore|{turn}"
        moves = _moves(number, place, way, is_leaving=turn >= stay)
        asked = [chance(number, place + "subject") % subjects] if subjects else []
        step = answers(book, step.play, moves, f"{turn}", asked)
        yield step.play, step.pool, step.ending.outcome if step.ending else ""
        if step.ending:
            return


def _moves(seed: int, place: str, way: tuple[int, int, int], *, is_leaving: bool) -> tuple[str, ...]:
    if is_leaving:
        return pick(seed, place, _LEAVING)
    drawn = chance(seed, place + "way") % sum(way)
    kind = _KIND if drawn < way[0] else _ASKING if drawn < way[0] + way[1] else _UNKIND
    return pick(seed, place, kind)


def _goals(book: Stagebook, play: Play) -> Iterator[str]:
    for goal in book.scenario.goal:
        now = play.made[-1] if play.made else ()
        if holds(goal.when, play.levels, told=play.told, now=now, made=play.ever, turns=play.turns):
            yield goal.id
