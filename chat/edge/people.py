"""The people this process holds connections of, and what it last read of them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from chat.accounts.staff import StaffMember
from chat.edge.connection import Connection
from chat.protocol.fields import Role
from routing.store.snapshots import PersonRecord


@dataclass(slots=True, eq=False)
class LocalPerson:
    """One person with at least one connection here. `records`: age band -> what that shard knew when last read."""

    person_id: str
    role: Role
    staff: StaffMember | None
    connections: list[Connection] = field(default_factory=list)
    records: dict[str, PersonRecord] = field(default_factory=dict)
    #: bands in which the shard knows that this process holds a connection of this person
    attached: set[str] = field(default_factory=set)
    #: bands to read again; a hint puts one in, the refresh takes it out
    dirty: set[str] = field(default_factory=set)
    #: bands of which nothing could be read when they came: that shard's server is away
    away: set[str] = field(default_factory=set)
    #: those of them in which they surely have nothing, since they came after the shard went
    new_in: set[str] = field(default_factory=set)
    #: band -> availability, capacity, reason, urgent ones and when they said so, while that shard was away
    wishes: dict[str, tuple[int, int, str, bool, int]] = field(default_factory=dict)
    #: listeners whom a seeker's device keeps away, as it last said so
    avoids: tuple[str, ...] = ()
    refreshing: asyncio.Task[None] | None = None
    #: chat -> (turn, ticket) that was made last
    tickets: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def is_seeker(self) -> bool:
        return self.role == "seeker"

    def has_part_in(self, band: str) -> bool:
        """Is there anything of this person in that shard that a connection keeps alive?"""
        record = self.records.get(band)
        if record is None:
            return False
        if any(chat.observer == self.person_id for chat in record.chats.values()):
            return True
        return bool(record.own_chat) or record.listener is not None or bool(record.units)


class Departed:
    """Whose last connection here went while shards were away, as they were last read.

    Impatient clients leave before the engine is back, and what they had must be said again all the same. Of somebody
    who leaves at another time nothing is kept: elsewhere their chats go on, and end.
    """

    def __init__(self) -> None:
        self._left: dict[str, dict[str, LocalPerson]] = {}

    def note(self, person: LocalPerson, away: Iterable[str]) -> None:
        """Their last connection went, and these bands' shards are away."""
        for band in away:
            record = person.records.get(band)
            if record is not None and (record.listener or record.chats):
                self._left.setdefault(band, {})[person.person_id] = person

    def of(self, band: str) -> Iterable[LocalPerson]:
        return self._left.get(band, {}).values()

    def forget(self, band: str) -> None:
        """The shard is back and knows what it knew, or was told."""
        self._left.pop(band, None)
