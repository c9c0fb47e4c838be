"""How urgent a request is, and what it takes to be allowed to take it, from the seeker's own answers. Pure.

Not clinically reviewed: nobody with a clinical qualification has confirmed these steps yet (docs/routing.md has the
place for who did and when). They only order the line and choose among listeners; nobody is turned away by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from chat.accounts.clearances import RISK_LEVELS
from chat.protocol.topics import mask_of

#: Topics for which a listener needs the clearance of that name. For all others it only speaks for a listener.
HARD_TOPICS = ("self_harm", "suicide")
#: The highest risk: before everybody else, with a short time to answer the offer.
URGENT = 3
SEVERE_DISTRESS = 4
WORST_DISTRESS = 5


@dataclass(frozen=True, slots=True)
class Requirements:
    """`risk` 0-3 orders the line; `level` 0-3 is the risk clearance it takes (0: none, 1: low, 2: high, 3: imminent);
    `topics` and `hard` are masks of all topics and of those that take a clearance."""

    risk: int
    level: int
    topics: int
    hard: int


def level_of(risk_levels: Iterable[str]) -> int:
    """The highest of these risk clearances as a number: 0 for none."""
    return max((RISK_LEVELS.index(level) + 1 for level in risk_levels if level in RISK_LEVELS), default=0)


def requirements_of(topics: Iterable[str], distress: int | None) -> Requirements:
    """What follows from the topics a seeker chose and the distress (1-5) they gave.

    Suicide is risk 2, and 3 with distress of 4 or 5; self-harm is risk 1, and 2 with distress 5; distress 5 alone is
    risk 1. Suicide and worst distress with self-harm take a listener cleared for high risk, self-harm one for low.
    """
    chosen = set(topics)
    distress = distress or 0
    if "suicide" in chosen:
        risk, level = (URGENT if distress >= SEVERE_DISTRESS else 2), 2
    elif "self_harm" in chosen:
        risk, level = (2, 2) if distress >= WORST_DISTRESS else (1, 1)
    else:
        risk, level = (1, 0) if distress >= WORST_DISTRESS else (0, 0)
    return Requirements(risk, level, mask_of(chosen), mask_of(chosen & set(HARD_TOPICS)))
