"""Was a new offer the right one? Told from the shard as it was before and as it is after (docs/routing.md)."""

from collections.abc import Iterator

from tests.store.truth import Truth, languages_of, may_meet, place_in, room_of

OVERTAKE_MS = 30_000
TARGET_MS = (180_000, 120_000, 60_000, 15_000)
OFFER_MS, URGENT_OFFER_MS = 25_000, 8_000


def unfair(old: Truth, new: Truth, chat: str) -> Iterator[str]:
    """One sentence for each rule that this new offer breaks."""
    yield from _is_within_bounds(old, new, chat)
    yield from _overtakes(old, new, chat)
    yield from _passes_over(old, new, chat)


def _risk(c: dict[str, str]) -> int:
    return int(c["ce"][0])


def _place(c: dict[str, str], listener: dict[str, str]) -> float:
    """Where this request stands in the lines of this listener's languages, the best of them."""
    common = set(c["ls"].split(",")) & set(languages_of(listener))
    return min((place_in(c, language) for language in common), default=float(c["ar"]))


def _urgency(now_ms: float, place: float, risk: int) -> float:
    wait = now_ms - place
    return wait if wait < 0 else wait / TARGET_MS[risk]


def _is_within_bounds(old: Truth, new: Truth, chat: str) -> Iterator[str]:
    """Capacity, emergency unit, start gap, the time to answer."""
    c = new.of("chat")[chat]
    who, listener = c["l"], new.of("listener")[c["l"]]
    takes_next, is_urgent = c.get("xt") == "1", c.get("xt") == "2"
    if takes_next and listener["tn"] != "0":
        yield f"{who} asked for one more, once"
    load = len(new.of("units")[who])
    limit = int(listener["max" if takes_next else "cap"]) + is_urgent
    if load > limit:
        yield f"{who} is over capacity"
    # A wrap-up of theirs may have ended after the offer, in the same sweep.
    load_then = load + len(old.of("units").get(who, set()) - new.of("units")[who])
    if is_urgent and not (_risk(c) == 3 and listener.get("em") == "1" and load <= limit <= load_then):
        yield f"{who} did not offer that unit"
    if not takes_next and float(listener.get("gap", 0)) > new.now_ms:
        yield f"{who} is within the start gap"
    if float(c["dl"]) != new.now_ms + (URGENT_OFFER_MS if _risk(c) == 3 else OFFER_MS):
        yield f"{chat} is offered until {c['dl']}"
    if float(c.get("hu", 0)) > new.now_ms and c.get("pf") != who:
        yield f"{chat} waits for {c.get('pf')} and is offered to {who}"


def _overtakes(old: Truth, new: Truth, chat: str) -> Iterator[str]:
    """Nobody is passed over who waited, untouched, through this step and could have been offered to this listener."""
    c = new.of("chat")[chat]
    who, listener = c["l"], new.of("listener")[c["l"]]
    left = {
        other: o
        for other, o in new.chats("W").items()
        if other in old.chats("W")
        and old.of("chat")[other]["turn"] == o["turn"]
        and who not in old.excluded(other)
        and may_meet(new, who, other)
        and (c.get("xt") != "2" or _risk(o) == 3)
        and float(o.get("hu", 0)) <= new.now_ms
    }
    places = {other: _place(o, listener) for other, o in left.items()}
    is_late = any(_risk(o) == 3 or new.now_ms - places[other] > TARGET_MS[_risk(o)] for other, o in left.items())
    if c.get("pf") == who and not is_late:
        return  # one's own seeker, and nobody has waited too long
    # The line was chosen by its head, who may have been offered elsewhere since, or be kept from this listener.
    # Of a sweep that did several things only the first and the last are seen: whoever moved stood there in between.
    moved = [o for other, o in new.of("chat").items() if old.of("chat").get(other, o)["turn"] != o["turn"]]
    waited = [*old.chats("W").values(), *new.chats("W").values(), *moved]
    same_line = [o for o in waited if o["ce"] == c["ce"]]
    own = _place(c, listener)
    head = min([own, *(_place(o, listener) for o in same_line)])
    shares = int(c["mk"]) & int(listener["mk"]) or not int(c["mk"])
    for other, o in left.items():
        if _risk(o) == 3 and _risk(c) != 3:
            yield f"{chat} goes before {other}, who is in danger"
        elif o["ce"] == c["ce"] and places[other] < own:
            if places[other] < own - OVERTAKE_MS:
                yield f"{chat} overtook {other} by more than half a minute"
            elif not shares or int(o["mk"]) & int(listener["mk"]) or not int(o["mk"]) or not int(listener["mk"]):
                yield f"{chat} overtook {other} for no topic"
        elif o["ce"] != c["ce"] and _risk(o) == _risk(c) == 3 and places[other] < head:
            yield f"{chat} overtook {other}, both in danger"
        elif o["ce"] != c["ce"] and _risk(c) != 3:
            mine, theirs = _urgency(new.now_ms, head, _risk(c)), _urgency(new.now_ms, places[other], _risk(o))
            if theirs > mine + 1e-9:
                yield f"{chat} overtook {other}, who has waited more of the target"


def _passes_over(old: Truth, new: Truth, chat: str) -> Iterator[str]:
    """No listener who was free all the time is less busy, or as busy and nearer by topic, or free for longer."""
    c = new.of("chat")[chat]
    who = c["l"]
    if c.get("pf") == who:
        return
    mine = _order(new, who, c, len(new.of("units")[who]) - 1)
    for other, o in new.of("listener").items():
        before = old.of("listener").get(other)
        if (
            other == who
            or before is None
            or any(before.get(name) != o.get(name) for name in ("fs", "lo", "cap", "av", "lv", "hd", "lg", "mk"))
            or room_of(new, other) != "free"
            or room_of(old, other) != "free"
            or other in old.excluded(chat)
            or not may_meet(new, other, chat)
        ):
            continue
        if c.get("xt") == "2":
            yield f"{who} is full and {other} is free for {chat}"
        elif _order(new, other, c, len(new.of("units").get(other, ()))) < mine:
            yield f"{other} goes before {who} for {chat}"


def _order(new: Truth, who: str, c: dict[str, str], load: int) -> tuple[int, int, float]:
    listener = new.of("listener")[who]
    utilisation = 100 * load // max(1, int(listener["cap"]))
    return utilisation, 0 if int(listener["mk"]) & int(c["mk"]) else 1, float(listener["fs"])
