"""One process's fan-out: from the shards' channels to the connections it holds (docs/edge.md).

A publish is a hint; truth is the hashes and the log. A hint makes the person's snapshot be read again, and what follows
from it is sent. Messages go through `Delivery`.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from msgspec.structs import replace

from chat.accounts.pseudonyms import pseudonym
from chat.edge.connection import Connection
from chat.edge.delivery import RETRY_S, Delivery
from chat.edge.difference import differences
from chat.edge.door import Door
from chat.edge.people import LocalPerson
from chat.edge.presence import Presence
from chat.edge.view import View, compose
from chat.protocol.codes import Close
from chat.protocol.pushes import ChatOpened, ObservingBegan, Push, ReadChanged, TypingChanged
from config.log import get_logger
from config.redis_engine import Link
from config.redis_link import RedisAway, RedisRefused
from routing.actions.lines import Lines
from routing.rules.waiting import WaitBand
from routing.store.snapshots import ChatRecord

log = get_logger("edge")

SUBSCRIBE_PAGE = 500


class Hub(Delivery):
    """Holds people, connections and subscriptions of this process; sends what follows from hints and publishes."""

    def __init__(self, lines: Lines, loop_time: Callable[[], float], door: Door, process_id: str) -> None:
        super().__init__(lines, loop_time, door)
        self.process_id = process_id
        self.push_link: Link | None = None
        #: band -> the life of the engine that holds it; another one may have begun from an older state
        self.engine_lives: dict[str, str] = {}
        self.people: dict[str, LocalPerson] = {}
        #: staff who were greeted a moment ago and know nothing yet of the lines
        self.just_greeted: list[Connection] = []
        self.presence = Presence(lines, process_id, self.people, self.spawn, self.mark)
        #: (language, age band, risk) -> what may be said about the wait
        self.waits: dict[tuple[str, str, int], WaitBand | None] = {}
        #: makes the ticket of an own request
        self.ticket_of: Callable[[ChatRecord, str], str] = lambda _chat, _band: ""
        #: the code by which an ended chat can be deleted
        self.code_of: Callable[[str], str | None] = lambda _chat_id: None
        #: bands in which processes are just saying again what they hold
        self._resuming: set[str] = set()
        #: bands in which another life of the engine began, and some process has not compared its logs with it yet
        self.comparing: set[str] = set()
        self.settled = asyncio.Event()
        self.settled.set()
        self._bands = {shard.key("channel").encode(): band for band, shard in lines.shards.items()}

    # ---- channels in ----

    def pushed(self, channel: bytes, payload: bytes) -> None:
        """One publish from a shard's channel. Runs in the push link's reader: no awaiting, no task."""
        name_at = channel.rindex(b":") + 1
        person = self.people.get(channel[name_at:].decode())
        if person is None:
            return
        kind = payload[:1]
        if kind == b"m":
            self.recent.note(channel, payload)
            self.message_published(person, payload)
        elif kind == b"s":
            self.mark(person, self._bands[channel[:name_at]])
        elif kind == b"t":
            _, chat_id, from_id, typing = payload.decode().split("\n")
            out: Push = TypingChanged(chat_id, from_id, typing == "1")
            self.put_all([c for c in person.connections if c.is_live and chat_id in c.positions], out)
        elif kind == b"r":
            _, chat_id, from_id, seq = payload.decode().split("\n")
            out = ReadChanged(chat_id, from_id, int(seq))
            self.put_all([c for c in person.connections if c.is_live and chat_id in c.positions], out)
        elif kind == b"x":
            # The chat was forgotten, and its key perhaps deleted: nothing of it stays here.
            self.door.keys.forget(payload.decode().partition("\n")[2])

    # ---- snapshots ----

    def mark(self, person: LocalPerson, band: str) -> None:
        """Something about this person changed in that shard: read it again, once, however many hints come."""
        person.dirty.add(band)
        if person.refreshing is None:
            person.refreshing = self.spawn(self._refresh(person))

    async def _refresh(self, person: LocalPerson) -> None:
        try:
            while person.dirty and person.connections:
                await self.settled.wait()  # what a shard says meanwhile is not yet what is true
                bands = person.dirty - person.away
                person.dirty.clear()
                # Each for itself: a shard that is away keeps nobody from what another one says.
                away = [band for band in sorted(bands) if not await self._is_read(person, band)]
                if len(away) < len(bands):
                    self.show_all(person)
                if away:
                    person.dirty.update(away)
                    await asyncio.sleep(RETRY_S)
        finally:
            person.refreshing = None

    async def _is_read(self, person: LocalPerson, band: str) -> bool:
        try:
            await self.read(person, (band,))
        except (RedisAway, RedisRefused):
            return False
        return True

    async def read(self, person: LocalPerson, bands: Iterable[str]) -> None:
        """Read a person's records again, and attach where that has become due. Raises RedisAway, RedisRefused."""
        fresh = await self.lines.snapshots(person.person_id, bands)
        person.records.update(fresh)
        for band in fresh:
            if band not in person.attached and person.has_part_in(band) and person.connections:
                await self.presence.attach(person, band)
                person.records[band] = await self.lines.snapshot(band, person.person_id)

    def view_of(self, person: LocalPerson) -> View:
        return compose(
            person.person_id,
            person.role,
            person.records,
            pseudonym,
            lambda language, band, risk: self.waits.get((language, band, risk)),
            partial(self._ticket, person),
            self.code_of,
        )

    def _ticket(self, person: LocalPerson, chat: ChatRecord, band: str) -> str:
        turn, ticket = person.tickets.get(chat.chat_id, (-1, ""))
        if turn != chat.turn:
            ticket = self.ticket_of(chat, band)
            person.tickets = {chat.chat_id: (chat.turn, ticket)}
        return ticket

    def resumes(self, band: str) -> None:
        """Processes are just saying again what they hold in this band's shard."""
        self._resuming.add(band)
        self.settled.clear()

    def resumed(self, band: str) -> None:
        """The shard knows again what is true."""
        self._resuming.discard(band)
        if not self._resuming:
            self.settled.set()

    def tell_waits(self, language: str, band: str, waits: list[WaitBand | None]) -> None:
        """What may be said from now on about the wait in one line, by risk."""
        for risk, wait in enumerate(waits):
            self.waits[(language, band, risk)] = wait

    def show_all(self, person: LocalPerson) -> None:
        """Send every live connection of this person what changed for it."""
        view = self.view_of(person)
        for connection in person.connections:
            if connection.is_live:
                self.show(connection, view)

    def show(self, connection: Connection, view: View) -> None:
        """Send one connection what leads from what it was told to this view."""
        before, view = connection.known, connection.part_of(view)
        if before is None:
            return
        for chat in view.followed:
            position = connection.positions.get(chat.chat_id)
            if position is not None and position.epoch != chat.epoch:
                self.close(connection, Close.RESYNC, "resync")
                return
        connection.known = view
        connection.forget_lost_chats(view)
        for push in differences(before, view, answered=connection.answered):
            is_practice = self.door.is_practice and isinstance(push, ChatOpened)
            self.put(connection, replace(push, is_practice=True) if is_practice else push)
            if isinstance(push, ChatOpened | ObservingBegan):
                connection.follow(push.chat_id, push.epoch, push.seq)
        for chat in view.followed:
            if chat.chat_id in connection.positions:
                position = connection.follow(chat.chat_id, chat.epoch, chat.seq)
                if chat.state != "ended":
                    self.hold_key(chat.chat_id)
                if position.last > chat.seq:
                    band = self.log_band_of(connection, chat.chat_id)
                    if band is not None:
                        self.spawn(self._renew_shorter(band, chat.chat_id, position.epoch, position.last))
                self.start_fill(connection, chat.chat_id)

    async def renew_epoch(self, band: str, chat_id: str, epoch: str, held: int, message_id: str = "") -> bool:
        """Somebody holds more than the log, or another message there: an older state was restored.

        Does the log have a new epoch now? The script looks at both. `message_id`: of what is held, if that is known.
        Raises RedisAway, RedisRefused: whoever has proof of a loss must not be shown the log as if there were none.
        """
        life = self.engine_lives.get(band, "")
        answer = await self.lines.call(
            band, "renew_epoch", chat_id, epoch, held, secrets.token_hex(6), life, message_id
        )
        if answer == b"renewed":
            self.door.counts.epochs_renewed.inc()
            log.warning("epoch_renewed", chat_id=chat_id)
        return bool(answer == b"renewed")

    async def _renew_shorter(self, band: str, chat_id: str, epoch: str, held: int) -> None:
        with contextlib.suppress(RedisAway, RedisRefused):  # the next look at this person finds it again
            await self.renew_epoch(band, chat_id, epoch, held)

    async def check_heads(self, band: str) -> None:
        """After a reconnection: compare the logs with what was sent. Raises RedisAway, RedisRefused."""
        held: dict[str, tuple[tuple[int, str], str]] = {}
        holders: dict[str, list[Connection]] = {}
        for connection in self.connections:
            for chat_id, position in connection.positions.items():
                if self.log_band_of(connection, chat_id) == band:
                    claim = (position.proof, position.epoch)
                    held[chat_id] = max(held.get(chat_id, claim), claim)
                    holders.setdefault(chat_id, []).append(connection)
        chats = list(held.items())
        for start in range(0, len(chats), 200):
            page = chats[start : start + 200]
            asked = [one for chat_id, ((seq, _), _) in page for one in (chat_id, seq)]
            heads = await self.lines.call(band, "heads", *asked)
            for (chat_id, ((held_seq, held_id), held_epoch)), (raw_epoch, seq, raw_id) in zip(page, heads, strict=True):
                epoch, message_id = raw_epoch.decode(), raw_id.decode()
                is_another = held_id not in ("", message_id)
                if epoch == held_epoch and (int(seq) < held_seq or is_another):
                    is_over = await self.renew_epoch(band, chat_id, epoch, held_seq, held_id)
                elif is_over := epoch not in ("", held_epoch):
                    # The files are from before an epoch that was renewed already. Somebody may hold more of that older
                    # one than its log does now, and must never meet new messages under numbers that they know.
                    await self.renew_epoch(band, chat_id, epoch, int(seq) + 1)
                # Not by the next look at the person: until then the log would be read on under the old epoch.
                for connection in holders[chat_id] if is_over else ():
                    self.close(connection, Close.RESYNC, "resync")

    # ---- people come and go ----

    def join(self, connection: Connection, person_id: str) -> LocalPerson:
        """Add a connection that is being greeted to its person."""
        person = self.people.get(person_id)
        if person is None:
            person = self.people[person_id] = LocalPerson(person_id, connection.role, connection.staff)
        person.connections.append(connection)
        return person

    async def reaches(self, band: str, within_s: float) -> bool:
        """Are both links to this band's shard up within this time?"""
        if self.push_link is None:
            return False
        shard = self.lines.shards[band]
        links = (shard.functions.link.at(shard.tag), self.push_link.at(shard.tag))
        return all(await asyncio.gather(*[link.wait_up(within_s) for link in links]))

    def away_since_ms(self, band: str) -> int | None:
        """Since when this process has not reached this band's shard; None: it does."""
        shard = self.lines.shards[band]
        return shard.functions.link.at(shard.tag).away_since_ms

    async def subscribe_again(self, bands: Iterable[str]) -> None:
        """Everybody who is here, in pages, for the same reason. Raises RedisAway."""
        if self.push_link is None:
            raise RedisAway("push")
        channels = [self.lines.shards[band].key("channel", person_id) for person_id in self.people for band in bands]
        for start in range(0, len(channels), SUBSCRIBE_PAGE):
            page = channels[start : start + SUBSCRIBE_PAGE]
            for confirmed in [self.push_link.send("SSUBSCRIBE", channel) for channel in page]:
                await confirmed

    async def subscribe(self, person_id: str, bands: Iterable[str]) -> None:
        """To what these bands' shards publish of this person; confirmed when it returns. Raises RedisAway."""
        if self.push_link is None:
            raise RedisAway("push")
        channels = [self.lines.shards[band].key("channel", person_id) for band in bands]
        for confirmed in [self.push_link.send("SSUBSCRIBE", channel) for channel in channels]:
            await confirmed

    def remove(self, connection: Connection, person: LocalPerson) -> None:
        """A connection is gone; with the last one the person is, too."""
        if connection in person.connections:
            person.connections.remove(connection)
        if person.connections or self.people.get(person.person_id) is not person:
            return
        del self.people[person.person_id]
        self.departed.note(person, [band for band in self.lines.shards if self.away_since_ms(band) is not None])
        self.presence.left(person)
        self.spawn(self.say_gone(person.person_id))

    async def say_gone(self, person_id: str) -> None:
        """Unsubscribe and detach; what can't be said now is said by the next beat."""
        try:
            if self.push_link is not None and person_id not in self.people:
                for shard in self.lines.shards.values():
                    self.push_link.send("SUNSUBSCRIBE", shard.key("channel", person_id)).add_done_callback(_swallow)
        except RedisAway:
            pass
        await self.presence.say_unsaid()


def _swallow(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
