"""Two views of one person -> the pushes that lead from the one to the other. Pure.

State is the message: a push that got lost is made again from the next view, since it follows from what the shard holds
and from what this connection was told last.
"""

from chat.edge.view import View
from chat.protocol.pushes import (
    AvailabilityChanged,
    ChatEnded,
    ChatForgotten,
    ChatOpened,
    ChatSummary,
    ConfirmWanted,
    ObservedChanged,
    ObservingBegan,
    ObservingEnded,
    OfferMade,
    OfferWithdrawn,
    OpenOffer,
    OwnRequest,
    ParticipantsChanged,
    PlaceChanged,
    PresenceChanged,
    Push,
    RequestChanged,
    WhispersChanged,
    WrapUpFinished,
)


def offer_made(offer: OpenOffer) -> OfferMade:
    """The push for an open offer."""
    return OfferMade(**{name: getattr(offer, name) for name in OpenOffer.__struct_fields__})


def differences(old: View, new: View, *, answered: set[str]) -> list[Push]:
    """Pushes from `old` to `new`, in the order in which a client wants them.

    `answered`: offers that this very connection answered; it has its reply and needs no withdrawal.
    """
    if new is old:  # at the end of most greetings
        return []
    return [
        *_offer(old, new, answered),
        *_request(old, new),
        *_chats(old, new),
        *_observed(old, new),
        *_availability(old, new),
    ]


def _offer(old: View, new: View, answered: set[str]) -> list[Push]:
    out: list[Push] = []
    before, after = old.snapshot.offer, new.snapshot.offer
    if before is not None and (after is None or after.offer_id != before.offer_id):
        is_accepted = new.held_offer == before.offer_id or _is_open_from(before, new)
        if is_accepted:
            if before.offer_id not in answered:
                out.append(OfferWithdrawn(before.offer_id, "answered"))
        elif before.offer_id not in answered or _why(new, before.offer_id) != "declined":
            out.append(OfferWithdrawn(before.offer_id, _why(new, before.offer_id)))
    if old.held_offer is not None and new.held_offer != old.held_offer and not _is_chat_open(old.held_offer, new):
        out.append(OfferWithdrawn(old.held_offer, _why(new, old.held_offer)))
    if after is not None and (before is None or before.offer_id != after.offer_id):
        out.append(offer_made(after))
    return out


def _why(view: View, offer_id: str) -> str:
    return view.last_offer_reason if view.last_offer == offer_id and view.last_offer_reason else "withdrawn"


def _is_chat_open(offer_id: str, view: View) -> bool:
    chat_id = offer_id.rpartition(".")[0]
    return any(c.chat_id == chat_id for c in view.snapshot.chats)


def _is_open_from(offer: OpenOffer, view: View) -> bool:
    return _is_chat_open(offer.offer_id, view)


def request_changed(request: OwnRequest, reason: str | None) -> RequestChanged:
    """The push for an own request as it stands."""
    return RequestChanged(request.request_id, request.state, reason, request.is_anyone_there, request.ticket)


def _request(old: View, new: View) -> list[Push]:
    out: list[Push] = []
    before, after = old.snapshot.request, new.snapshot.request
    if before is not None and (after is None or after.request_id != before.request_id):
        reason = (new.ended_requests or {}).get(before.request_id, "fault")
        out.append(RequestChanged(before.request_id, "ended", reason))
    if after is None:
        return out
    is_new = before is None or before.request_id != after.request_id
    if is_new or (before is not None and before.state != after.state):
        out.append(request_changed(after, new.request_reason))
    elif before is not None and before.is_anyone_there != after.is_anyone_there:
        out.append(
            RequestChanged(after.request_id, after.state, "listeners_changed", after.is_anyone_there, after.ticket)
        )
    was = None if is_new or before is None else (before.place, before.wait_low_s, before.wait_high_s)
    now = (after.place, after.wait_low_s, after.wait_high_s)
    if after.place is not None and now != was:
        out.append(PlaceChanged(after.request_id, after.place, after.wait_low_s, after.wait_high_s))
    deadline = after.confirm_deadline_ms
    if deadline is not None and (is_new or before is None or before.confirm_deadline_ms != deadline):
        out.append(ConfirmWanted(after.request_id, deadline))
    return out


def _chats(old: View, new: View) -> list[Push]:
    out: list[Push] = []
    before = {c.chat_id: c for c in old.snapshot.chats}
    after = {c.chat_id: c for c in new.snapshot.chats}
    for chat_id, chat in before.items():
        if chat_id not in after and chat.state == "ended":
            if chat.wrap_up_until_ms is not None:
                out.append(WrapUpFinished(chat_id))
            out.append(ChatForgotten(chat_id))
        elif chat_id not in after:
            # A listener loses a chat that goes on with the next one; a seeker's chat vanishes only by a fault of ours.
            out.append(ChatEnded(chat_id, "system", "fault" if new.role == "seeker" else "listener_lost"))
    for chat_id, chat in after.items():
        known = before.get(chat_id)
        if known is None:
            if chat.state != "ended":
                out.append(ChatOpened(chat_id, chat.epoch, chat.seq, chat.participants, chat.request_id))
        else:
            out.extend(_chat(known, chat, (new.chat_reasons or {}).get(chat_id, "")))
    return out


def _chat(before: ChatSummary, after: ChatSummary, reason: str) -> list[Push]:
    out: list[Push] = []
    chat_id = after.chat_id
    if after.state == "ended":
        if before.state != "ended":
            by, reason = after.ended_by or "system", after.ended_reason or "ended"
            out.append(ChatEnded(chat_id, by, reason, after.wrap_up_until_ms, after.deletion_code))
        elif before.wrap_up_until_ms is not None and after.wrap_up_until_ms is None:
            out.append(WrapUpFinished(chat_id))
        return out
    who_before = {p.person_id: p for p in before.participants}
    who_after = {p.person_id: p for p in after.participants}
    if before.state != "open" and after.state == "open":
        out.append(ChatOpened(chat_id, after.epoch, after.seq, after.participants, after.request_id))
    elif who_before.keys() != who_after.keys():
        out.append(ParticipantsChanged(chat_id, after.participants, reason or "changed"))
    for person_id, person in who_after.items():
        known = who_before.get(person_id)
        if known is not None and known.is_present != person.is_present:
            out.append(PresenceChanged(chat_id, person_id, person.is_present))
    if (before.is_observed, before.observer) != (after.is_observed, after.observer):
        out.append(ObservedChanged(chat_id, bool(after.is_observed), after.observer))
    return [*out, *_whispers(before, after)]


def _whispers(before: ChatSummary, after: ChatSummary) -> list[Push]:
    return [WhispersChanged(after.chat_id, after.whispers)] if after.whispers not in (None, before.whispers) else []


def _observed(old: View, new: View) -> list[Push]:
    """Chats along which this supervisor reads."""
    out: list[Push] = []
    before = {c.chat_id: c for c in old.snapshot.observed or ()}
    after = {c.chat_id: c for c in new.snapshot.observed or ()}
    out += [ObservingEnded(chat_id) for chat_id in before if chat_id not in after]
    for chat_id, chat in after.items():
        known = before.get(chat_id)
        if known is None:
            out.append(ObservingBegan(chat_id, chat.epoch, chat.seq, chat.participants, chat.whispers or 0))
        else:
            out += _whispers(known, chat)
    return out


def _availability(old: View, new: View) -> list[Push]:
    before, after = old.snapshot, new.snapshot
    if after.availability is None:
        return []
    was = (before.availability, before.capacity, before.max_capacity, before.is_taking_next, before.takes_urgent)
    now = (after.availability, after.capacity, after.max_capacity, after.is_taking_next, after.takes_urgent)
    if was == now:
        return []
    return [
        AvailabilityChanged(
            availability=after.availability,
            capacity=after.capacity or before.capacity or 1,
            max_capacity=after.max_capacity or before.max_capacity or 1,
            reason=new.availability_reason,
            on_duty_since_ms=after.on_duty_since_ms,
            is_taking_next=after.is_taking_next,
            takes_urgent=after.takes_urgent,
        )
    ]
