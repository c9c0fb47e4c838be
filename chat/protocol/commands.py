"""Commands: what a client asks. One struct a command; `type` is the tag; unknown fields are ignored."""

from typing import ClassVar

from msgspec import Struct

from chat.protocol.fields import (
    AgeBand,
    Availability,
    Capacity,
    Comment,
    Epoch,
    HoldSeconds,
    Id,
    LanguageTag,
    Reason,
    Ref,
    Role,
    Scale,
    Seq,
    TicketText,
)

SEEKER: frozenset[Role] = frozenset({"seeker"})
LISTENER: frozenset[Role] = frozenset({"listener", "supervisor", "admin"})
SUPERVISOR: frozenset[Role] = frozenset({"supervisor", "admin"})
EVERYONE: frozenset[Role] = SEEKER | LISTENER


class Position(Struct, frozen=True):
    """A client's StreamPosition in one chat: the highest seq up to which it holds every message.

    `newest_seq`, `newest_id`: of the newest message that it holds at all; by them a log that lost messages is known.
    """

    chat_id: Id
    epoch: Epoch
    seq: Seq
    newest_seq: Seq | None = None
    newest_id: Id | None = None


class Hello(Struct, frozen=True, tag_field="type", tag="hello", rename={"as_": "as"}):
    may: ClassVar[frozenset[Role]] = EVERYONE
    ref: Ref
    token: str | None = None
    as_: str | None = None
    locale: str | None = None
    recover: list[Position] | None = None
    #: what `ticket` of the own requests said last; used where the service knows less
    tickets: list[TicketText] | None = None
    #: the device's own block list, for a request that is put back from a ticket
    avoid_listeners: list[Id] | None = None
    #: `done` is all the news of its own messages that this connection wants
    done_is_enough: bool | None = None
    #: this connection shows the chats along which its supervisor reads
    observes: bool | None = None

    def __repr__(self) -> str:
        return f"Hello(ref={self.ref!r})"


class CatchUp(Struct, frozen=True, tag_field="type", tag="catch_up"):
    may: ClassVar[frozenset[Role]] = EVERYONE
    ref: Ref
    chat_id: Id
    epoch: Epoch
    seq: Seq


class RequestChat(Struct, frozen=True, tag_field="type", tag="request_chat"):
    may: ClassVar[frozenset[Role]] = SEEKER
    ref: Ref
    request_id: Id
    language: LanguageTag
    topics: list[str] | None = None
    age_band: AgeBand | None = None
    distress: Scale | None = None
    first_words: str | None = None
    prefer_listener: Id | None = None
    #: so long nobody but `prefer_listener` is asked
    hold_s: HoldSeconds | None = None
    #: languages that the seeker speaks, too; after a while the request stands in their lines as well
    other_languages: list[LanguageTag] | None = None
    avoid_listeners: list[Id] | None = None

    def __repr__(self) -> str:
        return f"RequestChat(request_id={self.request_id!r})"


class LeaveLine(Struct, frozen=True, tag_field="type", tag="leave_line"):
    may: ClassVar[frozenset[Role]] = SEEKER
    ref: Ref
    request_id: Id


class ReleaseHold(Struct, frozen=True, tag_field="type", tag="release_hold"):
    """The next listener after all, instead of waiting for one's own."""

    may: ClassVar[frozenset[Role]] = SEEKER
    ref: Ref
    request_id: Id


class ConfirmHere(Struct, frozen=True, tag_field="type", tag="confirm_here"):
    may: ClassVar[frozenset[Role]] = SEEKER
    request_id: Id
    ref: Ref | None = None


class SendMessage(Struct, frozen=True, tag_field="type", tag="send_message"):
    may: ClassVar[frozenset[Role]] = EVERYONE
    ref: Ref
    chat_id: Id
    message_id: Id
    text: str

    def __repr__(self) -> str:
        return f"SendMessage(chat_id={self.chat_id!r}, message_id={self.message_id!r})"


class SetTyping(Struct, frozen=True, tag_field="type", tag="set_typing"):
    may: ClassVar[frozenset[Role]] = EVERYONE
    chat_id: Id
    typing: bool
    ref: Ref | None = None


class MarkRead(Struct, frozen=True, tag_field="type", tag="mark_read"):
    may: ClassVar[frozenset[Role]] = EVERYONE
    chat_id: Id
    seq: Seq
    ref: Ref | None = None


class EndChat(Struct, frozen=True, tag_field="type", tag="end_chat"):
    may: ClassVar[frozenset[Role]] = EVERYONE
    ref: Ref
    chat_id: Id
    reason: Reason | None = None


class GiveFeedback(Struct, frozen=True, tag_field="type", tag="give_feedback"):
    may: ClassVar[frozenset[Role]] = SEEKER
    ref: Ref
    chat_id: Id
    rating: Scale
    distress: Scale | None = None
    comment: Comment | None = None
    #: May trained mentors read this chat, so that the listener learns from it? Left out: as it was; at first no.
    may_review: bool | None = None

    def __repr__(self) -> str:
        return f"GiveFeedback(chat_id={self.chat_id!r})"


class Report(Struct, frozen=True, tag_field="type", tag="report"):
    may: ClassVar[frozenset[Role]] = EVERYONE
    ref: Ref
    chat_id: Id
    reason: Reason
    block: bool
    comment: Comment | None = None
    #: whom a seeker means, where another listener may have come meanwhile
    about_id: Id | None = None

    def __repr__(self) -> str:
        return f"Report(chat_id={self.chat_id!r})"


class SetAvailability(Struct, frozen=True, tag_field="type", tag="set_availability"):
    may: ClassVar[frozenset[Role]] = LISTENER
    ref: Ref
    availability: Availability
    capacity: Capacity | None = None
    #: one more than `capacity` where somebody is in danger; without it as before, at first no
    takes_urgent: bool | None = None


class AnswerOffer(Struct, frozen=True, tag_field="type", tag="answer_offer"):
    may: ClassVar[frozenset[Role]] = LISTENER
    ref: Ref
    offer_id: Id
    accept: bool
    reason: Reason | None = None


class TakeNext(Struct, frozen=True, tag_field="type", tag="take_next"):
    may: ClassVar[frozenset[Role]] = LISTENER
    ref: Ref


class FinishWrapUp(Struct, frozen=True, tag_field="type", tag="finish_wrap_up"):
    may: ClassVar[frozenset[Role]] = LISTENER
    ref: Ref
    chat_id: Id
    note: Comment | None = None

    def __repr__(self) -> str:
        return f"FinishWrapUp(chat_id={self.chat_id!r})"


class WatchLoad(Struct, frozen=True, tag_field="type", tag="watch_load"):
    may: ClassVar[frozenset[Role]] = SUPERVISOR
    ref: Ref


Command = (
    Hello
    | CatchUp
    | RequestChat
    | LeaveLine
    | ReleaseHold
    | ConfirmHere
    | SendMessage
    | SetTyping
    | MarkRead
    | EndChat
    | GiveFeedback
    | Report
    | SetAvailability
    | AnswerOffer
    | TakeNext
    | FinishWrapUp
    | WatchLoad
)
COMMANDS: tuple[type[Command], ...] = Command.__args__
