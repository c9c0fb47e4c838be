"""Calls into the Function library, loaded whenever it is missing."""

from typing import Any

from config.lua import Library
from config.redis_link import Argument, RedisAway, RedisLink, RedisRefused


class Functions:
    """One engine's copy of the library. `call` may be issued from many places at once; order is the order of calls."""

    def __init__(self, link: RedisLink, library: Library) -> None:
        self.link = link
        self.library = library
        self._names = {operation: library.function(operation) for operation in library.operations}

    async def load(self) -> None:
        """Load the library. Raises RedisAway, RedisRefused."""
        await self.link.send("FUNCTION", "LOAD", "REPLACE", self.library.text)

    async def call(self, operation: str, key: str, *args: Argument) -> Any:
        """One atomic call. Raises RedisAway, RedisRefused."""
        name = self._names[operation]
        try:
            return await self.link.send("FCALL", name, 1, key, *args)
        except RedisRefused as refused:
            if "unction not found" not in refused.words:
                raise
        # A restarted empty engine or a promoted replica without functions: load, then once more.
        await self.load()
        return await self.link.send("FCALL", name, 1, key, *args)


__all__ = ["Functions", "RedisAway", "RedisRefused"]
