"""Who was given to whom: one listener at a time, one seeker, nobody forgotten, nobody overburdened. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.chaos.finding import Finding, Kind, Level
from tests.chaos.history import (
    NOT_THERE,
    Accepted,
    Asked,
    Burdened,
    Closed,
    GaveUp,
    Got,
    Held,
    History,
    Opened,
    Sent,
    Withdrawn,
)


def judge_assignments(history: History, logs: dict[str, Held], level: Level) -> Iterator[Finding]:
    """Findings about people, as `check` returns them."""
    yield from _in_the_chat(history)
    yield from _accepted_by_two(history, level)
    yield from _took_turns(history, logs)
    yield from _forgotten(history, level)
    if not level.may_forget:
        for event in history.events:
            if isinstance(event, Burdened):
                yield Finding(Kind.OVERBURDENED, f"{event.units} at once, {event.capacity} chosen", who=event.who)


def _in_the_chat(history: History) -> Iterator[Finding]:
    """Only who asked and who accepted is ever in a chat, one of each at a time."""
    request_of = {e.chat: e.request for e in history.events if isinstance(e, Opened) and e.request}
    members: dict[str, set[str]] = defaultdict(set)
    for event in history.events:
        if isinstance(event, Asked | Accepted):
            members[event.request].add(event.who)
        elif isinstance(event, Sent) and not event.chat:
            members[event.message].add(event.who)  # first words: the answer to the request may come after its chat
    for event in history.events:
        if isinstance(event, Opened | Got) and event.who not in members[request_of.get(event.chat, "")]:
            what = "a chat was opened to somebody else" if isinstance(event, Opened) else "somebody else was sent words"
            yield Finding(Kind.MISDELIVERED, what, event.chat, who=event.who)
        if isinstance(event, Opened):
            roles = [role for _, role in event.people]
            if roles.count("seeker") > 1:
                yield Finding(Kind.TWO_SEEKERS, "two seekers take part", event.chat, who=event.who)
            if len(roles) - roles.count("seeker") > 1:
                yield Finding(Kind.TWO_LISTENERS, "two listeners take part", event.chat, who=event.who)


@dataclass(frozen=True, slots=True)
class _Acceptance:
    """Somebody's word for an offer. `asked_at_s`: when they first gave it; its answer may come minutes later."""

    who: str
    offer: str
    asked_at_s: float

    @property
    def turn(self) -> int:
        """Rises with every offer of a request."""
        return int(self.offer.rpartition(".")[2])


def _accepted_by_two(history: History, level: Level) -> Iterator[Finding]:
    """An offer is one listener's; a request goes to the next only when the one before is told that they lost it.

    In the order of offers, not of answers: a repeat is answered `done` whatever has become of the chat since then. Who
    was never heard of again could not be told. An engine that forgot an offer may make it again.
    """
    let_go: dict[tuple[str, str], list[float]] = defaultdict(list)
    heard_at_s: dict[str, float] = {}
    asked_at_s: dict[tuple[str, str], float] = {}
    accepted: dict[str, set[_Acceptance]] = defaultdict(set)
    request_of = {e.chat: e.request for e in history.events if isinstance(e, Opened) and e.request}
    for event in history.events:
        if isinstance(event, Withdrawn):
            let_go[event.who, event.request].append(event.at_s)
        elif isinstance(event, Closed):
            let_go[event.who, request_of.get(event.chat, "")].append(event.at_s)
        elif isinstance(event, Accepted):
            asked_s = asked_at_s.setdefault((event.who, event.offer), event.at_s)
            if event.is_done:
                accepted[event.request].add(_Acceptance(event.who, event.offer, asked_s))
        if isinstance(event, Got | Opened | Closed | Withdrawn):
            heard_at_s[event.who] = event.at_s

    def was_told(one: _Acceptance, request: str, next_at_s: float) -> bool:
        return heard_at_s.get(one.who, 0) <= next_at_s or any(
            at_s >= one.asked_at_s for at_s in let_go[one.who, request]
        )

    for request, several in accepted.items():
        order = sorted(several, key=lambda one: (0 if level.may_forget else one.turn, one.asked_at_s))
        for one, after in pairwise(order):
            if one.who == after.who:
                continue
            is_told = was_told(one, request, after.asked_at_s)
            if one.offer == after.offer and not (level.may_forget and is_told):
                yield Finding(Kind.TWO_LISTENERS, "one offer, accepted by two", who=after.who)
            elif not is_told:
                yield Finding(Kind.TWO_LISTENERS, f"{one.who} was never told that it is another's", who=after.who)


def _took_turns(history: History, logs: dict[str, Held]) -> Iterator[Finding]:
    """Whoever writes again after another listener wrote must have been given the chat again."""
    request_of = {e.chat: e.request for e in history.events if isinstance(e, Opened) and e.request}
    seekers = {e.who for e in history.events if isinstance(e, Asked)}
    offers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for event in history.events:
        if isinstance(event, Accepted):
            offers[event.who, event.request].add(event.offer)
    for chat, held in logs.items():
        authors = [sender for _, _, sender, _ in held.log]
        request = request_of.get(chat, "")
        strangers = {who for who in authors if who in seekers}
        if len(strangers) > 1:
            yield Finding(Kind.TWO_SEEKERS, "two seekers wrote", chat)
        spells: dict[str, int] = defaultdict(int)
        last = ""
        for author in authors:
            if author not in seekers and author != last:
                spells[author] += 1
                last = author
        for listener, count in spells.items():
            if count > len(offers[listener, request]):
                yield Finding(
                    Kind.TWO_LISTENERS, f"{count} spells by {len(offers[listener, request])} offers", chat, "", listener
                )


def _forgotten(history: History, level: Level) -> Iterator[Finding]:
    """Everybody who asked was served or told why not, and nobody was put out of the line by us."""
    waiting = {e.request: e.who for e in history.events if isinstance(e, Asked)}
    for event in history.events:
        if isinstance(event, Opened | GaveUp):
            waiting.pop(event.request, None)
        if isinstance(event, GaveUp) and event.why == NOT_THERE and not level.may_forget:
            yield Finding(Kind.FORGOTTEN, f"request {event.request} is not there any more", who=event.who)
    for request, who in waiting.items():
        yield Finding(Kind.FORGOTTEN, f"request {request} was neither served nor ended", who=who)
