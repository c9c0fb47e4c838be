"""Passwords: argon2id in threads of their own, a few at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: The OWASP cheat sheet's argon2id setting (19 MiB, 2 passes, 1 lane): about 20 ms, and 2 at once need 40 MiB.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE = 2


class Passwords:
    """Makes and checks password hashes without holding up the event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2")
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """The argon2id hash, with its parameters and salt inside."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _HASHER.hash, password)

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Does the password fit? Takes the same time for nobody's hash (None), so that names can't be found out."""
        if password_hash is None:
            if self._nobodys is None:
                self._nobodys = await self.hash("the password of nobody")
            await self._verify(self._nobodys, password)
            return False
        return await self._verify(password_hash, password)

    async def prepare(self) -> None:
        """Make nobody's hash, so that the first unknown name isn't the slow one."""
        self._nobodys = await self.hash("the password of nobody")

    async def _verify(self, password_hash: str, password: str) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _fits, password_hash, password)

    def is_outdated(self, password_hash: str) -> bool:
        """Was the hash made with weaker parameters than today's?"""
        return _HASHER.check_needs_rehash(password_hash)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=True)


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
