"""`tealight partner`: plays the partners of practice chats, as clients of the protocol (docs/practice.md)."""

import asyncio
import signal

import uvloop

from chat.conversation.data_keys import DataKeys
from config.database import Database, url_of
from config.master_keys import MasterKeys
from config.settings import Settings
from listener_training.practising.partners import Partners, stage_of


def main(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit code."""

    async def play() -> int:
        ending = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ending.set)
        async with Database(url_of(settings)) as database:
            stage = stage_of(settings.web_url, settings.secret_key)
            keys = DataKeys(database, MasterKeys.of(settings))
            await Partners(database, stage, keys, loop.time).run(ending)
        return 0

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(play())
