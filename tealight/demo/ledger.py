"""The ledger of a demo run: what was said and what each side was shown, and whether the two agree."""

import itertools
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Said:
    chat_id: str
    by: str
    text: str
    number: int
    at_s: float
    seq: int | None = None


@dataclass(slots=True)
class _View:
    """One person's view of one chat: seq -> message id."""

    held: dict[int, str] = field(default_factory=dict)
    saw_the_end: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts over the whole run; all are 0 when the service kept its promise."""

    lost: int
    doubled: int
    misordered: int
    strayed: int
    altered: int
    unanswered: int

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.misordered or self.strayed or self.altered)


class Ledger:
    """Records both sides and judges at the end. People who did not come from this run may be in the chats too."""

    def __init__(self) -> None:
        self._said: dict[str, _Said] = {}
        self._numbers = itertools.count()  # not how many are there: what was refused is taken back
        self._views: dict[tuple[str, str], _View] = {}
        self._altered = 0
        self._misordered = 0
        #: Seconds from sending to being shown to the other side.
        self.delays_s: list[float] = []

    def say(self, chat_id: str, message_id: str, by: str, text: str, at_s: float) -> None:
        """Somebody is about to send this."""
        self._said[message_id] = _Said(chat_id, by, text, next(self._numbers), at_s)

    def take_back(self, message_id: str) -> None:
        """The server refused it, so it need not arrive."""
        self._said.pop(message_id, None)

    def answered(self, message_id: str, seq: int) -> None:
        """The server answered `done` with this seq; from now on it must never be lost."""
        said = self._said[message_id]
        said.seq = seq
        self.show(said.by, said.chat_id, seq, message_id, said.text)

    def show(self, reader: str, chat_id: str, seq: int, message_id: str, text: str, at_s: float | None = None) -> None:
        """The server showed this message to `reader`; the same one may come again."""
        held = self._views.setdefault((reader, chat_id), _View()).held
        is_new = seq not in held
        if held.get(seq, message_id) != message_id:
            self._altered += 1
        held[seq] = message_id
        said = self._said.get(message_id)
        if said is None:
            return
        if said.text != text:
            self._altered += 1
        if is_new and said.by != reader and at_s is not None:
            self.delays_s.append(at_s - said.at_s)

    def push_out_of_order(self) -> None:
        """A message came before one of a lower seq on the same connection."""
        self._misordered += 1

    def end(self, reader: str, chat_id: str) -> None:
        """`reader` was told that the chat has ended, so must hold all of it by then."""
        self._views.setdefault((reader, chat_id), _View()).saw_the_end = True

    def forget(self, reader: str, chat_id: str) -> None:
        """`reader` dropped what they hold, as the protocol asks when an epoch changes."""
        self._views.pop((reader, chat_id), None)

    def delivered(self) -> int:
        """How many messages were shown, over all readers, their own left out."""
        return sum(
            1
            for (reader, _), view in self._views.items()
            for message_id in view.held.values()
            if message_id in self._said and self._said[message_id].by != reader
        )

    def answered_count(self) -> int:
        return sum(1 for said in self._said.values() if said.seq is not None)

    def judge(self) -> Verdict:
        lost = doubled = strayed = 0
        altered, misordered = self._altered, self._misordered
        last_of: dict[str, int] = {}
        for said in self._said.values():
            if said.seq is not None:
                last_of[said.chat_id] = max(last_of.get(said.chat_id, 0), said.seq)
        for (_, chat_id), view in self._views.items():
            reach = max(view.held, default=0)
            if view.saw_the_end:
                reach = max(reach, last_of.get(chat_id, 0))
            lost += reach - len(view.held)
            doubled += sum(count - 1 for count in Counter(view.held.values()).values())
            misordered += self._out_of_turn(view)
            for seq, message_id in view.held.items():
                shown = self._said.get(message_id)
                strayed += shown is not None and shown.chat_id != chat_id
                altered += shown is not None and shown.seq is not None and shown.seq != seq
        unanswered = sum(1 for said in self._said.values() if said.seq is None)
        return Verdict(lost, doubled, misordered, strayed, altered, unanswered)

    def _out_of_turn(self, view: _View) -> int:
        """How often one person's messages stand in another order than they were sent in."""
        count = 0
        last: dict[str, int] = {}
        for _, message_id in sorted(view.held.items()):
            said = self._said.get(message_id)
            if said is None:
                continue
            count += said.number < last.get(said.by, -1)
            last[said.by] = max(said.number, last.get(said.by, -1))
        return count
