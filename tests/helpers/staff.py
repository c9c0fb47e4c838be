"""People for tests."""

from collections.abc import Sequence

from argon2 import PasswordHasher

from chat.accounts import people
from chat.accounts.tables import StaffRow
from config.database import Database
from listener_training.granting import grant_all

PASSWORD = "a long enough password"
#: As weak as argon2 goes: tests add many people.
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
QUICK_HASH = _QUICK.hash(PASSWORD)


async def add(
    database: Database,
    name: str,
    role: str = "listener",
    *,
    languages: Sequence[str] = ("en",),
    is_cleared: bool = True,
    max_chats: int = 4,
    now_ms: int = 1_800_000_000_000,
) -> StaffRow:
    """Add a person, cleared for everything unless told otherwise."""
    async with database.write() as session:
        person, _ = await people.add_person(
            session,
            name=name,
            role=role,
            languages=languages,
            max_chats=max_chats,
            password_hash=QUICK_HASH,
            by="the test",
            now_ms=now_ms,
        )
        if is_cleared:
            await grant_all(session, person.person_id, by="the test", now_ms=now_ms)
    return person
