"""Somebody who comes, waits, talks and leaves."""

import asyncio
from typing import Any

from tests.chaos.client import Client, Frame
from tests.chaos.history import NOT_THERE, Asked, GaveUp, Odd, Sent, checksum
from tests.chaos.talk import made_id, made_text, talk


class Seeker(Client):
    """`visit` is one request and what becomes of it."""

    role = "seeker"

    def __init__(self, *args: Any, language: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.language = language
        self.request = ""
        self.chat = ""
        self.ending = ""
        self._first_words = ""
        self._is_asked = False
        self._news = asyncio.Event()

    async def visit(self, messages: int, per_s: float) -> None:
        """Ask, wait, talk, end it."""
        rng = self.rng
        await self.came.wait()
        self.chat, self.ending, self._first_words, self._is_asked = "", "", "", False
        self._news.clear()
        request = self.request = made_id(rng)
        fields: Frame = {"request_id": request, "language": self.language, "age_band": "adult", "topics": ["grief"]}
        if rng.random() < 0.5:
            self._first_words = fields["first_words"] = made_text(rng, request)
            self.note(Sent(self.now, self.person_id, "", request, checksum(self._first_words)))
        answer = await self.ask("request_chat", **fields)
        if answer["type"] != "done":
            self.note(Odd(self.now, self.person_id, f"request_chat was refused: {answer['code']}"))
            self.request = ""
            return
        self._is_asked = True
        self.note(Asked(self.now, self.person_id, request))
        while not (self.chat or self.ending):
            await self._news.wait()
            self._news.clear()
        if self.chat:
            await talk(self, self.chat, rng, messages=messages, per_s=per_s)
            if self.logs[self.chat].is_open:
                await self.ask("end_chat", chat_id=self.chat)
            while self.logs[self.chat].is_open:
                await self._news.wait()
                self._news.clear()
        self.request = ""

    @property
    def is_waiting(self) -> bool:
        """Has asked, and neither talks nor was told that it is over."""
        return bool(self.request) and not self.chat and not self.ending

    def _welcomed(self, frame: Frame) -> None:
        super()._welcomed(frame)
        own = frame["snapshot"].get("request") or {}
        self.ticket = own.get("ticket") or self.ticket
        if own.get("confirm_deadline_ms"):
            self._is_here(own["request_id"])
        for chat in frame["snapshot"]["chats"]:
            self._may_be_mine(chat)
        if self.is_waiting and self._is_asked and own.get("request_id") != self.request:
            self._gives_up(NOT_THERE)

    def _opened(self, frame: Frame) -> None:
        super()._opened(frame)
        self._may_be_mine(frame)

    def _may_be_mine(self, chat: Frame) -> None:
        if chat.get("request_id") != self.request or not self.request:
            return
        self.chat = chat["chat_id"]
        if self._first_words:
            mine = self.logs[self.chat].mine
            if self.request not in mine:
                self.logs[self.chat].mine = {self.request: self._first_words, **mine}
        self._news.set()

    def _closed(self, chat: str, why: str) -> None:
        super()._closed(chat, why)
        self._news.set()

    def _gives_up(self, why: str) -> None:
        self.ending = why
        self.note(GaveUp(self.now, self.person_id, self.request, why))
        self._news.set()

    def _is_here(self, request: str) -> None:
        if request == self.request:
            self.ask("confirm_here", request_id=request)

    def pushed(self, kind: str, frame: Frame) -> None:
        if kind == "confirm_wanted":
            self._is_here(frame["request_id"])
        elif kind == "request_changed" and frame["request_id"] == self.request:
            self.ticket = frame.get("ticket") or self.ticket
            if frame["state"] == "parked":
                self._is_here(frame["request_id"])
            elif frame["state"] == "ended" and not self.chat:
                self._gives_up(frame.get("reason") or "ended")
        elif kind == "welcome":
            self._news.set()
