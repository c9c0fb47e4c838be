"""All partners that one process plays: taking up what was begun, renewing, letting go."""

import asyncio
from collections.abc import Callable

from chat.conversation.data_keys import DataKeys
from config.clock import now_ms
from config.database import Database
from config.log import get_logger
from config.process_identity import is_gone, own_identity
from listener_training.practice.debrief import load_words
from listener_training.practice.recogniser import load_recogniser
from listener_training.practice.scenario import load_scenarios
from listener_training.practising.playing import Playing, Stage
from listener_training.practising.rows import RENEW_S, PartnersRows

log = get_logger("partner")

#: More than that is work for another process.
PARTNERS_MAX = 200
LOOK_S = 0.5
FORGET_EVERY_S = 3600.0


def stage_of(web_url: str, secret_key: str) -> Stage:
    """Everything that partners need of files. `web_url` is where a web process answers, http or https."""
    return Stage(
        url=f"ws{web_url.removeprefix('http')}/ws/practice",
        secret_key=secret_key,
        books=dict(load_scenarios()),
        recogniser=load_recogniser(),
        words=load_words(),
    )


class Partners:
    """`run` until `ending` is set; then what goes on is left to others at once."""

    def __init__(self, database: Database, stage: Stage, keys: DataKeys, loop_time: Callable[[], float]) -> None:
        self._rows = PartnersRows(database, own_identity())
        self._stage = stage
        self._keys = keys
        self._loop_time = loop_time
        self._playing: dict[str, tuple[Playing, asyncio.Task[None]]] = {}
        self._renewed_s = self._forgot_s = float("-inf")

    async def run(self, ending: asyncio.Event) -> None:
        """A database that is away is tried again; partners talk on meanwhile."""
        is_well = True
        while not ending.is_set():
            try:
                await self._look()
                is_well = True
            except Exception as error:
                if is_well:
                    log.warning("partner_look_failed", kind=type(error).__name__)
                is_well = False
            try:
                await asyncio.wait_for(ending.wait(), LOOK_S)
            except TimeoutError:
                continue
        for _, task in self._playing.values():
            task.cancel()
        await asyncio.gather(*[task for _, task in self._playing.values()], return_exceptions=True)
        await self._rows.let_go()

    async def _look(self) -> None:
        self._clear_away()
        now_s = self._loop_time()
        if now_s - self._renewed_s >= RENEW_S:
            if self._playing:
                mine = await self._rows.renew(now_ms())
                for practice_id, (playing, _) in self._playing.items():
                    playing.is_dismissed = practice_id not in mine
            self._renewed_s = now_s
        if now_s - self._forgot_s >= FORGET_EVERY_S:
            await self._rows.forget_words(now_ms())
            self._forgot_s = now_s
        for row in await self._rows.take(is_gone, PARTNERS_MAX - len(self._playing), now_ms()):
            playing = Playing(row, self._stage, self._rows, self._keys)
            self._playing[row.practice_id] = (playing, asyncio.create_task(playing.run()))

    def _clear_away(self) -> None:
        for practice_id, (_, task) in list(self._playing.items()):
            if task.done():
                del self._playing[practice_id]
                if not task.cancelled() and (error := task.exception()) is not None:
                    log.error("partner_failed", practice_id=practice_id, exc_info=error)
