"""Pushes: what the server says unasked, and the parts that they and replies share."""

from msgspec import Struct, field

from chat.protocol.fields import AgeBand, Availability, ChatState, RequestState, Role


class Participant(Struct, frozen=True):
    person_id: str
    role: Role
    name: str
    is_present: bool = True


class OwnRequest(Struct, frozen=True):
    """The seeker's own ChatRequest as the snapshot tells it."""

    request_id: str
    state: RequestState
    language: str
    age_band: AgeBand
    topics: list[str]
    place: int | None = None
    wait_low_s: int | None = None
    wait_high_s: int | None = None
    chat_id: str | None = None
    confirm_deadline_ms: int | None = None
    #: Is any listener on duty who could take this? False: the page says so, and what still works.
    is_anyone_there: bool | None = None
    #: opaque; said in `hello` it brings the request back, should the service have lost it
    ticket: str | None = None


class OpenOffer(Struct, frozen=True):
    offer_id: str
    request_id: str
    topics: list[str]
    language: str
    age_band: AgeBand
    waited_s: int
    deadline_ms: int
    distress: int | None = None
    is_return: bool | None = None


class ChatSummary(Struct, frozen=True):
    """One chat in the snapshot, without its messages."""

    chat_id: str
    epoch: str
    seq: int
    state: ChatState
    participants: list[Participant]
    request_id: str | None = None
    ended_by: str | None = None
    ended_reason: str | None = None
    ended_at_ms: int | None = None
    wrap_up_until_ms: int | None = None
    #: person_id -> highest seq that this person has read
    read: dict[str, int] = {}
    #: to the seeker of an ended chat: by this code they can have it deleted
    deletion_code: str | None = None
    #: does a supervisor read along? Their name, to the listener and to themselves
    is_observed: bool | None = None
    observer: str | None = None
    #: how many whispers between these two are kept; never to the seeker
    whispers: int | None = None

    def __repr__(self) -> str:
        return f"ChatSummary(chat_id={self.chat_id!r}, seq={self.seq}, state={self.state!r})"


class Snapshot(Struct, frozen=True):
    """All that one person may see, as of now."""

    chats: list[ChatSummary]
    request: OwnRequest | None = None
    offer: OpenOffer | None = None
    availability: Availability | None = None
    availability_reason: str | None = None
    capacity: int | None = None
    max_capacity: int | None = None
    on_duty_since_ms: int | None = None
    is_taking_next: bool | None = None
    #: one more than `capacity` where somebody is in danger
    takes_urgent: bool | None = None
    #: to a connection that said `observes`: chats along which this supervisor reads
    observed: list[ChatSummary] | None = None


class PoolLoad(Struct, frozen=True):
    language: str
    age_band: AgeBand
    waiting: int
    longest_wait_ms: int
    available: int
    paused: int
    in_chat: int
    open_chats: int
    open_offers: int
    offers_missed_1h: int
    #: of those waiting: whom nobody on duty may take, or only people from whom they are kept apart
    without_listener: int
    #: of those waiting: at the highest risk, and how long the first of them waits
    urgent_waiting: int
    urgent_longest_wait_ms: int


class ListenersOnDuty(Struct, frozen=True):
    """People, each counted once: somebody who serves several pools stands in each pool's numbers."""

    available: int
    paused: int
    in_chat: int


class LineOfPool(Struct, frozen=True):
    """What a listener may know of a line: how many, how long, about what; never words."""

    language: str
    age_band: AgeBand
    waiting: int
    longest_wait_ms: int
    #: topic -> how many of the first 50 who wait named it
    topics: dict[str, int]


class Welcome(Struct, frozen=True, tag_field="type", tag="welcome"):
    person_id: str
    role: Role
    name: str
    server_time_ms: int
    heartbeat_s: int
    snapshot: Snapshot
    token: str | None = None
    #: nobody real is behind this door (docs/practice.md)
    is_practice: bool | None = None

    def __repr__(self) -> str:
        return f"Welcome(person_id={self.person_id!r}, role={self.role!r})"


class RequestChanged(Struct, frozen=True, tag_field="type", tag="request_changed"):
    request_id: str
    state: RequestState
    reason: str | None = None
    is_anyone_there: bool | None = None
    ticket: str | None = None


class PlaceChanged(Struct, frozen=True, tag_field="type", tag="place_changed"):
    request_id: str
    place: int
    wait_low_s: int | None
    wait_high_s: int | None


class ConfirmWanted(Struct, frozen=True, tag_field="type", tag="confirm_wanted"):
    request_id: str
    deadline_ms: int


class OfferMade(OpenOffer, frozen=True, tag_field="type", tag="offer_made"):
    pass


class OfferWithdrawn(Struct, frozen=True, tag_field="type", tag="offer_withdrawn"):
    offer_id: str
    reason: str


class ChatOpened(Struct, frozen=True, tag_field="type", tag="chat_opened"):
    chat_id: str
    epoch: str
    seq: int
    participants: list[Participant]
    request_id: str | None = None
    is_practice: bool | None = None


class MessageAdded(Struct, frozen=True, tag_field="type", tag="message_added"):
    chat_id: str
    epoch: str
    seq: int
    message_id: str
    from_id: str
    text: str
    sent_at_ms: int

    def __repr__(self) -> str:
        return f"MessageAdded(chat_id={self.chat_id!r}, seq={self.seq})"


class TypingChanged(Struct, frozen=True, tag_field="type", tag="typing_changed"):
    chat_id: str
    person_id: str
    typing: bool


class ReadChanged(Struct, frozen=True, tag_field="type", tag="read_changed"):
    chat_id: str
    person_id: str
    seq: int


class PresenceChanged(Struct, frozen=True, tag_field="type", tag="presence_changed"):
    chat_id: str
    person_id: str
    is_present: bool


class ParticipantsChanged(Struct, frozen=True, tag_field="type", tag="participants_changed"):
    chat_id: str
    participants: list[Participant]
    reason: str


class ChatEnded(Struct, frozen=True, tag_field="type", tag="chat_ended"):
    chat_id: str
    by: str
    reason: str
    wrap_up_until_ms: int | None = None
    #: to the seeker: by this code they can have the chat deleted
    deletion_code: str | None = None

    def __repr__(self) -> str:
        return f"ChatEnded(chat_id={self.chat_id!r}, by={self.by!r}, reason={self.reason!r})"


class ChatForgotten(Struct, frozen=True, tag_field="type", tag="chat_forgotten"):
    """An ended chat can't be recovered any more: its hour is over, or its seeker had it deleted."""

    chat_id: str


class ObservedChanged(Struct, frozen=True, tag_field="type", tag="observed_changed"):
    """To those in the chat: a supervisor reads along from now on, or no longer."""

    chat_id: str
    is_observed: bool
    #: their name; never to the seeker
    observer: str | None = None


class ObservingBegan(Struct, frozen=True, tag_field="type", tag="observing_began"):
    """To the supervisor: what was written so far follows, then what is written."""

    chat_id: str
    epoch: str
    seq: int
    participants: list[Participant]
    whispers: int = 0


class ObservingEnded(Struct, frozen=True, tag_field="type", tag="observing_ended"):
    chat_id: str


class WhispersChanged(Struct, frozen=True, tag_field="type", tag="whispers_changed"):
    """So many whispers of this chat are kept now; their words are had by HTTP."""

    chat_id: str
    whispers: int


class WrapUpFinished(Struct, frozen=True, tag_field="type", tag="wrap_up_finished"):
    chat_id: str


class AvailabilityChanged(Struct, frozen=True, tag_field="type", tag="availability_changed"):
    availability: Availability
    capacity: int
    max_capacity: int
    reason: str | None = None
    on_duty_since_ms: int | None = None
    is_taking_next: bool | None = None
    #: one more than `capacity` where somebody is in danger
    takes_urgent: bool | None = None


class LinesChanged(Struct, frozen=True, tag_field="type", tag="lines_changed"):
    at_ms: int
    pools: list[LineOfPool]


class RiskFlagRaised(Struct, frozen=True, tag_field="type", tag="risk_flag_raised"):
    chat_id: str
    severity: str
    category: str
    reasons: list[str]


class HelpOffered(Struct, frozen=True, tag_field="type", tag="help_offered"):
    chat_id: str


class LoadChanged(Struct, frozen=True, tag_field="type", tag="load_changed"):
    n: int
    at_ms: int
    pools: list[PoolLoad]
    listeners: ListenersOnDuty | None = None


class Heartbeat(Struct, frozen=True, tag_field="type", tag="heartbeat"):
    server_time_ms: int = field(default=0)


class GoingAway(Struct, frozen=True, tag_field="type", tag="going_away"):
    reconnect_after_ms: int


Push = (
    Welcome
    | RequestChanged
    | PlaceChanged
    | ConfirmWanted
    | OfferMade
    | OfferWithdrawn
    | ChatOpened
    | MessageAdded
    | TypingChanged
    | ReadChanged
    | PresenceChanged
    | ParticipantsChanged
    | ChatEnded
    | ChatForgotten
    | ObservedChanged
    | ObservingBegan
    | ObservingEnded
    | WhispersChanged
    | WrapUpFinished
    | AvailabilityChanged
    | LinesChanged
    | RiskFlagRaised
    | HelpOffered
    | LoadChanged
    | Heartbeat
    | GoingAway
)
PUSHES: tuple[type[Push], ...] = Push.__args__
