"""A client as the protocol's text asks for: it repeats what wasn't answered, recovers, and writes down all it sees."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.chaos.history import NOT_THERE, Closed, Done, Dropped, Event, Got, Odd, Opened, Refused, Sent, checksum
from tests.chaos.websocket import WebSocket

Frame = dict[str, Any]
#: Refusals that pass by themselves.
PASSING = ("try_again", "too_fast", "going_away", "full")
#: A command or a greeting unanswered for so long: this connection leads nowhere.
PATIENCE_S = 4.0
BACK_OFF_FIRST_S, BACK_OFF_MOST_S = 0.05, 1.0


@dataclass
class Command:
    """Something asked and not answered for good; it outlives connections."""

    frame: Frame
    answer: asyncio.Future[Frame]
    asked_at_s: float
    flew_at_s: float = 0.0
    is_flying: bool = False


@dataclass
class Log:
    """What is held of one chat."""

    epoch: str
    request: str = ""
    is_open: bool = True
    held: dict[int, str] = field(default_factory=dict)
    seq: int = 0
    #: my own messages, in the order sent: id -> text, and the seq that was answered
    mine: dict[str, str] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)

    def hold(self, seq: int, message: str) -> None:
        self.held.setdefault(seq, message)
        while self.seq + 1 in self.held:
            self.seq += 1


def _newest(held: dict[int, str]) -> Frame:
    return {"newest_seq": max(held), "newest_id": held[max(held)]} if held else {}


class Client:
    """One program of one person. `ports` are those of all web processes; it goes to any."""

    role = ""

    def __init__(
        self, name: str, ports: list[int], events: list[Event], rng: Random, cookie: str | None = None
    ) -> None:
        self.name = name
        self.rng = rng
        self.person_id = ""
        self.token: str | None = None
        self.ticket: str | None = None
        self.logs: dict[str, Log] = {}
        self.is_greeted = False
        self.is_over = False
        #: says no more, and ends the chat
        self.is_leaving = False
        self.came = asyncio.Event()
        self.connections = 0
        self.outbox: dict[str, Command] = {}
        self.cookie = cookie
        self._ports = ports
        self._port = rng.choice(ports)
        self._events = events
        self._refs = 0
        self._socket: WebSocket | None = None
        self._began_at_s = 0.0
        self._loop = asyncio.get_running_loop()
        self._life: asyncio.Task[None] | None = None

    def note(self, event: Event) -> None:
        self._events.append(event)

    @property
    def now(self) -> float:
        return self._loop.time()

    # ---- connections ----

    def starts(self) -> None:
        self._life = self._loop.create_task(self._live())

    async def ends(self) -> None:
        """Close the page for good."""
        self.is_over = True
        if self._socket is not None:
            self._socket.close()
        if self._life is not None:
            self._life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._life
        if self._socket is not None:
            self._socket.abort()
        for command in self.outbox.values():
            command.answer.cancel()

    async def _live(self) -> None:
        pause_s = BACK_OFF_FIRST_S
        while not self.is_over:
            was = self.connections
            await self._connect_once()
            if self.is_greeted or self.connections > was + 1:
                pause_s = BACK_OFF_FIRST_S
            self.is_greeted = False
            for command in self.outbox.values():
                command.is_flying = False
            self._port = self.rng.choice([port for port in self._ports if port != self._port] or self._ports)
            await asyncio.sleep(pause_s * self.rng.uniform(0.5, 1.5))
            pause_s = min(2 * pause_s, BACK_OFF_MOST_S)

    async def _connect_once(self) -> None:
        self._began_at_s = self.now
        self.connections += 1
        connection = self.connections

        def framed(frame: Frame) -> None:
            if connection == self.connections and not self.is_over:
                self._take(frame)

        try:
            self._socket = await WebSocket.open(self._port, self.cookie, framed, PATIENCE_S)
        except (OSError, TimeoutError):
            return
        hello: Frame = {"type": "hello", "ref": "hello", "recover": self._positions()}
        if self.token is not None:
            hello["token"] = self.token
        if self.ticket is not None:
            hello["tickets"] = [self.ticket]
        self._began_at_s = self.now
        self._socket.send(hello)
        await self._socket.closed

    def _positions(self) -> list[Frame]:
        return [
            {"chat_id": chat, "epoch": log.epoch, "seq": log.seq, **_newest(log.held)}
            for chat, log in self.logs.items()
        ]

    def look(self) -> None:
        """Called now and then: leave a connection on which nothing is answered."""
        late = self.now - PATIENCE_S
        is_stuck = not self.is_greeted and self._began_at_s < late
        is_stuck = is_stuck or any(c.is_flying and c.flew_at_s < late for c in self.outbox.values())
        if is_stuck and self._socket is not None:
            self._socket.abort()

    def vanish(self) -> None:
        """Lose the connection without a goodbye."""
        if self._socket is not None:
            self._socket.abort()

    # ---- commands ----

    def ask(self, kind: str, **fields: Any) -> asyncio.Future[Frame]:
        """Send it until it is answered for good, over as many connections as it takes."""
        self._refs += 1
        ref = f"r{self._refs}"
        command = Command({"type": kind, "ref": ref, **fields}, self._loop.create_future(), self.now)
        self.outbox[ref] = command
        self._fly(command)
        return command.answer

    def probe(self) -> None:
        """Ask for something small that the engine must answer, to see whether this client is served."""
        for chat, log in self.logs.items():
            if log.is_open and log.seq:
                self.ask("mark_read", chat_id=chat, seq=log.seq)
                return

    def _fly(self, command: Command) -> None:
        if self.is_greeted and self._socket is not None and not command.is_flying:
            command.is_flying, command.flew_at_s = True, self.now
            self._socket.send(command.frame)

    def _replied(self, frame: Frame) -> None:
        if frame["ref"] == "hello":
            self._greeting_answered(frame)
            return
        command = self.outbox.get(frame["ref"])
        if command is None:
            return
        command.is_flying = False
        if frame["type"] == "refused" and frame["code"] in PASSING:
            pause_s = min(2.0, (frame.get("retry_after_ms") or 200) / 1000)
            self._loop.call_later(pause_s * self.rng.uniform(0.5, 1.5), self._fly_again, frame["ref"])
            return
        del self.outbox[frame["ref"]]
        if not command.answer.done():
            command.answer.set_result(frame)

    def _fly_again(self, ref: str) -> None:
        if ref in self.outbox:
            self._fly(self.outbox[ref])

    def _greeting_answered(self, frame: Frame) -> None:
        if frame["type"] != "done":
            self.vanish()
            return
        self.is_greeted = True
        self.came.set()
        # What was said before goes before what waits since.
        waiting = list(self.outbox.values())
        for chat, log in self.logs.items():
            if log.is_open:
                self._restore(chat, log)
        for command in waiting:
            self._fly(command)
        self.greeted()

    def greeted(self) -> None:
        """Caught up on a new connection."""

    # ---- messages ----

    def says(self, chat: str, message: str, text: str) -> asyncio.Future[Frame]:
        """A message; its answer is written down."""
        log = self.logs[chat]
        if message not in log.mine:
            log.mine[message] = text
            self.note(Sent(self.now, self.person_id, chat, message, checksum(text)))
        answer = self.ask("send_message", chat_id=chat, message_id=message, text=text)
        answer.add_done_callback(lambda done: self._said(chat, message, done))
        return answer

    def _said(self, chat: str, message: str, answer: asyncio.Future[Frame]) -> None:
        if answer.cancelled():
            return
        frame = answer.result()
        if frame["type"] == "refused":
            self.note(Refused(self.now, self.person_id, chat, message, frame["code"]))
            if chat in self.logs:
                self.logs[chat].mine.pop(message, None)
            return
        self.note(Done(self.now, self.person_id, chat, message, frame["epoch"], frame["seq"]))
        log = self.logs.get(chat)
        if log is not None and log.epoch == frame["epoch"]:
            log.done[message] = frame["seq"]
            log.hold(frame["seq"], message)

    def _restore(self, chat: str, log: Log) -> None:
        """Another epoch: what I said and the log has lost is said again, in the old order."""
        waiting = {c.frame.get("message_id") for c in self.outbox.values()}
        held = set(log.held.values())
        for message, text in list(log.mine.items()):
            if message not in held and message not in waiting and message not in log.done:
                self.says(chat, message, text)

    # ---- what the server says ----

    def _take(self, frame: Frame) -> None:
        kind = frame["type"]
        if kind in ("done", "refused"):
            self._replied(frame)
        elif kind == "message_added":
            self._heard(frame)
        else:
            if kind == "welcome":
                self._welcomed(frame)
            elif kind == "chat_opened":
                self._opened(frame)
            elif kind == "chat_ended":
                self._closed(frame["chat_id"], f"{frame['by']}: {frame['reason']}")
            self.pushed(kind, frame)

    def pushed(self, kind: str, frame: Frame) -> None:
        """Everything but messages and replies."""

    def _heard(self, frame: Frame) -> None:
        chat, seq = frame["chat_id"], frame["seq"]
        self.note(
            Got(
                self.now,
                self.person_id,
                self.connections,
                chat,
                frame["epoch"],
                seq,
                frame["message_id"],
                frame["from_id"],
                checksum(frame["text"]),
            )
        )
        log = self.logs.get(chat)
        if log is None or log.epoch != frame["epoch"]:
            self.note(Odd(self.now, self.person_id, f"a message of {chat} that is not open here"))
            return
        log.hold(seq, frame["message_id"])
        if self.is_greeted and log.seq < seq:
            self.ask("catch_up", chat_id=chat, epoch=log.epoch, seq=log.seq)

    def _welcomed(self, frame: Frame) -> None:
        if self.person_id and frame["person_id"] != self.person_id:
            self.note(Odd(self.now, self.person_id, "became somebody else"))
            for chat in self.logs:
                self.note(Dropped(self.now, self.person_id, chat))
            self.logs.clear()
        self.person_id = frame["person_id"]
        self.token = frame.get("token") or self.token
        here = {chat["chat_id"]: chat for chat in frame["snapshot"]["chats"]}
        for chat_id, chat in here.items():
            self._hold(chat_id, chat["epoch"], chat.get("request_id") or "", chat["participants"])
            if chat["state"] == "ended":
                self._closed(chat_id, f"{chat.get('ended_by')}: {chat.get('ended_reason')}")
        for chat_id, log in self.logs.items():
            if chat_id not in here and log.is_open:
                self._closed(chat_id, NOT_THERE)

    def _opened(self, frame: Frame) -> None:
        self._hold(frame["chat_id"], frame["epoch"], frame.get("request_id") or "", frame["participants"])

    def _hold(self, chat: str, epoch: str, request: str, participants: list[Frame]) -> None:
        people = tuple((one["person_id"], one["role"]) for one in participants)
        self.note(Opened(self.now, self.person_id, chat, request, people))
        log = self.logs.get(chat)
        if log is None:
            self.logs[chat] = Log(epoch, request)
        elif log.epoch != epoch:
            self.note(Dropped(self.now, self.person_id, chat))
            self.logs[chat] = Log(epoch, request, mine=log.mine)
        else:
            log.is_open = True

    def _closed(self, chat: str, why: str) -> None:
        self.note(Closed(self.now, self.person_id, chat, why))
        if chat in self.logs:
            self.logs[chat].is_open = False
