"""What a listener's commands do."""

from dataclasses import dataclass, replace

from chat.accounts.staff import StaffMember
from chat.edge.arriving import arrive_late
from chat.edge.connection import Connection
from chat.edge.hub import Hub
from chat.edge.people import LocalPerson
from chat.edge.refusal import CommandRefused
from chat.edge.standing import says_at_ms, stand
from chat.protocol.commands import AnswerOffer, FinishWrapUp, SetAvailability, TakeNext
from chat.protocol.fields import Availability
from chat.protocol.replies import Done
from config.redis_link import RedisAway, RedisRefused

_NUMBERS: dict[Availability, int] = {"available": 1, "paused": 2, "off_duty": 0}


@dataclass(frozen=True, slots=True)
class ListenerCommands:
    """Each method answers with `done` or raises CommandRefused, RedisAway, RedisRefused or KeysAwayError."""

    hub: Hub

    async def set_availability(self, connection: Connection, command: SetAvailability) -> Done:
        person, staff = self._listener(connection)
        if command.capacity is not None and command.capacity > staff.max_chats:
            raise CommandRefused("capacity_over_maximum", max_capacity=staff.max_chats)
        if not staff.age_bands and command.availability == "available":
            raise CommandRefused("no_clearance")
        # What was read last may be older than the command that came just before this one.
        await self.hub.read(person, self.hub.lines.shards.keys() - person.away)
        capacity = command.capacity or _capacity_before(person, staff)
        takes_urgent = command.takes_urgent
        if takes_urgent is None:
            takes_urgent = _takes_urgent_before(person)
        await set_availability(self.hub, person, staff, command.availability, capacity, "", takes_urgent)
        if person.staff is not staff and person.staff is not None:
            # A clearance went while this was under way, and whoever took it saw nobody available yet.
            reached = command.availability if person.staff.age_bands else "off_duty"
            await set_availability(self.hub, person, person.staff, reached, capacity, "rights_changed", takes_urgent)
        return Done(ref=command.ref, availability=command.availability, capacity=capacity, max_capacity=staff.max_chats)

    def _listener(self, connection: Connection) -> tuple[LocalPerson, StaffMember]:
        person = self.hub.people[connection.person_id]
        if person.staff is None:
            raise CommandRefused("not_allowed")
        return person, person.staff

    async def answer_offer(self, connection: Connection, command: AnswerOffer) -> Done:
        connection.answered.add(command.offer_id)
        verdict = b"no_such_offer"
        for band in self._bands_of(connection, command.offer_id):
            verdict = await self.hub.lines.call(
                band, "answer_offer", connection.person_id, command.offer_id, "1" if command.accept else "0"
            )
            if verdict != b"no_such_offer":
                break
        if verdict == b"done":
            return Done(ref=command.ref)
        connection.answered.discard(command.offer_id)
        raise CommandRefused("offer_gone" if verdict == b"gone" else "no_such_offer")

    def _bands_of(self, connection: Connection, offer_id: str) -> list[str]:
        """All, the one in which this offer was seen first: another one may be away."""
        seen = self.hub.band_of(connection, offer_id.rpartition(".")[0])
        return sorted(self.hub.lines.shards, key=lambda band: band != seen)

    async def take_next(self, connection: Connection, command: TakeNext) -> Done:
        person, staff = self._listener(connection)
        if not staff.age_bands:
            raise CommandRefused("no_clearance")
        verdicts: list[bytes] = []

        async def take_in(band: str) -> None:
            verdicts.append(await self.hub.lines.call(band, "take_next", person.person_id))

        try:
            await self.hub.lines.everywhere(take_in)
        except (RedisAway, RedisRefused):
            if b"done" not in verdicts:
                raise
        if b"done" in verdicts:
            return Done(ref=command.ref)
        if b"at_maximum" in verdicts:
            raise CommandRefused("capacity_over_maximum", max_capacity=staff.max_chats)
        raise CommandRefused("not_available")

    async def finish_wrap_up(self, connection: Connection, command: FinishWrapUp) -> Done:
        band = self.hub.band_of(connection, command.chat_id)
        if band is None:
            raise CommandRefused("no_such_chat")
        if command.note:
            if "\x00" in command.note:
                raise CommandRefused("bad_text")
            if not await self._was_in(connection, band, command.chat_id):
                raise CommandRefused("no_wrap_up")
            await self.hub.door.save_note(command.chat_id, connection.person_id, command.note)
        answer = await self.hub.lines.call(band, "finish_wrap_up", connection.person_id, command.chat_id)
        if answer != b"done":
            raise CommandRefused("no_wrap_up")
        return Done(ref=command.ref)

    async def _was_in(self, connection: Connection, band: str, chat_id: str) -> bool:
        """Is or was this listener in the chat? To be offered it is not enough to write about it."""
        person = self.hub.people[connection.person_id]
        for is_fresh in (False, True):
            if is_fresh:  # it may have opened a moment ago
                await self.hub.read(person, (band,))
            record = person.records[band].chats.get(chat_id)
            if record is not None and person.person_id in record.listeners:
                return True
        return False


def _capacity_before(person: LocalPerson, staff: StaffMember) -> int:
    records = [r.listener for r in person.records.values() if r.listener is not None]
    return min(records[0].capacity, staff.max_chats) if records else 1


def _takes_urgent_before(person: LocalPerson) -> bool:
    return any(r.listener.takes_urgent for r in person.records.values() if r.listener is not None)


async def set_availability(
    hub: Hub,
    person: LocalPerson,
    staff: StaffMember,
    availability: Availability,
    capacity: int,
    reason: str,
    takes_urgent: bool,
) -> None:
    """Stand, pause or leave in every shard that the clearances reach.

    Where one is away it happens when that shard is back. Raises RedisAway, RedisRefused where none is there, or where
    the outcome is unknown.
    """
    lost: list[str] = []
    said_at_ms = await says_at_ms(hub, person)

    async def stand_in(band: str) -> None:
        number = _NUMBERS[availability] if band in staff.age_bands else 0
        try:
            if band not in person.attached:
                await hub.presence.attach(person, band)
            await stand(hub, person, staff, band, number, capacity, reason, takes_urgent, said_at_ms)
            person.wishes.pop(band, None)
            hub.mark(person, band)
        except RedisAway:
            if len(lost) + 1 == len(hub.lines.shards) or hub.away_since_ms(band) is None:
                raise
            lost.append(band)

    await hub.lines.everywhere(stand_in)
    for band in lost:
        number = _NUMBERS[availability] if band in staff.age_bands else 0
        person.wishes[band] = (number, capacity, reason, takes_urgent, said_at_ms)
        record = person.records.get(band)
        if record is not None and record.listener is not None:  # shown as it will be
            told = replace(record.listener, availability=number, capacity=capacity, reason=reason)
            person.records[band] = replace(record, listener=told)
        arrive_late(hub, person, band)
