"""What the processes without sockets share: links, settings, a loop that ends on SIGTERM."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable

import uvloop

from chat.edge.edge import engine_of, timing_of
from chat.edge.lives import life_of
from chat.edge.reassert import BARRIER_MS
from config.database import is_away
from config.disk import kind_of
from config.functions import Functions
from config.log import get_logger
from config.redis_link import RedisAway, RedisRefused
from config.settings import Settings
from routing.actions.counting import counting
from routing.actions.lines import Lines
from routing.store.shard import Shard
from tealight.library import library

log = get_logger("background")

#: The engine starts beside us; only one that is away for longer is worth a warning.
FIRST_WAIT_S = 5.0

Pass = Callable[[Lines], Awaitable[None]]


def run(settings: Settings, name: str, every_s: float, act: Pass, on_stop: Callable[[], Awaitable[None]]) -> int:
    """Call `act` again and again until SIGTERM or SIGINT; errors of engines are logged by kind and tried again."""

    async def main() -> int:
        ending = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ending.set)
        engine = engine_of(settings)

        async def link_up(tags: tuple[str, ...]) -> None:
            await functions.load(tags[0])
            # Before anything is done in the shards: where another life began, web processes know better what is open.
            life = life_of((await link.at(tags[0]).send("INFO", "server", "replication")).decode())
            for shard in lines.shards.values():
                if shard.tag in tags:
                    await shard.call("note_run", life, BARRIER_MS)

        link = engine.commands(f"tealight-{name}", on_up=link_up)
        functions = Functions(link, library())
        timing = timing_of(settings)
        lines = Lines(
            {band: Shard(tag, functions, timing, on_fact=counting(band)) for band, tag in settings.shards.items()}
        )
        link.start()
        following = asyncio.create_task(engine.follow())
        await link.wait_up(FIRST_WAIT_S)
        is_well = True
        while not ending.is_set():
            try:
                await act(lines)
                is_well = True
            except (RedisAway, RedisRefused) as error:
                if is_well:
                    log.warning("engine_away", process=name, kind=type(error).__name__)
                is_well = False
            except Exception as error:
                if not is_away(error):
                    log.error("pass_failed", process=name, exc_info=error)
                elif is_well:
                    log.warning("database_away", process=name, kind=kind_of(error))
                is_well = False
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), every_s)
        following.cancel()
        await link.close()
        await on_stop()
        return 0

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())
