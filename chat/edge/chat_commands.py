"""What both sides' commands in a chat do."""

from dataclasses import dataclass
from typing import cast

from chat.conversation.data_keys import KeysAwayError
from chat.conversation.sealing import ChatKey
from chat.conversation.texts import is_good_text, program_word
from chat.edge.connection import Connection
from chat.edge.hub import Hub
from chat.edge.message_path import outcome_of
from chat.edge.refusal import CommandRefused
from chat.protocol.codes import Code
from chat.protocol.commands import CatchUp, EndChat, MarkRead, Report, SendMessage, SetTyping
from chat.protocol.replies import Done
from config.redis_link import RedisAway, RedisRefused
from routing.store.snapshots import ChatRecord

#: What processes usually need to compare their logs with another life of the engine.
COMPARING_MS = 200


@dataclass(frozen=True, slots=True)
class ChatCommands:
    """Each method answers with `done` or raises CommandRefused, RedisAway, RedisRefused or KeysAwayError."""

    hub: Hub

    async def _band(self, connection: Connection, chat_id: str) -> str:
        """The shard of a chat of this person. A chat that opened a moment ago may not have reached the view yet."""
        band = self.hub.band_of(connection, chat_id)
        if band is None:
            person = self.hub.people[connection.person_id]
            await self.hub.read(person, self.hub.lines.shards)
            band = self.hub.view_of(person).bands.get(chat_id)
        if band is None:
            raise CommandRefused("no_such_chat")
        return band

    async def send_message(self, connection: Connection, command: SendMessage) -> Done:
        if not is_good_text(command.text):
            raise CommandRefused("bad_text")
        band = await self._band(connection, command.chat_id)
        if band in self.hub.comparing:
            raise CommandRefused("try_again", retry_after_ms=COMPARING_MS)
        role = "seeker" if connection.role == "seeker" else "listener"
        key = self.hub.door.keys.held(command.chat_id) or await self._key(connection, command.chat_id)
        sealed = key.seal(connection.person_id, command.message_id, command.text)
        answer = await self.hub.lines.call(
            band, "send_message", command.chat_id, connection.person_id, command.message_id, sealed, role
        )
        outcome = outcome_of(command, answer)
        if not isinstance(outcome, Done):
            raise outcome
        self.hub.tally.message(role == "seeker")
        position = connection.positions.get(command.chat_id)
        if position is not None and position.epoch == outcome.epoch:
            position.told_done(cast(int, outcome.seq), command.message_id)
        return outcome

    async def _key(self, connection: Connection, chat_id: str) -> ChatKey:
        """A chat's key that is not at hand. Raises KeysAwayError."""
        key = await self.hub.door.keys.of(chat_id)
        if key is not None:
            return key
        view = self.hub.view_of(self.hub.people[connection.person_id])
        if any(chat.chat_id == chat_id and chat.state == "ended" for chat in view.snapshot.chats):
            raise CommandRefused("no_such_chat")  # it was deleted
        # It goes on without: an older database was restored. What is written from now on can be read.
        return await self.hub.door.keys.make(chat_id)

    async def set_typing(self, connection: Connection, command: SetTyping) -> Done:
        band = self.hub.band_of(connection, command.chat_id)
        if band is None:
            raise CommandRefused("no_such_chat")
        shard = self.hub.lines.shards[band]
        payload = f"t\n{command.chat_id}\n{connection.person_id}\n{int(command.typing)}"
        for other in connection.counterparts(command.chat_id):
            await shard.functions.link.send("SPUBLISH", shard.key("channel", other), payload)
        return Done(ref=command.ref or "")

    async def mark_read(self, connection: Connection, command: MarkRead) -> Done:
        band = await self._band(connection, command.chat_id)
        await self.hub.lines.call(band, "mark_read", command.chat_id, connection.person_id, command.seq)
        return Done(ref=command.ref or "")

    async def catch_up(self, connection: Connection, command: CatchUp) -> Done:
        """Send again what lies above the client's position, in order, before `done`."""
        band = self.hub.log_band_of(connection, command.chat_id) or await self._band(connection, command.chat_id)
        position = connection.positions.get(command.chat_id)
        if position is None or self.hub.log_band_of(connection, command.chat_id) != band:
            raise CommandRefused("no_such_chat")
        while position.is_filling:  # one reader at a time keeps the order
            await self.hub.pause()
        held = command.seq if command.epoch == position.epoch else 0
        if held < position.last:
            position.last = held
        position.want = max(position.want, position.last)
        position.is_filling = True
        try:
            await self.hub.fill(connection, command.chat_id, position)
        except (RedisAway, RedisRefused, KeysAwayError):
            position.is_filling = False
            raise
        return Done(ref=command.ref)

    async def end_chat(self, connection: Connection, command: EndChat) -> Done:
        reason = program_word(command.reason) if command.reason else "ended"
        await self._end(connection, command.chat_id, reason, block=False)
        return Done(ref=command.ref)

    async def _end(self, connection: Connection, chat_id: str, reason: str, *, block: bool) -> None:
        band = await self._band(connection, chat_id)
        role = "seeker" if connection.role == "seeker" else "listener"
        answer = await self.hub.lines.call(
            band, "end_chat", connection.person_id, chat_id, role, reason, "1" if block else "0"
        )
        if answer != b"done":
            code: Code = answer.decode()
            raise CommandRefused(code)

    async def report(self, connection: Connection, command: Report) -> Done:
        """Keep the report first: a chat that ended without it would have silenced it."""
        record = await self._taken_part_in(connection, command.chat_id)
        if command.comment and "\x00" in command.comment:
            raise CommandRefused("bad_text")
        if command.comment:
            await self._key(connection, command.chat_id)  # with which it is sealed
        await self.hub.door.save_report(
            chat_id=command.chat_id,
            person_id=connection.person_id,
            role=connection.role,
            about_id=_whom(command, record) if record.seeker == connection.person_id else None,
            reason=program_word(command.reason),
            comment=command.comment,
            block=command.block,
        )
        if command.block:
            await self._block(connection, command, record)
        return Done(ref=command.ref)

    async def _taken_part_in(self, connection: Connection, chat_id: str) -> ChatRecord:
        """The record of a chat in which this person is or was; to be offered one is not enough."""
        band = await self._band(connection, chat_id)
        person = self.hub.people[connection.person_id]
        for is_fresh in (False, True):
            record = person.records[band].chats.get(chat_id)
            if record is not None and record.listeners and person.person_id in (record.seeker, *record.listeners):
                return record
            if not is_fresh:  # it may have opened a moment ago
                await self.hub.read(person, (band,))
        raise CommandRefused("chat_not_open" if person.is_seeker else "no_such_chat")

    async def _block(self, connection: Connection, command: Report, record: ChatRecord) -> None:
        """End the chat and keep these two apart, in every age band: who says another one is the same person."""
        listener_id, chat_id = connection.person_id, command.chat_id
        if record.seeker == connection.person_id:
            # Another listener may have come since whoever writes this last saw who is there.
            person = self.hub.people[connection.person_id]
            band = await self._band(connection, chat_id)
            await self.hub.read(person, (band,))
            record = person.records[band].chats.get(chat_id, record)
            listener_id = _whom(command, record)
        if listener_id == connection.person_id or listener_id == record.last_listener:
            try:
                await self._end(connection, chat_id, "ended", block=True)
            except CommandRefused as refused:
                # Whoever lost the chat to the next listener ends nothing, and is kept apart all the same.
                if refused.code != "not_participant" or not self.hub.settled.is_set():
                    raise
        for band in self.hub.lines.shards:
            await self.hub.lines.call(band, "block", listener_id, record.seeker)
        # Last: an engine that is restarted before the chat ended would be told of it and part them, and the chat would
        # go on with somebody else.
        await self.hub.door.save_block(record.seeker, listener_id)


def _whom(command: Report, record: ChatRecord) -> str:
    """The listener whom a seeker reports."""
    about_id = command.about_id
    return about_id if about_id and about_id in record.listeners else record.last_listener
