"""Judges a history: what was lost, doubled, reordered, misdelivered, given to two, forgotten. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.chaos.assignments import judge_assignments
from tests.chaos.finding import STRICT, Finding, Kind, Level
from tests.chaos.history import NOT_THERE, Asked, Closed, Done, Dropped, Got, Held, History, Odd, Opened, Refused, Sent


@dataclass
class _Index:
    """The history by what it is about."""

    sent: dict[str, Sent] = field(default_factory=dict)
    done: dict[str, list[Done]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[str, Refused] = field(default_factory=dict)
    known_at_s: dict[str, float] = field(default_factory=dict)
    #: of each message: in which logs it was answered or came
    epochs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    request_of: dict[str, str] = field(default_factory=dict)
    seeker_of: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, history: History) -> "_Index":
        index = cls()
        for event in history.events:
            match event:
                case Sent():
                    index.sent.setdefault(event.message, event)
                case Done():
                    index.done[event.message].append(event)
                    index.known_at_s.setdefault(event.message, event.at_s)
                    index.epochs[event.message].add(event.epoch)
                case Got():
                    index.known_at_s.setdefault(event.message, event.at_s)
                    index.epochs[event.message].add(event.epoch)
                case Refused():
                    index.refused[event.message] = event
                case Opened() if event.request:
                    index.request_of[event.chat] = event.request
                case Closed() if event.why != NOT_THERE:
                    index.ended.add(event.chat)
                case Asked():
                    index.seeker_of[event.request] = event.who
        return index

    def chat_of(self, sent: Sent) -> str:
        """First words are sent before their chat has a name."""
        if sent.chat:
            return sent.chat
        return next((chat for chat, request in self.request_of.items() if request == sent.message), "")


def check(history: History, level: Level = STRICT) -> list[Finding]:
    """Everything that should not have happened, in no order; empty when every promise was kept."""
    index = _Index.of(history)
    logs = _final_logs(history.held)
    return [
        *_came_in(history, index),
        *_one_place(history, level),
        *_answers(index, level),
        *_final(history.held, logs, index, level),
        *_order(logs, index, level),
        *_unanswered(history, index),
        *(Finding(Kind.ODD, e.what, who=e.who) for e in history.events if isinstance(e, Odd)),
        *judge_assignments(history, logs, level),
    ]


def _final_logs(held: Iterable[Held]) -> dict[str, Held]:
    """The longest that anybody was sent of each chat."""
    logs: dict[str, Held] = {}
    for one in held:
        known = logs.get(one.chat)
        if known is None or len(one.log) > len(known.log):
            logs[one.chat] = one
    return logs


# ---- while it went on ----


def _came_in(history: History, index: _Index) -> Iterator[Finding]:
    """Each push: somebody's own words, to somebody of that chat, without a gap before it."""
    positions: dict[tuple[str, str], _Position] = defaultdict(_Position)
    for event in history.events:
        if isinstance(event, Dropped):
            positions.pop((event.who, event.chat), None)
        elif isinstance(event, Done):
            positions[event.who, event.chat].take(event.epoch, event.seq)
        elif isinstance(event, Got):
            yield from _misdelivered(event, index)
            position = positions[event.who, event.chat]
            position.take(event.epoch, event.seq)
            if position.last < event.seq:
                what = f"{event.seq} came with {position.last} held"
                yield Finding(Kind.REORDERED, what, event.chat, event.message, event.who)


@dataclass
class _Position:
    epoch: str = ""
    last: int = 0
    ahead: set[int] = field(default_factory=set)

    def take(self, epoch: str, seq: int) -> None:
        if epoch != self.epoch:
            if self.epoch:
                return  # a `done` of an epoch that is being left, or of one that is not here yet
            self.epoch = epoch
        self.ahead.add(seq)
        while self.last + 1 in self.ahead:
            self.last += 1


def _misdelivered(event: Got, index: _Index) -> Iterator[Finding]:
    sent = index.sent.get(event.message)
    where = (event.chat, event.message, event.who)
    if sent is None:
        yield Finding(Kind.MISDELIVERED, "nobody sent this", *where)
    elif (sent.who, sent.words) != (event.sender, event.words):
        yield Finding(Kind.MISDELIVERED, "another's name or words", *where)
    elif index.chat_of(sent) not in ("", event.chat):
        yield Finding(Kind.MISDELIVERED, "words of another chat", *where)


def _one_place(history: History, level: Level) -> Iterator[Finding]:
    """In one epoch each seq is one message and each message has one seq, whoever looks."""
    message_at: dict[tuple[str, str, int], str] = {}
    seq_of: dict[tuple[str, str, str], int] = {}
    epochs: dict[str, set[str]] = defaultdict(set)
    entries: Iterator[tuple[str, str, int, str, str]] = (
        (e.chat, e.epoch, e.seq, e.message, e.who) for e in history.events if isinstance(e, Got | Done)
    )
    at_the_end = ((h.chat, h.epoch, seq, message, h.who) for h in history.held for seq, message, _, _ in h.log)
    for several in (entries, at_the_end):
        for chat, epoch, seq, message, who in several:
            epochs[chat].add(epoch)
            if message_at.setdefault((chat, epoch, seq), message) != message:
                yield Finding(Kind.REORDERED, f"two messages at {seq}", chat, message, who)
            if seq_of.setdefault((chat, epoch, message), seq) != seq:
                yield Finding(Kind.DOUBLED, f"stands at {seq_of[chat, epoch, message]} and {seq}", chat, message, who)
    if not (level.may_renew or level.may_forget):
        yield from (Finding(Kind.EPOCH, f"{len(e)} epochs", chat) for chat, e in epochs.items() if len(e) > 1)


def _answers(index: _Index, level: Level) -> Iterator[Finding]:
    for message, many in index.done.items():
        first = many[0]
        for other in many[1:]:
            is_same = (first.epoch, first.seq) == (other.epoch, other.seq)
            is_new_epoch = first.epoch != other.epoch and (level.may_renew or level.may_forget)
            if not is_same and not is_new_epoch:
                yield Finding(
                    Kind.CONTRADICTED, f"done at {first.seq}, then {other.seq}", first.chat, message, first.who
                )
    for message, no in index.refused.items():
        if message in index.done and not level.may_forget and no.code not in ("chat_ended", "not_participant"):
            yield Finding(Kind.CONTRADICTED, f"done, then {no.code}", no.chat, message, no.who)
        elif no.code in ("no_such_chat", "message_id_reused") and not level.may_forget:
            yield Finding(Kind.CONTRADICTED, f"refused: {no.code}", no.chat, message, no.who)


# ---- at the end ----


def _unanswered(history: History, index: _Index) -> Iterator[Finding]:
    """Who said again what was `done` once, and left before that was answered, was answered: the log tells the rest."""
    for one in history.pending:
        if one.message not in index.done:
            yield Finding(Kind.LOST, "never answered", one.chat, one.message, one.who)


def _final(held: list[Held], logs: dict[str, Held], index: _Index, level: Level) -> Iterator[Finding]:
    """All who were in a chat hold the same; what was answered is in it."""
    for one in held:
        longest = logs[one.chat]
        if [seq for seq, *_ in one.log] != list(range(1, len(one.log) + 1)):
            yield Finding(Kind.REORDERED, "the log is not 1 to n", one.chat, who=one.who)
        mine = {message for _, message, _, _ in one.log}
        for _, message, _, _ in longest.log:
            if message not in mine:
                yield Finding(Kind.LOST, "one of the two has it, the other not", one.chat, message, one.who)
    seen = {(h.who, h.chat) for h in held}
    for message, many in index.done.items():
        last = many[-1]
        log = logs.get(last.chat)
        at = next((seq for seq, found, _, _ in log.log if found == message), 0) if log else 0
        # An engine that forgot a chat that was over, or whose it was: there is nobody left who could say it again.
        is_out = (last.who, last.chat) not in seen and last.who not in index.seeker_of.values()
        is_excused = level.may_forget and (message in index.refused or last.chat in index.ended or is_out)
        if is_excused:
            continue
        if at == 0:
            yield Finding(Kind.LOST, f"done at {last.seq}, and not in the log", last.chat, message, last.who)
        elif log is not None and log.epoch == last.epoch and at != last.seq:
            yield Finding(Kind.REORDERED, f"done at {last.seq}, and stands at {at}", last.chat, message, last.who)
        if (last.who, last.chat) not in seen and index.seeker_of.get(index.request_of.get(last.chat, "")) == last.who:
            yield Finding(Kind.LOST, "the seeker can't read the chat any more", last.chat, message, last.who)
    for message, no in index.refused.items():
        log = logs.get(no.chat)
        if message not in index.done and log and any(found == message for _, found, _, _ in log.log):
            yield Finding(Kind.CONTRADICTED, f"refused ({no.code}), and in the log", no.chat, message, no.who)


def _order(logs: dict[str, Held], index: _Index, level: Level) -> Iterator[Finding]:
    """Who wrote after they knew of a message stands behind it."""
    for chat, held in logs.items():
        earliest_known = float("inf")
        for seq, message, _, _ in reversed(held.log):
            sent = index.sent.get(message)
            if sent is not None and sent.at_s > earliest_known:
                yield Finding(Kind.REORDERED, f"{seq} was sent after a later one was known", chat, message, sent.who)
            # What was said again after the engine forgot stands where it came the second time (first words, too, whose
            # answer names no log).
            if not level.may_forget or index.epochs[message] == {held.epoch}:
                earliest_known = min(earliest_known, index.known_at_s.get(message, float("inf")))
