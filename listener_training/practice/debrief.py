"""After a practice chat: moves named, what helped or closed, what was missed, what to try (docs/practice.md). Pure."""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from listener_training.practice.partner import Step
from listener_training.practice.practice_chat import PracticeChat, Turn
from listener_training.practice.scenario import LEVEL_NAMES, Goal, Levels, Outcome, holds

WORDS_FILE = Path(__file__).parent / "debrief.toml"
#: Points for the scenario's own goals; the rest is for how the trainee listened on the way.
GOAL_POINTS, LISTENING_POINTS = 70, 30
#: A move that closes somebody outweighs one that opens them (docs/practice.md says where this is assumed).
CLOSING_WEIGHS = 2
#: Nobody passes who left a person in danger alone or missed what had to be done, however well they listened.
FAILED_AT_MOST = 49

Did = Literal["helped", "closed", "neither"]


class LevelWords(Struct, frozen=True, forbid_unknown_fields=True):
    """How a level is told: five phrases from low to high."""

    name: str
    words: tuple[str, str, str, str, str]


class DebriefWords(Struct, frozen=True, forbid_unknown_fields=True):
    """debrief.toml as it is written."""

    levels: dict[str, LevelWords]
    hints: dict[str, str]
    lessons: dict[str, str]
    try_instead: dict[str, str]


class NamedMove(Struct, frozen=True):
    """A move of a reply: its name, what it did and why, where its sentence stands, which lesson is about it."""

    move: str
    title: str
    did: Did
    why: str
    start: int
    end: int
    lesson: str | None
    try_instead: str | None


class DebriefTurn(Struct, frozen=True):
    """A reply, its moves, the partner before and after it in words, and what the partner wrote then."""

    text: str
    moves: tuple[NamedMove, ...]
    before: dict[str, str]
    after: dict[str, str]
    did: Did
    answer: tuple[str, ...]
    told: str | None


class Missed(Struct, frozen=True):
    """A hint that was never taken up; `turn` is the reply after which it came, 0 for the opening."""

    turn: int
    move: str
    what: str
    lesson: str | None


class GoalResult(Struct, frozen=True):
    """Was the goal reached, and what to try if not?"""

    id: str
    title: str
    is_reached: bool
    is_must: bool
    try_this: str | None
    lesson: str


class Debrief(Struct, frozen=True):
    """The whole of what a trainee is told afterwards. `score` is 0 to 100; `version` is the scenario's."""

    scenario: str
    version: str
    title: str
    persona: str
    opening: tuple[str, ...]
    turns: tuple[DebriefTurn, ...]
    outcome: Outcome
    how_it_ended: str
    goals: tuple[GoalResult, ...]
    missed: tuple[Missed, ...]
    helped: tuple[tuple[str, int], ...]
    closed: tuple[tuple[str, int], ...]
    untold: tuple[str, ...]
    score: int
    has_passed: bool


def load_words(path: Path = WORDS_FILE) -> DebriefWords:
    """The words of the debrief. Raises msgspec.ValidationError, OSError."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), DebriefWords)


def debrief(chat: PracticeChat, words: DebriefWords) -> Debrief:
    """Judge a practice chat that has ended, or was left where it stands."""
    scenario, play = chat.book.scenario, chat.play
    last = chat.steps[-1].ending if chat.steps else None
    outcome: Outcome = last.outcome if last else "unfinished"
    turns = tuple(_turn(chat, number, words) for number in range(len(chat.turns)))
    goals = tuple(_goal(goal, chat) for goal in scenario.goal)
    counts = _counts(turns)
    helped, closed = sum(n for _, n in counts["helped"]), sum(n for _, n in counts["closed"])
    score = _score(scenario.goal, goals, helped, closed)
    is_failed = outcome == "badly" or any(goal.is_must and not goal.is_reached for goal in goals)
    if is_failed:
        score = min(score, FAILED_AT_MOST)
    return Debrief(
        scenario=scenario.id,
        version=chat.book.version,
        title=scenario.title,
        persona=scenario.persona,
        opening=tuple(line.text for line in chat.opening.lines),
        turns=turns,
        outcome=outcome,
        how_it_ended=last.why if last else "You stopped before the end.",
        goals=goals,
        missed=_missed(chat, words),
        helped=counts["helped"],
        closed=counts["closed"],
        untold=tuple(each.means for each in scenario.disclosure if each.id not in play.told),
        score=score,
        has_passed=score >= scenario.pass_mark and not is_failed,
    )


def level_word(name: str, level: int, words: DebriefWords) -> str:
    """A level as a phrase."""
    return words.levels[name].words[min(4, level // 20)]


def _in_words(levels: Levels, words: DebriefWords) -> dict[str, str]:
    return {name: level_word(name, getattr(levels, name), words) for name in LEVEL_NAMES}


def _did(change: int) -> Did:
    return "helped" if change > 0 else "closed" if change < 0 else "neither"


def _turn(chat: PracticeChat, number: int, words: DebriefWords) -> DebriefTurn:
    turn, step = chat.turns[number], chat.steps[number]
    before = (chat.steps[number - 1] if number else chat.opening).play.levels
    after = step.play.levels
    return DebriefTurn(
        text=turn.text,
        moves=tuple(_named(chat, turn, step, words)),
        before=_in_words(before, words),
        after=_in_words(after, words),
        did=_did(after.trust - before.trust or before.distress - after.distress),
        answer=tuple(line.text for line in step.lines),
        told=step.told.means if step.told else None,
    )


def _named(chat: PracticeChat, turn: Turn, step: Step, words: DebriefWords) -> list[NamedMove]:
    places = {each.move: each for each in turn.recognised}
    felt = {each.move: each for each in step.felt}
    made = step.play.made[-1]
    named = []
    for move in made:
        known = chat.recogniser.moves.get(move)
        if known is None and move not in felt:
            continue
        effect = felt[move].effect if move in felt else None
        change = (effect.trust or effect.openness or -effect.distress) if effect else 0
        if step.ending and move in ("warm_ending", "abrupt_ending"):
            change = {"well": 1, "unfinished": 0, "badly": -1}[step.ending.outcome]
        did, place = _did(change), places.get(move)
        named.append(
            NamedMove(
                move=move,
                title=known.title if known else _SEEN_TITLES[move],
                did=did,
                why=felt[move].why if move in felt else step.ending.why if step.ending else "",
                start=place.start if place else 0,
                end=place.end if place else len(turn.text),
                lesson=words.lessons.get(move),
                try_instead=words.try_instead.get(move) if did == "closed" else None,
            )
        )
    return named


_SEEN_TITLES = {
    "silence": "Wrote nothing",
    "unclear": "No move that is known",
    "unreadable": "Could not be read",
    "very_long": "Wrote very much at once",
    "repeated": "Wrote the same again",
}


def _goal(goal: Goal, chat: PracticeChat) -> GoalResult:
    play = chat.play
    now = play.made[-1] if play.made else ()
    is_reached = bool(play.made) and holds(
        goal.when, play.levels, told=play.told, now=now, made=play.ever, turns=play.turns
    )
    is_reached = is_reached and play.ended not in goal.ending_not
    # What was not done in a chat that hardly took place is no merit.
    if goal.when.unmade and play.turns < goal.turns_at_least:
        is_reached = False
    return GoalResult(
        id=goal.id,
        title=goal.title,
        is_reached=is_reached,
        is_must=goal.is_must,
        try_this=None if is_reached else goal.try_this,
        lesson=goal.lesson,
    )


def _missed(chat: PracticeChat, words: DebriefWords) -> tuple[Missed, ...]:
    hints = [(0, chat.book.scenario.opening_hint)]
    hints += [(n, step.told.hint) for n, step in enumerate(chat.steps, 1) if step.told]
    missed: dict[str, Missed] = {}
    for turn, move in hints:
        after = [made for turns in chat.play.made[turn:] for made in turns]
        if move and move not in after and move not in missed:
            missed[move] = Missed(turn, move, words.hints[move], words.lessons.get(move))
    return tuple(missed.values())


def _counts(turns: tuple[DebriefTurn, ...]) -> dict[Did, tuple[tuple[str, int], ...]]:
    found: dict[Did, dict[str, int]] = {"helped": {}, "closed": {}, "neither": {}}
    for turn in turns:
        for move in turn.moves:
            found[move.did][move.title] = found[move.did].get(move.title, 0) + 1
    return {did: tuple(sorted(counts.items(), key=lambda each: -each[1])) for did, counts in found.items()}


def _score(goals: tuple[Goal, ...], results: tuple[GoalResult, ...], helped: int, closed: int) -> int:
    whole = sum(goal.weight for goal in goals)
    reached = sum(goal.weight for goal, result in zip(goals, results, strict=True) if result.is_reached)
    listened = helped / (helped + CLOSING_WEIGHS * closed) if helped else 0.0
    return round(GOAL_POINTS * reached / whole + LISTENING_POINTS * listened)
