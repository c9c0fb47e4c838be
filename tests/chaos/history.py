"""What happened to everybody: one entry for each thing sent, answered, received or assigned. Ids and checksums only."""

import zlib
from dataclasses import dataclass, field
from typing import NamedTuple

#: Why a chat is over for a client that was not told: their next greeting doesn't name it.
NOT_THERE = "not in the snapshot"


class Asked(NamedTuple):
    """A seeker asked for a chat, and was answered `done`."""

    at_s: float
    who: str
    request: str


class Sent(NamedTuple):
    """Somebody sent a message for the first time. `chat` is empty for first words: the request names it later."""

    at_s: float
    who: str
    chat: str
    message: str
    words: int


class Done(NamedTuple):
    """`done` of a message, or of one that was repeated."""

    at_s: float
    who: str
    chat: str
    message: str
    epoch: str
    seq: int


class Refused(NamedTuple):
    """The last word about a message: it will not be sent again."""

    at_s: float
    who: str
    chat: str
    message: str
    code: str


class Got(NamedTuple):
    """A message came in on the client's connection of that number."""

    at_s: float
    who: str
    connection: int
    chat: str
    epoch: str
    seq: int
    message: str
    sender: str
    words: int


class Dropped(NamedTuple):
    """A client was shown another epoch, or another person, and dropped what it held of a chat."""

    at_s: float
    who: str
    chat: str


class Opened(NamedTuple):
    """A chat stands open to a client; `people` are (person, role)."""

    at_s: float
    who: str
    chat: str
    request: str
    people: tuple[tuple[str, str], ...]


class Closed(NamedTuple):
    """A client was told that a chat is over, or no longer theirs (`why`)."""

    at_s: float
    who: str
    chat: str
    why: str


class GaveUp(NamedTuple):
    """A seeker was told that their request ended before a chat opened, or left."""

    at_s: float
    who: str
    request: str
    why: str


class Accepted(NamedTuple):
    """A listener accepted an offer; `is_done` once the service said so."""

    at_s: float
    who: str
    offer: str
    request: str
    is_done: bool


class Withdrawn(NamedTuple):
    """An accepted request will not become a chat of this listener after all."""

    at_s: float
    who: str
    request: str


class Burdened(NamedTuple):
    """What a caught-up listener holds at once, offers and wrap-ups included, where it is more than they chose."""

    at_s: float
    who: str
    units: int
    capacity: int


class Held(NamedTuple):
    """At the end: what a fresh client of this person was sent of a chat. `log` is (seq, message, sender, words)."""

    who: str
    chat: str
    epoch: str
    state: str
    log: tuple[tuple[int, str, str, int], ...]


class Pending(NamedTuple):
    """At the end: a message that never got an answer, though everything was well again."""

    who: str
    chat: str
    message: str


class Odd(NamedTuple):
    """A client saw what the protocol rules out."""

    at_s: float
    who: str
    what: str


Event = Asked | Sent | Done | Refused | Got | Dropped | Opened | Closed | GaveUp | Accepted | Withdrawn | Burdened | Odd


@dataclass
class History:
    """All entries, in the order of one clock, and what was held when it was over."""

    events: list[Event] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)


def checksum(text: str) -> int:
    """Stands for what was written, so that a history holds no words."""
    return zlib.crc32(text.encode())
