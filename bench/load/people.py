"""Seekers and listeners of the load model, as light as they can be."""

import time
import uuid
from random import Random
from typing import Any

from bench.load.client import Frame
from bench.load.record import Record
from bench.load.talk import LETTERS, Habits, Person, Seen, Talk, heard
from tealight.demo import load_model as model


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
            wish["first_words"] = LETTERS[:size]
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
            self.talk.begin()

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
        self.catch_up(self.talk.chat_id, self._go_home)

    def _go_home(self, is_whole: bool) -> None:
        if self.client.is_leaving:
            return
        for line in self.lines_left(is_whole=is_whole):
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
        self.catch_up(chat_id, lambda is_whole: self._close(chat_id, is_whole))
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

    def _close(self, chat_id: str, is_whole: bool) -> None:
        line = self.record.close(self.client.person_id, chat_id, is_whole=is_whole)
        if line is not None:
            self.seen.lines.append(line)

    def _rested(self, chat_id: str) -> None:
        if not self.client.is_leaving:
            self.client.ask({"type": "finish_wrap_up", "chat_id": chat_id}, lambda _reply: self._free(chat_id))

    def _free(self, chat_id: str) -> None:
        self.talks.pop(chat_id, None)
        self._home_if_free()
