"""What a shard holds, read from the raw keys, and what must be true of it after every call (docs/routing.md)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from routing.store.keys import KEYS
from tests.store.place import Place

_READ_ALL = """
local out = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind, value = redis.call('TYPE', key).ok, nil
  if kind == 'hash' then value = redis.call('HGETALL', key)
  elseif kind == 'zset' then value = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  elseif kind == 'set' then value = redis.call('SMEMBERS', key)
  elseif kind == 'stream' then value = redis.call('XRANGE', key, '-', '+')
  else value = { redis.call('GET', key) } end
  out[#out + 1] = { key, kind, value }
end
return out
"""

#: suffixes of keys that take an id, longest first, so that `co:` is not taken for `c:`.
_PREFIXES = sorted(((s[:-2], name) for name, (s, _) in KEYS.items() if s.endswith("%s")), key=lambda p: -len(p[0]))
_WHOLE = {suffix: name for name, (suffix, _) in KEYS.items() if not suffix.endswith("%s")}


@dataclass
class Truth:
    """`held[name][id]` is the value of that key; zsets are dicts of floats, hashes dicts of text, sets sets."""

    now_ms: int
    held: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, name: str) -> dict[str, Any]:
        return self.held.get(name, {})

    def one(self, name: str) -> Any:
        """A key that takes no id."""
        return self.of(name).get("", {})

    def chats(self, *states: str) -> dict[str, dict[str, str]]:
        return {chat_id: c for chat_id, c in self.of("chat").items() if not states or c["st"] in states}

    def excluded(self, chat_id: str) -> set[str]:
        return set(self.of("excluded").get(chat_id, ()))

    def is_present(self, person: str) -> bool:
        return bool(self.of("connections").get(person))


def truth_of(place: Place) -> Truth:
    """Read everything in one call."""
    truth = Truth(place.now_ms)
    for key, kind, value in place.read("EVAL", _READ_ALL, 0):
        assert key.startswith(place.tag), f"{key} stands outside the shard"
        suffix = key[len(place.tag) :]
        name, part = (_WHOLE[suffix], "") if suffix in _WHOLE else _split(suffix)
        truth.held.setdefault(name, {})[part] = _value(kind, value)
    return truth


def _split(suffix: str) -> tuple[str, str]:
    for prefix, name in _PREFIXES:
        if suffix.startswith(prefix):
            return name, suffix[len(prefix) :]
    raise AssertionError(f"no key of this shard is called {suffix}")


def _value(kind: str, value: list[Any]) -> Any:
    if kind == "hash":
        return dict(zip(value[::2], value[1::2], strict=True))
    if kind == "zset":
        return {member: float(score) for member, score in zip(value[::2], value[1::2], strict=True)}
    if kind == "set":
        return set(value)
    return value if kind == "stream" else value[0]


def languages_of(listener: dict[str, str]) -> list[str]:
    return [language for language in listener.get("lg", "").split(",") if language]


def broken(truth: Truth) -> list[str]:
    """One sentence for everything that is not as it must be."""
    return [
        *_each_chat_in_one_place(truth),
        *_nothing_left_behind(truth),
        *_listeners(truth),
        *_indices(truth),
        *_nobody_waits_beside_a_free_listener(truth),
        *_presence(truth),
        *_seekers(truth),
    ]


def _each_chat_in_one_place(truth: Truth) -> Iterator[str]:
    """A chat is in exactly the places that its state names, with the deadline that its hash names."""
    for chat_id, c in truth.of("chat").items():
        state, listener = c["st"], c.get("l", "")
        places = {
            "W": chat_id in truth.of("line").get(c["la"], {}),
            "P": chat_id in truth.one("park_ends"),
            "O": chat_id in truth.one("offer_ends"),
            "H": chat_id in truth.one("confirm_ends"),
            "A": chat_id in truth.of("open").get(c["la"], ()),
            "U": chat_id in truth.one("wrap_up_ends"),
        }
        wanted = {name: name == state for name in places}
        if places != wanted:
            yield f"{chat_id} is {state} and stands in {[name for name, here in places.items() if here]}"
        holders = [who for who, units in truth.of("units").items() if chat_id in units]
        expected = [listener] if state in "OHAU" else []
        if holders != expected or (listener == "") != (state not in "OHAU"):
            yield f"{chat_id} is {state} of {listener!r} and held by {holders}"
        if (chat_id in truth.of("offered").get(c["la"], ())) != (state in "OH"):
            yield f"{chat_id} is {state}; the open offers say otherwise"
        if (chat_id in truth.one("ended")) != (state in "UE"):
            yield f"{chat_id} is {state}; the ended chats say otherwise"
        if state == "W" and truth.of("line")[c["la"]].get(chat_id) != float(c["ar"]):
            yield f"{chat_id} waits at another place than its arrival"
        for of_state, name, deadline in (
            ("O", "offer_ends", "dl"),
            ("H", "confirm_ends", "dl"),
            ("U", "wrap_up_ends", "wu"),
        ):
            if state == of_state and truth.one(name).get(chat_id) != float(c[deadline]):
                yield f"{chat_id} is {state} with another deadline than it says"


def _nothing_left_behind(truth: Truth) -> Iterator[str]:
    """No place holds a chat that is in another state."""
    for name, states in (
        ("park_ends", "P"),
        ("offer_ends", "O"),
        ("confirm_ends", "H"),
        ("wrap_up_ends", "U"),
        ("ended", "UE"),
    ):
        for chat_id in truth.one(name):
            if truth.of("chat").get(chat_id, {}).get("st", "") not in tuple(states):
                yield f"{name} holds {chat_id}, which is not {states}"
    for name, states in (("line", "W"), ("open", "A"), ("offered", "OH")):
        for language, members in truth.of(name).items():
            for chat_id in members:
                c = truth.of("chat").get(chat_id, {})
                if c.get("st", "") not in tuple(states) or c["la"] != language:
                    yield f"{name} of {language} holds {chat_id}, which is {c.get('st')}"
    waiting = {(who, chat_id) for chat_id in truth.chats("W") for who in truth.excluded(chat_id)}
    reverse = {(who, chat_id) for who, ids in truth.of("excluding").items() for chat_id in ids}
    if waiting != reverse:
        yield f"the reverse of the exclusions is off by {sorted(waiting ^ reverse)}"
    chatting = {(c["la"], c["l"]) for c in truth.chats("A").values()}
    told = {(language, who) for language, members in truth.of("chatting").items() for who in members}
    if chatting != told:
        yield f"who is in a chat is off by {sorted(chatting ^ told)}"
    for pair in truth.one("tried_ends"):
        chat_id, _, who = pair.rpartition("|")
        if truth.of("chat").get(chat_id, {}).get("st", "E") not in "UE" and who not in truth.excluded(chat_id):
            yield f"{pair} is remembered as declined, but {who} may be offered it"


def _listeners(truth: Truth) -> Iterator[str]:
    """Units, the one open offer, and who may be paired with whom."""
    for who, units in truth.of("units").items():
        listener = truth.of("listener").get(who)
        if listener is None:
            yield f"{who} is unknown and holds {sorted(units)}"
            continue
        if len(units) > int(listener["max"]):
            yield f"{who} holds {len(units)} units, more than the maximum"
        open_offers = [chat_id for chat_id in units if truth.of("chat")[chat_id]["st"] in "OH"]
        if len(open_offers) > 1:
            yield f"{who} has {len(open_offers)} open offers"
        if (listener.get("po") or None) != (open_offers[0] if open_offers else None):
            yield f"{who} has the open offers {open_offers} and says {listener.get('po')!r}"
    for chat_id, c in truth.chats("O").items():
        listener = truth.of("listener").get(c["l"], {})
        if listener.get("av") != "1" or "lost" in listener:
            yield f"{chat_id} is offered to {c['l']}, who is not available"
        if c["la"] not in languages_of(listener):
            yield f"{chat_id} is offered to {c['l']}, who does not speak {c['la']}"
    for who, listener in truth.of("listener").items():
        if listener["av"] == "1" and int(listener.get("ms", 0)) >= 2:
            yield f"{who} missed {listener['ms']} offers in a row and is available"
    for chat_id, c in truth.chats("W", "P", "O", "H").items():
        if forgotten := set(truth.of("blocks").get(c["pe"], ())) - truth.excluded(chat_id):
            yield f"{sorted(forgotten)} and {c['pe']} were to be kept apart"
    for chat_id, c in truth.chats("O", "H").items():
        if c["l"] in truth.excluded(chat_id) | set(truth.of("blocks").get(c["pe"], ())):
            yield f"{chat_id} is offered to {c['l']}, who is excluded"


def may_be_offered(truth: Truth, who: str) -> bool:
    """By what the listener's own hash and units say."""
    listener = truth.of("listener")[who]
    load = len(truth.of("units").get(who, ())) + int(listener.get("xe", 0))
    takes_next = listener.get("tn") == "1"
    return (
        listener["av"] == "1"
        and "lost" not in listener
        and not listener.get("po")
        and listener.get("xp", "0") == "0"
        and (load < int(listener["cap"]) or (takes_next and load < int(listener["max"])))
        and (takes_next or float(listener.get("gap", 0)) <= truth.now_ms)
    )


def _indices(truth: Truth) -> Iterator[str]:
    """Free, available and paused are what the listeners' own hashes say, with the same scores."""
    free: dict[tuple[str, str], float] = {}
    available, paused = set(), set()
    for who, listener in truth.of("listener").items():
        load = len(truth.of("units").get(who, ())) + int(listener.get("xe", 0))
        score = 100 * load // max(1, int(listener["cap"])) * 1e13 + float(listener.get("fs", 0))
        for language in languages_of(listener):
            if may_be_offered(truth, who):
                free[(language, who)] = score
            if listener["av"] == "1" and "lost" not in listener:
                available.add((language, who))
            if listener["av"] == "2":
                paused.add((language, who))
        gap = float(listener.get("gap", 0))
        if gap > truth.now_ms and truth.one("gap_ends").get(who) != gap:
            yield f"{who} has a start gap that nobody will end"
    told_free = {(lang, who): score for lang, members in truth.of("free").items() for who, score in members.items()}
    if told_free != free:
        yield f"the free listeners are {free} and the lists say {told_free}"
    for name, wanted in (("available", available), ("paused", paused)):
        told = {(language, who) for language, members in truth.of(name).items() for who in members}
        if told != wanted:
            yield f"{name} is off by {sorted(told ^ wanted)}"


def _nobody_waits_beside_a_free_listener(truth: Truth) -> Iterator[str]:
    """A free listener and somebody who may meet them are never left waiting."""
    for chat_id, c in truth.chats("W").items():
        for who in truth.of("free").get(c["la"], {}):
            if who not in truth.excluded(chat_id):
                yield f"{chat_id} waits though {who} is free"


def _presence(truth: Truth) -> Iterator[str]:
    """Graces of those who are not there, and the two sides of who holds whose connections."""
    here = {(process, person) for person, processes in truth.of("connections").items() for process in processes}
    told = {(process, person) for process, people in truth.of("people").items() for person in people}
    if here != told:
        yield f"who is connected where is off by {sorted(here ^ told)}"
    for process in truth.of("people"):
        if process not in truth.one("processes"):
            yield f"{process} holds people and no lease"
    grace = truth.one("grace_ends")
    for person in grace:
        if truth.is_present(person):
            yield f"{person} is here and has a grace"
    for who, listener in truth.of("listener").items():
        if truth.is_present(who) == ("lost" in listener):
            yield f"{who} is {'here' if 'lost' not in listener else 'lost'}; the connections say otherwise"
        if "lost" in listener and who not in grace:
            yield f"{who} is lost and nothing will come of it"
    for chat_id, c in truth.chats("W", "O", "A").items():
        if not truth.is_present(c["pe"]) and c["pe"] not in grace:
            yield f"{c['pe']} of {chat_id} is gone and nothing will come of it"


def _seekers(truth: Truth) -> Iterator[str]:
    """One open request each, logs without gaps, and a token that is not forgotten."""
    owned = sorted((c["pe"], chat_id) for chat_id, c in truth.of("chat").items() if c["st"] not in "UE")
    if owned != sorted(truth.of("own").items()):
        yield f"own requests are {sorted(truth.of('own').items())} and should be {owned}"
    for chat_id, c in truth.of("chat").items():
        entries = truth.of("log").get(chat_id, [])
        if [entry_id for entry_id, _ in entries] != [f"{n}-0" for n in range(1, int(c["sq"]) + 1)]:
            yield f"{chat_id} has gaps in its log"
        if c["pe"] not in truth.of("token"):
            yield f"{c['pe']} has a chat and no token"
