"""The edge of one web process, put together: links, library, hub, ticks, drain."""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from chat.accounts.directory import Directory
from chat.conversation.deletion_codes import code_of
from chat.edge.admission import Admission
from chat.edge.bury import link_name
from chat.edge.chat_commands import ChatCommands
from chat.edge.dispatch import Dispatch
from chat.edge.door import Door
from chat.edge.greeting import Greeter
from chat.edge.hub import Hub
from chat.edge.listener_commands import ListenerCommands
from chat.edge.lives import Lives, life_of
from chat.edge.reassert import ticket_of
from chat.edge.seeker_commands import SeekerCommands
from chat.edge.socket import Socket
from chat.edge.ticks import Ticks
from chat.protocol.codes import Close
from chat.protocol.pushes import GoingAway
from chat.supervision.board import Board
from config.clock import now_ms
from config.database import Database
from config.functions import Functions
from config.log import get_logger
from config.lua import Library
from config.process_identity import own_identity
from config.redis_engine import Engine
from config.redis_link import RedisAway, RedisRefused
from config.replica_ack import ReplicaAck
from config.settings import Settings
from routing.actions.lines import Lines
from routing.rules import tickets
from routing.store.shard import LEASE_MS, Shard, Timing

log = get_logger("edge")

HEARTBEAT_S = 25
#: Reconnects after a drain are spread over this time at least, so that the next process isn't met by all at once; and
#: over half a millisecond for each, which is what a process needs to greet one.
SPREAD_MS = 3000
SPREAD_EACH_MS = 0.5
#: How long a drained connection works on before it is closed with 4000.
DRAIN_PAUSE_S = 1.5


def timing_of(settings: Settings) -> Timing:
    """The durations that every routing call carries."""
    return Timing(
        offer_ms=int(settings.offer_s * 1000),
        confirm_ms=int(settings.confirm_s * 1000),
        wrap_up_ms=int(settings.wrap_up_s * 1000),
        gap_ms=int(settings.start_gap_s * 1000),
        urgent_offer_ms=int(min(settings.urgent_offer_s, settings.offer_s) * 1000),
        overflow_ms=int(settings.second_language_s * 1000),
    )


def engine_of(settings: Settings, tags: Iterable[str] | None = None) -> Engine:
    """The engine as the settings tell of it, for these hash tags (the real shards' without any)."""
    ack = ReplicaAck(settings.replica_ack, settings.replica_ack_ms) if settings.replica_ack else None
    return Engine(settings.redis_url, settings.shards.values() if tags is None else tags, ack=ack)


@dataclass(slots=True)
class Parts:
    settings: Settings
    library: Library
    database: Database
    directory: Directory
    door: Door


class Edge:
    """`start`, then `socket` serves its door; `drain` before the end, `stop` last."""

    def __init__(self, parts: Parts) -> None:
        settings, door = parts.settings, parts.door
        loop = asyncio.get_running_loop()
        self._parts = parts
        process_id = own_identity()
        self.engine = engine_of(settings, door.shards.values())
        self.link = self.engine.commands(link_name(door.link_names[0], process_id), on_up=self._link_up)
        self.functions = Functions(self.link, parts.library)
        timing = timing_of(settings)
        self.lines = Lines(
            {band: Shard(tag, self.functions, timing, on_fact=door.on_fact(band)) for band, tag in door.shards.items()}
        )
        self.hub = Hub(self.lines, loop.time, door, process_id)
        if not door.is_practice:
            self.hub.ticket_of = lambda chat, band: tickets.mint(settings.secret_key, ticket_of(chat, band, now_ms()))
            self.hub.code_of = partial(code_of, settings.secret_key)
        self.push_link = self.engine.pushes(door.link_names[1], on_push=self.hub.pushed, on_up=self._push_link_up)
        self.hub.push_link = self.push_link
        self.board = None if door.is_practice else Board(self.lines, door.pools)
        self.socket = Socket(self.hub, parts.directory, settings)
        # Two waits for replicas may be under way, one behind the other.
        replicas_s = 2 * settings.replica_ack_ms / 1000 if settings.replica_ack else 0.0
        self.admission = Admission(self.link, loop.time, replicas_s)
        self.socket.dispatch = Dispatch(
            hub=self.hub,
            greeter=Greeter(self.hub, parts.database, parts.directory, settings.secret_key, HEARTBEAT_S),
            seeker=SeekerCommands(self.hub, door.pools, self.socket.has_room_for_request),
            listener=ListenerCommands(self.hub),
            chat=ChatCommands(self.hub),
            board=self.board,
            loop_time=loop.time,
            tally=self.hub.tally,
            admission=self.admission,
        )
        self.ticks = Ticks(self.hub, self.board, door.pools, parts.directory, HEARTBEAT_S, loop.time)
        self.lives = Lives(self.hub, self._is_up, self.ticks.burial.living)
        self._running: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect and begin to tick. Raises RedisAway where the engine is away for 5 s (the caller tries again)."""
        await self._parts.door.pools.refresh()
        await self.ticks.watch_staff()
        if not self._running:
            self.link.start()
            self.push_link.start()
            self._running = [
                asyncio.create_task(tick) for tick in (*self.ticks.all(), self.engine.follow(), self.admission.watch())
            ]
        if all(await asyncio.gather(self.link.wait_up(5), self.push_link.wait_up(5))):
            return
        # A shard without a master must not keep the others' people out.
        if not (self.link.is_partly_up and self.push_link.is_partly_up):
            raise RedisAway("tealight-web")

    def _bands(self, tags: tuple[str, ...]) -> list[str]:
        return [band for band, shard in self.lines.shards.items() if shard.tag in tags]

    async def _link_up(self, tags: tuple[str, ...]) -> None:
        """A connection to the master of these tags' shards is there, the first or another one."""
        await self.functions.load(tags[0])
        told = await self.link.at(tags[0]).send("INFO", "server", "replication")
        for band in self._bands(tags):
            await self.lives.met(band, life_of(told.decode()))
            # An engine that came back empty or older, or was promoted, has lost who is here.
            await self.lines.shards[band].call("beat", self.hub.process_id, LEASE_MS)
            await self.hub.presence.attach_again(band)
            await self.lives.attached(band)
        if any(band in self.hub.comparing for band in self._bands(tags)):
            # Taken before it was known that this engine may have lost messages: they must not go before those.
            self.link.at(tags[0]).drop_carried()

    async def _is_up(self, band: str, within_s: float) -> bool:
        return await self.link.at(self.lines.shards[band].tag).wait_up(within_s)

    async def _push_link_up(self, tags: tuple[str, ...]) -> None:
        """Subscribe again, then look at everybody: what was published meanwhile is lost."""
        bands = self._bands(tags)
        await self.hub.subscribe_again(bands)
        for person in list(self.hub.people.values()):
            for band in bands:
                if band in person.records:
                    self.hub.mark(person, band)

    async def is_ready(self) -> bool:
        """Does any shard answer? While one is away this process serves the people of the others."""
        if not self.push_link.is_partly_up:
            return False
        for node in self.link.nodes():
            with contextlib.suppress(RedisAway, RedisRefused, TimeoutError):
                await asyncio.wait_for(node.send("PING"), 2)
                return True
        return False

    async def drain(self) -> None:
        """Take nobody new, say going_away spread over seconds, finish what is under way, close with 4000."""
        self.socket.is_draining = True
        connections = list(self.hub.connections)
        spread_ms = max(SPREAD_MS, SPREAD_EACH_MS * len(connections))
        for number, connection in enumerate(connections):
            after = int(spread_ms * (number + 1) / (len(connections) + 1))
            self.hub.put(connection, GoingAway(reconnect_after_ms=after))
        if connections:
            await asyncio.sleep(DRAIN_PAUSE_S)
        for connection in list(self.hub.connections):
            self.hub.close(connection, Close.DRAIN, "going away")
        for _ in range(40):
            if not self.hub.connections:
                break
            await asyncio.sleep(0.05)
        for connection in list(self.hub.connections):
            self.hub.senders[connection][0].cut()
        await self.hub.presence.say_unsaid()
        for shard in self.lines.shards.values():
            with contextlib.suppress(RedisAway, RedisRefused):
                await shard.call("bye", self.hub.process_id)

    async def stop(self) -> None:
        """End ticks, background work and links."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.hub.stop()
        await self.push_link.close()
        await self.link.close()
