"""The short way of `send_message`: from the frame to the engine's answer without a coroutine, a task or a future.

Nearly all that a chat service does is this one command, and most of what it cost were those (docs/edge.md).
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, cast

from chat.conversation.texts import is_good_text
from chat.edge.connection import Connection
from chat.edge.hub import Hub
from chat.edge.refusal import CommandRefused
from chat.edge.tally import Tally
from chat.protocol.codes import Code
from chat.protocol.commands import SendMessage
from chat.protocol.replies import Done
from config.functions import PreparedCall
from config.redis_link import RedisAway

#: So many people's calls are kept packed as far as they don't change: half a kilobyte each.
PACKED_MAX = 4000

#: Told once what became of a message; the last argument but one is what `begin` was given.
Ended = Callable[[Connection, SendMessage, Callable[[], None], Done | Exception], None]


def outcome_of(command: SendMessage, answer: bytes) -> Done | Exception:
    """What the script's answer to a `send_message` means: `done <epoch> <seq>`, or why not."""
    words = answer.decode().split()
    if words[0] == "done":
        return Done(ref=command.ref, epoch=words[1], seq=int(words[2]))
    return CommandRefused(cast(Code, words[0]))


class MessagePath:
    """`begin` and then `ended`, once, right in the link's reader."""

    def __init__(self, hub: Hub, tally: Tally, ended: Ended) -> None:
        self._hub = hub
        self._tally = tally
        self._ended = ended
        #: (band, is the sender a seeker, is nobody else here to be told) -> the script's call; it takes chat, person,
        #: message_id and sealed text
        calls = {
            (band, role == "seeker", bool(process)): shard.prepared("send_message", 4, role, *process)
            for band, shard in hub.lines.shards.items()
            for role in ("seeker", "listener")
            for process in ((), (hub.process_id,))
        }

        @lru_cache(PACKED_MAX)
        def call_of(band: str, is_seeker: bool, is_alone: bool, chat_id: str, person_id: str) -> PreparedCall:
            return calls[band, is_seeker, is_alone].begun(chat_id, person_id)

        self._call_of = call_of

    def begin(self, connection: Connection, command: SendMessage, after: Callable[[], None]) -> bool:
        """False: something has to be looked up first, and nothing was done. Else `ended` follows, later."""
        chat_id, person_id, message_id = command.chat_id, connection.person_id, command.message_id
        band = self._hub.band_of(connection, chat_id)
        key = self._hub.door.keys.held(chat_id)
        if band is None or key is None or band in self._hub.comparing or not is_good_text(command.text):
            return False
        connection.sending = message_id
        is_alone = connection.is_done_enough and len(self._hub.people[person_id].connections) == 1
        try:
            self._call_of(band, connection.role == "seeker", is_alone, chat_id, person_id).post(
                partial(self._answered, connection, command, after),
                message_id.encode(),
                key.seal(person_id, message_id, command.text),
            )
        except RedisAway:
            connection.sending = ""
            return False  # the long way says so
        return True

    def _answered(self, connection: Connection, command: SendMessage, after: Callable[[], None], answer: Any) -> None:
        outcome = answer if isinstance(answer, Exception) else outcome_of(command, answer)
        if type(outcome) is Done:
            self._tally.message(connection.role == "seeker")
            connection.was_done(command.chat_id, cast(int, outcome.seq))
        elif connection.was_not_done(command.chat_id):
            self._hub.start_fill(connection, command.chat_id)
        self._ended(connection, command, after, outcome)
