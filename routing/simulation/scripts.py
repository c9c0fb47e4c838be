"""The real scripts on an engine, as a Matcher: what they decide in a made-up day they would decide in a real one.

The only part of the simulation that does I/O. One caller, one connection, calls in order; time is an argument.
"""

import socket
from typing import Any
from urllib.parse import unquote, urlsplit

import hiredis

from config.lua import Library
from routing.simulation.deadlines import SWEEP_LIMIT
from routing.simulation.matcher import Durations
from routing.simulation.people import Seeker
from routing.simulation.policy import Policy
from routing.simulation.shifts import Listener
from routing.store.answers import parts_of
from routing.store.keys import key
from routing.store.shard import Timing

TAG = "{a:simulation}:"
#: Where a made-up day begins on the scripts' clock.
START_MS = 1_700_000_000_000
#: Everybody is connected through one process, whose lease outlives every day.
PROCESS = "simulation"
FOREVER_MS = 10**12
#: Above the capacity only "one more" and the emergency unit reach.
MAXIMUM = 9

Argument = str | int


class BadPolicy(ValueError):
    """A policy that the scripts don't have. The message is one sentence for the person who asked for it."""


class Scripts:
    """A Matcher. `url` names a Unix socket (config.engines.valkey); the engine must hold nothing else.

    Raises BadPolicy, hiredis.ReplyError where the engine refuses, ConnectionError where it is gone.
    """

    def __init__(self, url: str, library: Library, policy: Policy, durations: Durations) -> None:
        if not policy.is_house:
            raise BadPolicy(f"The scripts don't carry out the policy {policy.name}; the twin does.")
        self.offers: list[tuple[int, int]] = []
        self.paused: list[int] = []
        self._policy = policy
        self._library = library
        self._timing = Timing(
            offer_ms=durations.offer,
            confirm_ms=durations.confirm,
            wrap_up_ms=durations.wrap_up,
            gap_ms=durations.gap,
            urgent_offer_ms=durations.urgent_offer,
            overflow_ms=durations.overflow,
        ).packed
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(unquote(urlsplit(url).path))
        self._reader = hiredis.Reader()
        #: Offer ids that are known, by request.
        self._offered: dict[int, str] = {}
        self._listener_of: dict[int, int] = {}
        #: Requests whose offer nobody has answered yet.
        self._asked: set[int] = set()
        self._known_paused: set[int] = set()
        self._attached: set[str] = set()
        self._lives = 0
        self._send(("FUNCTION", "LOAD", "REPLACE", library.text))
        self._call(0, "beat", PROCESS, FOREVER_MS)

    def close(self) -> None:
        self._line.close()

    # ---- the calls ----

    def comes(self, now_ms: int, listener: Listener) -> None:
        self._set_availability(now_ms, listener, 1)

    def rests(self, now_ms: int, listener: Listener) -> None:
        self._set_availability(now_ms, listener, 2)

    def goes(self, now_ms: int, listener: Listener) -> None:
        self._set_availability(now_ms, listener, 0)

    def _set_availability(self, now_ms: int, listener: Listener, availability: int) -> None:
        name = _listener(listener.number)
        self._attach(now_ms, name)
        self._known_paused.discard(listener.number)
        takes_emergencies = listener.takes_emergencies and self._policy.emergency
        languages = ",".join(listener.languages)
        self._call(
            now_ms,
            "set_availability",
            *(name, availability, listener.capacity, MAXIMUM, languages, "0", "", name),
            *(listener.level, listener.hard, listener.mask, "1" if takes_emergencies else "0"),
        )

    def asks(self, now_ms: int, seeker: Seeker) -> None:
        person = _seeker(seeker.number)
        self._attach(now_ms, person)
        languages = f"{seeker.language},{seeker.second}" if seeker.second else seeker.language
        avoids = ",".join(_listener(number) for number in seeker.avoids)
        prefers = _listener(seeker.prefers) if seeker.prefers >= 0 and self._policy.prefers else ""
        answer = self._call(
            now_ms,
            "request_chat",
            *(_chat(seeker.number), person, "r1", languages, seeker.mask, "", avoids, prefers, "epoch", "", "run"),
            *(seeker.risk, seeker.level, seeker.hard, self._policy.hold_ms),
        )
        if not answer.startswith(b"done "):
            raise RuntimeError(f"a request was refused: {answer}")

    def leaves(self, now_ms: int, request: int) -> None:
        self._asked.discard(request)
        self._want(b"done", self._call(now_ms, "leave_line", _seeker(request), _chat(request), "left"))

    def accepts(self, now_ms: int, request: int) -> bool:
        listener, offer = self._listener_of[request], self._offered[request]
        self._asked.discard(request)
        self._want(b"done", self._call(now_ms, "answer_offer", _listener(listener), offer, "1"))
        return bool(self._send(("HGET", key(TAG, "chat", _chat(request)), "st")) == b"A")

    def declines(self, now_ms: int, request: int) -> None:
        listener, offer = self._listener_of[request], self._offered[request]
        self._asked.discard(request)
        self._want(b"done", self._call(now_ms, "answer_offer", _listener(listener), offer, "0"))

    def confirms(self, now_ms: int, request: int) -> None:
        self._want(b"done", self._call(now_ms, "confirm_here", _seeker(request), _chat(request)))

    def ends(self, now_ms: int, request: int) -> None:
        listener = _listener(self._listener_of[request])
        self._want(b"done", self._call(now_ms, "end_chat", listener, _chat(request), "listener", "ended", "0"))

    def loses_listener(self, now_ms: int, number: int) -> None:
        self._want(b"done", self._call(now_ms, "detach", _listener(number), PROCESS))

    def regains_listener(self, now_ms: int, number: int) -> None:
        self._want(b"done", self._call(now_ms, "attach", _listener(number), PROCESS))

    def loses_seeker(self, now_ms: int, request: int) -> None:
        self._want(b"done", self._call(now_ms, "detach", _seeker(request), PROCESS))

    def regains_seeker(self, now_ms: int, request: int) -> None:
        self._want(b"done", self._call(now_ms, "attach", _seeker(request), PROCESS))

    def bars(self, now_ms: int, for_ms: int) -> None:
        self._lives += 1
        self._want(b"raised", self._call(now_ms, "raise_barrier", f"life {self._lives}", for_ms))

    def sweeps(self, now_ms: int) -> None:
        while self._call(now_ms, "sweep", SWEEP_LIMIT):
            pass

    def ticks(self, now_ms: int) -> None:
        """Nothing: the scripts match at once."""

    # ---- what came of them ----

    def _call(self, now_ms: int, operation: str, *args: Argument) -> Any:
        name = self._library.function(operation)
        at_ms = START_MS + now_ms
        answer, _, facts = parts_of(self._send(("FCALL", name, 1, TAG, at_ms, self._timing, *args)))
        if "offer:expired" in facts:
            self._find_paused()
        made = facts.count("offer:made")
        if made:
            self._find_offers(made)
        return answer

    def _find_offers(self, made: int) -> None:
        """The offers that the last call made, in the order in which it made them."""
        entries = self._send(("XREVRANGE", key(TAG, "why"), "+", "-", "COUNT", made))
        for _, flat in reversed(entries):
            fields = dict(zip(flat[::2], flat[1::2], strict=True))
            offer = fields[b"o"].decode()
            request, listener = int(offer.partition(".")[0][1:]), int(fields[b"l"][1:])
            self._offered[request], self._listener_of[request] = offer, listener
            self._asked.add(request)
            self.offers.append((request, listener))

    def _find_paused(self) -> None:
        """Listeners of open offers, of which one has just expired, who are paused now."""
        for number in sorted({self._listener_of[request] for request in self._asked}):
            state = self._send(("HMGET", key(TAG, "listener", _listener(number)), "av", "wy"))
            if state == [b"2", b"missed_offers"] and number not in self._known_paused:
                self._known_paused.add(number)
                self.paused.append(number)

    def _attach(self, now_ms: int, person: str) -> None:
        if person not in self._attached:
            self._attached.add(person)
            self._call(now_ms, "attach", person, PROCESS)

    def _want(self, wanted: bytes, answer: Any) -> None:
        if answer != wanted:
            raise RuntimeError(f"the scripts answered {answer!r} where {wanted!r} was meant to come")

    def _send(self, command: tuple[Any, ...]) -> Any:
        self._line.sendall(hiredis.pack_command(command))
        while True:
            answer = self._reader.gets()
            if answer is False:
                chunk = self._line.recv(1 << 16)
                if not chunk:
                    raise ConnectionError("the engine is gone")
                self._reader.feed(chunk)
                continue
            if isinstance(answer, hiredis.ReplyError):
                raise answer
            return answer


def _listener(number: int) -> str:
    return f"l{number:06d}"


def _seeker(number: int) -> str:
    return f"s{number:08d}"


def _chat(number: int) -> str:
    return f"c{number:08d}"
