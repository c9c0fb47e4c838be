"""From a decoded command to its effect and its one reply."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from chat.conversation.data_keys import KeysAwayError
from chat.edge.chat_commands import ChatCommands
from chat.edge.connection import Connection
from chat.edge.greeting import Greeter
from chat.edge.hub import Hub
from chat.edge.listener_commands import ListenerCommands
from chat.edge.refusal import CommandRefused
from chat.edge.seeker_commands import SeekerCommands
from chat.protocol import commands as c
from chat.protocol.codes import WORDS, Code
from chat.protocol.replies import Done, Refused
from chat.supervision.board import Board
from config.log import get_logger
from config.redis_link import RedisAway, RedisRefused

log = get_logger("edge")

#: When the engine is away, a client does well to try again after this.
RETRY_AFTER_MS = 1000
#: A seeker's acts while waiting are noted at most this often: "in the last 30 s" needs no more.
ACT_EVERY_S = 5.0

Handler = Callable[[Connection, Any], Awaitable[Done]]


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

    def __post_init__(self) -> None:
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

    async def __call__(self, connection: Connection, command: c.Command) -> None:
        """Carry one command out and reply. Raises nothing."""
        ref: str | None = command.ref
        kind = str(type(command).__struct_config__.tag)
        outcome = "done"
        try:
            await self._carry_out(connection, command)
        except CommandRefused as refused:
            outcome = refused.code
            self.refuse(connection, ref, refused.code, **refused.fields)
        except RedisAway:
            outcome = "try_again"
            self.hub.door.counts.redis_errors.labels("away").inc()
            self.refuse(connection, ref, "try_again", retry_after_ms=RETRY_AFTER_MS)
        except KeysAwayError:
            outcome = "try_again"
            self.refuse(connection, ref, "try_again", retry_after_ms=RETRY_AFTER_MS)
        except RedisRefused as refused:
            outcome = "full" if str(refused) == "OOM" else "try_again"
            self.hub.door.counts.redis_errors.labels(str(refused)[:32]).inc()
            log.error("engine_refused", kind=str(refused)[:32], command=kind)
            code: Code = "full" if outcome == "full" else "try_again"
            self.refuse(connection, ref, code, retry_after_ms=RETRY_AFTER_MS)
        except Exception as error:
            # A fault of ours must cost one command, not the connection and what is under way on it.
            outcome = "fault"
            log.error("command_failed", command=kind, exc_info=error)
            self.refuse(connection, ref, "try_again", retry_after_ms=RETRY_AFTER_MS)
        self.hub.door.counts.commands.labels(kind, outcome).inc()

    async def _carry_out(self, connection: Connection, command: c.Command) -> None:
        now = connection.last_heard_s = self.loop_time()
        if isinstance(command, c.Hello):
            if connection.is_greeted:
                raise CommandRefused("already_greeted")
            await self.greeter.greet(connection, command)
            return
        if not connection.is_greeted:
            raise CommandRefused("hello_first")
        wait_ms = connection.bucket.take(now)
        if wait_ms:
            raise CommandRefused("too_fast", retry_after_ms=wait_ms)
        if connection.role not in command.may:
            raise CommandRefused("not_allowed")
        done = await self._handlers[type(command)](connection, command)
        if command.ref is not None:
            self.hub.put(connection, done)
        with contextlib.suppress(RedisAway, RedisRefused):  # the command is done and answered, whatever becomes of this
            await self._note_act(connection)

    async def _note_act(self, connection: Connection) -> None:
        """Who writes, types or presses something while waiting is there, and need not be asked."""
        now = self.loop_time()
        if connection.role != "seeker" or now - connection.last_act_s < ACT_EVERY_S:
            return
        person = self.hub.people.get(connection.person_id)
        if person is None:
            return
        connection.last_act_s = now
        for band, record in person.records.items():
            own = record.chats.get(record.own_chat)
            if own is not None and own.state in ("W", "P", "O"):
                await self.hub.lines.call(band, "acted", person.person_id)

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
