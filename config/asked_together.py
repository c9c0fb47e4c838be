"""Many small questions to the database as few larger ones."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: A look takes two milliseconds of a core, most of it between the loop and the driver's thread, for one as for many.
#: After a restart some hundred a second ask, for several seconds: ten looks a second answer them as well.
APART_S = 0.1
#: So many looks may follow each other at once before they are held apart: a page asks for ten things one after the
#: other, and nobody should wait a second for them. Held back, they cost a tenth of a second of a core.
AT_ONCE_FIRST = 50
#: Below every database's limit on parameters, and short enough that nobody else waits long for a reader.
AT_ONCE = 200


class AskedTogether(Generic[K, V]):
    """One look at a time, for all who asked since the one before began; many looks are held `apart_s` from each other.

    How many may go first is counted as a bucket that fills again (the generic cell rate algorithm of ATM Forum's UNI
    specification): `AT_ONCE_FIRST` looks, one more every `apart_s`.

    `look` answers those that it found: with what there is, or with the exception that this one's question raises. Who
    asks is never answered from a look that began before.
    """

    def __init__(
        self, look: Callable[[list[K]], Awaitable[Mapping[K, V | Exception]]], apart_s: float = APART_S
    ) -> None:
        self._look = look
        self._apart_s = apart_s
        self._asked: dict[K, asyncio.Future[V | None]] = {}
        self._looking: asyncio.Task[None] | None = None
        #: when the bucket will be full again
        self._full_at = 0.0

    @property
    def is_busy(self) -> bool:
        """Is anybody waiting for an answer?"""
        return self._looking is not None

    async def of(self, key: K) -> V | None:
        """What there is for this key, or None. Raises what `look` raises, or found for this key."""
        answer = self._asked.get(key)
        if answer is None:
            answer = self._asked[key] = asyncio.get_running_loop().create_future()
        if self._looking is None:
            self._looking = asyncio.create_task(self._answer_all())
        return await asyncio.shield(answer)

    async def _answer_all(self) -> None:
        loop = asyncio.get_running_loop()
        taken: dict[K, asyncio.Future[V | None]] = {}
        try:
            while self._asked:
                if len(self._asked) < AT_ONCE:
                    await asyncio.sleep(self._full_at - (AT_ONCE_FIRST - 1) * self._apart_s - loop.time())
                self._full_at = max(self._full_at, loop.time()) + self._apart_s
                taken = {key: self._asked.pop(key) for key in list(itertools.islice(self._asked, AT_ONCE))}
                try:
                    found = await self._look(list(taken))
                except Exception as error:
                    found = dict.fromkeys(taken, error)
                for key, answer in taken.items():
                    _give(answer, found.get(key))
        finally:
            self._looking = None
            for answer in (*taken.values(), *self._asked.values()):
                answer.cancel()  # only where this task was cancelled itself: nobody is left to answer
            self._asked.clear()


def _give(answer: asyncio.Future[V | None], found: V | Exception | None) -> None:
    if isinstance(found, Exception):
        answer.set_exception(found)
        answer.exception()  # whoever asked may have gone: that is nothing to warn of
    else:
        answer.set_result(found)
