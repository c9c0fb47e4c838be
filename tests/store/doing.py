"""What people do in a made-up life, and whom a step may be about: chosen by state."""

from typing import Any

from hypothesis import strategies as st

from tests.helpers.valkey import empty
from tests.store.judging import Judging
from tests.store.place import Place
from tests.store.truth import Truth, is_held, may_meet, room_of
from tests.store.wire import Wire

LISTENERS = ("bo", "cy", "di", "eli")
SUPERVISOR = "sam"
SPOKEN = ("en", "en", "en,de", "de")
MAXIMUM = 3
MOST_PROCESSES = 3
GRIEF, SLEEP, HARM, DANGER = 1, 2, 4, 8
#: (risk, level, hard topics) of requests, few enough to meet in one line
NEEDS = ((0, 0, 0), (0, 0, 0), (0, 0, 0), (1, 0, 0), (1, 1, HARM), (2, 2, DANGER), (3, 2, DANGER))
URGENT = ((3, 2, DANGER), (3, 3, HARM | DANGER))
TOPICS = (0, GRIEF, GRIEF, SLEEP, GRIEF | SLEEP)
#: (level, hard topics) of listeners
RIGHTS = ((0, 0), (2, DANGER), (2, HARM | DANGER), (3, HARM | DANGER))
#: own language first, then second ones
ASKED = ("en", "en", "en", "de", "en,de", "de,en")
HOLD_MS = 40_000


class Doing(Judging):
    """`wire` and `engine` are set by the test that runs it."""

    wire: Wire
    engine: Any

    def __init__(self) -> None:
        super().__init__()
        empty(self.engine)
        self.place = Place(self.wire)
        self.place.call("bye", self.place.process)
        self.place.sweep()
        self.processes: list[str] = []
        self.processes_ever = 0
        self.seekers_ever = 0
        self.at: dict[str, set[str]] = {}
        self.old = Truth(self.place.now_ms)
        self.truth = self.old
        self.last: tuple[str, tuple[Any, ...], Any] | None = None

    # ---- what is done ----

    def do(self, operation: str, *args: Any) -> Any:
        answer = self.place.call(operation, *args)
        self.last = (operation, args, answer)
        return answer

    def pick(self, data: st.DataObject, choices: Any) -> Any:
        return data.draw(st.sampled_from(sorted(choices)))

    def come(self, data: st.DataObject, person: str) -> None:
        process = self.pick(data, self.processes)
        self.do("attach", person, process)
        self.at.setdefault(person, set()).add(process)

    def vanish(self, person: str) -> None:
        for process in sorted(self.at.get(person, ())):
            self.do("detach", person, process)
        self.at[person] = set()

    def start_process(self) -> None:
        self.processes_ever += 1
        self.processes.append(f"p{self.processes_ever}")
        self.place.call("beat", self.processes[-1], 15_000)

    # ---- requests ----

    def asks(self, data: st.DataObject, name: str, request: str, **given: Any) -> None:
        """`given` says what is not left to chance: needs, prefer, hold_ms."""
        avoid: list[str] = []
        if not data.draw(st.integers(0, 3)):
            avoid = data.draw(st.lists(st.sampled_from(LISTENERS), min_size=1, max_size=3, unique=True))
        prefer = given.get("prefer") or data.draw(st.sampled_from(("", "", *LISTENERS)))
        hold_ms = given.get("hold_ms", data.draw(st.sampled_from((0, 0, HOLD_MS))) if prefer else 0)
        needs = given.get("needs") or data.draw(st.sampled_from(NEEDS))
        topics = needs[2] or data.draw(st.sampled_from(TOPICS))
        language = data.draw(st.sampled_from(ASKED))
        words = data.draw(st.sampled_from(("", "first words")))
        told = (f"c-{name}-{request}", name, request, language, topics, "", ",".join(avoid), prefer)
        answer = self.do("request_chat", *told, "e", words, "", *needs, hold_ms)
        assert answer.startswith("done ")

    def seeker_comes(self, data: st.DataObject, **given: Any) -> None:
        self.seekers_ever += 1
        name = f"s{self.seekers_ever:02}"
        if data.draw(st.integers(0, 9)):
            self.come(data, name)
        self.asks(data, name, "r1", **given)

    def stands(self, data: st.DataObject, name: str, availability: int, **given: Any) -> None:
        """Availability with whatever rights, languages and capacity."""
        languages = given.get("languages") or data.draw(st.sampled_from(SPOKEN))
        capacity = given.get("capacity") or data.draw(st.integers(1, 2))
        rights = given.get("rights") or data.draw(st.sampled_from(RIGHTS))
        mask, takes_urgent = data.draw(st.sampled_from((0, GRIEF, GRIEF | SLEEP))), data.draw(st.sampled_from("01"))
        told = (name, availability, capacity, MAXIMUM, languages, "0", "", name)
        self.do("set_availability", *told, *rights, mask | rights[1], takes_urgent)

    # ---- whom it may be about ----

    def of_room(self, room: str) -> list[str]:
        return [who for who in self.truth.of("listener") if room_of(self.truth, who) == room]

    def held(self) -> list[str]:
        return [chat for chat, c in self.truth.chats("W").items() if is_held(self.truth, c)]

    def can_block(self) -> list[tuple[str, str]]:
        """(listener, seeker) of those who wait and could meet."""
        return [
            (who, c["pe"])
            for chat, c in self.truth.chats("W").items()
            for who in self.truth.of("listener")
            if may_meet(self.truth, who, chat)
        ]

    def idle_seekers(self) -> set[str]:
        return {name for name in self.at if name not in (SUPERVISOR, *LISTENERS)} - set(self.truth.of("own"))

    def reopened(self) -> set[str]:
        return {chat for chat, c in self.truth.chats("W", "P", "O", "H").items() if "op" in c}

    def parted(self) -> set[tuple[str, str]]:
        """(chat, listener) where the listener was in the chat and is not any more."""
        return {
            (chat, name[4:])
            for chat, c in self.truth.of("chat").items()
            for name in c
            if name.startswith("was:") and not (c["st"] == "A" and c["l"] == name[4:])
        }
