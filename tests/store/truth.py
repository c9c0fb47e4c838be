"""What a shard holds, read from the raw keys, and what must be true of it after every call (docs/routing.md)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from routing.store.keys import KEYS
from tests.store.place import TIMING, Place
from tests.store.rows import unpacked

_READ_ALL = """
local out = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind, value = redis.call('TYPE', key).ok, nil
  if kind == 'hash' then value = redis.call('HGETALL', key)
  elseif kind == 'zset' then value = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  elseif kind == 'set' then value = redis.call('SMEMBERS', key)
  elseif kind == 'stream' then value = redis.call('XRANGE', key, '-', '+')
  elseif kind == 'list' then value = redis.call('LRANGE', key, 0, -1)
  else value = { redis.call('GET', key) } end
  out[#out + 1] = { key, kind, value }
end
return out
"""

#: suffixes of keys that take an id, longest first, so that `co:` is not taken for `c:`.
_PREFIXES = sorted(((s[:-2], name) for name, (s, _) in KEYS.items() if s.endswith("%s")), key=lambda p: -len(p[0]))
#: So often it is asked whether anybody is left who speaks the pool's own language.
LOOK_AGAIN_MS = 30_000
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

    def connections(self) -> dict[str, set[str]]:
        """person -> marks of the processes that hold a Connection of theirs."""
        return {
            person: set(marks.split()) for here in self.of("connections").values() for person, marks in here.items()
        }

    def is_present(self, person: str) -> bool:
        return person in self.connections()


def truth_of(place: Place, beside: str = "") -> Truth:
    """Read everything in one call. `beside`: the tag of another shard on the same engine."""
    truth = Truth(place.now_ms)
    for key, kind, value in place.read("EVAL", _READ_ALL, 0):
        if beside and key.startswith(beside):
            continue
        assert key.startswith(place.tag), f"{key} stands outside the shard"
        suffix = key[len(place.tag) :]
        name, part = (_WHOLE[suffix], "") if suffix in _WHOLE else _split(suffix)
        if name == "own" and value == [""]:
            name = "token"  # in use, with nothing open
        truth.held.setdefault(name, {})[part] = unpacked(name, _value(kind, value))
    truth.held["units"] = {who: set(row["un"].split()) for who, row in truth.of("listener").items() if row.get("un")}
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
    return value if kind in ("stream", "list") else value[0]


def mark_of(process: str) -> str:
    """What stands for a process among the connections of its people."""
    return str(int(hashlib.sha1(process.encode()).hexdigest()[:12], 16))


def languages_of(listener: dict[str, str]) -> list[str]:
    return [language for language in listener.get("lg", "").split(",") if language]


def broken(truth: Truth) -> list[str]:
    """One sentence for everything that is not as it must be."""
    return [
        *_each_chat_in_one_place(truth),
        *_nothing_left_behind(truth),
        *_listeners(truth),
        *_indices(truth),
        *nobody_waits_beside_a_free_listener(truth),
        *_presence(truth),
        *_seekers(truth),
    ]


def lines_of(truth: Truth, c: dict[str, str]) -> set[str]:
    """`<language>:<cell>` of every line in which this waiting request must stand."""
    if is_held(truth, c):
        return set()
    languages = c["ls"].split(",") if c.get("wi") else [c["la"]]
    return {f"{language}:{c['ce']}" for language in languages}


def place_in(c: dict[str, str], language: str) -> float:
    """By arrival, and in a second language later; before it stands there: where it will."""
    is_later = language != c["la"] and c["ce"][0] != "3"
    return float(c["ar"]) + (2 * TIMING.overflow_ms if is_later else 0)


def is_held(truth: Truth, c: dict[str, str]) -> bool:
    """Does this request wait for its own listener only?"""
    return float(c.get("hu", 0)) > truth.now_ms


def _deadline(truth: Truth, c: dict[str, str]) -> float | None:
    """The one deadline that a chat's state gives it."""
    fields = {"O": "dl", "H": "dl", "U": "wu", "P": "pu"}
    if c["st"] in fields:
        return float(c[fields[c["st"]]])
    if c["st"] == "W":
        if is_held(truth, c):
            return float(c["hu"])
        if c["ls"] != c["la"] and not c.get("wi"):
            looked = (truth.now_ms - int(c["ar"])) // LOOK_AGAIN_MS
            return float(c["ar"]) + min(TIMING.overflow_ms, LOOK_AGAIN_MS * (looked + 1))
    return None


def barred_until(truth: Truth) -> float:
    """Nothing is matched before: behind the barrier, or while everything derived is made anew."""
    meta = truth.one("meta")
    return max(float(meta.get("bar", 0)), float(meta.get("pau", 0)))


def _each_chat_in_one_place(truth: Truth) -> Iterator[str]:
    """A chat is in exactly the places that its state names, with the deadline that its hash names."""
    bar = barred_until(truth)  # who comes meanwhile is matched when it is over
    lines: dict[str, dict[str, float]] = {}
    for line, members in truth.of("line").items():
        for member, place in members.items():
            lines.setdefault(member.rpartition("/")[0], {})[line] = place
    for chat_id, c in truth.of("chat").items():
        state, listener = c["st"], c.get("l", "")
        stands = lines.get(chat_id, {})
        wanted = lines_of(truth, c) if state == "W" else set()
        if stands != {line: place_in(c, line.partition(":")[0]) for line in wanted}:
            yield f"{chat_id} is {state}, arrived at {c['ar']} and stands in {stands}, not {wanted}"
        held = {language: members[chat_id] for language, members in truth.of("held").items() if chat_id in members}
        if held != ({c["la"]: float(c["ar"])} if state == "W" and is_held(truth, c) else {}):
            yield f"{chat_id} is {state} and held in {held}"
        preferred = {who: ids[chat_id] for who, ids in truth.of("preferring").items() if chat_id in ids}
        if preferred != ({c["pf"]: float(c["ar"])} if state == "W" and c.get("pf") else {}):
            yield f"{chat_id} is {state}, prefers {c.get('pf')!r} and is listed as preferring {preferred}"
        due = truth.one("due").get(chat_id)
        if due != _deadline(truth, c) and not (state == "W" and due == bar):
            yield f"{chat_id} is {state} with the deadline {due}, not {_deadline(truth, c)}"
        holders = [who for who, units in truth.of("units").items() if chat_id in units]
        expected = [listener] if state in "OHAU" else []
        if holders != expected or (listener == "") != (state not in "OHAU"):
            yield f"{chat_id} is {state} of {listener!r} and held by {holders}"
        for name, states in (("open", "A"), ("offered", "OH")):
            if (chat_id in truth.of(name).get(c["la"], ())) != (state in states):
                yield f"{chat_id} is {state}; the {name} ones say otherwise"
        readers = {who for who, ids in truth.of("observing").items() if chat_id in ids}
        if readers != ({c["ob"]} if c.get("ob") else set()) or (readers and state != "A"):
            yield f"{chat_id} is {state}, read along by {c.get('ob')!r} and listed for {readers}"
        if (chat_id in truth.one("ended")) != (state in "UE"):
            yield f"{chat_id} is {state}; the ended chats say otherwise"


def _nothing_left_behind(truth: Truth) -> Iterator[str]:
    """No place holds a chat that is in another state, no cell is listed without its head."""
    for chat_id in [*truth.one("due"), *truth.one("ended")]:
        if chat_id not in truth.of("chat"):
            yield f"a deadline or the ended chats hold {chat_id}, which is not there"
    known = truth.of("chat")
    for name in ("line", "held", "preferring", "open", "offered", "observing"):
        for part, members in truth.of(name).items():
            strangers = [m for m in members if (m.rpartition("/")[0] if name == "line" else m) not in known]
            if strangers:
                yield f"{name} of {part} holds {strangers}, which are not there"
    heads = {line: min(members.values()) for line, members in truth.of("line").items()}
    told = {
        f"{language}:{cell}": arrival
        for language, cells in truth.of("cells").items()
        for cell, arrival in cells.items()
    }
    if heads != told:
        yield f"the heads of the lines are {heads} and the cells say {told}"
    waiting = {(who, chat_id) for chat_id in truth.chats("W") for who in truth.excluded(chat_id)}
    reverse = {(who, chat_id) for who, ids in truth.of("excluding").items() for chat_id in ids}
    if waiting != reverse:
        yield f"the reverse of the exclusions is off by {sorted(waiting ^ reverse)}"
    for chat_id, c in truth.chats("W", "P", "O", "H", "A").items():
        if truth.excluded(chat_id) and not c.get("nx"):
            yield f"{chat_id} excludes somebody and does not know it"
    chatting: dict[tuple[str, str], int] = {}
    for c in truth.chats("A").values():
        chatting[(c["la"], c["l"])] = chatting.get((c["la"], c["l"]), 0) + 1
    counted = {(language, who): int(n) for language, rows in truth.of("chatting").items() for who, n in rows.items()}
    if chatting != counted:
        yield f"who is in a chat is {chatting} and is told as {counted}"
    for pair in truth.one("tried_ends"):
        chat_id, _, who = pair.rpartition("|")
        if truth.of("chat").get(chat_id, {}).get("st", "E") not in "UE" and who not in truth.excluded(chat_id):
            yield f"{pair} is remembered as declined, but {who} may be offered it"


def serves(listener: dict[str, str], cell: str) -> bool:
    """Is this listener cleared for the cell?"""
    _, level, hard = map(int, cell.split("."))
    return int(listener.get("lv", 0)) >= level and int(listener.get("hd", 0)) & hard == hard


def may_meet(truth: Truth, who: str, chat_id: str) -> bool:
    """Language, clearances and exclusions; not whether there is room."""
    c, listener = truth.of("chat")[chat_id], truth.of("listener")[who]
    if is_held(truth, c) and c["st"] == "W" and c.get("pf") != who:
        return False
    languages = c["ls"].split(",") if c.get("wi") else [c["la"]]
    return (
        bool(set(languages) & set(languages_of(listener)))
        and serves(listener, c["ce"])
        and who not in truth.excluded(chat_id)
    )


def _listeners(truth: Truth) -> Iterator[str]:
    """Units, the one open offer, and who may be paired with whom."""
    for who, units in truth.of("units").items():
        listener = truth.of("listener").get(who)
        if listener is None:
            yield f"{who} is unknown and holds {sorted(units)}"
            continue
        urgent = [chat_id for chat_id in units if truth.of("chat")[chat_id].get("xt") == "2"]
        if len(units) > int(listener["max"]) + bool(urgent):
            yield f"{who} holds {len(units)} units, {len(urgent)} of them beyond capacity for danger"
        if any(truth.of("chat")[chat_id]["ce"][0] != "3" for chat_id in urgent):
            yield f"{who} holds a unit beyond capacity for somebody who is not in danger"
        open_offers = [chat_id for chat_id in units if truth.of("chat")[chat_id]["st"] in "OH"]
        if len(open_offers) > 1:
            yield f"{who} has {len(open_offers)} open offers"
        if (listener.get("po") or None) != (open_offers[0] if open_offers else None):
            yield f"{who} has the open offers {open_offers} and says {listener.get('po')!r}"
    for chat_id, c in truth.chats("O").items():
        listener = truth.of("listener").get(c["l"], {})
        if listener.get("av") != "1" or listener.get("lost"):
            yield f"{chat_id} is offered to {c['l']}, who is not available"
        if c["ml"] not in languages_of(listener) or c["ml"] not in c["ls"].split(","):
            yield f"{chat_id} is offered to {c['l']}, who does not speak {c['ml']} or it is not asked for"
        if not serves(listener, c["ce"]):
            yield f"{chat_id} is offered to {c['l']}, who is not cleared for {c['ce']}"
    for who, listener in truth.of("listener").items():
        if listener["av"] == "1" and int(listener.get("ms", 0)) >= 2:
            yield f"{who} missed {listener['ms']} offers in a row and is available"
    for chat_id, c in truth.chats("W", "P", "O", "H").items():
        if forgotten := set(truth.of("blocks").get(c["pe"], ())) - truth.excluded(chat_id):
            yield f"{sorted(forgotten)} and {c['pe']} were to be kept apart"
    for chat_id, c in truth.chats("O", "H").items():
        if c["l"] in truth.excluded(chat_id) | set(truth.of("blocks").get(c["pe"], ())):
            yield f"{chat_id} is offered to {c['l']}, who is excluded"


def room_of(truth: Truth, who: str, *, after_gap: bool = False) -> str:
    """By what the listener's own hash says: `free` for any chat, `spare` for danger only, or nothing.

    With `after_gap` as if the start gap was over.
    """
    listener = truth.of("listener")[who]
    load = len(truth.of("units").get(who, ())) + int(listener.get("xe", 0))
    in_gap = float(listener.get("gap", 0)) > truth.now_ms and not after_gap
    if (
        listener["av"] != "1"
        or listener.get("lost")
        or listener.get("po")
        or listener.get("xp", "0") != "0"
        or (listener.get("tn") != "1" and in_gap)
    ):
        return ""
    if listener.get("tn") == "1" and load < int(listener["max"]):
        return "free"
    if in_gap:
        return ""
    if load < int(listener["cap"]):
        return "free"
    return "spare" if listener.get("em") == "1" and load == int(listener["cap"]) else ""


def _indices(truth: Truth) -> Iterator[str]:
    """Free, spare, available and paused are what the listeners' own hashes say, with the same scores."""
    listed: dict[str, dict[tuple[str, str], float]] = {"free": {}, "spare": {}}
    available, paused = set(), set()
    for who, listener in truth.of("listener").items():
        load = len(truth.of("units").get(who, ())) + int(listener.get("xe", 0))
        score = 100 * load // max(1, int(listener["cap"])) * 1e13 + float(listener.get("fs", 0))
        for language in languages_of(listener):
            part = f"{language}:{listener.get('lv', 0)}.{listener.get('hd', 0)}"
            if room := room_of(truth, who):
                listed[room][(part, f"{who}/{listener.get('mk', 0)}")] = score
            if listener["av"] == "1" and not listener.get("lost"):
                available.add((part, who))
            if listener["av"] == "2":
                paused.add((language, who))
        waits_for_gap = not room_of(truth, who) and room_of(truth, who, after_gap=True)
        if waits_for_gap and truth.one("gap_ends").get(who) != float(listener["gap"]):
            yield f"{who} has room after a start gap that nobody will end"
    for name, wanted in listed.items():
        told = {(part, who): score for part, members in truth.of(name).items() for who, score in members.items()}
        if told != wanted:
            yield f"the {name} listeners are {wanted} and the lists say {told}"
    firsts: dict[tuple[str, str], float] = {}
    for index in listed:
        for part, members in truth.of(index).items():
            language, _, name = part.partition(":")
            firsts[(f"{index}:{language}", name)] = min(members.values())
    told = {(part, name): score for part, names in truth.of("first").items() for name, score in names.items()}
    if told != firsts:
        yield f"the first of each class are {firsts} and are told as {told}"
    for name, here in (("available", available), ("paused", paused)):
        told_here = {(part, who) for part, members in truth.of(name).items() for who in members}
        if told_here != here:
            yield f"{name} is off by {sorted(told_here ^ here)}"
    classes = {tuple(part.split(":")) for part, _ in available}
    told_classes = {(language, name) for language, names in truth.of("classes").items() for name in names}
    if told_classes != classes:
        yield f"the classes are off by {sorted(told_classes ^ classes)}"


def nobody_waits_beside_a_free_listener(truth: Truth, *, is_at_rest: bool = False) -> Iterator[str]:
    """Nobody waits beside a listener with room for them. Where `xh` goes before, another shard is asked first."""
    if barred_until(truth) > truth.now_ms:
        return
    rooms = {who: room_of(truth, who) for who, x in truth.of("listener").items() if is_at_rest or not x.get("xh")}
    for chat_id, c in truth.chats("W").items():
        for who, room in rooms.items():
            takes = room == "free" or (room == "spare" and c["ce"][0] == "3" and not is_held(truth, c))
            if takes and may_meet(truth, who, chat_id):
                yield f"{chat_id} waits though {who} is {room}"


def _presence(truth: Truth) -> Iterator[str]:
    """Graces of those who are not there, and the two sides of who holds whose connections."""
    leased = {mark_of(process) for process in truth.one("processes")}
    people = [person for here in truth.of("connections").values() for person in here]
    if len(people) != len(set(people)):
        yield f"some of {sorted(people)} stand in two hashes of connections"
    for person, marks in truth.connections().items():
        if not marks or marks - leased:
            yield f"{person} is connected to {sorted(marks)}, of which {sorted(marks - leased)} hold no lease"
    grace = truth.one("grace_ends")
    for person in grace:
        if truth.is_present(person):
            yield f"{person} is here and has a grace"
    for who, listener in truth.of("listener").items():
        if truth.is_present(who) == bool(listener.get("lost")):
            yield f"{who} is {'lost' if listener.get('lost') else 'here'}; the connections say otherwise"
        if listener.get("lost") and who not in grace:
            yield f"{who} is lost and nothing will come of it"
    for who in truth.of("observing"):
        if not truth.is_present(who) and who not in grace:
            yield f"{who} reads along, is gone, and nothing will come of it"
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
        if [entry_id for entry_id, _ in entries] != [f"{n}-0" for n in range(1, int(c.get("sq", 0)) + 1)]:
            yield f"{chat_id} has gaps in its log"
        if c["pe"] not in {**truth.of("own"), **truth.of("token")}:
            yield f"{c['pe']} has a chat and no token"
