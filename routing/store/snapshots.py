"""A person's routing truth, read in one call and turned into values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

#: In which fields an earlier build wrote what is `can` now.
_RIGHTS_BEFORE = ("lg", "cap", "max", "lv", "hd", "mk", "em")
#: States of a request that is over: in its wrap-up, and after it.
ENDED = ("U", "E")


@dataclass(frozen=True, slots=True)
class ChatRecord:
    """One ChatRequest and its chat, as it stands in the shard. Times in Unix ms, 0 where it did not happen."""

    chat_id: str
    state: str
    turn: int
    seeker: str
    request_id: str
    #: the pool's, and the one in which it was offered
    language: str
    offered_language: str
    #: csv of the pool's language and the second ones
    languages: str
    #: `<risk>.<level>.<hard topics>`, as lines.lua reads it
    cell: str
    #: bit i stands for topic i
    topic_mask: int
    distress: int | None
    arrived_at_ms: int
    listener: str
    preferred: str
    deadline_ms: int
    is_offer_shown: bool
    offer_id: str
    epoch: str
    #: the engine's life in which this epoch began
    run_id: str
    seq: int
    reason: str
    opened_at_ms: int
    ended_at_ms: int
    ended_by: str
    ended_reason: str
    wrap_up_until_ms: int
    offers: int
    #: listener -> since when in this chat (Unix ms); negative: left at
    listeners: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    #: role -> messages written
    written: dict[str, int] = field(default_factory=dict)
    #: listener -> the name that seekers see
    names: dict[str, str] = field(default_factory=dict)
    is_seeker_present: bool = False
    is_listener_present: bool = False
    #: until then only the preferred listener is asked
    held_until_ms: int = 0
    #: who reads along, and the name by which people know them; empty: nobody
    observer: str = ""
    observer_name: str = ""
    #: how many whispers between observer and listener are kept
    whispers: int = 0
    #: the upper end of the wait that was announced first, 0: none was
    promised_s: int = 0

    @property
    def risk(self) -> int:
        """0-3; 3 goes before everybody."""
        return _whole(self.cell.partition(".")[0])

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def last_listener(self) -> str:
        """The listener who is in the chat, or was last; empty: nobody was, yet."""
        return max(self.listeners, key=lambda listener: abs(self.listeners[listener]), default="")


@dataclass(frozen=True, slots=True)
class ListenerRecord:
    """How one shard knows somebody as a listener. Times in Unix ms, 0 where it did not happen."""

    #: 0 off duty, 1 available, 2 paused
    availability: int
    capacity: int
    maximum: int
    on_duty_since_ms: int
    reason: str
    open_offer: str
    last_offer: str
    last_offer_reason: str
    is_taking_next: bool
    is_lost: bool
    takes_urgent: bool
    #: when they chose so
    said_at_ms: int


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """What one shard knows of one person, at times of its own clock. `place` counts from 1; None when not in line."""

    now_ms: int
    own_chat: str
    place: int | None
    #: on duty, busy or not, who could take the own request
    listeners_able: int
    listener: ListenerRecord | None
    units: tuple[str, ...]
    chats: dict[str, ChatRecord]
    #: how far that clock is ahead of the one of the process that read this
    ahead_ms: int = 0


def pairs(flat: list[bytes]) -> dict[str, str]:
    """HGETALL's flat answer as a dict."""
    items = iter([item.decode() for item in flat])
    return dict(zip(items, items, strict=True))


def _whole(text: str | None) -> int:
    return int(float(text)) if text else 0


def _wholes(texts: dict[str, str]) -> dict[str, int]:
    return {name: _whole(text) for name, text in texts.items()}


def _offer_id(chat_id: str, state: str, turn: int) -> str:
    """`<chat>.<turn>` of the offer that is open or accepted, or ''. Accepting it made one more turn."""
    return f"{chat_id}.{turn - (state == 'H')}" if state in ("O", "H") else ""


class Needs(NamedTuple):
    """What a request needs, as it stands in its one field `nd`. The pool's language is the first of `languages`."""

    language: str
    cell: str
    topic_mask: int
    #: 0: not told
    distress: int
    languages: str


def needs_of(h: Mapping[str, str]) -> Needs:
    """What the request of this hash needs; nothing where it is empty."""
    if "nd" not in h:  # an earlier build wrote it
        distress = _whole(h.get("di"))
        return Needs(h.get("la", ""), h.get("ce", ""), _whole(h.get("mk")), distress, h.get("ls", ""))
    language, cell, topics, told, *languages = h["nd"].split(" ")
    return Needs(language, cell, int(topics), int(told), languages[0] if languages else language)


class Rights(NamedTuple):
    """What a listener can do, as it stands in their one field `can`."""

    languages: str
    capacity: int
    maximum: int
    level: int
    hard_topics: int
    topic_mask: int
    takes_urgent: bool


def rights_of(h: Mapping[str, str]) -> Rights:
    """What the listener of this hash can do; nothing where none has said so."""
    languages, *numbers = h["can"].split(" ") if "can" in h else [h.get(name, "") for name in _RIGHTS_BEFORE]
    capacity, maximum, level, hard, topics, urgent = map(_whole, numbers)
    return Rights(languages, capacity, maximum, level, hard, topics, bool(urgent))


def chat_record(
    chat_id: str, h: dict[str, str], *, seeker_here: bool = False, listener_here: bool = False
) -> ChatRecord:
    """A chat's hash as a value."""
    turn, needs = _whole(h.get("turn")), needs_of(h)
    # One look at all names, most of which have no part of their own.
    parts: dict[str, dict[str, str]] = {"was": {}, "r": {}, "n": {}, "nm": {}}
    for name, value in h.items():
        if ":" in name:
            prefix, _, part = name.partition(":")
            if prefix in parts:
                parts[prefix][part] = value
    return ChatRecord(
        chat_id=chat_id,
        state=h.get("st", "E"),
        turn=turn,
        seeker=h.get("pe", ""),
        request_id=h.get("rq", ""),
        language=needs.language,
        offered_language=h.get("ml", "") or needs.language,
        languages=needs.languages,
        cell=needs.cell,
        topic_mask=needs.topic_mask,
        distress=needs.distress or None,
        arrived_at_ms=_whole(h.get("ar")),
        listener=h.get("l", ""),
        preferred=h.get("pf", ""),
        deadline_ms=_whole(h.get("dl")),
        is_offer_shown=h.get("vis", "1") != "0",
        offer_id=_offer_id(chat_id, h.get("st", "E"), turn),
        epoch=h.get("ep", ""),
        run_id=h.get("rid", ""),
        seq=_whole(h.get("sq")),
        reason=h.get("rs", ""),
        opened_at_ms=_whole(h.get("op")),
        ended_at_ms=_whole(h.get("en")),
        ended_by=h.get("eb", ""),
        ended_reason=h.get("er", ""),
        wrap_up_until_ms=_whole(h.get("wu")),
        offers=_whole(h.get("no")),
        listeners={who: _whole(was.partition(" ")[0]) for who, was in parts["was"].items()},
        read=_wholes(parts["r"]),
        written=_wholes(parts["n"]),
        # An earlier build wrote names into fields of their own.
        names=parts["nm"] | {who: name for who, was in parts["was"].items() if (name := was.partition(" ")[2])},
        held_until_ms=_whole(h.get("hu")),
        is_seeker_present=seeker_here,
        is_listener_present=listener_here,
        observer=h.get("ob", ""),
        observer_name=h.get("on", ""),
        whispers=_whole(h.get("wh")),
        promised_s=_whole(h.get("pm")),
    )


def person_record(answer: list[Any], ahead_of: Callable[[int], int] = lambda now_ms: 0) -> PersonRecord:
    """The answer of the `snapshot` operation as a value. `ahead_of`: how far ahead a clock is that tells this time."""
    now, own, place, able, listener, units, chats = answer
    h = pairs(listener)
    record = None
    if h:
        rights = rights_of(h)
        record = ListenerRecord(
            availability=_whole(h.get("av")),
            capacity=rights.capacity,
            maximum=rights.maximum,
            on_duty_since_ms=_whole(h.get("du")),
            reason=h.get("wy", ""),
            open_offer=h.get("po", ""),
            last_offer=h.get("lo", ""),
            last_offer_reason=h.get("lr", ""),
            is_taking_next=h.get("tn") == "1",
            is_lost=bool(h.get("lost")),
            takes_urgent=rights.takes_urgent,
            said_at_ms=_whole(h.get("sa")),
        )
    found = {}
    for raw_id, flat, seeker_here, listener_here in chats:
        chat_id = raw_id.decode()
        found[chat_id] = chat_record(
            chat_id, pairs(flat), seeker_here=bool(seeker_here), listener_here=bool(listener_here)
        )
    return PersonRecord(
        now_ms=int(now),
        ahead_ms=ahead_of(int(now)),
        own_chat=own.decode(),
        place=int(place) if int(place) > 0 else None,
        listeners_able=max(0, int(able)),
        listener=record,
        units=tuple(u.decode() for u in units),
        chats=found,
    )
