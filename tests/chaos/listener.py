"""Somebody who listens: available all night, takes what is offered, talks, wraps up."""

import asyncio
from typing import Any

from tests.chaos.client import Client, Frame
from tests.chaos.history import Accepted, Burdened, Odd, Withdrawn
from tests.chaos.talk import talk

#: One change is told in several pushes, the new offer perhaps before the old chat's end.
LONG_S = 1.0


class Listener(Client):
    """Accepts nearly every offer."""

    role = "listener"

    def __init__(self, *args: Any, capacity: int, per_s: float, messages: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.capacity = capacity
        self.per_s = per_s
        self.messages = messages
        self.availability = ""
        self._is_asking = False
        self._over_since_s = float("inf")
        self._offer = ""
        self._units: set[str] = set()
        self._talking: dict[str, asyncio.Task[None]] = {}
        self._answered: set[str] = set()
        self._accepted: dict[str, str] = {}

    async def ends(self) -> None:
        for talking in self._talking.values():
            talking.cancel()
        await asyncio.gather(*self._talking.values(), return_exceptions=True)
        await super().ends()

    # ---- on duty ----

    def greeted(self) -> None:
        self._comes_on_duty()

    def _comes_on_duty(self) -> None:
        if self.availability == "available" or self._is_asking or self.is_over:
            return
        self._is_asking = True
        answer = self.ask("set_availability", availability="available", capacity=self.capacity)
        answer.add_done_callback(self._on_duty)

    def _on_duty(self, answer: asyncio.Future[Frame]) -> None:
        self._is_asking = False
        if answer.cancelled():
            return
        frame = answer.result()
        if frame["type"] == "done":
            self.availability = frame["availability"]
        else:
            self.note(Odd(self.now, self.person_id, f"set_availability was refused: {frame['code']}"))

    # ---- what comes ----

    def _welcomed(self, frame: Frame) -> None:
        super()._welcomed(frame)
        snapshot = frame["snapshot"]
        self.availability = snapshot.get("availability") or ""
        self._units = set()
        for chat in snapshot["chats"]:
            if chat["state"] == "open":
                self._units.add(chat.get("request_id") or "")
                self._talks(chat["chat_id"])
            elif chat["state"] == "ended" and chat.get("wrap_up_until_ms"):
                self._units.add(chat.get("request_id") or "")
                self._wraps_up(chat["chat_id"])
        offer = snapshot.get("offer")
        self._offer = offer["request_id"] if offer else ""
        if offer:
            self._answers(offer)
        open_here = self._units | {self._offer}
        for request in [r for r in self._accepted if r not in open_here]:
            self._loses(request)

    def _opened(self, frame: Frame) -> None:
        super()._opened(frame)
        request = frame.get("request_id") or ""
        if self._offer == request:
            self._offer = ""
        self._units.add(request)
        self._talks(frame["chat_id"])

    def pushed(self, kind: str, frame: Frame) -> None:
        if kind == "offer_made":
            self._offer = frame["request_id"]
            self._answers(frame)
        elif kind == "offer_withdrawn":
            request = next((r for r, offer in self._accepted.items() if offer == frame["offer_id"]), "")
            if request:
                self._loses(request)
            self._offer = ""
        elif kind == "availability_changed":
            self.availability = frame["availability"]
            if self.is_greeted:
                self._comes_on_duty()
        elif kind == "chat_ended":
            request = self.logs[frame["chat_id"]].request if frame["chat_id"] in self.logs else ""
            if frame.get("wrap_up_until_ms"):
                self._wraps_up(frame["chat_id"])
            else:
                self._units.discard(request)
            self._accepted.pop(request, None)
        elif kind == "wrap_up_finished":
            self._units.discard(self.logs[frame["chat_id"]].request if frame["chat_id"] in self.logs else "")

    def look(self) -> None:
        super().look()
        units = len(self._units | ({self._offer} if self._offer else set()))
        if units <= self.capacity or not self.is_greeted:
            self._over_since_s = float("inf")
        elif self._over_since_s == float("inf"):
            self._over_since_s = self.now
        elif self.now - self._over_since_s > LONG_S:
            self.note(Burdened(self.now, self.person_id, units, self.capacity))
            self._over_since_s = float("inf")

    def _loses(self, request: str) -> None:
        self._accepted.pop(request, None)
        self.note(Withdrawn(self.now, self.person_id, request))

    def _answers(self, offer: Frame) -> None:
        if offer["offer_id"] in self._answered:
            return
        self._answered.add(offer["offer_id"])
        is_taken = self.rng.random() > 0.03
        self._loop.call_later(self.rng.uniform(0, 0.2), self._answers_now, offer, is_taken)

    def _answers_now(self, offer: Frame, is_taken: bool) -> None:
        if self.is_over:
            return
        request = offer["request_id"]
        if is_taken:
            self._accepted[request] = offer["offer_id"]
            self.note(Accepted(self.now, self.person_id, offer["offer_id"], request, False))
        else:
            self._offer = ""
        answer = self.ask("answer_offer", offer_id=offer["offer_id"], accept=is_taken)
        if is_taken:
            answer.add_done_callback(lambda done: self._taken(offer, done))

    def _taken(self, offer: Frame, answer: asyncio.Future[Frame]) -> None:
        if answer.cancelled():
            return
        if answer.result()["type"] == "done":
            self.note(Accepted(self.now, self.person_id, offer["offer_id"], offer["request_id"], True))
        else:
            self._loses(offer["request_id"])
            if self._offer == offer["request_id"]:
                self._offer = ""

    def _talks(self, chat: str) -> None:
        running = self._talking.get(chat)
        if running is None or running.done():
            self._talking[chat] = self._loop.create_task(self._talk(chat))

    async def _talk(self, chat: str) -> None:
        """Most chats are ended by their seekers; a listener ends one that has become very long."""
        messages = int(self.messages * self.rng.uniform(1, 4))
        await talk(self, chat, self.rng, messages=messages, per_s=self.per_s)
        if self.logs[chat].is_open:
            await self.ask("end_chat", chat_id=chat)

    def _wraps_up(self, chat: str) -> None:
        self.ask("finish_wrap_up", chat_id=chat)
