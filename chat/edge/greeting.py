"""hello: who this is, welcome, what was missed, done (docs/protocol.md, "First frame")."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from chat.accounts import seeker_tokens
from chat.accounts.directory import Directory
from chat.accounts.pseudonyms import pseudonym
from chat.edge.arriving import arrive
from chat.edge.connection import Connection
from chat.edge.hub import Hub
from chat.edge.people import LocalPerson
from chat.edge.returning import Returning, good_tickets
from chat.edge.view import View
from chat.protocol.codes import WORDS, Close
from chat.protocol.commands import Hello, Position
from chat.protocol.fields import Role
from chat.protocol.pushes import ConfirmWanted, RequestChanged, Welcome
from chat.protocol.replies import Done, Refused
from config.clock import now_ms
from config.database import Database
from config.redis_link import RedisAway, RedisRefused
from routing.rules.tickets import Ticket

#: PROTOCOL: a token is good until 24 h after its last chat ended; one that never had a chat, 24 h after it was made.
UNUSED_TOKEN_MS = 24 * 3600 * 1000


def _newest(held: Position) -> tuple[int, str]:
    """The newest message that a client says it holds: its seq and message_id, '' where it named none."""
    if held.newest_seq is None or held.newest_id is None or held.newest_seq < held.seq:
        return held.seq, ""
    return held.newest_seq, held.newest_id


@dataclass(frozen=True, slots=True)
class Identity:
    """Who says hello. `came_at_ms`: when a seeker's token was made who brings nothing from before (Unix ms)."""

    person_id: str
    role: Role
    #: the seeker's own one, or a new one
    token: str | None = field(default=None, repr=False)
    came_at_ms: int | None = None
    #: what may be brought back of their requests
    tickets: tuple[Ticket, ...] = ()


@dataclass(frozen=True, slots=True)
class Greeter:
    """Answers hello. `heartbeat_s` is told to the client."""

    hub: Hub
    database: Database
    directory: Directory
    secret_key: str
    heartbeat_s: int

    async def greet(self, connection: Connection, hello: Hello) -> None:
        """Raises RedisAway, RedisRefused, KeysAwayError and the database's errors: hello may be said again then, or the
        connection was closed."""
        hub, recover = self.hub, hello.recover or []
        if not connection.is_cookie_read and hello.as_ != "seeker":
            connection.staff = await self.directory.by_cookie(connection.cookie)
            connection.is_cookie_read = True
        if not await self._may_enter(connection, hello):
            hub.put(connection, Refused(ref=hello.ref, code="not_allowed", message=WORDS["not_allowed"]))
            hub.close(connection, Close.NO_CLEARANCE, "nothing here for you")
            return
        await hub.settled.wait()  # an engine that forgot is just being told what was there
        identity = await self._identify(connection, hello)
        connection.role = identity.role
        person = hub.join(connection, identity.person_id)
        try:
            if connection.staff is not None:
                person.staff, person.role = connection.staff, connection.role
            if hello.avoid_listeners:
                person.avoids = tuple(hello.avoid_listeners)
            await self._arrive(person, identity, hello.avoid_listeners or [])
            await self._renew(person, recover)
            records, whole = dict(person.records), hub.view_of(person)
        except BaseException:
            hub.remove(connection, person)  # whatever it was: hello may be said again, and nobody is held here twice
            raise
        view = self._welcome(connection, identity, hello, whole)
        try:
            await self._recover(connection, view, recover)
        except BaseException:
            # welcome is out, so hello can't be said again here: the client comes back and recovers.
            hub.close(connection, Close.RESYNC, "resync")
            raise
        if view.given_up is not None:
            # Nobody leaves the line in silence, also who was away when their place was given up.
            request_id, reason = view.given_up
            hub.put(connection, RequestChanged(request_id, "ended", reason))
        hub.put(connection, Done(ref=hello.ref))
        connection.is_live = True
        own = view.snapshot.request
        if own is not None and own.confirm_deadline_ms is not None:
            # It stands in the snapshot, too; but only the push is promised, and it went to a page that is gone.
            hub.put(connection, ConfirmWanted(own.request_id, own.confirm_deadline_ms))
        if connection.staff is not None and not hub.door.is_practice:
            hub.just_greeted.append(connection)
        # What changed while the log was read.
        hub.show(connection, view if person.records == records else hub.view_of(person))
        for chat_id in list(connection.positions):
            hub.start_fill(connection, chat_id)

    async def _identify(self, connection: Connection, hello: Hello) -> Identity:
        """Staff by their sign-in, unless they come as a seeker; seekers by their token. Raises RedisAway."""
        if connection.staff is not None and hello.as_ != "seeker":
            return Identity(connection.staff.person_id, connection.staff.role)
        connection.staff = None
        held = good_tickets(self.secret_key, hello.tickets)
        token, person_id, issued_at_ms = await self._seeker(hello.token, held)
        came_at_ms = None if hello.recover or held else issued_at_ms
        return Identity(person_id, "seeker", token, came_at_ms, held)

    async def _arrive(self, person: LocalPerson, identity: Identity, avoid: Sequence[str]) -> None:
        """Once more where another life of the engine began meanwhile: what was read may be from before it was told."""
        hub, tickets = self.hub, identity.tickets
        returning = Returning(self.database, tickets, tuple(avoid)) if tickets else None
        while True:
            await hub.settled.wait()
            lives = dict(hub.engine_lives)
            await arrive(hub, person, came_at_ms=identity.came_at_ms, returning=returning)
            if hub.settled.is_set() and hub.engine_lives == lives:
                return

    def _welcome(self, connection: Connection, identity: Identity, hello: Hello, whole: View) -> View:
        """From here on the connection is this person's. Answers the part of their view that it was told."""
        hub = self.hub
        connection.person_id = identity.person_id
        hub.door.counts.connections.labels(connection.role).inc()
        connection.is_observing = bool(hello.observes)
        connection.is_done_enough = bool(hello.done_is_enough)
        view = connection.known = connection.part_of(whole)
        staff = connection.staff
        hub.put(
            connection,
            Welcome(
                person_id=identity.person_id,
                role=connection.role,
                name=pseudonym(identity.person_id) if staff is None else staff.display_name,
                server_time_ms=now_ms(),
                heartbeat_s=self.heartbeat_s,
                snapshot=view.snapshot,
                token=identity.token,
                is_practice=hub.door.is_practice or None,
            ),
        )
        return view

    def is_repeat(self, connection: Connection, hello: Hello) -> bool:
        """Would this hello make whoever is greeted already who they are?"""
        if connection.staff is not None:
            return hello.as_ != "seeker"
        if connection.cookie and hello.as_ != "seeker":
            return False  # greeted as a seeker in spite of the cookie
        if not hello.token or self.hub.door.guest(hello.token) == connection.person_id:
            return True
        known = seeker_tokens.read(self.secret_key, hello.token)
        return known is not None and known.person_id == connection.person_id

    async def _may_enter(self, connection: Connection, hello: Hello) -> bool:
        """Is there anything behind this door for whoever knocks? Staff become who they are here."""
        door = self.hub.door
        if connection.staff is None or hello.as_ == "seeker":
            return not door.is_practice or door.guest(hello.token) is not None
        here = await door.member(connection.staff)
        if here is not None:
            connection.staff = here
        return here is not None

    async def _seeker(self, token: str | None, held: Sequence[Ticket]) -> tuple[str, str, int | None]:
        """The token that is good, the client's own or a new one, whose it is, and when it was made. Stores nothing."""
        guest = self.hub.door.guest(token)
        if token and guest is not None:
            return token, guest, None
        known = seeker_tokens.read(self.secret_key, token) if token else None
        if token and known is not None:
            is_young = now_ms() - known.issued_at_ms < UNUSED_TOKEN_MS
            has_ticket = any(ticket.person_id == known.person_id for ticket in held)
            if is_young or has_ticket or await self._is_in_use(known.person_id):
                return token, known.person_id, known.issued_at_ms
        fresh = seeker_tokens.mint(self.secret_key, now_ms(), secrets.token_bytes(seeker_tokens.RANDOM_BYTES))
        made = seeker_tokens.read(self.secret_key, fresh)
        if made is None:
            raise AssertionError("a token that was just made must be readable")
        return fresh, made.person_id, made.issued_at_ms

    async def _is_in_use(self, person_id: str) -> bool:
        """Does any shard know this person? Raises RedisAway where only one that is away could."""
        trouble: RedisAway | RedisRefused | None = None
        for shard in self.hub.lines.shards.values():
            try:
                if await shard.functions.link.send("EXISTS", shard.key("own", person_id)):
                    return True
            except (RedisAway, RedisRefused) as error:
                trouble = error
        if trouble is not None:
            raise trouble
        return False

    async def _renew(self, person: LocalPerson, recover: Sequence[Position]) -> None:
        """A client that holds what the log doesn't proves that messages were lost: the log gets a new epoch."""
        # Also of a request that is not open to them (any more): in an older state it may be, soon.
        known = {chat.chat_id: (band, chat) for band, r in person.records.items() for chat in r.chats.values()}
        renewed = False
        for held in recover:
            if held.chat_id not in known:
                continue
            band, chat = known[held.chat_id]
            seq, message_id = _newest(held)
            # Only another life of the engine than the one in which an epoch began can have lost anything of it.
            is_older = chat.run_id != self.hub.engine_lives.get(band)
            if chat.epoch == held.epoch and (seq > chat.seq or (message_id and is_older)):
                renewed = await self.hub.renew_epoch(band, held.chat_id, held.epoch, seq, message_id) or renewed
            elif chat.epoch != held.epoch and is_older:
                # Perhaps the files are from before the client's epoch: the log's own may have had other messages once.
                renewed = await self.hub.renew_epoch(band, held.chat_id, chat.epoch, chat.seq + 1) or renewed
        if renewed:
            await self.hub.read(person, self.hub.lines.shards.keys() - person.away)

    async def _recover(self, connection: Connection, view: View, recover: Sequence[Position]) -> None:
        held = {position.chat_id: position for position in recover}
        for chat in view.followed:
            position = connection.follow(chat.chat_id, chat.epoch, chat.seq)
            claim = held.get(chat.chat_id)
            if claim is not None and claim.epoch == chat.epoch:
                position.last = min(claim.seq, chat.seq)
                position.newest = _newest(claim)
            position.is_filling = True
        for chat in view.followed:
            position = connection.positions[chat.chat_id]
            if position.last < position.want:
                await self.hub.fill(connection, chat.chat_id, position)
            else:
                position.is_filling = False
