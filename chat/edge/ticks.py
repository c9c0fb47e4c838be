"""What a web process does by the clock: heartbeats, leases, places, boards, a second look at everything."""

import asyncio
import contextlib
import math
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from chat.accounts.directory import Directory
from chat.accounts.pools import PoolBook
from chat.accounts.staff import StaffMember
from chat.conversation.data_keys import KeysAwayError
from chat.edge.bury import Burial
from chat.edge.hub import Hub
from chat.edge.lines_telling import LinesTelling
from chat.edge.listener_commands import set_availability
from chat.edge.people import LocalPerson
from chat.edge.standing import said_in, stand_alike
from chat.edge.waiting_room import renew_places
from chat.protocol.codes import Close
from chat.protocol.fields import Availability
from chat.protocol.pushes import Heartbeat
from chat.supervision.board import Board
from chat.supervision.observing import may_observe
from config.clock import now_ms
from config.database import is_away
from config.disk import kind_of
from config.log import get_logger
from config.redis_link import RedisAway, RedisRefused
from routing.rules.clocks import Steps
from routing.store.shard import BEAT_S, LEASE_MS

log = get_logger("edge")

#: A lost last push shows no gap, so every held person is read again this often.
RECONCILE_S = 15.0
PLACES_S = 5.0
#: A change is on the board within a second, and a board hears at most once a second: so the load is sampled more often
#: than that, and whatever changes right after a push is told when nearly a second is over.
BOARD_S = 0.25
BOARD_GAP_S = 0.98
LINES_S = 2.0
#: A console that has just opened shows nothing of the lines until then.
JUST_GREETED_S = 0.2
#: A clearance that ran out or was withdrawn stops offers within one second: this, its jitter, and what applying takes.
STAFF_S = 0.4
POOLS_S = 5.0
LAST_WORDS_S = 0.3
#: A deleted key is held nowhere for longer than this, even if the hint that says so got lost.
KEYS_S = 30.0
TIDY_S = 60.0
COUNT_S = 1.0
#: So many matches' worth of deadlines: one call, which everybody waits for, takes a millisecond or two.
SWEEP_LIMIT = 10
#: The router sweeps until nothing is due. Where it is away, each web process does so much a second.
SWEEPS = 10


@dataclass
class Ticks:
    hub: Hub
    board: Board | None
    pools: PoolBook
    directory: Directory
    heartbeat_s: int
    loop_time: Callable[[], float]

    def __post_init__(self) -> None:
        self._staff_version = 0
        self._steps = Steps()
        self._load_told_at = -math.inf
        self._lines_telling = LinesTelling(self.hub, self.pools)
        self.burial = Burial(self.hub.lines, self.hub.door.link_names[0])

    def all(self) -> list[Coroutine[Any, Any, None]]:
        """The coroutines to run for as long as the process lives."""
        everywhere = [
            self._every(COUNT_S, self.count),
            self._every(1.0, self.heartbeats),
            self._every(1.0, self.doubts),
            self._every(BEAT_S, self.beat),
            self._every(1.0, self.sweep),
            self._every(1.0, self.bury),
            self._every(RECONCILE_S, self.reconcile),
            self._every(STAFF_S, self.staff),
            self._every(KEYS_S, self.keys),
        ]
        if self.board is None:
            # In practice nobody waits behind others and nobody watches.
            return [*everywhere, self._every(TIDY_S, self.tidy)]
        return [
            *everywhere,
            self._every(PLACES_S, self.places),
            self._every(BOARD_S, self.watchers),
            self._every(LINES_S, self.lines),
            self._every(JUST_GREETED_S, self.just_greeted),
            self._every(POOLS_S, self.pools.refresh),
        ]

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            # Jitter keeps the processes of a service from doing the same thing in the same instant.
            await asyncio.sleep(seconds * random.uniform(0.9, 1.1))  # noqa: S311
            try:
                await act()
            except (RedisAway, RedisRefused) as error:
                self.hub.door.counts.redis_errors.labels(type(error).__name__).inc()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                tick = getattr(act, "__name__", "")
                if is_away(error):
                    log.warning("database_away", tick=tick, kind=kind_of(error))
                else:
                    log.error("tick_failed", tick=tick, exc_info=error)

    async def heartbeats(self) -> None:
        """Both ways: the server's own pings find dead peers, this tells a page's script that we live."""
        now = self.loop_time()
        # Pages count down by our clock: where it was put right, all hear so at once.
        has_stepped = self._steps.note(now_ms(), int(1000 * now))
        due = now if has_stepped else now - self.heartbeat_s
        quiet = [c for c in self.hub.connections if c.is_live and c.last_sent_s < due]
        self.hub.put_all(quiet, Heartbeat(server_time_ms=now_ms()))

    async def doubts(self) -> None:
        """Who was sent something and said nothing since is asked whether they are there, and cut off if not."""
        now = self.loop_time()
        for connection, (sender, _) in list(self.hub.senders.items()):
            if connection.is_doubtful(sender.answered_ping_at_s, now):
                sender.ask_whether_there()

    async def count(self) -> None:
        self.hub.tally.hand_over()

    async def beat(self) -> None:
        """Renew this process's leases; a lease that had ended means that others think our people gone."""

        async def beat_in(band: str) -> None:
            answer, _ = await self.hub.lines.shards[band].call("beat", self.hub.process_id, LEASE_MS)
            if answer == b"lost":
                await self.hub.presence.attach_again(band)

        await self.hub.lines.everywhere(beat_in)
        await self.hub.presence.say_unsaid()

    async def bury(self) -> None:
        """A killed process is known to be gone long before its lease ends: its people are, too."""
        await self.burial.look(self.loop_time())

    async def sweep(self) -> None:
        for _ in range(SWEEPS):
            acted = await self.hub.lines.sweep(SWEEP_LIMIT)
            if not acted:
                return
            self.hub.door.counts.swept.inc(acted)

    async def places(self) -> None:
        await renew_places(self.hub)

    async def reconcile(self) -> None:
        """A second look at everybody who has something at stake; what a lost push left behind is sent."""
        for person in list(self.hub.people.values()):
            for band in list(person.records):
                if person.has_part_in(band) or person.records[band].chats:
                    self.hub.mark(person, band)
            if person.refreshing is not None:
                await person.refreshing
            if any(record.listener is not None for record in person.records.values()):
                await self._see_to_choice(person)

    async def _see_to_choice(self, person: LocalPerson) -> None:
        """Whatever kept a listener's last choice from one of their shards: an older state, or a process that died."""
        bands = self.hub.lines.shards.keys() - person.away
        with contextlib.suppress(RedisAway, RedisRefused):  # the next look finds it again
            await stand_alike(self.hub, person, await said_in(self.hub, person, bands))

    async def keys(self) -> None:
        """Hold the keys of these people's chats only, and none that was deleted."""
        people = self.hub.people.values()
        wanted = {chat_id for person in people for record in person.records.values() for chat_id in record.chats}
        with contextlib.suppress(KeysAwayError):
            await self.hub.door.keys.look_again(wanted)

    async def tidy(self) -> None:
        await self.hub.door.tidy(self.hub.lines)

    async def watchers(self) -> None:
        if self.board is None or not any(c.watches_load for c in self.hub.connections):
            return
        await asyncio.sleep(self._load_told_at + BOARD_GAP_S - self.loop_time())
        load = await self.board.change()
        if load is not None:
            self._load_told_at = self.loop_time()
            self.hub.put_all([c for c in self.hub.connections if c.watches_load and c.is_live], load)

    async def lines(self) -> None:
        await self._lines_telling.tell()

    async def just_greeted(self) -> None:
        if self.hub.just_greeted:
            await self._lines_telling.tell_just_greeted()

    async def watch_staff(self) -> None:
        """Note where the changes begin that `staff` applies; before the first connection, so that none is missed."""
        self._staff_version = self._staff_version or await self.directory.newest_version()

    async def staff(self) -> None:
        """What changed about staff takes effect on held connections within a second."""
        for member in await self.directory.changed_since(self._staff_version):
            await self._apply(member)
            # Only now: what an engine that was away did not hear of is told again.
            self._staff_version = max(self._staff_version, member.version)

    async def _apply(self, changed: StaffMember) -> None:
        if changed.is_active:
            await self._tell(changed)
            return

        async def dismiss(band: str) -> None:
            await self.hub.lines.call(band, "dismiss", changed.person_id)

        # Whatever is under way for them finds that they may take nothing.
        await self._tell(replace(changed, age_bands=()))
        # Also where no process holds a connection of them: nobody shall wait half a minute for who can't come back.
        await self.hub.lines.everywhere(dismiss)

    async def _tell(self, changed: StaffMember) -> None:
        person = self.hub.people.get(changed.person_id)
        member = None if person is None else await self.hub.door.member(changed)
        if person is None or member is None:
            return
        old, person.staff = person.staff, member
        try:
            await self._apply_to(person, old, member)
        except (RedisAway, RedisRefused):
            # It was not told: the next tick must find the difference again.
            person.staff = old
            raise

    async def _apply_to(self, person: LocalPerson, old: StaffMember | None, member: StaffMember) -> None:
        # Whoever said hello after the change was greeted with it already, perhaps after another process closed them.
        held = [c for c in person.connections if c.staff is not None and c.staff.version < member.version]
        for connection in held:
            if await self.directory.by_cookie(connection.cookie) is None:
                self.hub.close(connection, Close.SIGNED_OUT, "signed out")
            elif member.role != connection.role:
                self.hub.close(connection, Close.RESYNC, "role changed")
        if old is None:
            return
        for band in self.hub.lines.shards:
            if may_observe(old, band) and not may_observe(member, band):
                await self.hub.lines.call(band, "stop_observing", member.person_id, "")
        # What was read last may be from before they became available.
        await self.hub.read(person, self.hub.lines.shards)
        record = next((r.listener for r in person.records.values() if r.listener is not None), None)
        if record is None:
            return
        if not member.is_active or not member.age_bands:
            await set_availability(self.hub, person, member, "off_duty", record.capacity, "no_clearance", False)
            if person.refreshing is not None:
                # They hear of it, and of an offer that was taken back, before the connection ends.
                await asyncio.wait({person.refreshing}, timeout=LAST_WORDS_S)
            # Whoever may watch the board keeps it: a listener's rights are gone, not a supervisor's.
            code = Close.RESYNC if member.is_active and member.role != "listener" else Close.NO_CLEARANCE
            for connection in held:
                self.hub.close(connection, code, "no clearance")
        elif _rights(old) != _rights(member):
            availability: Availability = "available" if record.availability == 1 else "paused"
            if record.availability > 0:
                capacity = min(record.capacity, member.max_chats)
                await set_availability(
                    self.hub, person, member, availability, capacity, "rights_changed", record.takes_urgent
                )


def _rights(member: StaffMember) -> tuple[object, ...]:
    return (member.age_bands, member.languages, member.max_chats, member.topics, member.risk_levels)
