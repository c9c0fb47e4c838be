"""What each call costs, with `size` seekers in line and `size` listeners whose every unit is taken."""

from collections.abc import Callable
from typing import Any

from bench.routing.crowd import Crowd
from bench.routing.engine import GAP_MS, OFFER_MS, WRAP_UP_MS, Call, Engine, Ledger, percentiles
from bench.routing.people import MadeListener

#: The calls of one chat, from the request to the wrap-up, which finds the next one.
LIFE = ("request that waits", "wrap-up done, next one offered", "offer accepted", "chat ended")
#: The same where the seeker did nothing for 30 s and is asked whether they are there.
LIFE_ASKED = (*LIFE[:2], "offer accepted, seeker asked", "seeker says: here", LIFE[3])

#: So often each view is asked for.
VIEWS = 20
#: With fewer people than that some line of a small language is empty now and then.
SHORT_LINES = 1_000


class Calls:
    """One run at one size. Every second round is timed call by call, the others are booked as CPU."""

    def __init__(self, engine: Engine, size: int, rounds: int, most: int) -> None:
        self.engine = engine
        self.size = size
        self.rounds = rounds
        self.batch = max(1, min(most, size // 8))
        self.crowd = Crowd(engine)
        self.ledger = Ledger(engine)
        self._turn = 0
        self._is_alone = False
        self.swept: dict[str, float] = {}

    def _book(self, name: str, calls: list, is_timed: bool, wanted: bytes = b"done") -> None:  # type: ignore[type-arg]
        ledger = self.ledger
        answers = ledger.alone(name, calls) if self._is_alone else ledger.calls(name, calls, is_timed=is_timed)
        wrong = [a for a in answers if a.split(b" ")[0] != wanted]
        if wrong:
            raise RuntimeError(f"{name}: answered {wrong[0]}")

    def _next_listeners(self) -> list[MadeListener]:
        """The next ones in turn: whoever got a chat is left alone until the start gap is over."""
        everyone, start = self.crowd.listeners, self._turn
        following = start + self.batch
        self._turn = following if following + self.batch <= len(everyone) else 0
        return everyone[start : start + self.batch]

    def with_free_listeners(self) -> None:
        """Calls that need listeners who are free."""
        crowd, engine = self.crowd, self.engine
        crowd.come_on_duty(crowd.people.listeners(self.size))
        for number in range(self.rounds):
            is_timed = number % 2 == 1
            listeners = self._next_listeners()
            self._book("listener off duty", [x.duty(0) for x in listeners], is_timed)
            self._book("listener on duty", [x.duty(1) for x in listeners], is_timed)
            seekers = [crowd.people.seeker_for(listener) for listener in listeners]
            requests = crowd.requests(seekers)
            engine.now_ms += 10
            self._book("request offered at once", requests, is_timed)
            if set(crowd.state_of([s.chat for s in seekers])) != {"O"}:
                raise RuntimeError("a request that was to be offered at once was not")
            leaving = [("leave_line", s.person, s.chat, "changed_mind") for s in seekers]
            self._book("seeker leaves an offer", leaving, is_timed)

    def at_capacity(self) -> None:
        """Everybody is busy and the lines are long: the round of a chat, by three ways."""
        crowd = self.crowd
        crowd.fill()
        crowd.line_up(self.size)
        for number in range(self.rounds):
            self._round(number % 2 == 1)
        for number in range(max(2, self.rounds // 4)):
            self._round(number % 2 == 1, is_seeker_asked=True)
        for number in range(max(2, self.rounds // 4)):
            self._round(number % 2 == 1, is_declined=True)
        self._is_alone = True
        for _ in range(max(2, self.rounds // 4)):
            self._round(False)
        self._is_alone = False

    def _round(self, is_timed: bool, *, is_seeker_asked: bool = False, is_declined: bool = False) -> None:
        crowd, engine, book = self.crowd, self.engine, self._book
        engine.now_ms += GAP_MS // 5
        crowd.sweep()
        listeners = self._next_listeners()
        pairs = crowd.open_chats(listeners)
        book("chat ended", [("end_chat", x.person, chat, "listener", "ended", "0") for x, chat in pairs], is_timed)
        book("wrap-up done, next one offered", [("finish_wrap_up", x.person, chat) for x, chat in pairs], is_timed)
        offers = crowd.offers(listeners)
        if len(offers) < (0.9 if self.size >= SHORT_LINES else 0.5) * len(listeners):
            raise RuntimeError(f"only {len(offers)} of {len(listeners)} finished wrap-ups led to an offer")
        if is_declined:
            declines = [("answer_offer", x.person, offer, "0") for x, _, offer in offers]
            book("offer declined, both matched anew", declines, is_timed)
            offers = crowd.offers(listeners)
        chats = [chat for _, chat, _ in offers]
        if is_seeker_asked:
            engine.now_ms += 1
            asked = [offer for offer, chat in zip(offers, chats, strict=True) if not self._is_fresh(chat)]
            book("offer accepted, seeker asked", crowd.accept(asked), is_timed)
            here = [("confirm_here", crowd.seekers[chat].person, chat) for _, chat, _ in asked]
            book("seeker says: here", here, is_timed)
            engine.call(crowd.accept([offer for offer in offers if offer not in asked]))
        else:
            crowd.is_here(chats)
            book("offer accepted", crowd.accept(offers), is_timed)
        if set(crowd.state_of(chats)) != {"A"}:
            raise RuntimeError("an accepted offer did not open its chat")
        book("request that waits", crowd.requests(crowd.people.again(crowd.seekers.pop(c)) for c in chats), is_timed)

    def _is_fresh(self, chat: str) -> bool:
        [[acted_at, arrived_at]] = self.engine.send([("HMGET", self.engine.key("chat", chat), "at", "ar")])
        return self.engine.now_ms - int(acted_at or arrived_at) <= 30_000

    def deadlines(self) -> dict[str, dict[str, float]]:
        """What a passed deadline costs, of a thousand (or fewer) that pass at once, some 10 matches a call."""
        crowd, engine = self.crowd, self.engine
        listeners = crowd.listeners[: min(1_000, len(crowd.listeners) // 2)]
        engine.now_ms += GAP_MS + 1
        crowd.sweep()
        figures = {}
        engine.call(("end_chat", x.person, chat, "listener", "ended", "0") for x, chat in crowd.open_chats(listeners))
        engine.now_ms += WRAP_UP_MS + 1
        figures["wrap-up over, next one offered"] = self._sweep()
        engine.now_ms += OFFER_MS + 1
        figures["offer missed, both matched anew"] = self._sweep()
        return figures

    def _sweep(self) -> dict[str, float]:
        acted, spent, longest = self._watched(self.crowd.sweep)
        return {"deadlines": acted, "cpu_us_each": round(spent / acted, 1), "longest_call_us": longest}

    def views(self) -> dict[str, dict[str, float]]:
        """What pages ask again and again."""
        everywhere = ",".join(sorted({language for x in self.crowd.listeners for language in x.languages}))
        [language, *_], waiting = everywhere.split(","), [seeker.person for seeker in self.crowd.seekers.values()]
        asked: dict[str, Call] = {
            "the board of all languages": ("load", everywhere),
            "the lines of all languages": ("lines", everywhere),
            "the places of 20 who wait": ("places", language, *waiting[-20:]),
        }
        figures = {}
        for name, call in asked.items():
            _, spent, longest = self._watched(lambda call=call: self.engine.call([call] * VIEWS))  # type: ignore[misc]
            figures[name] = {"cpu_us_each": round(spent / VIEWS, 1), "longest_call_us": longest}
        return figures

    def _watched(self, act: Callable[[], Any]) -> tuple[Any, float, int]:
        """What this answers, the engine's CPU (us) for it, and the longest call (us, by the clock)."""
        engine = self.engine
        engine.times()
        engine.time_every_call(True)
        began = engine.cpu_us()
        answer = act()
        spent = engine.cpu_us() - began
        engine.time_every_call(False)
        return answer, spent, int(percentiles(engine.times())["longest"])


def measure(size: int, rounds: int, most: int = 250) -> dict[str, object]:
    """Figures at one size; `rounds` of at most `most` calls of a kind."""
    with Engine() as engine:
        calls = Calls(engine, size, rounds, most)
        calls.with_free_listeners()
        calls.at_capacity()
        views = calls.views()
        sweeps = calls.deadlines()
        ledger = calls.ledger
        chats = sum(len(chats) for chats in calls.crowd.chats_of(calls.crowd.listeners))
        return {
            "waiting": size,
            "listening": size,
            "chats": chats,
            "calls": ledger.figures(),
            "deadlines": sweeps,
            "views": views,
            "life_cpu_us": round(sum(ledger.cpu_us(name) for name in LIFE), 1),
            "life_with_asking_cpu_us": round(sum(ledger.cpu_us(name) for name in LIFE_ASKED), 1),
            "longest_call_us": max(engine.times(), default=0),
        }
