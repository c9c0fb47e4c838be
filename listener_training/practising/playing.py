"""Playing the partner of one practice chat through the protocol, from the request to the debrief (docs/practice.md).

All that is decided follows from the seed, the scenario, the log and `turns`, so that a process which takes over in the
middle says the same words under the same ids.
"""

import asyncio
from dataclasses import dataclass

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from websockets.exceptions import WebSocketException

from chat.conversation.data_keys import DataKeys
from config.clock import now_ms
from config.log import get_logger
from listener_training.practice.debrief import Debrief, DebriefWords, debrief
from listener_training.practice.practice_chat import PracticeChat
from listener_training.practice.recogniser import Recogniser
from listener_training.practice.scenario import Stagebook
from listener_training.practice.wording import Line
from listener_training.practising.heard import Heard
from listener_training.practising.passes import line_of, mint
from listener_training.practising.rows import PartnersRows
from listener_training.practising.tables import PracticeChatRow
from listener_training.practising.wire import Frame, Refusal, Wire

log = get_logger("partner")

#: A reply is over when nobody wrote or typed for so long: people send one thought in several messages.
REPLY_ENDS_S = 6.0
#: After so long without a word the partner notices the silence.
SILENCE_S = 180.0
#: Between the last words and leaving.
GOODBYE_S = 4.0
#: A partner who has no listener for so long goes.
ALONE_S = 30 * 60.0
TYPING_AGAIN_S = 4.0
LOOK_S = 0.1
PASS_LASTS_MS = 24 * 3600_000
AGAIN_FIRST_S, AGAIN_MOST_S = 0.2, 5.0


#: The kind of words that a debrief is, as it is bound into what is sealed.
DEBRIEF = "debrief"


class Kept(Struct, frozen=True):
    """What is kept of a practice chat: the debrief, and what the trainee wrote when the partner had gone."""

    debrief: Debrief
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """What all partners of one process share."""

    url: str
    secret_key: str
    books: dict[str, Stagebook]
    recogniser: Recogniser
    words: DebriefWords


class Playing:
    """One partner. `run` returns when the practice chat is over, or somebody else's."""

    def __init__(self, row: PracticeChatRow, stage: Stage, rows: PartnersRows, keys: DataKeys) -> None:
        self._row = row
        self._stage = stage
        self._rows = rows
        self._keys = keys
        self._turns = list(row.turns)
        self._heard = Heard(row.practice_id)
        self._was_opened = row.opened_at_ms is not None
        self._chat: PracticeChat | None = None
        self._is_over = False
        #: The trainee gave it up.
        self.is_dismissed = False
        self._alone_since_s = self._now

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def run(self) -> None:
        book = self._stage.books.get(self._row.scenario)
        if book is None or book.version != self._row.version:
            # Another release: the words of this practice chat can't be made again.
            await self._keep_end("lost")
            return
        again_s = AGAIN_FIRST_S
        while not self._is_over:
            try:
                await self._connected(book)
                again_s = AGAIN_FIRST_S
            except (OSError, WebSocketException, TimeoutError) as error:
                log.info("partner_reconnects", practice_id=self._row.practice_id, kind=type(error).__name__)
            except Refusal as refusal:
                log.warning("partner_refused", practice_id=self._row.practice_id, code=refusal.code)
            if not self._is_over:
                await asyncio.sleep(again_s)
                again_s = min(2 * again_s, AGAIN_MOST_S)

    # ---- one connection ----

    async def _connected(self, book: Stagebook) -> None:
        wire = await Wire.open(self._stage.url, self._hear)
        try:
            token = mint(self._stage.secret_key, self._row.practice_id, now_ms() + PASS_LASTS_MS)
            await wire.ask("hello", token=token, **{"as": "seeker"})
            if self._heard.state == "" and self._was_opened:
                await self._keep_end("lost")
                return
            if self._heard.state == "":
                await self._request(wire, book)
            self._chat = self._replayed(book)
            await self._play(wire)
        finally:
            await wire.close()

    def _hear(self, push: Frame) -> None:
        self._heard.take(push, self._now)

    async def _request(self, wire: Wire, book: Stagebook) -> None:
        opening = PracticeChat(book, self._stage.recogniser, self._row.seed).opening
        self._heard.state = "waiting"
        await wire.ask(
            "request_chat",
            request_id=self._row.practice_id,
            language=line_of(self._row.practice_id),
            topics=[book.scenario.topic],
            age_band=book.scenario.age_band,
            first_words=opening.lines[0].text,
        )

    def _replayed(self, book: Stagebook) -> PracticeChat:
        chat = PracticeChat(book, self._stage.recogniser, self._row.seed)
        since = 0
        for upto in self._turns:
            if chat.has_ended:
                break
            chat.reply(self._written(since, upto))
            since = upto
        return chat

    def _written(self, since: int, upto: int) -> str:
        return "\n".join(text for seq, text in sorted(self._heard.replies.items()) if since < seq <= upto)

    # ---- the chat ----

    async def _play(self, wire: Wire) -> None:
        while not self._is_over:
            if wire.is_lost:
                raise ConnectionError("lost")
            if self.is_dismissed:
                await self._leave(wire)
                self._is_over = True
            elif self._heard.state == "ended":
                await self._finish()
            elif self._heard.must_confirm:
                self._heard.must_confirm = False
                await wire.ask("confirm_here", request_id=self._row.practice_id)
            elif not self._heard.is_with_somebody:
                await self._wait_alone(wire)
            else:
                await self._talk(wire)

    async def _wait_alone(self, wire: Wire) -> None:
        if self._now - self._alone_since_s > ALONE_S:
            self._alone_since_s = self._now
            await self._leave(wire)
        await asyncio.sleep(LOOK_S)

    async def _leave(self, wire: Wire) -> None:
        try:
            if self._heard.chat_id:
                await wire.ask("end_chat", chat_id=self._heard.chat_id, reason="left")
            else:
                await wire.ask("leave_line", request_id=self._row.practice_id)
        except Refusal:
            pass  # over already

    async def _talk(self, wire: Wire) -> None:
        self._alone_since_s = self._now
        chat = self._chat
        if chat is None:
            raise AssertionError("nobody talks before the log was read")
        if not self._was_opened:
            self._was_opened = True
            await self._rows.keep(self._row.practice_id, opened_at_ms=now_ms())
        unsaid = self._unsaid(chat)
        if unsaid is not None:
            await self._say(wire, *unsaid)
        elif chat.has_ended:
            if await self._passes(wire, GOODBYE_S):
                await self._leave(wire)
                await self._passes(wire, GOODBYE_S)
        else:
            await self._listen(wire, chat)

    def _ids(self, chat: PracticeChat) -> list[tuple[str, Line]]:
        """All that the partner has to say so far, under its ids. The first words came with the request."""
        steps = (chat.opening, *chat.steps)
        ids = [(f"{turn}.{n}", line) for turn, step in enumerate(steps) for n, line in enumerate(step.lines)]
        return [(self._row.practice_id, ids[0][1]), *ids[1:]]

    def _unsaid(self, chat: PracticeChat) -> tuple[str, Line] | None:
        return next(((name, line) for name, line in self._ids(chat) if name not in self._heard.said), None)

    async def _say(self, wire: Wire, message_id: str, line: Line) -> None:
        if not await self._passes(wire, line.pause_ms / 1000):
            return
        left_s = line.typing_ms / 1000
        while left_s > 0:
            await wire.tell("set_typing", chat_id=self._heard.chat_id, typing=True)
            if not await self._passes(wire, min(left_s, TYPING_AGAIN_S * self._row.pace)):
                return
            left_s -= TYPING_AGAIN_S * self._row.pace
        try:
            await wire.ask("send_message", chat_id=self._heard.chat_id, message_id=message_id, text=line.text)
        except Refusal as refusal:
            if refusal.code not in ("chat_ended", "chat_not_open", "not_participant"):
                raise
            await asyncio.sleep(LOOK_S)  # the push that says so is on its way
            return
        await wire.tell("set_typing", chat_id=self._heard.chat_id, typing=False)
        self._heard.said.add(message_id)
        self._heard.last_act_s = max(self._heard.last_act_s, self._now)

    async def _passes(self, wire: Wire, seconds: float) -> bool:
        """Let time pass at the chat's pace. False as soon as the chat is not what it was."""
        until = self._now + seconds / self._row.pace
        while self._heard.is_with_somebody and not wire.is_lost and not self.is_dismissed:
            left_s = until - self._now
            if left_s <= 0:
                return True
            await asyncio.sleep(min(left_s, LOOK_S))
        return False

    async def _listen(self, wire: Wire, chat: PracticeChat) -> None:
        since = self._turns[-1] if self._turns else 0
        upto = max((seq for seq in self._heard.replies if seq > since), default=since)
        patience_s = (REPLY_ENDS_S if upto > since else SILENCE_S) / self._row.pace
        if not self._heard.is_quiet(self._now, patience_s):
            await asyncio.sleep(min(LOOK_S, patience_s / 4))
            return
        self._turns.append(upto)
        if not await self._rows.keep(self._row.practice_id, turns=list(self._turns)):
            self._is_over = True  # somebody else plays it by now, or it was given up
            return
        if upto > since:
            await wire.tell("mark_read", chat_id=self._heard.chat_id, seq=upto)
        chat.reply(self._written(since, upto))

    # ---- the end ----

    async def _finish(self) -> None:
        chat = self._chat
        if chat is None or not self._was_opened:
            await self._keep_end("not_begun")
            return
        since = self._turns[-1] if self._turns else 0
        last_words = self._written(since, max(self._heard.replies, default=0))
        after: tuple[str, ...] = ()
        if last_words and chat.has_ended:
            after = tuple(last_words.split("\n"))
        elif last_words:
            chat.reply(last_words)
        told = self._as_said(chat, debrief(chat, self._stage.words))
        await self._keep_end(
            told.outcome,
            score=told.score,
            has_passed=told.has_passed,
            sealed=await self._sealed(Kept(told, after)),
        )

    async def _sealed(self, kept: Kept) -> bytes:
        """What may be kept of what both wrote: it can be read only with the key of the chat."""
        key = await self._keys.make(self._row.chat_id)
        self._keys.forget(self._row.chat_id)  # it was needed this once
        return key.seal_note(DEBRIEF, self._row.person_id, msgspec.json.encode(kept).decode())

    def _as_said(self, chat: PracticeChat, told: Debrief) -> Debrief:
        """The debrief with what the partner really said: the trainee may have left before the last answer."""
        steps = (chat.opening, *chat.steps)
        said: list[list[str]] = [[] for _ in steps]
        names = iter(self._ids(chat))
        for turn, step in enumerate(steps):
            for line in step.lines:
                name, _ = next(names)
                if name in self._heard.said:
                    said[turn].append(line.text)
        turns = tuple(replace(turn, answer=tuple(said[n])) for n, turn in enumerate(told.turns, 1))
        return replace(told, opening=tuple(said[0]), turns=turns)

    async def _keep_end(self, outcome: str, **values: object) -> None:
        self._is_over = True
        await self._rows.keep(self._row.practice_id, ended_at_ms=now_ms(), outcome=outcome, **values)
        log.info("practice_ended", practice_id=self._row.practice_id, outcome=outcome)
