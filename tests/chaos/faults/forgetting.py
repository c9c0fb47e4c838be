"""The engine comes back and knows less than it answered for: nothing, or what was so some seconds ago."""

import asyncio
import shutil
from random import Random

from tests.chaos.stage import Stage


async def engine_restarted_empty(stage: Stage, _: Random) -> str:
    async with stage.replacing:
        stage.engine.come_back_with(None)
    return "engine"


async def older_state_restored(stage: Stage, rng: Random) -> str:
    files = stage.folder / f"older{rng.getrandbits(32):08x}"
    async with stage.replacing:
        await stage.engine.until_well()
        stage.engine.copy_files(files)
        await asyncio.sleep(rng.uniform(0.5, 5))
        stage.engine.come_back_with(files)
        shutil.rmtree(files)
    return "engine"
