"""A simulated listener: signs in, is available, answers offers, talks, rests. Speaks MessagePack."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from random import Random

import httpx

from tealight.demo import load_model
from tealight.demo.talk import Stage, Talk, note
from tealight.demo.wire import Frame, Gone, MessagePack, Refused, Wire, sign_in_url_of

#: A listener who was paused after two misses comes back to the screen after so long (assumed).
BACK_AFTER_S = 60.0


@dataclass(slots=True)
class ListenerCounts:
    counts: Counter[str] = field(default_factory=Counter)


class SignInRefused(Exception):
    """The service would not sign a demo listener in. The message is a sentence."""


async def sign_in(url: str, name: str, password: str) -> str:
    """The cookie header of a sign-in. Raises SignInRefused.

    A `__Host-` cookie is Secure; browsers send it over plain http to loopback all the same, httpx does not, so it is
    carried by hand.
    """
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            answer = await client.post(sign_in_url_of(url), json={"name": name, "password": password})
        except httpx.HTTPError:
            raise SignInRefused(f"Nothing answers at {sign_in_url_of(url)}; is the service up?") from None
    if answer.is_server_error:
        raise SignInRefused(f"{sign_in_url_of(url)} answers {answer.status_code}; is the service behind it up?")
    if answer.status_code != httpx.codes.OK:
        raise SignInRefused(f"{name} could not sign in ({answer.status_code}); run `tealight demo prepare` again.")
    return answer.headers["set-cookie"].split(";", 1)[0]


class SimulatedListener:
    """One listener on duty."""

    def __init__(self, stage: Stage, chance: Random, into: ListenerCounts, *, cookie: str) -> None:
        self.wire = Wire(stage.url, MessagePack(), self, chance, cookie=cookie)
        self._stage, self._chance, self._into = stage, chance, into
        self._talks: dict[str, Talk] = {}
        self._answering: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_leaving = False
        self._most = 1

    async def come_on_duty(self) -> None:
        """Connect and become available. Raises Gone, Refused."""
        await self.wire.open()
        await self._become_available()

    async def stop_talking(self) -> None:
        """Stop whatever is going on, but stay connected."""
        self._is_leaving = True
        tasks = [*self._tasks, *self._answering.values()]
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, (Refused, Gone)):
                raise outcome

    async def go_home(self) -> None:
        """End the chats that are still open and go off duty."""
        try:
            for chat_id, talk in self._talks.items():
                if not talk.is_over.is_set():
                    await self._end_chat(chat_id)
            await self.wire.ask("set_availability", availability="off_duty")
        except (Refused, Gone):
            return

    async def _end_chat(self, chat_id: str) -> None:
        try:
            await self.wire.ask("end_chat", chat_id=chat_id, reason="end_of_demo")
        except Refused:
            return  # it has ended meanwhile

    async def _become_available(self) -> None:
        wanted = min(load_model.capacity(self._chance), self._most)
        await self.wire.ask("set_availability", availability="available", capacity=wanted)

    def on_push(self, push: Frame) -> None:
        match push["type"]:
            case "welcome":
                self._welcome(push["snapshot"])
            case "offer_made":
                self._consider(push["offer_id"])
            case "offer_withdrawn":
                self._lose_offer(push["offer_id"], push["reason"])
            case "chat_opened":
                self._enter(push["chat_id"])
            case "message_added":
                self._read(push)
            case "chat_ended":
                self._leave(push["chat_id"])
            case "availability_changed" if push["availability"] == "paused":
                self._into.counts["paused after misses"] += 1
                self._start(self._come_back())

    def on_new_epoch(self, chat_id: str) -> None:
        self._stage.ledger.forget(self.wire.person_id, chat_id)

    def _welcome(self, snapshot: Frame) -> None:
        self._most = snapshot.get("max_capacity") or 1
        if snapshot.get("offer"):
            self._consider(snapshot["offer"]["offer_id"])
        for chat in snapshot["chats"]:
            if chat["state"] == "open":
                self._enter(chat["chat_id"])
            elif chat["state"] == "ended":
                self._leave(chat["chat_id"])

    def _consider(self, offer_id: str) -> None:
        if self._is_leaving or offer_id in self._answering:
            return
        self._into.counts["offers made"] += 1
        task = asyncio.create_task(self._answer(offer_id))
        self._answering[offer_id] = task
        task.add_done_callback(lambda _: self._answering.pop(offer_id, None))

    async def _answer(self, offer_id: str) -> None:
        answer = load_model.answer(self._chance)
        if answer == "miss":
            return
        await self._stage.pause(load_model.answers_after_s(self._chance))
        try:
            await self.wire.ask("answer_offer", offer_id=offer_id, accept=answer == "accept")
        except Refused as refused:
            self._into.counts[f"answer refused: {refused.code}"] += 1
            return
        except Gone:
            return
        self._into.counts["offers accepted" if answer == "accept" else "offers declined"] += 1

    def _lose_offer(self, offer_id: str, reason: str) -> None:
        self._into.counts[f"offers withdrawn: {reason}"] += 1
        task = self._answering.get(offer_id)
        if task is not None:
            task.cancel()

    def _enter(self, chat_id: str) -> None:
        if chat_id not in self._talks and not self._is_leaving:
            talk = self._talks[chat_id] = Talk(self._stage, self.wire, self._chance, chat_id, is_listener=True)
            self._into.counts["chats opened"] += 1
            self._start(self._hold(talk))

    async def _hold(self, talk: Talk) -> None:
        await talk.go_on(load_model.GIVES_UP_AFTER_S + 3 * load_model.EXPECTED_CHAT_S)
        if not talk.is_over.is_set():
            await talk.end()
        await self._stage.pause(load_model.wrap_up_s(self._chance))
        try:
            await self.wire.ask("finish_wrap_up", chat_id=talk.chat_id)
        except Refused:
            return  # the service ended the wrap-up before we did

    def _read(self, push: Frame) -> None:
        note(self._stage, self.wire, push)
        talk = self._talks.get(push["chat_id"])
        if talk is not None and push["from_id"] != self.wire.person_id:
            talk.hear(push)

    def _leave(self, chat_id: str) -> None:
        talk = self._talks.get(chat_id)
        if talk is not None and not talk.is_over.is_set():
            talk.is_over.set()
            self._stage.ledger.end(self.wire.person_id, chat_id)

    async def _come_back(self) -> None:
        await self._stage.pause(BACK_AFTER_S)
        await self._become_available()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
