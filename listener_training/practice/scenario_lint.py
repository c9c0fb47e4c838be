"""What is wrong with a scenario, one sentence a defect (docs/practice.md). Pure."""

import re
from collections.abc import Collection, Iterator
from itertools import chain

from chat.protocol.fields import TOPICS
from listener_training.practice.exploring import Reached, explored
from listener_training.practice.scenario import SEEN, Scenario, Stagebook, When
from listener_training.practice.wording import BREAK, PLACEHOLDER

#: Said once at most, so two wordings are the least by which two chats differ; a stage is drawn from again and again.
WORDINGS_MIN, STAGE_WORDINGS_MIN = 2, 5
#: The 99th percentile of what seekers write is 311 characters (ESConv); 2% of bursts have more than three messages.
MESSAGE_CHARS_MAX, BURST_MAX = 311, 4
_WORD = re.compile(r"[a-z]+")


def defects(book: Stagebook, moves: Collection[str], lessons: Collection[str] | None = None) -> list[str]:
    """One sentence for each defect of a scenario; none if it may be played. `lessons`: the ids that there are."""
    scenario = book.scenario
    found = [
        *_ids(scenario),
        *_wordings(book),
        *_names(scenario),
        *_forbidden(book),
        *_moves(book, {*moves, *SEEN}),
        *_lessons(scenario, lessons),
    ]
    if scenario.topic not in TOPICS:
        found.append(f"{scenario.topic!r} is no topic.")
    # Only what can be played can be explored.
    return found or list(_unreached(book, explored(book)))


def pools(book: Stagebook) -> dict[str, tuple[str, ...]]:
    """Every pool of wordings of the scenario itself, by the name under which the partner draws from it."""
    scenario = book.scenario
    return {
        "opening": scenario.opening,
        **{f"disclosure:{each.id}": each.say for each in scenario.disclosure},
        **{f"reaction:{n}": each.say for n, each in enumerate(scenario.reaction) if each.say},
        **{f"answer:{n}": each.say for n, each in enumerate(scenario.answer)},
        **{f"stage:{each.id}": each.say for each in scenario.stage},
        **{f"ending:{each.id}": each.say for each in scenario.ending},
    }


def _ids(scenario: Scenario) -> Iterator[str]:
    for kind in ("goal", "stage", "ending", "disclosure"):
        ids = [each.id for each in getattr(scenario, kind)]
        yield from (f"Two of {kind} are called {name!r}." for name in sorted({i for i in ids if ids.count(i) > 1}))
    for kind in ("goal", "stage", "opening", "lessons"):
        if not getattr(scenario, kind):
            yield f"It has no {kind}."


def _wordings(book: Stagebook) -> Iterator[str]:
    seen: dict[str, str] = {}
    for pool, wordings in pools(book).items():
        least = STAGE_WORDINGS_MIN if pool.startswith("stage:") else 1 if pool.startswith("answer:") else WORDINGS_MIN
        if len(wordings) < least:
            yield f"{pool} has {len(wordings)} wordings; it needs {least}."
        for wording in wordings:
            parts = [part.strip() for part in wording.split(BREAK)]
            if not all(parts) or len(parts) > BURST_MAX:
                yield f"{pool} has an empty message or a burst of more than {BURST_MAX}: {wording!r}."
            if any(len(part) > MESSAGE_CHARS_MAX for part in parts):
                yield f"{pool} has a message of more than {MESSAGE_CHARS_MAX} characters."
            if wording in seen:
                yield f"{pool} says {wording!r}, and so does {seen[wording]}."
            seen[wording] = pool
    for reaction in book.scenario.reaction:
        if not reaction.why:
            yield f"The reaction to {', '.join(reaction.moves)} does not say why."


def _names(scenario: Scenario) -> Iterator[str]:
    used = set()
    for pool, wordings in _all_pools(scenario):
        for name in PLACEHOLDER.findall(" ".join(wordings)):
            used.add(name)
            if not scenario.words.get(name):
                yield f"{pool} has {{{name}}}, and there are no words for it."
        if "{" in PLACEHOLDER.sub("", " ".join(wordings)):
            yield f"{pool} has a brace that is no placeholder."
    yield from (f"The words for {{{name}}} are never used." for name in scenario.words if name not in used)


def _all_pools(scenario: Scenario) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "opening", scenario.opening
    for kind in ("disclosure", "reaction", "answer", "stage", "ending"):
        for each in getattr(scenario, kind):
            yield kind, each.say


def _forbidden(book: Stagebook) -> Iterator[str]:
    said = chain(
        chain.from_iterable(wordings for _, wordings in _all_pools(book.scenario)),
        chain.from_iterable(book.scenario.words.values()),
    )
    for wording in said:
        spoken = f" {' '.join(_WORD.findall(wording.lower()))} "
        yield from (
            f"{word!r} may not be said: {wording!r}." for word in book.common.never_say if f" {word} " in spoken
        )


def _moves(book: Stagebook, known: Collection[str]) -> Iterator[str]:
    scenario = book.scenario
    told = {each.id for each in scenario.disclosure}
    endings = {each.id for each in book.endings} | {"tired"}
    named = set(chain.from_iterable([*(r.moves for r in scenario.reaction), *(d.on for d in scenario.disclosure)]))
    named |= {each.hint for each in scenario.disclosure if each.hint} | ({scenario.opening_hint} - {""})
    for when in _conditions(scenario):
        named |= {*when.now, *when.not_now, *when.made, *when.unmade}
        for name in (*when.told, *when.untold):
            if name not in told:
                yield f"A condition names the disclosure {name!r}, which is not there."
    yield from (f"{name!r} is no move." for name in sorted(named - set(known)))
    for goal in scenario.goal:
        yield from (
            f"{goal.id} names the ending {n!r}, which is not there." for n in goal.ending_not if n not in endings
        )


def _conditions(scenario: Scenario) -> Iterator[When]:
    for kind in ("goal", "stage", "ending", "disclosure", "reaction", "answer"):
        yield from (each.when for each in getattr(scenario, kind))


def _lessons(scenario: Scenario, lessons: Collection[str] | None) -> Iterator[str]:
    if lessons is not None:
        named = {*scenario.lessons, *(goal.lesson for goal in scenario.goal)}
        yield from (f"There is no lesson {name!r}." for name in sorted(named - set(lessons)))


def _unreached(book: Stagebook, reached: Reached) -> Iterator[str]:
    yield from (f"Nobody ever gets to {pool}." for pool in pools(book) if pool not in reached.pools)
    for goal in book.scenario.goal:
        if goal.id not in reached.goals:
            yield f"Nobody ever reaches the goal {goal.id}."
    yield from (f"No chat ends {outcome}." for outcome in ("well", "badly") if outcome not in reached.outcomes)
