"""What a checker says of a history."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What must never happen."""

    LOST = "lost"
    DOUBLED = "doubled"
    REORDERED = "reordered"
    MISDELIVERED = "misdelivered"
    TWO_LISTENERS = "given to two listeners"
    TWO_SEEKERS = "two seekers in one chat"
    FORGOTTEN = "forgotten in line"
    OVERBURDENED = "listener above capacity"
    CONTRADICTED = "answers that differ"
    EPOCH = "epoch without a reason"
    ODD = "against the protocol"
    UNWELL = "not well within a minute"


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation. `chat`, `message` and `who` are ids, empty where they say nothing."""

    kind: Kind
    what: str
    chat: str = ""
    message: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """What faults of a run may do to what was answered.

    `may_renew`: a log may get a new epoch (a master was lost in a moment when a push had overtaken its replica).
    `may_forget`: the engine came back empty or older, so that answered messages are gone until clients say them again.
    """

    may_renew: bool = False
    may_forget: bool = False


STRICT = Level()
