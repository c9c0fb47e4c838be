"""What a seeker's commands do."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chat.accounts.pools import PoolBook
from chat.conversation.chat_ids import chat_id_of
from chat.conversation.facts import why_ended
from chat.conversation.texts import is_good_text
from chat.edge.connection import Connection
from chat.edge.difference import request_changed
from chat.edge.hub import Hub
from chat.edge.people import LocalPerson
from chat.edge.refusal import CommandRefused
from chat.protocol.commands import ConfirmHere, GiveFeedback, LeaveLine, ReleaseHold, RequestChat
from chat.protocol.pushes import RequestChanged
from chat.protocol.replies import Done
from chat.safety.priority import requirements_of
from config.clock import now_ms
from config.redis_link import RedisAway
from routing.actions.places import read_places
from routing.store.snapshots import ENDED

#: A frame holds no more ids of listeners than this; a silently shorter list would break somebody's wish.
AVOID_MAX = 3000
#: A request stands in at most three lines at once.
SECOND_LANGUAGES_MAX = 2


@dataclass(frozen=True, slots=True)
class SeekerCommands:
    """Each method answers with `done` or raises CommandRefused, RedisAway, RedisRefused, KeysAwayError or what the
    database raises."""

    hub: Hub
    pools: PoolBook
    has_room_for_request: Callable[[bytes], bool]

    async def request_chat(self, connection: Connection, command: RequestChat) -> Done | tuple[Done, RequestChanged]:
        person = self.hub.people[connection.person_id]
        if command.age_band is None:
            raise CommandRefused("age_band_missing")
        first_words = command.first_words or ""
        if first_words and not is_good_text(first_words):
            raise CommandRefused("bad_text")
        pool = self.pools.find(command.language, command.age_band)
        if pool is None:
            await self.pools.refresh()  # a language that was opened a moment ago
            pool = self.pools.find(command.language, command.age_band)
        if pool is None:
            raise CommandRefused("language_not_offered")
        chat_id = chat_id_of(person.person_id, command.age_band, command.request_id)
        band = command.age_band
        state, reason = await self._known(band, chat_id)
        if state in ENDED:
            return self._ended(connection, command, reason)
        await self._refuse_second(person, band, chat_id)
        is_repeat = state != ""
        if not is_repeat:
            if not pool.is_open_at(now_ms()):
                raise CommandRefused("pool_closed")
            if not self.has_room_for_request(connection.address_key):
                raise CommandRefused("too_many_requests", retry_after_ms=60_000)
        key = await self.hub.door.keys.make(chat_id)
        if band not in person.attached:
            await self.hub.presence.attach(person, band)
        needs = requirements_of(command.topics or (), command.distress)
        avoids = tuple(a for a in dict.fromkeys(command.avoid_listeners or []) if "," not in a)[:AVOID_MAX]
        answer = await self.hub.lines.call(
            band,
            "request_chat",
            chat_id,
            person.person_id,
            command.request_id,
            ",".join([pool.language, *self._second_languages(command, pool.language)]),
            needs.topics,
            command.distress or "",
            ",".join(avoids),
            command.prefer_listener or "",
            secrets.token_hex(6),
            key.seal(person.person_id, command.request_id, first_words) if first_words else "",
            self.hub.engine_lives.get(band, ""),
            needs.risk,
            needs.level,
            needs.hard,
            1000 * (command.hold_s or 0) if command.prefer_listener else 0,
        )
        became, its_chat, its_request = answer.decode().split(" ", 2)
        if became == "open":
            raise CommandRefused("already_open", request_id=its_request, chat_id=its_chat)
        if not is_repeat:
            person.avoids = avoids
            await self._refuse_second(person, band, chat_id, entered=True)
        if state == "P":
            parked = await self._parked(person, band, command)
            if parked is not None:
                return parked
        return await self._placed(person, band, pool.language, command, chat_id, is_repeat=is_repeat)

    def _second_languages(self, command: RequestChat, first: str) -> list[str]:
        """Pools of the other languages that the seeker speaks, at most two; where there is none it helps nobody."""
        found: list[str] = []
        for tag in command.other_languages or []:
            pool = self.pools.find(tag, command.age_band) if command.age_band else None
            if pool is not None and pool.language not in (first, *found):
                found.append(pool.language)
        return found[:SECOND_LANGUAGES_MAX]

    async def _known(self, band: str, chat_id: str) -> tuple[str, str]:
        """The state of what this command made before, and why it ended; both empty if it is new.

        The engine forgets an hour after the end. A page that slept for longer may say its command again, and the same
        id must not become another chat: that would stand in the archive in place of the first.
        """
        shard = self.hub.lines.shards[band]
        state, reason = await shard.functions.link.send("HMGET", shard.key("chat", chat_id), "st", "er")
        if state:
            return state.decode(), (reason or b"").decode()
        ended = await why_ended(self.hub.door.database, chat_id)
        return ("", "") if ended is None else ("E", ended)

    def _ended(self, connection: Connection, command: RequestChat, reason: str) -> Done | tuple[Done, RequestChanged]:
        """To the repeat of a request that is over: it was done, it has no place any more, and why.

        Said behind the reply, which would otherwise put the seeker back in line in the eyes of a plain client.
        """
        done = Done(ref=command.ref, request_id=command.request_id)
        open_yet = connection.known.snapshot.request if connection.known is not None else None
        if open_yet is not None and open_yet.request_id == command.request_id:
            return done  # it ended a moment ago: the next look at this person tells this connection
        return done, RequestChanged(command.request_id, "ended", reason)

    async def _parked(self, person: LocalPerson, band: str, command: RequestChat) -> tuple[Done, RequestChanged] | None:
        """To the repeat of a request that is parked: what `hello` would say of it. None: it is back in line by now.

        It stands at no place until the seeker says that they are here; said behind the reply, as of one that ended.
        """
        await self.hub.read(person, (band,))
        view = self.hub.view_of(person)
        own = view.snapshot.request
        if own is None or own.request_id != command.request_id or own.state != "parked":
            return None
        done = Done(ref=command.ref, request_id=command.request_id, is_anyone_there=bool(own.is_anyone_there))
        return done, request_changed(own, view.request_reason)

    async def _refuse_second(self, person: LocalPerson, band: str, chat_id: str, *, entered: bool = False) -> None:
        """One open request a token, in whatever age band.

        The bands share no slot, so no script can see both. Asked before and after entering: of two that enter at
        the same moment both may be taken back, never both stay.
        """
        for other, shard in self.hub.lines.shards.items():
            if other == band:
                continue
            try:
                own = await shard.functions.link.send("GET", shard.key("own", person.person_id))
            except RedisAway:
                if other in person.new_in:
                    continue  # they came after it went
                raise
            if not own:  # an empty one says that the token is in use
                continue
            if entered:
                await self.hub.lines.call(band, "leave_line", person.person_id, chat_id, "already_open")
            request_id = await shard.functions.link.send("HGET", shard.key("chat", own.decode()), "rq")
            raise CommandRefused("already_open", request_id=(request_id or b"").decode(), chat_id=own.decode())

    async def _placed(
        self, person: LocalPerson, band: str, language: str, command: RequestChat, chat_id: str, *, is_repeat: bool
    ) -> Done:
        """The reply's place and wait, from the same reading as place_changed."""
        room = await read_places(self.hub.lines, band, language, [person.person_id])
        self.hub.tell_waits(language, band, room.waits)
        seen = room.rows[0]
        record = person.records.get(band)
        if record is not None:
            person.records[band] = replace(record, place=seen.place, listeners_able=seen.able)
        # As in the view: nothing is said of a wait for one's own listener, nor where nobody could come.
        is_held = command.hold_s and command.prefer_listener
        wait = None if is_held or seen.able == 0 else room.waits[seen.risk]
        if wait is not None and seen.place is not None and not is_repeat:
            # Held against the wait in the end (docs/routing.md).
            await self.hub.lines.call(band, "promised", chat_id, wait.high_s)
        return Done(
            ref=command.ref,
            request_id=command.request_id,
            place=seen.place or 1,
            wait_low_s=wait.low_s if wait else None,
            wait_high_s=wait.high_s if wait else None,
            is_anyone_there=seen.able > 0,
        )

    async def leave_line(self, connection: Connection, command: LeaveLine) -> Done:
        await self._on_own_request(connection, command.request_id, "leave_line", "left")
        return Done(ref=command.ref)

    async def confirm_here(self, connection: Connection, command: ConfirmHere) -> Done:
        await self._on_own_request(connection, command.request_id, "confirm_here")
        return Done(ref=command.ref or "")

    async def release_hold(self, connection: Connection, command: ReleaseHold) -> Done:
        await self._on_own_request(connection, command.request_id, "release_hold")
        return Done(ref=command.ref)

    def _own_band_first(self, person: LocalPerson) -> list[str]:
        """Where the open request stands is asked first: one that ended long ago may bear the same request_id."""
        bands = list(self.hub.lines.shards)
        return sorted(bands, key=lambda band: not (band in person.records and person.records[band].own_chat))

    async def _on_own_request(self, connection: Connection, request_id: str, operation: str, *rest: str) -> Any:
        person = self.hub.people[connection.person_id]
        for band in self._own_band_first(person):
            chat_id = chat_id_of(connection.person_id, band, request_id)
            answer = await self.hub.lines.call(band, operation, connection.person_id, chat_id, *rest)
            if answer == b"done":
                return answer
            if answer == b"open":  # it is a chat by now: leaving the line ends it
                return await self.hub.lines.call(band, "end_chat", connection.person_id, chat_id, "seeker", "left", "0")
        raise CommandRefused("no_such_request")

    async def give_feedback(self, connection: Connection, command: GiveFeedback) -> Done:
        band = self.hub.band_of(connection, command.chat_id)
        if band is None:
            raise CommandRefused("no_such_chat")
        if command.comment and "\x00" in command.comment:
            raise CommandRefused("bad_text")
        answer = await self.hub.lines.call(
            band, "give_feedback", command.chat_id, connection.person_id, command.rating, command.distress or ""
        )
        if answer == b"too_late":
            raise CommandRefused("too_late")
        if answer != b"done":
            raise CommandRefused("no_such_chat")
        if command.comment:
            await self.hub.door.save_comment(command.chat_id, command.comment)
        if command.may_review is not None:
            await self.hub.door.save_review_consent(command.chat_id, may_review=command.may_review)
        return Done(ref=command.ref)
