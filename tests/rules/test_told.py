"""What a connection is told: the view it knew, plus the pushes, is the view as it is now.

The client here is written from the protocol's words and keeps only what pushes tell it.
"""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from chat.edge.difference import differences
from chat.edge.view import View, compose
from chat.protocol.fields import TOPICS, Role
from chat.protocol.pushes import (
    AvailabilityChanged,
    ChatEnded,
    ChatOpened,
    ConfirmWanted,
    OfferMade,
    OfferWithdrawn,
    ParticipantsChanged,
    PlaceChanged,
    PresenceChanged,
    Push,
    RequestChanged,
    Snapshot,
    WrapUpFinished,
)
from routing.rules.waiting import WaitBand
from routing.store.snapshots import ChatRecord, ListenerRecord, PersonRecord

NOW = 1_700_000_000_000
CHAT = ChatRecord(
    chat_id="c1",
    state="W",
    turn=0,
    seeker="ada",
    request_id="r1",
    language="en",
    offered_language="en",
    topic_mask=1 << TOPICS.index("grief"),
    languages="en",
    cell="0.0.0",
    distress=3,
    arrived_at_ms=NOW - 95_500,
    listener="",
    preferred="",
    deadline_ms=0,
    is_offer_shown=True,
    offer_id="",
    epoch="e",
    run_id="life",
    seq=0,
    reason="",
    opened_at_ms=0,
    ended_at_ms=0,
    ended_by="",
    ended_reason="",
    wrap_up_until_ms=0,
    offers=0,
    is_seeker_present=True,
)
OFFERED = replace(CHAT, state="O", turn=1, listener="bo", offer_id="c1.1", deadline_ms=NOW + 25_000)
HELD = replace(OFFERED, state="H", turn=2, deadline_ms=NOW + 15_000)
OPEN = replace(
    HELD,
    state="A",
    turn=3,
    opened_at_ms=NOW,
    listeners={"bo": NOW},
    names={"bo": "Bo"},
    is_listener_present=True,
)
LOST = replace(OPEN, state="W", turn=4, listener="", listeners={"bo": -NOW}, reason="listener_lost")
NEXT = replace(OPEN, turn=7, listener="cy", listeners={"bo": -NOW, "cy": NOW}, names={"bo": "Bo", "cy": "Cy"})
WRAPPING = replace(
    OPEN, state="U", turn=4, ended_at_ms=NOW, ended_by="seeker", ended_reason="ended", wrap_up_until_ms=NOW + 60_000
)
OVER = replace(WRAPPING, state="E", listener="")
GONE = replace(CHAT, state="E", turn=1, ended_at_ms=NOW, ended_by="seeker", ended_reason="left")
ON_DUTY = ListenerRecord(
    availability=1,
    capacity=1,
    maximum=4,
    on_duty_since_ms=NOW,
    reason="",
    open_offer="",
    last_offer="",
    last_offer_reason="",
    is_taking_next=False,
    is_lost=False,
    takes_urgent=False,
    said_at_ms=0,
)


def seen_by(person: str, chat: ChatRecord | None, listener: ListenerRecord | None = None, **record: object) -> View:
    """The view of one person of one shard that holds this chat."""
    is_seeker = chat is not None and chat.seeker == person
    is_own = is_seeker and chat is not None and not chat.is_ended
    values = {
        "now_ms": NOW,
        "own_chat": "c1" if is_own else "",
        "place": 1 if chat is not None and chat.state == "W" and is_own else None,
        "listeners_able": 1,
        "listener": listener,
        "units": (),
        "chats": {"c1": chat} if chat is not None else {},
        **record,
    }
    role: Role = "seeker" if person in ("ada", "ben") else "listener"
    person_record = PersonRecord(**values)  # type: ignore[arg-type]
    return compose(person, role, {"adult": person_record}, str.title, lambda _language, _band, _risk: WaitBand(30, 90))


@dataclass
class Client:
    """What a program knows that hears only pushes."""

    role: Role
    request: tuple[str, str] | None = None
    place: int | None = None
    confirm_by: int | None = None
    offer: str | None = None
    #: chat id -> (state, {participant: is present}, wrap-up until)
    chats: dict[str, tuple[str, dict[str, bool], int | None]] = field(default_factory=dict)
    availability: str | None = None

    @classmethod
    def at(cls, role: Role, snapshot: Snapshot) -> "Client":
        request = snapshot.request
        return cls(
            role,
            (request.request_id, request.state) if request else None,
            request.place if request else None,
            request.confirm_deadline_ms if request else None,
            snapshot.offer.offer_id if snapshot.offer else None,
            {
                # Who is there matters only while it can be talked.
                c.chat_id: (
                    c.state,
                    {} if c.state == "ended" else {p.person_id: p.is_present for p in c.participants},
                    c.wrap_up_until_ms,
                )
                for c in snapshot.chats
            },
            snapshot.availability,
        )

    def hears(self, push: Push) -> None:
        match push:
            case RequestChanged(request_id, state):
                self.request = None if state == "ended" else (request_id, state)
                self.confirm_by = None
                if state != "waiting":
                    self.place = None
            case PlaceChanged(_, place):
                self.place = place
            case ConfirmWanted(_, deadline):
                self.confirm_by = deadline
            case OfferMade(offer_id):
                self.offer = offer_id
            case OfferWithdrawn(offer_id):
                if self.offer == offer_id:
                    self.offer = None
            case ChatOpened(chat_id, _, _, participants):
                self.chats[chat_id] = ("open", {p.person_id: p.is_present for p in participants}, None)
            case ParticipantsChanged(chat_id, participants):
                people = {p.person_id: p.is_present for p in participants}
                # PROTOCOL: the same chat goes on with the next one; alone in it, one waits.
                self.chats[chat_id] = ("open" if len(people) > 1 else "waiting", people, None)
            case PresenceChanged(chat_id, person, is_present):
                self.chats[chat_id][1][person] = is_present
            case ChatEnded(chat_id, _, reason, wrap_up_until):
                if reason == "listener_lost" and self.role == "listener":
                    del self.chats[chat_id]
                else:
                    self.chats[chat_id] = ("ended", {}, wrap_up_until)
            case WrapUpFinished(chat_id):
                state, people, _ = self.chats[chat_id]
                self.chats[chat_id] = (state, people, None)
            case AvailabilityChanged(availability):
                self.availability = availability


LIVES = {
    "the straight way": (CHAT, OFFERED, HELD, OPEN, WRAPPING, OVER),
    "without being asked": (CHAT, OFFERED, OPEN, WRAPPING, OVER),
    "pushes in between got lost": (CHAT, OPEN, OVER),
    "left in line": (CHAT, GONE),
    "parked and back": (
        CHAT,
        replace(CHAT, state="P", reason="connection_lost"),
        replace(CHAT, reason="back"),
        OFFERED,
    ),
    "silent when asked": (OFFERED, HELD, replace(CHAT, state="P", turn=3, reason="seeker_away")),
    "declined": (OFFERED, replace(CHAT, turn=2, reason="declined"), replace(OFFERED, turn=3, listener="cy")),
    "the next listener": (OPEN, LOST, replace(LOST, state="O", listener="cy", offer_id="c1.5"), NEXT),
    "lost and ended while waiting": (OPEN, LOST, replace(LOST, state="E", ended_at_ms=NOW, ended_by="seeker")),
    "somebody sleeps": (OPEN, replace(OPEN, is_seeker_present=False, is_listener_present=False), OPEN),
}


@pytest.mark.parametrize("person", ["ada", "bo", "cy"])
@pytest.mark.parametrize("life", LIVES)
def test_what_was_known_and_what_was_told_is_what_is(life: str, person: str) -> None:
    def view(chat: ChatRecord) -> View:
        has_part = person in (chat.seeker, chat.listener, *chat.listeners)
        return seen_by(person, chat if has_part else None, None if person == "ada" else ON_DUTY)

    steps = [view(chat) for chat in LIVES[life]]
    client = Client.at(steps[0].role, steps[0].snapshot)
    for before, after in pairwise(steps):
        for push in differences(before, after, answered=set()):
            client.hears(push)
        assert client == Client.at(after.role, after.snapshot)
        assert differences(after, after, answered=set()) == [], "told once"


def test_the_seeker_is_told_why_and_keeps_the_place() -> None:
    told = differences(
        seen_by("ada", OFFERED), seen_by("ada", replace(CHAT, turn=2, reason="declined")), answered=set()
    )
    # After 90 s of waiting nobody is told "30 to 90 seconds".
    assert told == [RequestChanged("r1", "waiting", "declined", True), PlaceChanged("r1", 1, 60, 240)]


def test_a_request_that_ended_says_why() -> None:
    gone = seen_by("ada", replace(GONE, ended_by="system", ended_reason="away_too_long"))
    assert differences(seen_by("ada", CHAT), gone, answered=set()) == [RequestChanged("r1", "ended", "away_too_long")]


def test_who_answered_needs_no_withdrawal_but_the_other_tab_does() -> None:
    before, after = seen_by("bo", OFFERED, ON_DUTY), seen_by("bo", OPEN, ON_DUTY)
    here = differences(before, after, answered={"c1.1"})
    there = differences(before, after, answered=set())
    assert [type(push) for push in here] == [ChatOpened]
    assert there[0] == OfferWithdrawn("c1.1", "answered") and there[1:] == here


def test_a_held_request_whose_seeker_stayed_away_is_withdrawn_even_where_it_was_accepted() -> None:
    away = replace(ON_DUTY, last_offer="c1.1", last_offer_reason="seeker_away")
    told = differences(seen_by("bo", HELD, ON_DUTY), seen_by("bo", None, away), answered={"c1.1"})
    assert told == [OfferWithdrawn("c1.1", "seeker_away")]


def test_an_offer_that_the_other_shard_has_not_agreed_to_is_not_seen() -> None:
    assert seen_by("bo", replace(OFFERED, is_offer_shown=False), ON_DUTY).snapshot.offer is None


def test_an_offer_tells_what_a_listener_needs_and_whether_they_met() -> None:
    offer = seen_by("bo", OFFERED, ON_DUTY).snapshot.offer
    assert offer is not None
    assert (offer.topics, offer.waited_s, offer.distress, offer.is_return) == (["grief"], 95, 3, None)
    again = seen_by("bo", replace(OFFERED, preferred="bo"), ON_DUTY).snapshot.offer
    assert again is not None and again.is_return


def test_two_misses_in_one_shard_pause_the_whole_person() -> None:
    paused = replace(ON_DUTY, availability=2, reason="missed_offers")
    shards = {
        band: PersonRecord(NOW, "", None, 0, listener, (), {})
        for band, listener in (("adult", ON_DUTY), ("teen", paused))
    }
    view = compose("bo", "listener", shards, str.title, lambda _language, _band: None)
    assert view.snapshot.availability == "paused" and view.availability_reason == "missed_offers"


def test_the_old_listener_sees_the_chat_no_more_and_the_seeker_sees_who_comes() -> None:
    old = differences(seen_by("bo", OPEN, ON_DUTY), seen_by("bo", LOST, ON_DUTY), answered=set())
    assert old == [ChatEnded("c1", "system", "listener_lost")]
    told = differences(seen_by("ada", LOST), seen_by("ada", NEXT), answered=set())
    assert [p.name for push in told if isinstance(push, ChatOpened) for p in push.participants] == ["Ada", "Cy"]


def test_nothing_is_said_of_the_wait_for_ones_own_listener() -> None:
    held = seen_by("ada", replace(CHAT, held_until_ms=NOW + 1)).snapshot.request
    assert held is not None and (held.place, held.wait_low_s, held.wait_high_s) == (1, None, None)
    let_go = seen_by("ada", replace(CHAT, held_until_ms=NOW)).snapshot.request
    assert let_go is not None and let_go.wait_high_s == 240
