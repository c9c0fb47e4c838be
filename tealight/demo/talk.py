"""How a simulated person talks in one chat: listens, thinks, types, sends, and stops when it is over."""

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from random import Random

from tealight.demo import load_model, sentences
from tealight.demo.ledger import Ledger
from tealight.demo.wire import Frame, Gone, Refused, Wire


@dataclass(slots=True)
class Stage:
    """What all simulated people share. `pace` is how many times faster than life they are."""

    url: str
    pace: float
    ledger: Ledger
    #: Messages under way. Whoever wrote one may be cancelled; the sending goes on.
    sending: set[asyncio.Task[None]] = field(default_factory=set)

    async def pause(self, seconds: float) -> None:
        """Let so much of simulated time go by."""
        await asyncio.sleep(seconds / self.pace)


class Talk:
    """One chat as one side lives it."""

    def __init__(self, stage: Stage, wire: Wire, chance: Random, chat_id: str, *, is_listener: bool) -> None:
        self.chat_id = chat_id
        self.is_over = asyncio.Event()
        self._stage, self._wire, self._chance = stage, wire, chance
        self._is_listener = is_listener
        self._heard = asyncio.Event()
        self._last_seq = 0

    def hear(self, push: Frame) -> None:
        """The other one wrote."""
        self._last_seq = max(self._last_seq, push["seq"])
        self._heard.set()

    async def go_on(self, for_s: float) -> None:
        """Talk until the chat is over or so many simulated seconds have gone by."""
        turns, over = asyncio.create_task(self._turns()), asyncio.create_task(self.is_over.wait())
        try:
            await asyncio.wait({turns, over}, timeout=for_s / self._stage.pace, return_when=asyncio.FIRST_COMPLETED)
        finally:
            turns.cancel()
            over.cancel()
            outcome, _ = await asyncio.gather(turns, over, return_exceptions=True)
        if isinstance(outcome, Exception) and not isinstance(outcome, Gone):
            raise outcome

    async def end(self) -> None:
        """Say goodbye and end the chat."""
        try:
            if not self.is_over.is_set():
                await self._say(sentences.compose(self._chance, sentences.GOODBYES, 0))
                await self._wire.ask("end_chat", chat_id=self.chat_id, reason="goodbye")
        except (Refused, Gone):
            return  # the other one was quicker

    async def _turns(self) -> None:
        if self._is_listener:
            await self._stage.pause(load_model.answers_after_s(self._chance))
            await self._say(sentences.compose(self._chance, sentences.GREETINGS, 0))
        silent_turns = 0
        while not self.is_over.is_set():
            try:
                async with asyncio.timeout(load_model.ASKS_AFTER_S / self._stage.pace):
                    await self._heard.wait()
                silent_turns = 0
            except TimeoutError:
                silent_turns += 1
                if silent_turns * load_model.ASKS_AFTER_S >= load_model.GIVES_UP_AFTER_S:
                    return
                if not self._is_listener:
                    continue
                await self._say(sentences.compose(self._chance, sentences.ASKING, 0))
                continue
            self._heard.clear()
            await self._wire.tell("mark_read", chat_id=self.chat_id, seq=self._last_seq)
            await self._stage.pause(load_model.pause_before_turn_s(self._chance))
            for _ in range(load_model.messages_in_a_row(self._chance)):
                await self._say(self._composed())

    def _composed(self) -> str:
        lengths = load_model.LISTENER_CHARACTERS if self._is_listener else load_model.SEEKER_CHARACTERS
        corpus = sentences.LISTENER if self._is_listener else sentences.SEEKER
        return sentences.compose(self._chance, corpus, lengths.draw(self._chance))

    async def _say(self, text: str) -> None:
        if self.is_over.is_set():
            return
        await self._wire.tell("set_typing", chat_id=self.chat_id, typing=True)
        await self._stage.pause(load_model.typing_s(len(text)))
        await self._wire.tell("set_typing", chat_id=self.chat_id, typing=False)
        await send(self._stage, self._wire, self.chat_id, text)


async def send(stage: Stage, wire: Wire, chat_id: str, text: str) -> None:
    """Send one message and enter it in the ledger. Cancelling does not stop it: it may be in the log already."""
    sending = asyncio.create_task(_send(stage, wire, chat_id, text))
    stage.sending.add(sending)
    sending.add_done_callback(stage.sending.discard)
    await asyncio.shield(sending)


async def _send(stage: Stage, wire: Wire, chat_id: str, text: str) -> None:
    message_id = str(uuid.uuid4())
    stage.ledger.say(chat_id, message_id, wire.person_id, text, time.monotonic())
    try:
        done = await wire.ask("send_message", chat_id=chat_id, message_id=message_id, text=text)
    except Refused:
        stage.ledger.take_back(message_id)
        return
    except Gone:
        return
    wire.hold(chat_id, done["epoch"], done["seq"])
    stage.ledger.answered(message_id, done["seq"])


def note(stage: Stage, wire: Wire, push: Frame) -> None:
    """Enter a `message_added` in the ledger and in the wire's position."""
    if wire.is_late(push):
        stage.ledger.push_out_of_order()
    wire.hold(push["chat_id"], push["epoch"], push["seq"])
    stage.ledger.show(wire.person_id, push["chat_id"], push["seq"], push["message_id"], push["text"], time.monotonic())
