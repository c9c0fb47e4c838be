"""What every frame must keep to, whatever the story: checked on each push that any client of a story sees."""

from dataclasses import dataclass, field

from tests.helpers.wire import Frame

#: PROTOCOL: push -> the fields it has at least. `?` ones are left out.
FIELDS: dict[str, tuple[str, ...]] = {
    "welcome": ("person_id", "role", "server_time_ms", "heartbeat_s", "snapshot"),
    "request_changed": ("request_id", "state"),
    "place_changed": ("request_id", "place", "wait_low_s", "wait_high_s"),
    "confirm_wanted": ("request_id", "deadline_ms"),
    "offer_made": ("offer_id", "request_id", "topics", "language", "age_band", "waited_s", "deadline_ms"),
    "offer_withdrawn": ("offer_id", "reason"),
    "chat_opened": ("chat_id", "epoch", "seq", "participants"),
    "message_added": ("chat_id", "epoch", "seq", "message_id", "from_id", "text", "sent_at_ms"),
    "typing_changed": ("chat_id", "person_id", "typing"),
    "read_changed": ("chat_id", "person_id", "seq"),
    "presence_changed": ("chat_id", "person_id", "is_present"),
    "participants_changed": ("chat_id", "participants", "reason"),
    "chat_ended": ("chat_id", "by", "reason"),
    "observed_changed": ("chat_id", "is_observed"),
    "observing_began": ("chat_id", "epoch", "seq", "participants"),
    "observing_ended": ("chat_id",),
    "whispers_changed": ("chat_id", "whispers"),
    "risk_flag_raised": ("chat_id", "severity", "category", "reasons"),
    "help_offered": ("chat_id",),
    "load_changed": ("n", "at_ms", "pools"),
    "heartbeat": (),
    "going_away": ("reconnect_after_ms",),
}
SEEKERS_NEVER = (
    *("offer_made", "offer_withdrawn", "risk_flag_raised", "load_changed", "wrap_up_finished"),
    *("observing_began", "observing_ended", "whispers_changed"),
)
LISTENERS_NEVER = ("request_changed", "place_changed", "confirm_wanted", "help_offered")
REQUEST_STATES = ("waiting", "parked", "offered", "connected", "ended")


@dataclass
class Log:
    """What one client holds of one chat."""

    epoch: str
    messages: dict[int, Frame] = field(default_factory=dict)
    is_left: bool = False

    @property
    def seq(self) -> int:
        """The position: up to here all is held."""
        seq = 0
        while seq + 1 in self.messages:
            seq += 1
        return seq

    @property
    def newest(self) -> Frame:
        """What `recover` says of the newest message that is held, also above a gap."""
        if not self.messages:
            return {}
        seq = max(self.messages)
        return {"newest_seq": seq, "newest_id": self.messages[seq]["message_id"]}

    @property
    def words(self) -> list[tuple[str, str]]:
        """(who, what) in order."""
        return [(self.messages[seq]["from_id"], self.messages[seq]["text"]) for seq in sorted(self.messages)]

    def take(self, message: Frame) -> None:
        """Hold a message; one that comes again must be the same."""
        held = self.messages.setdefault(message["seq"], message)
        same = ("message_id", "from_id", "text")
        assert [held[f] for f in same] == [message[f] for f in same], f"two messages have seq {message['seq']}"


def check_shape(push: Frame, role: str) -> None:
    """Fields, types and who may see it. Raises AssertionError."""
    kind = push["type"]
    missing = [name for name in FIELDS.get(kind, ()) if name not in push]
    assert not missing, f"{kind} without {missing}"
    assert kind not in (SEEKERS_NEVER if role == "seeker" else LISTENERS_NEVER), f"{kind} to a {role}"
    for name, value in push.items():
        if name.endswith("_ms") and value is not None:
            assert isinstance(value, int) and 0 <= value < 2**53, f"{kind}.{name}"
        if name.endswith("_id"):
            assert isinstance(value, str | None) and len(value or "") <= 64, f"{kind}.{name}"
    if kind == "request_changed":
        assert push["state"] in REQUEST_STATES, push
    if kind == "place_changed":
        assert push["place"] >= 1, push
        assert (push["wait_low_s"] is None) == (push["wait_high_s"] is None), push
