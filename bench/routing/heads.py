"""A line whose first 100,000 nobody there may serve, and the one who can be served behind them."""

import itertools
from typing import Any

from bench.routing.crowd import Crowd
from bench.routing.engine import GAP_MS, Engine, Ledger
from bench.routing.people import ALL_HARD, MadeListener, MadeSeeker, People, made_id

LANGUAGE = "en"
#: (risk, level) of those at the front: all of them ask for more than the listeners are cleared for.
NEEDS = ((0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3))
FREED = "wrap-up done, next one offered"


def plain_listeners(count: int) -> list[MadeListener]:
    """Listeners without any clearance, one chat each."""
    return [MadeListener(made_id("l", 10**6 + n), (LANGUAGE,), 1, 0, 0, ("sleep", "other")) for n in range(count)]


def plain_seekers(people: People, count: int) -> list[MadeSeeker]:
    """Seekers whom everybody of that language may serve."""
    [listener] = plain_listeners(1)
    return [people.seeker_for(listener) for _ in range(count)]


def out_of_reach(people: People, count: int) -> list[MadeSeeker]:
    """Seekers whom none of the plain listeners may serve, over several lines."""
    needs = itertools.cycle(itertools.product(NEEDS, (0, ALL_HARD)))
    return [
        MadeSeeker(seeker.person, (LANGUAGE,), risk, level, hard, seeker.topics, ())
        for seeker, ((risk, level), hard) in zip(plain_seekers(people, count), needs, strict=False)
    ]


def measure(count: int, freed: int) -> dict[str, Any]:
    """What a freed listener's call costs behind `count` whom they may not serve; `freed` of them, half timed."""
    with Engine() as engine:
        crowd = Crowd(engine)
        crowd.come_on_duty(plain_listeners(freed))
        engine.call(crowd.requests(plain_seekers(crowd.people, freed)))
        engine.call(crowd.accept(crowd.offers(crowd.listeners)))
        engine.now_ms += GAP_MS + 1
        crowd.sweep()
        engine.call(crowd.requests(out_of_reach(crowd.people, count)))
        engine.now_ms += 1_000
        behind = plain_seekers(crowd.people, freed)
        engine.call(crowd.requests(behind))
        ledger = Ledger(engine)
        pairs = crowd.open_chats(crowd.listeners)
        engine.call(("end_chat", x.person, chat, "listener", "ended", "0") for x, chat in pairs)
        for part, is_timed in ((pairs[: freed // 2], False), (pairs[freed // 2 :], True)):
            ledger.calls(FREED, [("finish_wrap_up", x.person, chat) for x, chat in part], is_timed=is_timed)
        served = {chat for _, chat, _ in crowd.offers(crowd.listeners)}
        return {
            "in_front": count,
            "freed": freed,
            "matched": len(served & {seeker.chat for seeker in behind}),
            FREED: ledger.figures()[FREED],
        }
