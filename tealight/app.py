"""The ASGI app of one web process: HTTP by Starlette, `/ws` and `/ws/practice` straight to an edge each."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from starlette.types import ASGIApp

from chat.accounts.directory import Directory
from chat.accounts.pools import PoolBook
from chat.api.deps import ApiDeps
from chat.api.routes import http_app
from chat.conversation.data_keys import DataKeys
from chat.conversation.deletion_codes import code_hash_of
from chat.conversation.rewrapping import missing
from chat.edge.door import Door
from chat.edge.edge import Edge, Parts
from chat.supervision.board import gauges_of
from config import metrics
from config.database import Database, url_of
from config.disk import free_bytes
from config.durability import Promised
from config.log import get_logger
from config.master_keys import MasterKeys
from config.redis_link import RedisAway, RedisRefused
from config.settings import Settings
from listener_training.certification.library import open_rule_sets
from listener_training.certification.standing import Rulebook
from listener_training.certification_api import certification_endpoints
from listener_training.certification_api.export import export_routes
from listener_training.clearance_api import ENDPOINTS as CLEARANCE_ENDPOINTS
from listener_training.learning.shelf import open_shelf
from listener_training.learning_api import learning_endpoints
from listener_training.numbers_api import numbers_endpoints, numbers_routes
from listener_training.practising.door import PracticeDoor
from listener_training.review.asking import forget_chats
from listener_training.review_api import review_endpoints
from listener_training.writing.editions import keep_fresh
from listener_training.writing_api import writing_endpoints
from listener_training.writing_api.zips import zip_routes
from tealight import __version__
from tealight.durability import Promise
from tealight.library import library

log = get_logger("web")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]


class App:
    """Built before the loop runs; `start` inside it, `drain` before the end, `stop` last."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(url_of(settings))
        self.directory = Directory(self.database)
        self.pools = PoolBook(self.database, settings.default_locale)
        self._masters = MasterKeys.of(settings)
        self.keys = DataKeys(self.database, self._masters, partial(code_hash_of, settings.secret_key))
        self.edge: Edge | None = None
        self.practice: Edge | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._promise = Promise(settings)
        self._deps = ApiDeps(
            settings=settings,
            database=self.database,
            keys=self.keys,
            directory=self.directory,
            pools=self.pools,
            version=__version__,
            durability=self._durability,
            engines=self._engines,
            metrics=self._metrics,
            lines=lambda: None if self.edge is None else self.edge.hub.lines,
            forgotten_with_chat=(forget_chats,),
        )
        self.shelf = open_shelf()
        book = Rulebook(open_rule_sets(), self.shelf)
        self._http: ASGIApp = http_app(
            self._deps,
            more=(
                *CLEARANCE_ENDPOINTS,
                *learning_endpoints(self.shelf),
                *certification_endpoints(book),
                *review_endpoints(),
                *numbers_endpoints(self.shelf),
                *writing_endpoints(self.shelf),
            ),
            more_routes=[
                *export_routes(self._deps, book),
                *zip_routes(self._deps, self.shelf),
                *numbers_routes(self._deps, self.shelf),
            ],
        )

    async def start(self) -> None:
        """Connect to the engines. Raises RedisAway where they are away; may be called again then."""
        settings = self.settings
        if self.edge is None:
            self.edge = self._behind(Door(settings.shards, self.pools, self.database, self.keys))
        if self.practice is None:
            keys = DataKeys(self.database, self._masters)
            door = PracticeDoor(settings.practice_shards, self.database, keys, settings.secret_key)
            self.practice = self._behind(door)
        for master_id, count in (await missing(self.database, self._masters)).items():
            log.error("master_key_missing", master_id=master_id, chats=count)
        await self.edge.start()
        await self.practice.start()
        await self._durability()  # a weaker promise than was asked for is said in the log at the start
        if self._keeping is None:
            self._keeping = asyncio.create_task(keep_fresh(self.shelf, self.database))
        await self._deps.passwords.prepare()

    def _behind(self, door: Door) -> Edge:
        return Edge(Parts(self.settings, library(), self.database, self.directory, door))

    def _edges(self) -> list[Edge]:
        return [edge for edge in (self.edge, self.practice) if edge is not None]

    async def drain(self) -> None:
        """Let go of everybody in order."""
        await asyncio.gather(*[edge.drain() for edge in self._edges()])

    async def stop(self) -> None:
        """Close what `start` opened."""
        for edge in self._edges():
            await edge.stop()
        if self._keeping is not None:
            self._keeping.cancel()
        self._deps.close()
        await self.database.close()

    async def _durability(self) -> Promised:
        return await self._promise.told(None if self.edge is None else self.edge.link)

    async def _engines(self) -> dict[str, bool]:
        try:
            await self.database.ping()
            has_database = True
        except Exception:
            has_database = False
        return {"redis": self.edge is not None and await self.edge.is_ready(), "database": has_database}

    async def _metrics(self) -> bytes:
        gauges: list[GaugeMetricFamily] = []
        if (free := free_bytes(self.settings.data_dir)) is not None:
            gauges.append(GaugeMetricFamily("tealight_disk_free_bytes", "Room left for the data folder", value=free))
        if self.edge is not None and self.edge.board is not None:
            with contextlib.suppress(RedisAway, RedisRefused):
                _, loads, _ = await self.edge.board.sample()
                gauges += gauges_of(loads.values())
        return metrics.page(*gauges)

    async def __call__(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "websocket":
            edge = {"/ws": self.edge, "/ws/practice": self.practice}.get(scope["path"])
            if edge is not None:
                await edge.socket(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return
        await self._http(scope, receive, send)


RETRY_ON = (RedisAway, OSError)
