"""Lives in two shards at once: listeners of both age bands, and calls of processes that take turns step by step,
or die between two steps. Hypothesis says whose turn it is, so the same life goes the same way every time.
"""

from collections.abc import Coroutine, Generator
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from config.functions import Functions
from routing.actions.lines import Lines
from routing.store.shard import Shard
from tests.helpers.valkey import empty
from tests.store.place import TIMING, Place
from tests.store.region import TAGS, wish
from tests.store.truth import Truth, broken, nobody_waits_beside_a_free_listener, truth_of
from tests.store.wire import Argument, Wire

NAMES = ("bo", "cy")
MAXIMUM = 4
MOST_AT_ONCE = 3
#: A mirror settles in so many rounds, whatever was left half done.
ROUNDS_TO_SETTLE = 4


class _Turn:
    """Awaiting this gives the turn back to the life."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class Stepped:
    """Stands where a process has its `Functions`: every command is one step."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.link = self

    async def call(self, operation: str, *args: Argument) -> Any:
        return await self.send("FCALL", self.place.library.function(operation), 1, *args)

    async def send(self, *command: Argument) -> Any:
        await _Turn()
        return self.place.wire.send(*command)


class LifeOfTwo(RuleBasedStateMachine):
    """`wire` and `engine` are set by the test that runs it."""

    wire: Wire
    engine: Any

    def __init__(self) -> None:
        super().__init__()
        empty(self.engine)
        self.places = {band: Place(self.wire, tag=tag) for band, tag in TAGS.items()}
        functions = cast(Functions, Stepped(self.places["adult"]))
        self.lines = Lines({band: Shard(tag, functions, TIMING, lambda: self.now_ms) for band, tag in TAGS.items()})
        self.running: list[Coroutine[Any, Any, Any]] = []
        self.seekers_ever = 0
        self.capacity: dict[str, int] = {}
        self.truths: dict[str, Truth] = {}
        self.look()

    @property
    def now_ms(self) -> int:
        return self.places["adult"].now_ms

    def look(self) -> None:
        tags = list(TAGS.values())
        self.truths = {
            band: truth_of(place, next(tag for tag in tags if tag != place.tag)) for band, place in self.places.items()
        }

    # ---- calls that take turns ----

    def starts(self, band: str, operation: str, *args: Argument) -> None:
        self.running.append(self.lines.call(band, operation, *args))

    def step(self, number: int) -> None:
        try:
            self.running[number].send(None)
        except StopIteration:
            del self.running[number]

    def finish(self, call: Coroutine[Any, Any, Any]) -> Any:
        while True:
            try:
                call.send(None)
            except StopIteration as end:
                return end.value

    def can_start(self) -> bool:
        return len(self.running) < MOST_AT_ONCE

    def chats(self, *states: str) -> list[tuple[str, str]]:
        return sorted((band, chat) for band, truth in self.truths.items() for chat in truth.chats(*states))

    def shown(self) -> list[tuple[str, str]]:
        return [
            (band, chat) for band, chat in self.chats("O") if self.truths[band].of("chat")[chat].get("vis", "1") == "1"
        ]

    # ---- what is done ----

    @initialize(data=st.data())
    def opens(self, data: st.DataObject) -> None:
        for name in NAMES:
            self.capacity[name] = data.draw(st.integers(1, 2))
            takes_urgent = data.draw(st.sampled_from("01"))
            for band, place in self.places.items():
                place.call("attach", name, place.process)
                told = (name, 1, self.capacity[name], MAXIMUM, "en", "1", "", name, 0, 0, 0, takes_urgent)
                self.finish(self.lines.call(band, "set_availability", *told))
        self.look()

    @precondition(lambda self: self.can_start() and len(self.chats("W", "O", "H", "A")) < 8)
    @rule(band=st.sampled_from(sorted(TAGS)), risk=st.sampled_from((0, 0, 3)))
    def somebody_asks(self, band: str, risk: int) -> None:
        self.seekers_ever += 1
        name = f"s{self.seekers_ever:02}"
        self.places[band].call("attach", name, self.places[band].process)
        self.starts(band, "request_chat", *wish(name, risk))

    @precondition(lambda self: not self.running and len(self.chats("W", "O", "H", "A")) < 7)
    @rule(data=st.data(), risk=st.sampled_from((0, 0, 3)))
    def both_bands_ask_at_once(self, data: st.DataObject, risk: int) -> None:
        """Two processes, and each gets as far as chance will have it."""
        for band in TAGS:
            self.somebody_asks(band, risk)
        for number in (1, 0):
            for _ in range(data.draw(st.integers(1, 4))):
                if number < len(self.running):
                    self.step(number)

    @precondition(lambda self: self.can_start() and self.shown())
    @rule(data=st.data())
    def a_chat_begins_while_another_band_asks(self, data: st.DataObject) -> None:
        band, chat = data.draw(st.sampled_from(self.shown()))
        c = self.truths[band].of("chat")[chat]
        accepting = self.lines.call(band, "answer_offer", c["l"], f"{chat}.{c['turn']}", "1")
        self.running.append(accepting)
        for _ in range(data.draw(st.integers(1, 4))):
            if accepting in self.running:
                self.step(self.running.index(accepting))
        self.somebody_asks(data.draw(st.sampled_from(sorted(TAGS))), data.draw(st.sampled_from((0, 3))))
        self.step(len(self.running) - 1)

    @precondition(lambda self: self.can_start() and self.shown())
    @rule(data=st.data(), accept=st.sampled_from("110"))
    def an_offer_is_answered(self, data: st.DataObject, accept: str) -> None:
        band, chat = data.draw(st.sampled_from(self.shown()))
        c = self.truths[band].of("chat")[chat]
        self.starts(band, "answer_offer", c["l"], f"{chat}.{c['turn']}", accept)

    @precondition(lambda self: self.can_start() and self.chats("A", "H"))
    @rule(data=st.data())
    def a_chat_goes_on(self, data: st.DataObject) -> None:
        """Asked: they are here. Open: it ends."""
        band, chat = data.draw(st.sampled_from(self.chats("A", "H")))
        c = self.truths[band].of("chat")[chat]
        if c["st"] == "H":
            self.starts(band, "confirm_here", c["pe"], chat)
        else:
            self.starts(band, "end_chat", c["pe"], chat, "seeker", "ended", "0")

    @precondition(lambda self: self.can_start() and self.chats("U"))
    @rule(data=st.data())
    def a_wrap_up_is_done(self, data: st.DataObject) -> None:
        band, chat = data.draw(st.sampled_from(self.chats("U")))
        self.starts(band, "finish_wrap_up", self.truths[band].of("chat")[chat]["l"], chat)

    @precondition(lambda self: self.can_start())
    @rule(band=st.sampled_from(sorted(TAGS)), seconds=st.sampled_from((1, 9, 26, 61)))
    def time_passes(self, band: str, seconds: int) -> None:
        for place in self.places.values():
            place.now_ms += seconds * 1000
        self.starts(band, "sweep", 25)

    @precondition(lambda self: self.can_start())
    @rule(name=st.sampled_from(NAMES))
    def a_mirror_is_renewed(self, name: str) -> None:
        self.running.append(self.lines.mirror(name))

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def somebody_takes_a_step(self, data: st.DataObject) -> None:
        self.step(data.draw(st.integers(0, len(self.running) - 1)))

    @precondition(lambda self: self.running)
    @rule(data=st.data(), steps=st.integers(1, 6))
    def somebody_takes_several_steps(self, data: st.DataObject, steps: int) -> None:
        number = data.draw(st.integers(0, len(self.running) - 1))
        running = self.running[number]
        for _ in range(steps):
            if running in self.running:
                self.step(self.running.index(running))

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def a_process_dies_between_two_steps(self, data: st.DataObject) -> None:
        self.running.pop(data.draw(st.integers(0, len(self.running) - 1))).close()

    @rule()
    def all_comes_to_rest(self) -> None:
        while self.running:
            self.step(0)
        for band in TAGS:
            self.finish(self.lines.call(band, "sweep", 25))
        for _ in range(ROUNDS_TO_SETTLE):
            for listener in self.finish(self.lines.several()):
                self.finish(self.lines.mirror(listener))
        self.look()
        for name in NAMES:
            listeners = {band: truth.of("listener")[name] for band, truth in self.truths.items()}
            units = {band: len(truth.of("units").get(name, ())) for band, truth in self.truths.items()}
            for here, there in (("adult", "teen"), ("teen", "adult")):
                assert int(listeners[here].get("xe", 0)) == units[there], f"{here} is told wrong of {name} in {there}"
                assert listeners[here].get("xp", "0") == ("1" if listeners[there].get("po") else "0"), name
            states = {listener["av"] for listener in listeners.values()}
            assert len(states) == 1, f"{name} is paused in one band only"
        assert self.shown() == self.chats("O"), "an offer stays unseen"
        for truth in self.truths.values():
            assert not [*nobody_waits_beside_a_free_listener(truth, is_at_rest=True)]

    # ---- what must be true ----

    @invariant()
    def one_person_has_one_capacity(self) -> None:
        before = self.truths
        self.look()
        for band, truth in self.truths.items():
            for name in before[band].of("listener"):
                was_shown = any(
                    c["l"] == name and c.get("vis", "1") == "1"
                    for old in before.values()
                    for c in old.chats("O").values()
                )
                most = max(int(old.of("listener")[name].get("ms", 0)) for old in before.values())
                misses = int(truth.of("listener")[name].get("ms", 0))
                assert misses <= most + was_shown, f"{name} missed what was not shown"
            wrong = broken(truth)
            assert not wrong, (band, wrong)
        for name in NAMES:
            seen = [
                c
                for truth in self.truths.values()
                for c in truth.chats("O", "H", "A", "U").values()
                if c["l"] == name and not (c["st"] == "O" and c.get("vis", "1") == "0")
            ]
            offers = [c for c in seen if c["st"] in "OH"]
            assert len(offers) <= 1, f"{name} sees two offers"
            beyond = any(c.get("xt") == "2" for c in seen)
            assert len(seen) <= self.capacity.get(name, 0) + beyond, f"{name} is over capacity"

    def teardown(self) -> None:
        for call in self.running:
            call.close()
