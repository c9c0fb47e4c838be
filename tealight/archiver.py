"""`tealight archiver`: ended chats to the database, their logs forgotten; retention, load samples, certificates."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from chat.accounts.pools import PoolBook
from chat.conversation.archive import archive_band
from chat.conversation.blocks import drop_blocks
from chat.conversation.facts_tables import LoadSampleRow
from chat.conversation.retention import Retention, enforce
from chat.supervision.board import Board
from config import metrics
from config.clock import now_ms
from config.database import Database, url_of
from config.log import get_logger
from config.settings import Settings, SettingsError
from listener_training.certification.due import grant_automatically
from listener_training.certification.library import open_rule_sets
from listener_training.certification.signing_key import read_or_make
from listener_training.certification.standing import Rulebook
from listener_training.learning.shelf import open_shelf
from listener_training.practising.tables import PracticeChatRow
from listener_training.review.asking import forget_chats
from listener_training.review.rubric import shipped_rules
from listener_training.review.talking import forget_old
from listener_training.writing.editions import refresh
from routing.actions.lines import Lines
from tealight.background import run

log = get_logger("archiver")

PASS_S = 5.0
SAMPLE_MS = 60_000


class Archiver:
    """What the archiver does, pass by pass."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._pools = PoolBook(database, settings.default_locale)
        self._shelf = open_shelf()
        self._book = Rulebook(open_rule_sets(), self._shelf)
        self._kept = Retention(words=settings.retention_days, facts=settings.facts_days)
        self._last_sample_ms = 0
        for kept in ("yes", "no"):  # so that a share can be told from the first one on
            metrics.wait_promise.labels(kept)

    async def pass_over(self, lines: Lines) -> None:
        """Archive what ended; once a minute the rest. Raises RedisAway, RedisRefused."""

        async def archive_in(band: str) -> None:
            await archive_band(lines, self._database, band, now_ms())

        await lines.everywhere(archive_in)
        minute_ms = now_ms() // SAMPLE_MS * SAMPLE_MS
        if minute_ms > self._last_sample_ms:
            await self._retain(lines)
            await self._sample(lines, minute_ms)
            self._last_sample_ms = minute_ms
            await self._grant()

    async def _retain(self, lines: Lines) -> None:
        """What has been kept for long enough goes; before the rest, which may fail for its own reasons."""
        spared = select(PracticeChatRow.chat_id)
        gone = await enforce(self._database, self._kept, now_ms(), spared=spared, others=(forget_chats,))
        async with self._database.write() as session:
            gone += await forget_old(session, shipped_rules(), now_ms())
        gone += await drop_blocks(self._database, list(lines.shards.values()), now_ms())
        if gone:
            log.info("retention", rows=gone)

    async def _grant(self) -> None:
        """Certificates whose rules are met, where the admins want them granted without being asked."""

        def key() -> Ed25519PrivateKey:
            return read_or_make(self._settings.data_dir)

        await refresh(self._shelf, self._database)
        issuer = self._settings.public_url
        try:
            await grant_automatically(self._database, self._book, key, issuer=issuer, now_ms=now_ms())
        except SettingsError as error:
            log.error("certificate_key_unusable", what=str(error))

    async def _sample(self, lines: Lines, at_ms: int) -> None:
        await self._pools.refresh()
        _, loads, _ = await Board(lines, self._pools).sample()
        async with self._database.write() as session:
            for load in loads.values():
                await session.merge(
                    LoadSampleRow(
                        at_ms=at_ms,
                        language=load.language,
                        age_band=load.age_band,
                        waiting=load.waiting,
                        longest_wait_ms=load.longest_wait_ms,
                        available=load.available,
                        paused=load.paused,
                        in_chat=load.in_chat,
                        open_chats=load.open_chats,
                        open_offers=load.open_offers,
                        offers_missed_1h=load.offers_missed_1h,
                    )
                )


def main(settings: Settings) -> int:
    """Run until SIGTERM; the exit code."""
    database = Database(url_of(settings))
    return run(settings, "archiver", PASS_S, Archiver(settings, database).pass_over, database.close)
