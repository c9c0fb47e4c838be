"""The short way of `send_message`: from the frame to the engine's answer without a coroutine, a task or a future.

Nearly all that a chat service does is this one command, and most of what it cost were those (docs/edge.md).
"""

from collections.abc import Callable
from typing import Any

from chat.conversation.texts import is_good_text
from chat.edge.connection import Connection
from chat.edge.hub import Hub
from chat.edge.refusal import CommandRefused
from chat.edge.tally import Tally
from chat.protocol.commands import SendMessage
from chat.protocol.replies import Done
from config.redis_link import RedisAway

Ended = Callable[[Done | Exception], None]


def outcome_of(command: SendMessage, answer: Any) -> Done | Exception:
    """What the script's answer to a `send_message` means: `done`, or why not."""
    if answer[0] == b"done":
        return Done(ref=command.ref, epoch=answer[1].decode(), seq=int(answer[2]))
    return CommandRefused(answer[0].decode())


class MessagePath:
    """`begin` and then `ended`, once, right in the link's reader."""

    def __init__(self, hub: Hub, tally: Tally) -> None:
        self._hub = hub
        self._tally = tally

    def begin(self, connection: Connection, command: SendMessage, ended: Ended) -> bool:
        """False: something has to be looked up first, and nothing was done. Else `ended` follows, later."""
        band = self._hub.band_of(connection, command.chat_id)
        key = self._hub.door.keys.held(command.chat_id)
        if band is None or key is None or not is_good_text(command.text):
            return False
        is_seeker = connection.role == "seeker"

        def answered(answer: Any) -> None:
            outcome = answer if isinstance(answer, Exception) else outcome_of(command, answer[0])
            seq: int | None = None
            if isinstance(outcome, Done):
                self._tally.message(is_seeker)
                seq = int(answer[0][2])
            if connection.was_answered(command.chat_id, seq):
                self._hub.start_fill(connection, command.chat_id)
            ended(outcome)

        connection.sending = command.message_id
        try:
            self._hub.lines.shards[band].post(
                "send_message",
                answered,
                command.chat_id,
                connection.person_id,
                command.message_id,
                key.seal(connection.person_id, command.message_id, command.text),
                "seeker" if is_seeker else "listener",
            )
        except RedisAway:
            connection.sending = ""
            return False  # the long way says so
        return True
