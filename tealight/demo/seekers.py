"""A simulated seeker: comes, waits, talks, leaves. Speaks JSON."""

import asyncio
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tealight.demo import load_model, sentences
from tealight.demo.talk import Stage, Talk, note
from tealight.demo.wire import Frame, Gone, JsonText, Refused, Wire


@dataclass(slots=True)
class SeekerCounts:
    """What happened to the seekers of a run; waits in real seconds."""

    counts: Counter[str] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)


class SimulatedSeeker:
    """One person, one request, at most one chat."""

    def __init__(self, stage: Stage, chance: Random, into: SeekerCounts, *, language: str, age_band: str) -> None:
        self.wire = Wire(stage.url, JsonText(), self, chance, as_="seeker")
        self._stage, self._chance, self._into = stage, chance, into
        self._language, self._age_band = language, age_band
        self._request_id = str(uuid.uuid4())
        self._first_words = ""
        self._talk: Talk | None = None
        self._came_out_of_line = asyncio.Event()
        self._confirming: asyncio.Task[None] | None = None

    async def live(self) -> None:
        """The whole visit. Counts its outcome under one name."""
        outcome = "still here when the run ended"
        try:
            outcome = await self._visit()
        except Refused as refused:
            outcome = f"refused: {refused.code}"
        except Gone:
            outcome = "sent away"
        finally:
            self._into.counts[outcome] += 1

    async def leave_quietly(self) -> None:
        """Close the page without a word."""
        if self._confirming is not None:
            self._confirming.cancel()
        await self.wire.close()

    async def go_home(self) -> None:
        """Leave the line, if still in it. A chat that is open is ended by its listener."""
        if self._talk is None:
            try:
                await self.wire.ask("leave_line", request_id=self._request_id)
            except (Refused, Gone):
                return

    async def _visit(self) -> str:
        await self.wire.open()
        arrived = time.monotonic()
        await self.wire.ask("request_chat", **self._wish())
        try:
            async with asyncio.timeout(load_model.patience_s(self._chance) / self._stage.pace):
                await self._came_out_of_line.wait()
        except TimeoutError:
            return await self._lose_patience()
        if self._talk is None:
            return "line ended by the service"
        self._into.waits_s.append(time.monotonic() - arrived)
        return await self._chat(self._talk)

    def _wish(self) -> Frame:
        wish: Frame = {
            "request_id": self._request_id,
            "language": self._language,
            "age_band": self._age_band,
            "topics": load_model.topics(self._chance),
            "distress": load_model.distress(self._chance, load_model.DISTRESS_BEFORE),
        }
        if load_model.writes_first_words(self._chance):
            characters = load_model.FIRST_CHARACTERS.draw(self._chance)
            self._first_words = sentences.compose(self._chance, sentences.FIRST_WORDS, characters)
            wish["first_words"] = self._first_words
        return wish

    async def _lose_patience(self) -> str:
        if load_model.leaves_silently(self._chance):
            await self.leave_quietly()
            return "left the line silently"
        try:
            await self.wire.ask("leave_line", request_id=self._request_id)
        except Refused:
            if self._talk is None:
                raise
            return await self._chat(self._talk)  # a listener came in that very moment
        return "left the line"

    async def _chat(self, talk: Talk) -> str:
        length_s = load_model.chat_length_s(self._chance)
        await talk.go_on(length_s)
        if talk.is_over.is_set():
            await self._give_feedback(talk)
            return "chat ended by the other side"
        if load_model.ending(self._chance) == "closes_the_page":
            await self.leave_quietly()
            return "closed the page in a chat"
        await talk.end()
        await self._give_feedback(talk)
        return "chat ended by the seeker"

    async def _give_feedback(self, talk: Talk) -> None:
        if not load_model.gives_feedback(self._chance):
            return
        after = load_model.distress(self._chance, load_model.DISTRESS_AFTER)
        rating = self._chance.choice((3, 4, 5, 5))
        await self.wire.ask("give_feedback", chat_id=talk.chat_id, rating=rating, distress=after)

    def on_push(self, push: Frame) -> None:
        match push["type"]:
            case "welcome":
                self._welcome(push["snapshot"])
            case "request_changed" if push["state"] == "ended" and self._talk is None:
                self._came_out_of_line.set()
            case "confirm_wanted":
                self._confirm()
            case "chat_opened":
                self._enter(push["chat_id"])
            case "message_added":
                self._read(push)
            case "chat_ended":
                self._end(push["chat_id"])

    def on_new_epoch(self, chat_id: str) -> None:
        self._stage.ledger.forget(self.wire.person_id, chat_id)

    def _welcome(self, snapshot: Frame) -> None:
        """What changed while we were away."""
        request = snapshot.get("request")
        if request and request.get("confirm_deadline_ms"):
            self._confirm()
        for chat in snapshot["chats"]:
            if chat["state"] == "open":
                self._enter(chat["chat_id"])
            elif chat["state"] == "ended":
                self._end(chat["chat_id"])

    def _confirm(self) -> None:
        async def confirm() -> None:
            await self._stage.pause(load_model.confirms_after_s(self._chance))
            await self.wire.tell("confirm_here", request_id=self._request_id)

        self._confirming = asyncio.create_task(confirm())

    def _enter(self, chat_id: str) -> None:
        if self._talk is None:
            self._talk = Talk(self._stage, self.wire, self._chance, chat_id, is_listener=False)
            if self._first_words:  # message 1 of the chat, under the id of the request
                ledger = self._stage.ledger
                ledger.say(chat_id, self._request_id, self.wire.person_id, self._first_words, time.monotonic())
                ledger.answered(self._request_id, 1)
            self._came_out_of_line.set()

    def _read(self, push: Frame) -> None:
        is_own = push["from_id"] == self.wire.person_id
        note(self._stage, self.wire, push)
        if self._talk is not None and not is_own:
            self._talk.hear(push)

    def _end(self, chat_id: str) -> None:
        if self._talk is not None and self._talk.chat_id == chat_id:
            self._talk.is_over.set()
            self._stage.ledger.end(self.wire.person_id, chat_id)
