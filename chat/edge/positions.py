"""What one connection has been sent of one chat's log. Pure: the order that decides whether anything is lost."""

from dataclasses import dataclass
from enum import Enum, auto


class Verdict(Enum):
    """What to do with a published message."""

    SEND = auto()
    DROP = auto()
    FILL = auto()


@dataclass(slots=True)
class Position:
    """`last`: highest seq sent on this connection; `want`: highest seq known to exist.

    While the log is being read (`is_filling`) pushes are only remembered: what was read is sent first. `newest`: seq
    and message_id of the newest message that the client surely holds, also above a gap. A log that ends before it, or
    has another one there, is an older state in which others wrote on.
    """

    epoch: str
    last: int = 0
    want: int = 0
    is_filling: bool = False
    newest: tuple[int, str] = (0, "")
    #: an own message above a gap that `done` told of: not pushed again
    held_ahead: int = 0

    def pushed(self, epoch: str, seq: int, *, is_readable: bool = True) -> Verdict:
        """A message was published: the next one is sent, an older one dropped, a gap is read from the log.

        So is one whose key isn't at hand (`is_readable` False): who reads the log can wait for the key.
        """
        if epoch != self.epoch or seq <= self.last:
            return Verdict.DROP
        if seq > self.want:
            self.want = seq
        if self.is_filling:
            return Verdict.DROP
        if is_readable and seq == self.last + 1:
            self.last = seq if self.held_ahead != seq + 1 else self.held_ahead
            return Verdict.SEND
        return Verdict.FILL

    @property
    def proof(self) -> tuple[int, str]:
        """The highest seq that the client holds, and the message there; '' where that isn't known."""
        return max(self.newest, (self.last, ""))

    def told_done(self, seq: int, message_id: str) -> None:
        """The client knows that its own message is in the log at this seq."""
        if seq >= self.newest[0]:
            self.newest = (seq, message_id)

    def held_by_done(self, seq: int) -> None:
        """That was all the news of it that the client wants."""
        if seq > self.want:
            self.want = seq
        if seq == self.last + 1 and not self.is_filling:
            self.last = seq
        else:
            self.held_ahead = seq

    def needs_fill(self) -> bool:
        """Is there a known message above what was sent, with nobody reading it yet?"""
        return not self.is_filling and self.want > self.last

    def filled(self, seq: int, message_id: str) -> bool:
        """A message was read from the log: is it to be sent?"""
        if seq <= self.last:
            return False
        self.last = seq
        self.newest = max(self.newest, (seq, message_id))
        self.want = max(self.want, seq)
        return True
