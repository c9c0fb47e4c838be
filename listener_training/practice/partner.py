"""The practice partner: a scripted seeker who reacts to moves (docs/practice.md). Pure.

The same scenario, seed and replies give the same chat, to the letter. Nothing is said twice, so no chat can loop: who
has nothing left to say says goodbye.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct
from msgspec.structs import replace

from listener_training.practice.scenario import (
    ALWAYS,
    Disclosure,
    Effect,
    Ending,
    Levels,
    Reaction,
    Stagebook,
    When,
    holds,
)
from listener_training.practice.wording import Line, lines_of, pick

#: After so many replies every partner has to go; a chat has about 15 replies of a listener (Crisis Text Line, ESConv).
TURNS_MAX = 40
#: A move that was made in the two replies before this one has worn off: it gives half of what it gives.
WEARS_OFF_TURNS = 2
#: A direct question is answered directly; all else can wait.
NOTICE = "ending_notice"
DIRECT = frozenset({"asks_suicide", "asks_safety", "asks_self_harm"})
ASKING = DIRECT | {"open_question", "closed_question"}


class Play(Struct, frozen=True):
    """A practice chat so far: all that the partner remembers. `said` and `texts` hold digests, no words."""

    seed: int
    levels: Levels
    told: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    made: tuple[tuple[str, ...], ...] = ()
    texts: tuple[str, ...] = ()
    ended: str = ""

    @property
    def turns(self) -> int:
        return len(self.made)

    @property
    def ever(self) -> tuple[str, ...]:
        return tuple(move for moves in self.made for move in moves)


class Felt(Struct, frozen=True):
    """What one move did: the change of the levels, and why."""

    move: str
    effect: Effect
    why: str


@dataclass(frozen=True, slots=True)
class Step:
    """One answer of the partner: `pool` says where its words stand, `told` what it disclosed, `ending` how it ended."""

    play: Play
    lines: tuple[Line, ...]
    felt: tuple[Felt, ...]
    pool: str
    told: Disclosure | None = None
    ending: Ending | None = None


class PracticeEnded(ValueError):
    """The chat has ended; nobody answers any more."""


def opens(book: Stagebook, seed: int) -> Step:
    """The first words of the partner."""
    play = Play(seed=seed, levels=book.scenario.start)
    return _spoken(book, play, "opening", book.scenario.opening, (), 0) or _goodbye(book, play, (), 0)


def digest(text: str) -> str:
    """What is kept of a reply to notice that it comes again."""
    return hashlib.sha256(" ".join(text.lower().split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def answers(book: Stagebook, play: Play, moves: Sequence[str], text: str, subjects: Sequence[int] = ()) -> Step:
    """The partner's answer to a reply that made these moves and asked about these subjects. Raises PracticeEnded."""
    if play.ended:
        raise PracticeEnded("The practice chat has ended.")
    mark = digest(text)
    if text.strip() and mark in play.texts:
        moves = ("repeated",)
    if NOTICE in play.ever:
        # Who announced the end may say a short goodbye.
        moves = tuple("warm_ending" if move == "abrupt_ending" else move for move in moves)
    felt, levels = _felt(book, play, moves)
    after = replace(play, levels=levels, made=(*play.made, tuple(moves)), texts=(*play.texts, mark))
    size = len(text)
    for ending in book.endings:
        if _holds(ending.when, after, moves):
            step = _spoken(book, after, f"ending:{ending.id}", ending.say, felt, size)
            return _closed(step or _goodbye(book, after, felt, size), ending)
    if after.turns >= TURNS_MAX:
        return _goodbye(book, after, felt, size)
    return (
        _disclosed(book, after, moves, felt, size, direct=True)
        or _hurt(book, after, moves, felt, size)
        or _disclosed(book, after, moves, felt, size, direct=False)
        or _answered(book, after, moves, felt, size, subjects)
        or _reacted(book, after, moves, felt, size)
        or _staged(book, after, moves, felt, size)
        or _goodbye(book, after, felt, size)
    )


def _felt(book: Stagebook, play: Play, moves: Sequence[str]) -> tuple[tuple[Felt, ...], Levels]:
    felt = []
    recent = {move for made in play.made[-WEARS_OFF_TURNS:] for move in made}
    levels = play.levels
    for move in moves:
        reaction = _reaction(book, play, move, moves)
        if reaction is None:
            continue
        effect = reaction.effect
        if move in recent and effect.trust > 0:
            effect = Effect(
                effect.trust // 2, _towards_zero(effect.distress), _towards_zero(effect.risk), effect.openness // 2
            )
        felt.append(Felt(move, effect, reaction.why))
        levels = moved(levels, effect)
    return tuple(felt), levels


def _towards_zero(change: int) -> int:
    return int(change / 2)


def moved(levels: Levels, effect: Effect) -> Levels:
    """The levels after an effect; none leaves 0 to 100."""
    return Levels(
        trust=_kept(levels.trust + effect.trust),
        distress=_kept(levels.distress + effect.distress),
        risk=_kept(levels.risk + effect.risk),
        openness=_kept(levels.openness + effect.openness),
    )


def _kept(level: int) -> int:
    return max(0, min(100, level))


def _reaction(book: Stagebook, play: Play, move: str, moves: Sequence[str]) -> Reaction | None:
    return next((r for r in book.reactions if move in r.moves and _holds(r.when, play, moves)), None)


def _holds(when: When, play: Play, now: Sequence[str]) -> bool:
    if when is ALWAYS:
        return True
    return holds(when, play.levels, told=play.told, now=now, made=play.ever, turns=play.turns)


def _disclosed(
    book: Stagebook, play: Play, moves: Sequence[str], felt: tuple[Felt, ...], size: int, *, direct: bool
) -> Step | None:
    for disclosure in book.scenario.disclosure:
        brings = set(disclosure.on).intersection(moves)
        is_direct = bool(DIRECT & brings)
        if disclosure.id in play.told or not brings or is_direct != direct or not _holds(disclosure.when, play, moves):
            continue
        told = replace(play, levels=moved(play.levels, disclosure.effect), told=(*play.told, disclosure.id))
        step = _spoken(book, told, f"disclosure:{disclosure.id}", disclosure.say, felt, size)
        if step:
            return Step(step.play, step.lines, step.felt, step.pool, told=disclosure)
    return None


def _hurt(book: Stagebook, play: Play, moves: Sequence[str], felt: tuple[Felt, ...], size: int) -> Step | None:
    worst = min(felt, key=lambda each: each.effect.trust, default=None)
    if worst is None or worst.effect.trust >= 0:
        return None
    return _to_move(book, play, worst.move, moves, felt, size)


def _reacted(book: Stagebook, play: Play, moves: Sequence[str], felt: tuple[Felt, ...], size: int) -> Step | None:
    for each in sorted(felt, key=lambda each: -abs(each.effect.trust)):
        step = _to_move(book, play, each.move, moves, felt, size)
        if step:
            return step
    return None


def _to_move(
    book: Stagebook, play: Play, move: str, moves: Sequence[str], felt: tuple[Felt, ...], size: int
) -> Step | None:
    """The first reaction to the move that has a wording left."""
    for number, reaction in enumerate(book.reactions):
        if move in reaction.moves and reaction.say and _holds(reaction.when, play, moves):
            step = _spoken(book, play, f"reaction:{number}", reaction.say, felt, size)
            if step:
                return step
    return None


def _answered(
    book: Stagebook, play: Play, moves: Sequence[str], felt: tuple[Felt, ...], size: int, subjects: Sequence[int]
) -> Step | None:
    if not ASKING.intersection(moves):
        return None
    for number in subjects:
        answer = book.scenario.answer[number]
        if _holds(answer.when, play, moves):
            step = _spoken(book, play, f"answer:{number}", answer.say, felt, size)
            if step:
                return step
    return None


def _staged(book: Stagebook, play: Play, moves: Sequence[str], felt: tuple[Felt, ...], size: int) -> Step | None:
    for stage in book.stages:
        if _holds(stage.when, play, moves):
            step = _spoken(book, play, f"stage:{stage.id}", stage.say, felt, size)
            if step:
                return step
    return None


def _spoken(
    book: Stagebook, play: Play, pool: str, say: Sequence[str], felt: tuple[Felt, ...], size: int
) -> Step | None:
    """One wording of the pool that was not said yet; None if all were, here or elsewhere."""
    fresh = [wording for wording in say if digest(wording) not in play.said]
    if not fresh:
        return None
    wording = pick(play.seed, f"{play.turns}|{pool}", fresh)
    lines = lines_of(wording, book, play.seed, play.turns, read_characters=size)
    return Step(replace(play, said=(*play.said, digest(wording))), lines, felt, pool)


def _goodbye(book: Stagebook, play: Play, felt: tuple[Felt, ...], size: int) -> Step:
    """Whoever has nothing more to say, or stayed too long, leaves."""
    ending = Ending(
        "tired", "unfinished", ALWAYS, book.common.last_words, "The chat went on until nothing was left to say."
    )
    wording = pick(play.seed, f"{play.turns}|last", book.common.last_words)
    lines = lines_of(wording, book, play.seed, play.turns, read_characters=size)
    return _closed(Step(play, lines, felt, "ending:tired"), ending)


def _closed(step: Step, ending: Ending) -> Step:
    return Step(replace(step.play, ended=ending.id), step.lines, step.felt, step.pool, step.told, ending)
