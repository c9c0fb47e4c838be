"""The state of one connection, without I/O: who it is, what it was told, what it holds."""

from dataclasses import dataclass, field

from chat.accounts.staff import StaffMember
from chat.edge.limits import BAD_FRAMES_IN_A_ROW, TokenBucket
from chat.edge.positions import Position
from chat.edge.view import View
from chat.protocol.fields import Role
from chat.protocol.pushes import Push

#: Who was sent something and has been silent since is asked for a sign of life after this. With the ticks' own second,
#: the wait for the pong (tealight/server.py) and its last look, 15 s at most.
SILENT_S = 4.0
#: Chats announced before their chat_opened; a person has a handful, more is nonsense.
_EARLY_MAX = 64


@dataclass(slots=True, eq=False)
class Connection:
    """One live WebSocket. `person_id` is empty before hello."""

    number: int
    address_key: bytes
    bucket: TokenBucket
    staff: StaffMember | None = None
    #: what proves the sign-in; looked at again whenever something about the person changes
    cookie: str = field(default="", repr=False)
    #: False: the database was away, so nobody knows yet whose sign-in that is
    is_cookie_read: bool = True
    person_id: str = ""
    role: Role = "seeker"
    is_live: bool = False
    watches_load: bool = False
    #: it said at hello that it shows the chats along which its supervisor reads
    is_observing: bool = False
    #: what of the lines it was told last
    lines_told: tuple[object, ...] | None = None
    known: View | None = None
    positions: dict[str, Position] = field(default_factory=dict)
    early: dict[str, int] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    #: it said at hello that `done` is all the news of its own messages that it wants
    is_done_enough: bool = False
    #: the message_id of the message under way, and the chat and seq of it that were published and not sent here
    sending: str = ""
    skipped: tuple[str, int] | None = None
    bad_in_a_row: int = 0
    last_sent_s: float = 0.0
    last_heard_s: float = 0.0
    #: since when something that was sent may not have arrived; 0.0: all of it has
    doubted_since_s: float = 0.0
    last_act_s: float = 0.0

    @property
    def is_greeted(self) -> bool:
        return self.person_id != ""

    def frame_was_bad(self) -> bool:
        """Count a bad frame. Is it time to close the connection?"""
        self.bad_in_a_row += 1
        return self.bad_in_a_row > BAD_FRAMES_IN_A_ROW

    def is_doubtful(self, answered_ping_at_s: float, now_s: float) -> bool:
        """Is it time to ask whether the other end is there? To be called each second or so.

        `answered_ping_at_s`: when the last ping that was answered left. What was sent before it has arrived.
        """
        proved_s = max(self.last_heard_s, answered_ping_at_s)
        if proved_s >= self.last_sent_s:
            self.doubted_since_s = 0.0
            return False
        if self.doubted_since_s == 0.0 or proved_s > self.doubted_since_s:
            self.doubted_since_s = now_s
        return now_s - self.doubted_since_s >= SILENT_S

    def note_early(self, chat_id: str, seq: int) -> None:
        """A message of a chat that was not opened here yet: its log is read that far when it is."""
        if chat_id in self.early or len(self.early) < _EARLY_MAX:
            self.early[chat_id] = max(self.early.get(chat_id, 0), seq)

    def part_of(self, view: View) -> View:
        """What of a person's view is for this connection."""
        return view if self.is_observing or view.snapshot.observed is None else view.unless_observing()

    def follow(self, chat_id: str, epoch: str, seq: int) -> Position:
        """Begin or go on to follow a chat whose log is known to reach `seq`."""
        position = self.positions.get(chat_id)
        if position is None:
            position = self.positions[chat_id] = Position(epoch)
        position.want = max(position.want, seq, self.early.pop(chat_id, 0))
        return position

    def skips(self, from_id: str, message_id: str, chat_id: str, seq: int) -> bool:
        """A message was published: is it this connection's own, to which `done` is about to come, and is enough?"""
        if not self.is_done_enough or message_id != self.sending or from_id != self.person_id:
            return False
        self.skipped = (chat_id, seq)
        return True

    def was_done(self, chat_id: str, seq: int) -> None:
        """The message under way is in the log, at this seq."""
        position = self.positions.get(chat_id)
        if position is not None:
            position.told_done(seq, self.sending)
            if self.is_done_enough:
                position.held_by_done(seq)
        self.sending, self.skipped = "", None

    def was_not_done(self, chat_id: str) -> bool:
        """The message under way was refused, or nobody knows what became of it. Must the log be read after all?"""
        skipped, position = self.skipped, self.positions.get(chat_id)
        self.sending, self.skipped = "", None
        if position is None or skipped is None:
            return False
        # Nobody told this connection of its own message. What came after it comes again; clients ignore that.
        position.last = min(position.last, skipped[1] - 1)
        return True

    def forget_lost_chats(self, view: View) -> None:
        """Stop following chats that this person may see no more."""
        seen = {c.chat_id for c in view.followed}
        for chat_id in [c for c in self.positions if c not in seen]:
            del self.positions[chat_id]

    def counterparts(self, chat_id: str) -> list[str]:
        """The others in an open chat, as this connection was told."""
        chats = self.known.snapshot.chats if self.known is not None else []
        return [
            person.person_id
            for chat in chats
            if chat.chat_id == chat_id and chat.state == "open"
            for person in chat.participants
            if person.person_id != self.person_id
        ]


__all__ = ["Connection", "Push"]
