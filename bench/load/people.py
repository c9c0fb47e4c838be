"""Who sits behind the clients: somebody who is just there, seekers, listeners. They act by timers, not by tasks."""

import itertools
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

_LETTERS = "I could not sleep again, and all that I did not say today goes round in my head. Are you still there? " * 40


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
        text = f"{_LETTERS[: max(1, size - 12)]} #{begun:.4f}"
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


_numbers = itertools.count()


class Seeker(Person):
    """Comes, asks, waits, talks, leaves."""

    kind = "seeker"

    def __init__(self, habits: Habits, seen: Seen, record: Record, chance: Random) -> None:
        super().__init__(habits, seen, record, chance)
        self.request_id = str(uuid.uuid4())
        self.talk: Talk | None = None
        self.asked_at = 0.0
        self._has_left = False

    def greeted(self) -> None:
        if self.asked_at:
            return
        self.asked_at = time.monotonic()
        wish: dict[str, Any] = {
            "type": "request_chat",
            "request_id": self.request_id,
            "language": self.habits.language,
            "age_band": self.habits.age_band,
            "topics": model.topics(self.chance),
            "distress": model.distress(self.chance, model.DISTRESS_BEFORE),
        }
        if self.habits.is_lifelike and model.writes_first_words(self.chance):
            size = model.FIRST_CHARACTERS.draw(self.chance)
            wish["first_words"] = _LETTERS[:size]
        self.client.ask(wish)
        if self.habits.is_lifelike:
            self.after(model.patience_s(self.chance), self._lose_patience)

    def _lose_patience(self) -> None:
        if self.talk is not None or self._has_left:
            return
        self._has_left = True
        if model.leaves_silently(self.chance):
            self.seen.outcomes["left the line silently"] += 1
            self.go()
        else:
            self.client.ask({"type": "leave_line", "request_id": self.request_id}, self._left)

    def _left(self, _reply: Frame) -> None:
        if self.talk is None:
            self.seen.outcomes["left the line"] += 1
            self.go()

    def pushed(self, push: Frame) -> None:
        match push.type:
            case "message_added":
                if self.talk is not None and push.from_id != self.client.person_id:
                    heard(self.seen, push)
                    self.talk.heard(push)
            case "confirm_wanted":
                self._confirm()
            case "chat_opened":
                self._enter(push.chat_id or "")
            case "chat_ended":
                self._ended("ended by the other side")
            case "request_changed" if push.state == "ended" and self.talk is None and not self._has_left:
                self._has_left = True
                self.seen.outcomes[f"ended in line: {push.reason}"] += 1
                self.go()
            case "welcome" if push.snapshot is not None:
                request = push.snapshot.request
                if request is not None and request.confirm_deadline_ms:
                    self._confirm()
                for chat in push.snapshot.chats:
                    if chat.state == "open":
                        self._enter(chat.chat_id)
                    elif chat.state == "ended":
                        self._ended("ended by the other side")

    def _confirm(self) -> None:
        wait_s = model.confirms_after_s(self.chance) if self.habits.is_lifelike else 0
        self.after(wait_s, lambda: self.client.tell({"type": "confirm_here", "request_id": self.request_id}))

    def _enter(self, chat_id: str) -> None:
        if self.talk is not None:
            return
        self.seen.waits_s.append(time.monotonic() - self.asked_at)
        self.seen.open_chats += 1
        self.talk = Talk(self, chat_id, is_listener=False)
        if self.habits.is_lifelike:
            self.after(model.chat_length_s(self.chance), self._had_enough)
        elif self.habits.turn_s is not None:
            self.talk._plan(0)

    def _had_enough(self) -> None:
        if self.talk is None or self.talk.is_over:
            return
        if model.ending(self.chance) == "closes_the_page":
            self.talk.is_over = True
            self.seen.open_chats -= 1
            self.seen.outcomes["closed the page in a chat"] += 1
            self.go()
        else:
            self.talk.end("goodbye")

    def _ended(self, how: str) -> None:
        if self.talk is None or self.talk.is_over:
            return
        self.talk.is_over = True
        self.seen.open_chats -= 1
        self.seen.outcomes[how] += 1
        if model.gives_feedback(self.chance):
            self.client.ask({"type": "give_feedback", "chat_id": self.talk.chat_id, "rating": 4, "distress": 3})
        self.client.loop.call_later(2.0, self._go_home)

    def _go_home(self) -> None:
        if self.client.is_leaving:
            return
        for line in self.lines_left(is_whole=True):
            self.seen.lines.append(line)
        self.go()


class Listener(Person):
    """On duty: answers offers, talks, rests."""

    kind = "listener"

    def __init__(self, habits: Habits, seen: Seen, record: Record, chance: Random, capacity: int | None = None) -> None:
        super().__init__(habits, seen, record, chance)
        self.capacity = capacity if capacity is not None else model.capacity(chance)
        self.talks: dict[str, Talk] = {}
        self.began_at = time.monotonic()
        self.is_on_duty = False
        self.is_going = False

    def greeted(self) -> None:
        if not self.is_on_duty and not self.is_going:
            self.is_on_duty = True
            self._stand("available")

    def _stand(self, availability: str) -> None:
        command = {"type": "set_availability", "availability": availability, "capacity": self.capacity}
        self.client.ask(command)

    def go_off_duty(self) -> None:
        """The shift is over: no new chat; home when the last one has ended."""
        self.is_going = True
        self._stand("paused")
        self._home_if_free()

    def _home_if_free(self) -> None:
        if self.is_going and not self.talks and not self.client.is_leaving:
            self.client.ask({"type": "set_availability", "availability": "off_duty"}, lambda _reply: self.go())

    def pushed(self, push: Frame) -> None:
        match push.type:
            case "message_added":
                talk = self.talks.get(push.chat_id or "")
                if talk is not None and push.from_id != self.client.person_id:
                    heard(self.seen, push)
                    talk.heard(push)
            case "offer_made":
                self._consider(push.offer_id or "")
            case "offer_withdrawn":
                self.seen.outcomes[f"offer withdrawn: {push.reason}"] += 1
            case "chat_opened":
                self._enter(push.chat_id or "")
            case "chat_ended":
                self._ended(push.chat_id or "")
            case "participants_changed" if not any(
                p.person_id == self.client.person_id for p in push.participants or ()
            ):
                if push.chat_id in self.talks:
                    self._lost(push.chat_id)
            case "availability_changed" if push.availability == "paused" and not self.is_going:
                self.seen.outcomes["paused after misses"] += 1
                self.after(60, lambda: self.is_going or self._stand("available"))
            case "welcome" if push.snapshot is not None:
                if push.snapshot.offer is not None:
                    self._consider(push.snapshot.offer.offer_id)
                for chat in push.snapshot.chats:
                    if chat.state == "open":
                        self._enter(chat.chat_id)
                    elif chat.state == "ended":
                        self._ended(chat.chat_id)
                for chat_id in set(self.talks) - {chat.chat_id for chat in push.snapshot.chats}:
                    self._lost(chat_id)
                if push.snapshot.availability == "off_duty" and self.is_on_duty and not self.is_going:
                    self.seen.outcomes["found off duty"] += 1
                    self._stand("available")

    def _consider(self, offer_id: str) -> None:
        self.seen.outcomes["offers made"] += 1
        answer = model.answer(self.chance) if self.habits.is_lifelike else "accept"
        wait_s = model.answers_after_s(self.chance) if self.habits.is_lifelike else 0.0
        if answer != "miss":
            command = {"type": "answer_offer", "offer_id": offer_id, "accept": answer == "accept"}
            self.after(wait_s, lambda: self.client.ask(command))

    def _enter(self, chat_id: str) -> None:
        if chat_id not in self.talks:
            self.talks[chat_id] = Talk(self, chat_id, is_listener=True)

    def _ended(self, chat_id: str) -> None:
        talk = self.talks.get(chat_id)
        if talk is None or talk.is_over:
            return
        talk.is_over = True
        self.client.loop.call_later(2.0, self._close, chat_id)
        rest_s = model.wrap_up_s(self.chance) if self.habits.is_lifelike else 0.0
        self.after(rest_s, lambda: self._rested(chat_id))

    def _lost(self, chat_id: str) -> None:
        """Somebody else has this chat now: we were away for too long."""
        self.seen.outcomes["chats lost to another"] += 1
        self.talks.pop(chat_id).is_over = True
        line = self.record.close(self.client.person_id, chat_id, is_whole=False)
        if line is not None:
            self.seen.lines.append(line)
        self._home_if_free()

    def _close(self, chat_id: str) -> None:
        line = self.record.close(self.client.person_id, chat_id, is_whole=True)
        if line is not None:
            self.seen.lines.append(line)

    def _rested(self, chat_id: str) -> None:
        if not self.client.is_leaving:
            self.client.ask({"type": "finish_wrap_up", "chat_id": chat_id}, lambda _reply: self._free(chat_id))

    def _free(self, chat_id: str) -> None:
        self.talks.pop(chat_id, None)
        self._home_if_free()


def heard(seen: Seen, push: Frame) -> None:
    """Somebody else's message was shown: how long was it under way?"""
    _, found, begun = (push.text or "").rpartition(" #")
    if found:
        seen.delivered_s.append(time.monotonic() - float(begun))
