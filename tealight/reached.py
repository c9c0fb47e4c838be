"""The running service's shards, for a command: at the engine that is set, or at the one that `tealight up` started."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

from chat.edge.edge import engine_of, timing_of
from config.engines.valkey import socket_path, url_of_socket
from config.functions import Functions
from config.settings import Settings
from routing.actions.lines import Lines
from routing.store.shard import Shard
from tealight.library import library

#: An engine that doesn't answer within this time is away.
PATIENCE_S = 3.0


@contextlib.asynccontextmanager
async def reached(settings: Settings, name: str) -> AsyncIterator[Lines | None]:
    """All shards, or None where no engine answers. `name` is what the engine calls the connection."""
    if not settings.redis_url:
        own = socket_path(settings.data_dir)
        if not own.exists():
            yield None
            return
        settings = replace(settings, redis_url=url_of_socket(own))
    engine = engine_of(settings)

    async def nothing(_: tuple[str, ...]) -> None:
        """The library is loaded with the first call that misses it."""

    link = engine.commands(name, on_up=nothing)
    functions, timing = Functions(link, library()), timing_of(settings)
    link.start()
    following = asyncio.create_task(engine.follow())
    try:
        is_up = await link.wait_up(PATIENCE_S)
        shards = {band: Shard(tag, functions, timing) for band, tag in settings.shards.items()}
        yield Lines(shards) if is_up else None
    finally:
        following.cancel()
        await link.close()
