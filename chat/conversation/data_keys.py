"""The data keys of chats as one process holds them: made, read, dropped (docs/encryption.md).

The database has them, wrapped; a bounded part of them stands unwrapped in memory, so that no message asks the database.
"""

import contextlib
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from sqlalchemy import Row, delete, select

from chat.conversation.key_tables import ChatKeyRow
from chat.conversation.sealing import KEY_BYTES, ChatKey
from config.asked_together import AT_ONCE, AskedTogether
from config.clock import now_ms
from config.database import Database, is_away
from config.log import get_logger
from config.master_keys import MasterKeyMissingError, MasterKeys, WrappedKeyDamagedError
from config.settings import SettingsError

log = get_logger("keys")

#: Keys held in memory: a thousand times a busy service's open chats.
HELD_MAX = 20_000
#: As columns: rows as objects cost several times as much, and after a reconnect storm there are thousands.
_WRAPPED = select(ChatKeyRow.chat_id, ChatKeyRow.master_id, ChatKeyRow.wrapped)


class KeysAwayError(Exception):
    """The database or a master key can't be reached now, so a key that is not held can't be had."""


class DataKeys:
    """`held` asks memory only; the others may ask the database, and raise KeysAwayError where it is away."""

    def __init__(
        self,
        database: Database,
        masters: MasterKeys,
        deletion_hash_of: Callable[[str], bytes | None] = lambda chat_id: None,
    ) -> None:
        """`deletion_hash_of`: chat -> what is kept of the code by which its seeker can delete it."""
        self._database = database
        self._masters = masters
        self._deletion_hash_of = deletion_hash_of
        self._held: dict[str, ChatKey] = {}
        #: dropped while a reading was under way, whose answer must not bring them back
        self._dropped: set[str] = set()
        #: complained of already
        self._unusable: set[str] = set()
        self._reading = AskedTogether(self._read)
        #: one write for all who ask in one pass of the loop: on SQLite each is a commit
        self._making = AskedTogether(self._make, apart_s=0.0)

    def held(self, chat_id: str) -> ChatKey | None:
        """The key, if it is in memory."""
        return self._held.get(chat_id)

    async def of(self, chat_id: str) -> ChatKey | None:
        """The key; None where there is none (any more)."""
        return self._held.get(chat_id) or await self._reading.of(chat_id)

    async def make(self, chat_id: str) -> ChatKey:
        """The key, made if there is none. Whoever asks, in whatever process, gets the same one."""
        key = self._held.get(chat_id) or await self._making.of(chat_id)
        if key is None:
            raise KeysAwayError("deleted")
        return key

    async def delete(self, chat_ids: Collection[str]) -> None:
        """Make these chats unreadable for good, here at once; tell other processes by the script `forget`."""
        ids = list(chat_ids)
        try:
            with _away():
                for page in _pages(ids):
                    async with self._database.write() as session:
                        await session.execute(delete(ChatKeyRow).where(ChatKeyRow.chat_id.in_(page)))
                await self._database.scrub()
        finally:
            for chat_id in ids:
                self.forget(chat_id)

    def forget(self, chat_id: str) -> None:
        """Hold this key no longer; whoever needs it reads it again, if it is still there."""
        self._held.pop(chat_id, None)
        if self._reading.is_busy or self._making.is_busy:
            self._dropped.add(chat_id)

    async def look_again(self, wanted: Collection[str]) -> None:
        """Hold only keys of these chats, and of them only those that are still in the database.

        A hint that a key was deleted may get lost: nobody holds one for longer than from one look to the next.
        """
        for chat_id in [held for held in self._held if held not in wanted]:
            del self._held[chat_id]
        for page in _pages(list(self._held)):
            with _away():
                async with self._database.read() as session:
                    query = select(ChatKeyRow.chat_id).where(ChatKeyRow.chat_id.in_(page))
                    there = set(await session.scalars(query))
            for chat_id in set(page) - there:
                self.forget(chat_id)

    # ---- the database ----

    async def _read(self, chat_ids: list[str]) -> dict[str, ChatKey | Exception]:
        self._dropped.difference_update(chat_ids)  # what is read from here on is as new as the dropping
        with _away():
            async with self._database.read() as session:
                rows = (await session.execute(_WRAPPED.where(ChatKeyRow.chat_id.in_(chat_ids)))).all()
            return self._unwrapped(rows)

    async def _make(self, chat_ids: list[str]) -> dict[str, ChatKey | Exception]:
        """Inserted where absent, then read: of two processes that make one at once, both get the first one's."""
        with _away():
            master, at_ms = self._masters.current(), now_ms()
            rows = [
                {
                    "chat_id": chat_id,
                    "wrapped": master.wrap(chat_id, secrets.token_bytes(KEY_BYTES)),
                    "master_id": master.master_id,
                    "made_at_ms": at_ms,
                    "deletion_hash": self._deletion_hash_of(chat_id),
                }
                for chat_id in chat_ids
            ]
            async with self._database.write() as session:
                await session.execute(self._database.dialect.insert(ChatKeyRow).on_conflict_do_nothing(), rows)
                made = (await session.execute(_WRAPPED.where(ChatKeyRow.chat_id.in_(chat_ids)))).all()
            return self._unwrapped(made)

    def _unwrapped(self, rows: Iterable[Row[str, str, bytes]]) -> dict[str, ChatKey | Exception]:
        found: dict[str, ChatKey | Exception] = {}
        for row in rows:
            try:
                secret = self._masters.find(row.master_id).unwrap(row.chat_id, row.wrapped)
            except (MasterKeyMissingError, WrappedKeyDamagedError) as error:
                # One chat's misfortune, not that of those who were asked for with it.
                found[row.chat_id] = KeysAwayError("unusable")
                if row.chat_id not in self._unusable:
                    self._unusable.add(row.chat_id)
                    kind = type(error).__name__
                    log.error("chat_key_unusable", chat_id=row.chat_id, master_id=row.master_id, kind=kind)
                continue
            key = found[row.chat_id] = ChatKey(row.chat_id, secret)
            if row.chat_id not in self._dropped:
                self._hold(key)
        return found

    def _hold(self, key: ChatKey) -> None:
        if len(self._held) >= HELD_MAX:
            del self._held[next(iter(self._held))]
        self._held[key.chat_id] = key


@contextlib.contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except SettingsError as error:  # the file of master keys can't be read any more
        raise KeysAwayError(str(error)) from error
    except Exception as error:
        if not is_away(error):
            raise
        raise KeysAwayError(type(error).__name__) from error


def _pages(chat_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (chat_ids[start : start + AT_ONCE] for start in range(0, len(chat_ids), AT_ONCE))
