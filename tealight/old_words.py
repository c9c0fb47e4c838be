"""After a migration: words that an older version left in clear are sealed (docs/encryption.md)."""

import asyncio

from chat.conversation.data_keys import DataKeys
from chat.conversation.sealing_old import PLACES, are_in_clear, seal_old
from config.database import Database, url_of
from config.log import get_logger
from config.master_keys import MasterKeys
from config.settings import Settings
from listener_training.practising.old_words import PRACTICE_PLACES

log = get_logger("migrate")


def seal_old_words(settings: Settings) -> None:
    """Seal what is left in clear. Raises SettingsError, KeysAwayError and the database's errors."""
    asyncio.run(_seal(settings))


async def _seal(settings: Settings) -> None:
    places = (*PLACES, *PRACTICE_PLACES)
    async with Database(url_of(settings)) as database:
        if not await are_in_clear(database, places):
            return  # and no master key is made where none may belong
        count = await seal_old(database, DataKeys(database, MasterKeys.of(settings)), places)
    log.info("old_words_sealed", count=count)
