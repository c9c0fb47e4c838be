"""Somebody behind a client, and one side of a chat as they live it. They act by timers, not by tasks."""

import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench.load.client import Client, Frame
from bench.load.record import Record
from tealight.demo import load_model as model

#: What everybody says, cut to length.
LETTERS = "I could not sleep again, and all that I did not say today goes round in my head. Are you still there? " * 40


@dataclass(frozen=True, slots=True)
class Habits:
    """How these people live. `pace`: how many times faster than life. A turn of None: the load model's pauses."""

    pace: float = 1.0
    #: mean seconds (of the clock) between two turns of one side; None: as the load model draws it
    turn_s: float | None = None
    #: do seekers lose patience, do chats end, do listeners miss and decline?
    is_lifelike: bool = False
    writes: bool = True
    language: str = "en"
    age_band: str = "adult"


@dataclass(slots=True)
class Seen:
    """What the people of one generator lived through. Times in seconds of the clock."""

    outcomes: Counter[str] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)
    delivered_s: list[float] = field(default_factory=list)
    answered_s: list[float] = field(default_factory=list)
    sent: int = 0
    open_chats: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)


class Person:
    """Connected, greeted, and nothing else."""

    kind = "idle"

    def __init__(self, habits: Habits, seen: Seen, record: Record, chance: Random) -> None:
        self.habits, self.seen, self.record, self.chance = habits, seen, record, chance
        self.client: Client
        self.on_gone: Callable[[Person], None] = lambda _person: None

    def greeted(self) -> None:
        """hello is done, the first time or again."""

    def pushed(self, push: Frame) -> None:
        """Anything else."""

    def go(self) -> None:
        """Close the page."""
        for line in self.lines_left(is_whole=False):
            self.seen.lines.append(line)
        self.client.leave()
        self.on_gone(self)

    def lines_left(self, *, is_whole: bool) -> list[dict[str, Any]]:
        """The lines of what is still held."""
        found = [
            self.record.close(self.client.person_id, position["chat_id"], is_whole=is_whole)
            for position in self.record.positions(self.client.person_id)
        ]
        return [line for line in found if line is not None]

    def catch_up(self, chat_id: str, then: Callable[[bool], None]) -> None:
        """Ask for all that is above what is held; `then` hears whether that is everything now."""
        held = [position for position in self.record.positions(self.client.person_id) if position["chat_id"] == chat_id]
        if not held or self.client.is_leaving:
            then(False)
            return
        self.client.ask({"type": "catch_up", **held[0]}, lambda reply: then(reply.type == "done"))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Act after so much of simulated time."""
        self.client.loop.call_later(seconds / self.habits.pace, act)


class Talk:
    """One side of one chat: hears, thinks, types, writes."""

    def __init__(self, person: Person, chat_id: str, *, is_listener: bool) -> None:
        self.person, self.chat_id, self.is_listener = person, chat_id, is_listener
        self.is_over = False
        self._is_planning = False
        self._silences = 0
        self._heard = 0
        if is_listener:
            self._plan(model.answers_after_s(person.chance))
        self._watch()

    def begin(self) -> None:
        """Say the first word."""
        self._plan(0)

    def heard(self, push: Frame) -> None:
        """The other one wrote."""
        self._heard += 1
        self.person.client.tell({"type": "mark_read", "chat_id": self.chat_id, "seq": push.seq})
        if not self._is_planning:
            self._plan(model.pause_before_turn_s(self.person.chance))

    def _plan(self, life_s: float) -> None:
        if self.is_over or not self.person.habits.writes:
            return
        self._is_planning = True
        turn_s = self.person.habits.turn_s
        if turn_s is not None:
            self.person.client.loop.call_later(self.person.chance.expovariate(1 / turn_s), self._say, 1)
        else:
            self.person.after(life_s, lambda: self._type(model.messages_in_a_row(self.person.chance)))

    def _type(self, left: int) -> None:
        if self.is_over:
            return
        lengths = model.LISTENER_CHARACTERS if self.is_listener else model.SEEKER_CHARACTERS
        size = lengths.draw(self.person.chance)
        self._typing(True)
        self.person.after(model.typing_s(size), lambda: self._typed(left, size))

    def _typed(self, left: int, size: int) -> None:
        if self.is_over:
            return
        self._typing(False)
        self._say(left, size)

    def _typing(self, is_typing: bool) -> None:
        self.person.client.tell({"type": "set_typing", "chat_id": self.chat_id, "typing": is_typing})

    def _say(self, left: int, size: int = 80) -> None:
        if self.is_over:
            return
        begun = time.monotonic()
        text = f"{LETTERS[: max(1, size - 12)]} #{begun:.4f}"
        self.person.seen.sent += 1
        self.person.client.ask(
            {"type": "send_message", "chat_id": self.chat_id, "message_id": str(uuid.uuid4()), "text": text},
            lambda _reply: self.person.seen.answered_s.append(time.monotonic() - begun),
        )
        if left > 1:
            self._type(left - 1)
        elif self.person.habits.turn_s is not None:
            self._plan(0)
        else:
            self._is_planning = False

    def _watch(self) -> None:
        """A listener asks after a silence, and gives up after a long one."""
        if self.person.habits.turn_s is None:
            before = self._heard
            self.person.after(model.ASKS_AFTER_S, lambda: self._was_silent(before))

    def _was_silent(self, before: int) -> None:
        if self.is_over:
            return
        self._silences = self._silences + 1 if self._heard == before else 0
        if self.is_listener and self._silences and not self._is_planning:
            if self._silences * model.ASKS_AFTER_S >= model.GIVES_UP_AFTER_S:
                self.end("gone_quiet")
                return
            self._plan(1)
        self._watch()

    def end(self, reason: str) -> None:
        self.person.client.ask({"type": "end_chat", "chat_id": self.chat_id, "reason": reason})


def heard(seen: Seen, push: Frame) -> None:
    """Somebody else's message was shown: how long was it under way?"""
    _, found, begun = (push.text or "").rpartition(" #")
    if found:
        seen.delivered_s.append(time.monotonic() - float(begun))
