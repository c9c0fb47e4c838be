"""Places and waits of the people in line, read for many at once."""

from collections import defaultdict
from dataclasses import dataclass, replace

from chat.edge.hub import Hub
from routing.actions.lines import Lines
from routing.rules.waiting import WaitBand, wait_band

#: A wait is told from those of so long.
LOOK_BACK_MS = 3 * 3_600_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One person's request in line: their place (None: not in line), listeners on duty who could take it, its risk."""

    place: int | None
    able: int
    risk: int


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """`rows` in the order of the people asked for; `waits` is what may be said about the wait, by risk 0-3."""

    rows: list[Seen]
    waits: list[WaitBand | None]


async def read_places(lines: Lines, band: str, language: str, people: list[str]) -> WaitingRoom:
    """What these people of one line may be told. Raises RedisAway, RedisRefused."""
    raw_now, waits, heads, rows = await lines.call(band, "places", language, *people)
    now = int(raw_now)
    bands: list[WaitBand | None] = []
    for starts, head in zip(waits, heads, strict=True):
        pairs = [start.split(b":") for start in starts]
        recent = [int(wait_ms) for at, wait_ms in pairs if int(at) > now - LOOK_BACK_MS]
        head_ms = int(float(head))
        bands.append(wait_band(recent, now - head_ms if head_ms else 0))
    seen = [Seen(int(place) if int(place) > 0 else None, int(able), int(risk)) for place, able, risk in rows]
    ordinary, urgent = bands
    return WaitingRoom(seen, [ordinary, ordinary, ordinary, urgent])


async def renew_places(hub: Hub) -> None:
    """Tell everyone of this process who waits their place, where it changed. One call per line and 200 people."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for person in hub.people.values():
        if not person.is_seeker:
            continue
        for band, record in person.records.items():
            own = record.chats.get(record.own_chat)
            if own is not None and own.state in ("W", "P"):
                groups[(band, own.language)].append(person.person_id)
    for (band, language), ids in groups.items():
        for start in range(0, len(ids), 200):
            page = ids[start : start + 200]
            room = await read_places(hub.lines, band, language, page)
            hub.tell_waits(language, band, room.waits)
            for person_id, seen in zip(page, room.rows, strict=True):
                found = hub.people.get(person_id)
                if found is None or band not in found.records:
                    continue
                found.records[band] = replace(found.records[band], place=seen.place, listeners_able=seen.able)
                hub.show_all(found)
