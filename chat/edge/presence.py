"""Of whom this process holds a connection, as the shards know it (docs/edge.md, "Presence and leases").

A shard keeps alive what somebody has in it while a process is attached for them.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from chat.edge.people import LocalPerson
from config.redis_link import RedisAway, RedisRefused
from routing.actions.lines import Lines

#: People of one call: the engine does nothing else meanwhile.
ATTACH_PAGE = 50
#: So many detaches are under way at once.
UNSAID_PAGE = 100


class Presence:
    """Attaches this process for who is here, and detaches it for who is gone.

    `people`: who is here, by person_id. `mark`: has somebody read again in one shard.
    """

    def __init__(
        self,
        lines: Lines,
        process_id: str,
        people: Mapping[str, LocalPerson],
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        mark: Callable[[LocalPerson, str], None],
    ) -> None:
        self._lines = lines
        self._process_id = process_id
        self._people = people
        self._spawn = spawn
        self._mark = mark
        #: (person, band) whose detach is still to be said
        self._unsaid: set[tuple[str, str]] = set()
        self._saying: asyncio.Task[None] | None = None

    async def enter(self, person: LocalPerson, band: str) -> int:
        """Attach whoever comes, if anything of theirs is kept alive by that, and read, in one call.

        Answers when they last chose what they do there (Unix ms, 0: never). Raises RedisAway, RedisRefused.
        """
        one = (person.person_id, band)
        was_unsaid, was_attached = one in self._unsaid, band in person.attached  # by another Connection of theirs
        person.attached.add(band)  # whoever left and comes back must not be detached after this call
        self._unsaid.discard(one)
        before = person.records.get(band)
        try:
            entered = await self._lines.enter(
                band, person.person_id, self._process_id, is_staff=person.staff is not None
            )
        except BaseException:
            self._may_be_attached(person, band, was_attached=was_attached)
            raise
        # What was read with this call is older than the mirroring that came after it. Coming back may bring an offer,
        # which the mirroring shows: whoever read that meanwhile must not be overwritten for good.
        is_older = person.records.get(band) is not before
        person.records[band] = entered.record
        if is_older:
            self._mark(person, band)
        if entered.is_attached or was_attached:
            await self._unless_gone(person, band)
        else:
            person.attached.discard(band)
            if was_unsaid:
                self._unsaid.add(one)
        return entered.said_at_ms

    def _may_be_attached(self, person: LocalPerson, band: str, *, was_attached: bool) -> None:
        """Nobody knows what became of the call: unless it is said again before, the next beat takes it back."""
        if not was_attached:
            person.attached.discard(band)
            self._unsaid.add((person.person_id, band))

    async def attach(self, person: LocalPerson, band: str) -> None:
        """Tell the shard that this process holds a connection of this person. Raises RedisAway, RedisRefused."""
        was_attached = band in person.attached
        person.attached.add(band)
        self._unsaid.discard((person.person_id, band))
        try:
            await self._lines.call(band, "attach", person.person_id, self._process_id)
        except (RedisAway, RedisRefused):
            self._may_be_attached(person, band, was_attached=was_attached)
            raise
        await self._unless_gone(person, band)

    async def _unless_gone(self, person: LocalPerson, band: str) -> None:
        if self._people.get(person.person_id) is not person:
            # The last connection went while this was under way: nobody else would ever take it back.
            person.attached.discard(band)
            self._unsaid.add((person.person_id, band))
            await self.say_unsaid()

    async def attach_again(self, band: str) -> None:
        """The same of everybody here: after a lost lease or an emptied engine. Raises RedisAway, RedisRefused.

        In pages, since nobody else is served before it is over, and thousands may be here.
        """
        left = [person for person in self._people.values() if band in person.attached]
        try:
            while left:
                page = [person for person in left[:ATTACH_PAGE] if band in person.attached]
                if page:
                    first, *more = [person.person_id for person in page]
                    await self._lines.call(band, "attach", first, self._process_id, *more)
                del left[:ATTACH_PAGE]
                for person in page:
                    self._mark(person, band)
        finally:
            for person in left:  # it was not said: the next reading of them says it
                person.attached.discard(band)

    def left(self, person: LocalPerson) -> None:
        """Their last connection is gone; `say_unsaid` says so."""
        for band in self._lines.shards:  # where they have a part they may be attached, though it was not said again yet
            if band in person.attached or person.has_part_in(band):
                self._unsaid.add((person.person_id, band))
        person.attached.clear()

    async def say_unsaid(self) -> None:
        """Detach whoever left; what can't be said since the engine is away stays for the next beat."""
        if self._saying is None:
            self._saying = self._spawn(self._say_all())
        await asyncio.shield(self._saying)

    async def _say_all(self) -> None:
        # One at a time and in pages: when thousands leave at once, each of them asks for this.
        try:
            for band in self._lines.shards:  # one that is away keeps nobody from leaving another one
                with contextlib.suppress(RedisAway, RedisRefused):
                    while page := list(itertools.islice((one for one in self._unsaid if one[1] == band), UNSAID_PAGE)):
                        await asyncio.gather(*[self._detach(person_id, band) for person_id, band in page])
        finally:
            self._saying = None

    async def _detach(self, person_id: str, band: str) -> None:
        person = self._people.get(person_id)
        if person is None or band not in person.attached:
            await self._lines.call(band, "detach", person_id, self._process_id)
        self._unsaid.discard((person_id, band))
