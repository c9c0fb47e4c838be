"""One shard on a real engine, with a clock that tests turn: who does what in it, told in the house's words."""

from dataclasses import dataclass, replace
from typing import Any

from chat.protocol.topics import mask_of
from chat.safety.priority import HARD_TOPICS, requirements_of
from config.lua import Library
from routing.store.answers import parts_of
from routing.store.keys import key
from routing.store.shard import Timing
from routing.store.snapshots import ChatRecord, PersonRecord, chat_record, pairs, person_record
from tests.store.mutants import library_under_test
from tests.store.wire import Argument, Wire

START_MS = 1_700_000_000_000
TIMING = Timing(
    offer_ms=25_000, confirm_ms=15_000, wrap_up_ms=60_000, gap_ms=0, urgent_offer_ms=8_000, overflow_ms=120_000
)
#: As TIMING, with the start gap that a service has from the start.
UNHURRIED = replace(TIMING, gap_ms=20_000)


class Place:
    """`now_ms` moves only by `passes`. `process` is the web process through which everybody comes, unless told."""

    process = "p1"

    def __init__(self, wire: Wire, timing: Timing = TIMING, tag: str = "{a:test}:") -> None:
        self.wire = wire
        self.timing = timing
        self.tag = tag
        self.now_ms = START_MS
        self.library: Library = library_under_test()
        self.moved: list[str] = []
        self.happened: list[str] = []
        wire.send("FUNCTION", "LOAD", "REPLACE", self.library.text)
        self.call("beat", self.process, 10**12)

    def call(self, operation: str, *args: Argument) -> Any:
        """One atomic call; bytes are decoded."""
        name = self.library.function(operation)
        told = self.wire.send("FCALL", name, 1, self.tag, self.now_ms, self.timing.packed, *args)
        answer, self.moved, self.happened = parts_of(told)
        return answer if operation == "snapshot" else _text(answer)

    def sweep(self) -> int:
        """Act on every deadline that has passed. Answers how many there were."""
        acted = 0
        for _ in range(500):
            now = int(self.call("sweep", 25))
            acted += now
            if not now:
                return acted
        raise AssertionError("the same deadlines come again and again")

    def passes(self, seconds: float) -> int:
        """So much time goes by, then somebody sweeps."""
        self.now_ms += round(seconds * 1000)
        return self.sweep()

    def seeker(self, name: str) -> "Seeker":
        return Seeker(self, name)

    def listener(self, name: str) -> "Listener":
        return Listener(self, name)

    def read(self, *command: Argument) -> Any:
        """A raw command's answer; bytes are decoded."""
        return _text(self.wire.send(*command))

    def key(self, name: str, part: str = "") -> str:
        return key(self.tag, name, part)

    def all_keys(self) -> list[str]:
        return sorted(self.read("KEYS", "*"))

    def chat(self, chat_id: str) -> ChatRecord:
        """A chat as it stands."""
        return chat_record(chat_id, pairs(self.wire.send("HGETALL", self.key("chat", chat_id))))

    def line(self, language: str = "en") -> list[str]:
        """Who waits in this line, the next one first."""
        waiting: dict[str, float] = {}
        for cell in self.read("ZRANGE", self.key("cells", language), 0, -1):
            found = self.read("ZRANGE", self.key("line", f"{language}:{cell}"), 0, -1, "WITHSCORES")
            for member, arrival in zip(found[::2], found[1::2], strict=True):
                waiting[member.rpartition("/")[0]] = float(arrival)
        return [self.chat(chat_id).seeker for chat_id in sorted(waiting, key=lambda chat_id: waiting[chat_id])]

    def free(self, language: str = "en") -> list[str]:
        """Who would be offered the next request of this language, in that order."""
        return self.listed("free", language)

    def listed(self, index: str, language: str = "en") -> list[str]:
        """Listeners of `free` or `spare`, whatever they are cleared for, the least utilised first."""
        scores: dict[str, float] = {}
        for listed in self.read("SMEMBERS", self.key("classes", language)):
            found = self.read("ZRANGE", self.key(index, f"{language}:{listed}"), 0, -1, "WITHSCORES")
            scores |= {m.rpartition("/")[0]: float(s) for m, s in zip(found[::2], found[1::2], strict=True)}
        return sorted(scores, key=lambda name: scores[name])

    def log(self, chat_id: str) -> list[tuple[int, str, str]]:
        """(seq, from, text) of everything written in a chat."""
        entries = self.read("XRANGE", self.key("log", chat_id), "-", "+")
        return [(int(entry_id.split("-")[0]), fields[1], fields[7]) for entry_id, fields in entries]


def _text(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_text(item) for item in answer]
    return answer.decode() if isinstance(answer, bytes) else answer


@dataclass(frozen=True, slots=True)
class Person:
    place: Place
    name: str

    def connects(self, process: str = "") -> None:
        self.place.call("attach", self.name, process or self.place.process)

    def disconnects(self, process: str = "") -> None:
        self.place.call("detach", self.name, process or self.place.process)

    def record(self) -> PersonRecord:
        """What the shard tells of this person."""
        return person_record(self.place.call("snapshot", self.name))

    def ends(self, chat_id: str, *, block: bool = False) -> str:
        role = "listener" if isinstance(self, Listener) else "seeker"
        return str(self.place.call("end_chat", self.name, chat_id, role, "ended", "1" if block else "0"))

    def writes(self, chat_id: str, text: str, message_id: str = "") -> Any:
        role = "listener" if isinstance(self, Listener) else "seeker"
        answer = str(self.place.call("send_message", chat_id, self.name, message_id or f"m-{text}", text, role))
        became, *where = answer.split(" ")
        return [became, where[0], int(where[1])] if where else [became]


class Seeker(Person):
    __slots__ = ()

    def asks(self, **wish: Any) -> str:
        """Come and ask for a chat. The chat's id."""
        self.connects()
        answer = self.asks_raw(**wish)
        assert answer[0] == "done", answer
        return str(answer[1])

    def asks_raw(
        self,
        request: str = "r1",
        language: str = "en",
        avoid: tuple[str, ...] = (),
        prefer: str = "",
        first_words: str = "",
        topics: tuple[str, ...] = ("grief",),
        distress: int = 3,
        hold_s: int = 0,
    ) -> Any:
        """The same without coming, and with the whole answer. `language` may name second ones: "en,de"."""
        chat_id = f"c-{self.name}-{request}"
        needs = requirements_of(topics, distress)
        told = (chat_id, self.name, request, language, needs.topics, distress, ",".join(avoid), prefer)
        made = ("epoch-1", first_words, "run-1", needs.risk, needs.level, needs.hard, hold_s * 1000)
        return str(self.place.call("request_chat", *told, *made)).split(" ", 2)

    @property
    def own_chat(self) -> str:
        return self.record().own_chat

    @property
    def state(self) -> str:
        """Of the own open request; empty without one."""
        own = self.own_chat
        return self.place.chat(own).state if own else ""

    @property
    def standing(self) -> int | None:
        """The place in line, 1 = next."""
        return self.record().place

    def confirms(self, request: str = "r1") -> str:
        return str(self.place.call("confirm_here", self.name, f"c-{self.name}-{request}"))

    def leaves(self, request: str = "r1") -> str:
        return str(self.place.call("leave_line", self.name, f"c-{self.name}-{request}", "left"))

    def acts(self) -> None:
        self.place.call("acted", self.name)


class Listener(Person):
    __slots__ = ()

    def comes(self, **rights: Any) -> "Listener":
        """Connect and become available. `rights` as in `is_now`."""
        self.connects()
        self.is_now(1, **rights)
        return self

    def is_now(
        self,
        availability: int,
        *,
        languages: str = "en",
        capacity: int = 1,
        maximum: int = 4,
        several: bool = False,
        topics: tuple[str, ...] = (),
        level: int = 0,
        takes_urgent: bool = False,
        said_at_ms: int = 0,
    ) -> str:
        """1 available, 2 paused, 0 off duty. `topics` and `level` (0-3) are what they are cleared for."""
        hard = mask_of(set(topics) & set(HARD_TOPICS))
        answer = self.place.call(
            "set_availability",
            *(self.name, availability, capacity, maximum, languages, "1" if several else "0", "", self.name.title()),
            *(level, hard, mask_of(topics), "1" if takes_urgent else "0", said_at_ms),
        )
        return str(answer)

    @property
    def offer(self) -> str:
        """The id of the offer that this listener sees; empty without one."""
        for chat in self.record().chats.values():
            if chat.state == "O" and chat.listener == self.name and chat.is_offer_shown:
                return chat.offer_id
        return ""

    @property
    def sees(self) -> str:
        """Whose request is offered."""
        offer = self.offer
        return self.place.chat(offer.rpartition(".")[0]).seeker if offer else ""

    @property
    def load(self) -> int:
        return len(self.record().units)

    @property
    def availability(self) -> int:
        """As `is_now`; 0 where the shard knows nothing of this listener."""
        listener = self.record().listener
        return listener.availability if listener else 0

    def accepts(self, offer: str = "") -> str:
        return str(self.place.call("answer_offer", self.name, offer or self.offer, "1"))

    def declines(self, offer: str = "") -> str:
        return str(self.place.call("answer_offer", self.name, offer or self.offer, "0"))

    def takes_next(self) -> str:
        return str(self.place.call("take_next", self.name))

    def finishes(self, chat_id: str) -> str:
        return str(self.place.call("finish_wrap_up", self.name, chat_id))
