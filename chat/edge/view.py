"""What one person may see, composed from what the shards know of them. Pure.

What a page counts down goes by this process's clock, which `welcome` and heartbeats tell, and not by the shard's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from msgspec import structs

from chat.protocol.commands import SUPERVISOR
from chat.protocol.fields import AgeBand, Availability, ChatState, RequestState, Role
from chat.protocol.pushes import ChatSummary, OpenOffer, OwnRequest, Participant, Snapshot
from chat.protocol.topics import topics_of
from routing.rules.waiting import WaitBand, renewed
from routing.store.snapshots import ChatRecord, ListenerRecord, PersonRecord

_REQUEST_STATES: dict[str, RequestState] = {
    "W": "waiting",
    "P": "parked",
    "O": "offered",
    "H": "offered",
    "A": "connected",
    "U": "ended",
    "E": "ended",
}
_AVAILABILITIES: dict[int, Availability] = {1: "available", 2: "paused", 0: "off_duty"}

#: What a language tag says in private (BCP 47) keeps a practice chat's line apart; nobody speaks it.
PRIVATE = "-x-"

Names = Callable[[str], str]
#: language, age band, risk -> what may be said about the wait
WaitOf = Callable[[str, str, int], WaitBand | None]
#: an own open request, age band -> its ticket
TicketOf = Callable[[ChatRecord, str], str | None]
#: an ended chat of one's own -> the code by which it can be deleted
CodeOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class View:
    """A snapshot plus what the differences between two snapshots are explained by."""

    snapshot: Snapshot
    role: Role
    bands: dict[str, str]  # chat id -> age band, for every chat and request in the view
    request_reason: str | None = None
    #: own requests that ended within the hour: request id -> reason
    ended_requests: dict[str, str] | None = None
    #: the newest of them, if the service ended it and it never was a chat: nobody may have been there to be told
    given_up: tuple[str, str] | None = None
    held_offer: str | None = None
    last_offer: str | None = None
    last_offer_reason: str | None = None
    availability_reason: str | None = None
    chat_reasons: dict[str, str] | None = None
    request_chat_id: str | None = None
    #: the same as `bands` of chats along which a supervisor reads: nothing may be done in them
    observed_bands: dict[str, str] = field(default_factory=dict)

    @property
    def followed(self) -> list[ChatSummary]:
        """All chats whose words this person gets."""
        return [*self.snapshot.chats, *(self.snapshot.observed or ())]

    def unless_observing(self) -> "View":
        """The same for a connection that shows no chats of others."""
        return replace(self, snapshot=structs.replace(self.snapshot, observed=None))


def _participants(record: ChatRecord, names: Names) -> list[Participant]:
    people = [Participant(record.seeker, "seeker", names(record.seeker), record.is_seeker_present)]
    if record.listener and (record.state == "A" or record.is_ended):
        people.append(
            Participant(
                record.listener, "listener", record.names.get(record.listener, "Listener"), record.is_listener_present
            )
        )
    elif record.is_ended:
        # The wrap-up is done and nobody holds the chat any more: name the one who was there last.
        last = max(record.listeners.items(), key=lambda item: abs(item[1]), default=None)
        if last is not None:
            people.append(Participant(last[0], "listener", record.names.get(last[0], "Listener"), False))
    return people


def _summary(
    record: ChatRecord, names: Names, *, for_staff: str | None, ahead_ms: int = 0, code_of: CodeOf = lambda _: None
) -> ChatSummary:
    state: ChatState = "ended" if record.is_ended else "open" if record.state == "A" else "waiting"
    is_wrapping_up = for_staff is not None and record.state == "U" and record.listener == for_staff
    return ChatSummary(
        chat_id=record.chat_id,
        epoch=record.epoch,
        seq=record.seq,
        state=state,
        participants=_participants(record, names),
        request_id=record.request_id,
        ended_by=record.ended_by or None,
        ended_reason=record.ended_reason or None,
        ended_at_ms=record.ended_at_ms or None,
        wrap_up_until_ms=record.wrap_up_until_ms - ahead_ms if is_wrapping_up else None,
        read=record.read,
        deletion_code=code_of(record.chat_id) if record.is_ended else None,
        is_observed=bool(record.observer),
        # A seeker is told that somebody is there; who that is concerns the listener.
        observer=record.observer_name or None if for_staff is not None else None,
        whispers=record.whispers if for_staff is not None else None,
    )


def compose(
    person_id: str,
    role: Role,
    records: Mapping[str, PersonRecord],
    names: Names,
    band_of_wait: WaitOf,
    ticket_of: TicketOf = lambda _chat, _band: None,
    code_of: CodeOf = lambda _chat_id: None,
) -> View:
    """One view from the records of the shards (age band -> record).

    `names` gives a seeker's pseudonym; `band_of_wait(language, age band, risk)` what may be said about the wait.
    """
    parts = _Parts(person_id, names)
    for band, record in records.items():
        for chat in record.chats.values():
            if chat.observer == person_id:
                if role in SUPERVISOR:
                    parts.add_observed(chat, band)
                continue
            parts.bands[chat.chat_id] = band
            if chat.seeker != person_id:
                parts.add_as_listener(chat, record, band)
                continue
            parts.add_as_seeker(chat, code_of)
            if chat.chat_id == record.own_chat:
                ticket = ticket_of(chat, band)
                parts.request = _own_request(chat, record, cast(AgeBand, band), band_of_wait, ticket)
                parts.request_reason, parts.request_chat_id = chat.reason or None, chat.chat_id
            elif chat.is_ended:
                parts.add_ended_request(chat)
    return parts.view(role, [record.listener for record in records.values() if record.listener is not None])


@dataclass(slots=True)
class _Parts:
    """What a view is made of, gathered chat by chat."""

    person_id: str
    names: Names
    bands: dict[str, str] = field(default_factory=dict)
    chats: list[ChatSummary] = field(default_factory=list)
    chat_reasons: dict[str, str] = field(default_factory=dict)
    request: OwnRequest | None = None
    request_reason: str | None = None
    request_chat_id: str | None = None
    ended_requests: dict[str, str] = field(default_factory=dict)
    newest_ended: ChatRecord | None = None
    offer: OpenOffer | None = None
    held_offer: str | None = None
    observed: list[ChatSummary] = field(default_factory=list)
    observed_bands: dict[str, str] = field(default_factory=dict)

    def add_observed(self, chat: ChatRecord, band: str) -> None:
        """A chat along which they read."""
        if chat.state == "A":
            self.observed.append(_summary(chat, self.names, for_staff=self.person_id))
            self.observed_bands[chat.chat_id] = band

    def add_as_seeker(self, chat: ChatRecord, code_of: CodeOf) -> None:
        """A request of theirs, which may have become a chat."""
        if chat.opened_at_ms:
            self.chats.append(_summary(chat, self.names, for_staff=None, code_of=code_of))
            self.chat_reasons[chat.chat_id] = chat.reason

    def add_ended_request(self, chat: ChatRecord) -> None:
        """A request of theirs that is over."""
        self.ended_requests[chat.request_id] = chat.ended_reason
        if self.newest_ended is None or chat.ended_at_ms > self.newest_ended.ended_at_ms:
            self.newest_ended = chat

    def add_as_listener(self, chat: ChatRecord, record: PersonRecord, band: str) -> None:
        """A request that is offered to them, or a chat that they have or had."""
        is_theirs = chat.listener == self.person_id
        if is_theirs and chat.state == "O" and chat.is_offer_shown:
            self.offer = _open_offer(chat, record, cast(AgeBand, band), self.person_id)
        elif is_theirs and chat.state == "H":
            self.held_offer = chat.offer_id
        if chat.listeners.get(self.person_id, 0) > 0 and (chat.is_ended or is_theirs):
            self.chats.append(_summary(chat, self.names, for_staff=self.person_id, ahead_ms=record.ahead_ms))
            self.chat_reasons[chat.chat_id] = chat.reason

    def view(self, role: Role, standings: list[ListenerRecord]) -> View:
        """All of it, and how they stand as a listener in each shard."""
        # Two misses in one shard pause the person, not half of them.
        paused = next((one for one in standings if one.availability == 2), None)
        mine = paused or max(standings, key=lambda one: one.availability, default=None)
        availability: Availability | None = None if role == "seeker" else "off_duty"
        if mine is not None:
            availability = _AVAILABILITIES[mine.availability]
        answered = next((one for one in reversed(standings) if one.last_offer), None)
        reason = mine.reason or None if mine else None
        snapshot = Snapshot(
            chats=sorted(self.chats, key=lambda c: c.chat_id),
            request=self.request,
            offer=self.offer,
            availability=availability,
            availability_reason=reason,
            capacity=mine.capacity if mine else None,
            max_capacity=mine.maximum if mine else None,
            on_duty_since_ms=mine.on_duty_since_ms or None if mine else None,
            is_taking_next=any(one.is_taking_next for one in standings) if mine else None,
            takes_urgent=any(one.takes_urgent for one in standings) if mine else None,
            observed=sorted(self.observed, key=lambda c: c.chat_id) or None,
        )
        return View(
            snapshot=snapshot,
            role=role,
            bands=self.bands,
            request_reason=self.request_reason,
            ended_requests=self.ended_requests,
            given_up=self._given_up(),
            held_offer=self.held_offer,
            last_offer=answered.last_offer if answered else None,
            last_offer_reason=answered.last_offer_reason if answered else None,
            availability_reason=reason,
            chat_reasons=self.chat_reasons,
            request_chat_id=self.request_chat_id,
            observed_bands=self.observed_bands,
        )

    def _given_up(self) -> tuple[str, str] | None:
        last = self.newest_ended
        if self.request is not None or last is None or last.opened_at_ms or last.ended_by != "system":
            return None
        return last.request_id, last.ended_reason


def told_wait(chat: ChatRecord, record: PersonRecord, age_band: str, band_of_wait: WaitOf) -> WaitBand | None:
    """What a seeker is told about the wait of this own request; None: nothing honest can be said.

    A band is about whichever listener comes: it says nothing of the one for whom this seeker would rather wait, and
    nothing where nobody on duty could come.
    """
    if chat.state != "W" or chat.held_until_ms > record.now_ms or record.listeners_able == 0:
        return None
    told = band_of_wait(chat.language, age_band, chat.risk)
    return renewed(told, record.now_ms - chat.arrived_at_ms) if told else None


def _own_request(
    chat: ChatRecord, record: PersonRecord, age_band: AgeBand, band_of_wait: WaitOf, ticket: str | None
) -> OwnRequest:
    wait = told_wait(chat, record, age_band, band_of_wait)
    return OwnRequest(
        request_id=chat.request_id,
        state=_REQUEST_STATES[chat.state],
        language=chat.language,
        age_band=age_band,
        topics=list(topics_of(chat.topic_mask)),
        place=record.place,
        wait_low_s=wait.low_s if wait else None,
        wait_high_s=wait.high_s if wait else None,
        chat_id=chat.chat_id if chat.opened_at_ms else None,
        confirm_deadline_ms=chat.deadline_ms - record.ahead_ms if chat.state == "H" else None,
        is_anyone_there=record.listeners_able > 0 if chat.state in ("W", "P") else True,
        ticket=ticket,
    )


def _open_offer(chat: ChatRecord, record: PersonRecord, age_band: AgeBand, person_id: str) -> OpenOffer:
    return OpenOffer(
        offer_id=chat.offer_id,
        request_id=chat.request_id,
        topics=list(topics_of(chat.topic_mask)),
        language=chat.offered_language.partition(PRIVATE)[0],
        age_band=age_band,
        waited_s=max(0, record.now_ms - chat.arrived_at_ms) // 1000,
        deadline_ms=chat.deadline_ms - record.ahead_ms,
        distress=chat.distress,
        is_return=True if chat.preferred == person_id or person_id in chat.listeners else None,
    )
