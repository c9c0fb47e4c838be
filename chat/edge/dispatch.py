"""From a decoded command to its effect and its one reply."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from chat.conversation.data_keys import KeysAwayError
from chat.edge.admission import HOLD_BACK_S, RETRY_AFTER_MS, Admission
from chat.edge.chat_commands import ChatCommands
from chat.edge.connection import Connection
from chat.edge.greeting import Greeter
from chat.edge.hub import Hub
from chat.edge.listener_commands import ListenerCommands
from chat.edge.message_path import MessagePath
from chat.edge.refusal import PERHAPS_FORGOTTEN, CommandRefused
from chat.edge.seeker_commands import SeekerCommands
from chat.edge.tally import Tally
from chat.protocol import commands as c
from chat.protocol.codes import WORDS, Code
from chat.protocol.pushes import Push
from chat.protocol.replies import Done, Refused
from chat.supervision.board import Board
from config.database import is_away
from config.disk import kind_of
from config.functions import is_missing
from config.log import get_logger
from config.redis_link import RedisAway, RedisRefused

log = get_logger("edge")

#: A seeker's acts while waiting are noted at most this often: "in the last 30 s" needs no more.
ACT_EVERY_S = 5.0

#: Answers with `done`, and with what must be heard right behind it, if there is anything.
Handler = Callable[[Connection, Any], Awaitable[Done | tuple[Done, Push]]]


@dataclass
class Dispatch:
    """One call per command, in the order sent; every command with a `ref` gets exactly one reply."""

    hub: Hub
    greeter: Greeter
    seeker: SeekerCommands
    listener: ListenerCommands
    chat: ChatCommands
    #: None: there is nothing to watch here
    board: Board | None
    loop_time: Callable[[], float]
    tally: Tally
    admission: Admission

    def __post_init__(self) -> None:
        self.messages = MessagePath(self.hub, self.tally, self._message_ended)
        self._handlers: dict[type[Any], Handler] = {
            c.CatchUp: self.chat.catch_up,
            c.RequestChat: self.seeker.request_chat,
            c.LeaveLine: self.seeker.leave_line,
            c.ReleaseHold: self.seeker.release_hold,
            c.ConfirmHere: self.seeker.confirm_here,
            c.SendMessage: self.chat.send_message,
            c.SetTyping: self.chat.set_typing,
            c.MarkRead: self.chat.mark_read,
            c.EndChat: self.chat.end_chat,
            c.GiveFeedback: self.seeker.give_feedback,
            c.Report: self.chat.report,
            c.SetAvailability: self.listener.set_availability,
            c.AnswerOffer: self.listener.answer_offer,
            c.TakeNext: self.listener.take_next,
            c.FinishWrapUp: self.listener.finish_wrap_up,
            c.WatchLoad: self.watch_load,
        }

    def begin(self, connection: Connection, command: c.Command, ended: Callable[[], None]) -> bool:
        """Carry one command out and reply. True: it is answered already; else `ended` is told when it is.

        A message goes the short way (message_path.py) whenever nothing has to be looked up for it first; everything
        else is a coroutine of its own. Raises nothing.
        """
        outcome = self._check(connection, command)
        if outcome is not None:
            self._count(command, outcome)
            return True
        if type(command) is c.SendMessage and self.messages.begin(connection, command, ended):
            return False
        task = self.hub.spawn(self(connection, command))
        task.add_done_callback(lambda _: ended())
        return False

    async def __call__(self, connection: Connection, command: c.Command) -> None:
        """Carry out one command that may be, and reply. Raises nothing."""
        outcome = "done"
        try:
            await self._carry_out(connection, command)
        except Exception as error:
            outcome = self._refuse_for(connection, command, error)
        self._count(command, outcome)

    def _check(self, connection: Connection, command: c.Command) -> str | None:
        """May this be done at all, and now? None, or why it was refused."""
        now = connection.last_heard_s = self.loop_time()
        wait_ms: int | None = None
        code: Code
        if type(command) is c.Hello:
            if not connection.is_greeted:
                return None
            if self.greeter.is_repeat(connection, command):
                self.hub.put(connection, Done(ref=command.ref))
                return "done"
            code = "already_greeted"
        elif not connection.is_greeted:
            # Said even where there is no ref to answer: a client that forgot its hello would wait for ever.
            self.hub.put(connection, Refused(code="hello_first", message=WORDS["hello_first"], ref=command.ref))
            return "hello_first"
        elif connection.role not in command.may:
            code = "not_allowed"
        else:
            wait_ms = connection.bucket.take(now)
            if wait_ms:
                code = "too_fast"
            elif self.admission.is_closed(now):
                code, wait_ms = "try_again", RETRY_AFTER_MS
                self.hub.hold_back(connection, HOLD_BACK_S)
            else:
                return None
        if wait_ms:
            self.refuse(connection, command.ref, code, retry_after_ms=wait_ms)
        else:
            self.refuse(connection, command.ref, code)
        return code

    async def _carry_out(self, connection: Connection, command: c.Command) -> None:
        if isinstance(command, c.Hello):
            await self.greeter.greet(connection, command)
            return
        answer = await self._handlers[type(command)](connection, command)
        done, *behind = answer if isinstance(answer, tuple) else (answer,)
        if command.ref is not None:
            self.hub.put(connection, done)
        for push in behind:
            self.hub.put(connection, push)
        if connection.role == "seeker":
            self._note_act(connection)

    def _message_ended(
        self, connection: Connection, command: c.SendMessage, ended: Callable[[], None], outcome: Done | Exception
    ) -> None:
        """A message that went the short way has its answer."""
        try:
            if isinstance(outcome, Done):
                self.hub.put(connection, outcome)
                self.tally.messages_done += 1
                if connection.role == "seeker":
                    self._note_act(connection)
            elif isinstance(outcome, RedisRefused) and is_missing(outcome):
                # The long way loads the library. A repeat is harmless, and so are two.
                self.hub.spawn(self(connection, command)).add_done_callback(lambda _: ended())
                return
            else:
                self._count(command, self._refuse_for(connection, command, outcome))
        except Exception as error:
            log.error("reply_failed", command="send_message", exc_info=error)
        ended()

    def _refuse_for(self, connection: Connection, command: c.Command, error: Exception) -> str:
        """Refuse a command that came to nothing; what became of it, for the counters."""
        ref, kind = command.ref, _kind(command)
        if isinstance(error, CommandRefused) and error.code in PERHAPS_FORGOTTEN and not self.hub.settled.is_set():
            self.refuse(connection, ref, "try_again", retry_after_ms=RETRY_AFTER_MS)
            return "try_again"
        if isinstance(error, CommandRefused):
            self.refuse(connection, ref, error.code, **error.fields)
            return error.code
        if isinstance(error, RedisAway):
            self.hub.door.counts.redis_errors.labels("away").inc()
            self.refuse(connection, ref, "try_again", retry_after_ms=RETRY_AFTER_MS)
            return "try_again"
        if isinstance(error, KeysAwayError):
            self.refuse(connection, ref, "try_again", retry_after_ms=RETRY_AFTER_MS)
            return "try_again"
        if isinstance(error, RedisRefused):
            code: Code = "full" if str(error) == "OOM" else "try_again"
            self.hub.door.counts.redis_errors.labels(str(error)[:32]).inc()
            log.error("engine_refused", kind=str(error)[:32], command=kind)
            self.refuse(connection, ref, code, retry_after_ms=RETRY_AFTER_MS)
            return code
        if is_away(error):
            log.warning("database_away", command=kind, kind=kind_of(error))
            self.refuse(connection, ref, "try_again", retry_after_ms=RETRY_AFTER_MS)
            return "try_again"
        # A fault of ours must cost one command, not the connection and what is under way on it.
        log.error("command_failed", command=kind, exc_info=error)
        self.refuse(connection, ref, "try_again", retry_after_ms=RETRY_AFTER_MS)
        return "fault"

    def _count(self, command: c.Command, outcome: str) -> None:
        self.tally.command(_kind(command), outcome)

    def _note_act(self, connection: Connection) -> None:
        """A seeker who writes, types or presses something while waiting is there, and need not be asked."""
        now = self.loop_time()
        if now - connection.last_act_s < ACT_EVERY_S:
            return
        person = self.hub.people.get(connection.person_id)
        if person is None:
            return
        connection.last_act_s = now
        for band, record in person.records.items():
            own = record.chats.get(record.own_chat)
            if own is not None and own.state in ("W", "P", "O"):
                self.hub.spawn(self._tell_act(band, person.person_id))

    async def _tell_act(self, band: str, person_id: str) -> None:
        with contextlib.suppress(RedisAway, RedisRefused):  # the command is done and answered all the same
            await self.hub.lines.call(band, "acted", person_id)

    async def watch_load(self, connection: Connection, command: c.WatchLoad) -> Done:
        if self.board is None:
            raise CommandRefused("not_allowed")
        connection.watches_load = True
        load = await self.board.whole()
        return Done(
            ref=command.ref, n=load.n, at_ms=load.at_ms, pools=load.pools, listeners=load.listeners, load_changed=load
        )

    def refuse(self, connection: Connection, ref: str | None, code: Code, **fields: Any) -> None:
        """Send `refused`; a command without a ref gets no reply, as the wire promises."""
        if ref is None:
            return
        self.hub.put(connection, Refused(code=code, message=WORDS[code], ref=ref, **fields))


def _kind(command: c.Command) -> str:
    return str(type(command).__struct_config__.tag)
