"""Calls into the Function library, loaded whenever it is missing."""

import asyncio
from collections.abc import Callable
from typing import Any

from config.lua import Library
from config.redis_engine import Link
from config.redis_link import Argument, RedisAway, RedisLink, RedisRefused
from config.redis_wire import Template

#: The names of all versions of the library begin so.
FAMILY = "tealight_"


def is_missing(refused: RedisRefused) -> bool:
    """Was a call refused only because the server doesn't know the library?"""
    return "unction not found" in refused.words


class PreparedCall:
    """One operation on one shard whose first and last arguments are always the same. Its answer needs no future."""

    __slots__ = ("_link", "_template")

    def __init__(self, link: RedisLink, template: Template) -> None:
        self._link = link
        self._template = template

    def begun(self, *middle: Argument) -> "PreparedCall":
        """The same with the first arguments of the middle filled in, for whoever calls with those often."""
        return PreparedCall(self._link, self._template.begun(*middle))

    def post(self, on_answer: Callable[[Any], None], name: bytes, value: bytes) -> None:
        """`on_answer` gets all that the script answered, or the error: RedisLink.post.

        A library that is missing (`is_missing`) is not loaded.
        """
        self._link.post(self._template.filled(name, value), on_answer)


class Functions:
    """The engine's copies of the library. `call` may be issued from many places at once, and keeps their order."""

    def __init__(self, link: Link, library: Library) -> None:
        self.link = link
        self.library = library
        self._names = {operation: library.function(operation) for operation in library.operations}
        self._loading: dict[RedisLink, asyncio.Future[Any]] = {}

    async def load(self, key: str = "") -> None:
        """Load the library where this key's shard lives, or wherever a shard does. Raises RedisAway, RedisRefused."""
        for link in [self.link.at(key)] if key else self.link.nodes():
            await self._load(link)

    async def _load(self, link: RedisLink) -> None:
        try:
            await link.send("FUNCTION", "LOAD", self.library.text)
        except RedisRefused as refused:
            # The name carries the text's hash: who has the name has the text.
            if "already exists" not in refused.words:
                raise

    async def call(self, operation: str, key: str, *args: Argument) -> Any:
        """One atomic call. Raises RedisAway, RedisRefused."""
        name = self._names[operation]
        link = self.link.at(key)
        try:
            return await link.send("FCALL", name, 1, key, *args)
        except RedisRefused as refused:
            if not is_missing(refused):
                raise
        # A server that came back empty, was flushed, or from which a newer release removed this version.
        await self._load_once(link)
        return await link.send("FCALL", name, 1, key, *args)

    def prepared(
        self, operation: str, key: str, first: tuple[Argument, ...], middle: int, last: tuple[Argument, ...]
    ) -> PreparedCall:
        """`call` for an operation that is called very often: only the `middle` arguments differ."""
        template = Template(("FCALL", self._names[operation], 1, key, *first), middle, last)
        return PreparedCall(self.link.at(key), template)

    async def _load_once(self, link: RedisLink) -> None:
        """Many calls may find the library missing in the same moment; one of them loads it."""
        loading = self._loading.get(link)
        if loading is None:
            loading = self._loading[link] = asyncio.ensure_future(self._load(link))
            loading.add_done_callback(lambda done: self._loaded(link, done))
        await asyncio.shield(loading)

    def _loaded(self, link: RedisLink, done: "asyncio.Future[Any]") -> None:
        del self._loading[link]
        if not done.cancelled():
            done.exception()  # all who wait for it see it; where they all left, nobody needs a warning

    async def remove_others(self) -> list[str]:
        """Delete all other versions. Harmless at any time: a process that still uses one loads it again.

        Answers their names. Raises RedisAway, RedisRefused.
        """
        removed: set[str] = set()
        for link in self.link.nodes():
            for told in await link.send("FUNCTION", "LIST", "LIBRARYNAME", f"{FAMILY}*"):
                name = told[told.index(b"library_name") + 1].decode()
                if name != f"{FAMILY}{self.library.version}":
                    await link.send("FUNCTION", "DELETE", name)
                    removed.add(name)
        return sorted(removed)


__all__ = ["Functions", "RedisAway", "RedisRefused", "is_missing"]
