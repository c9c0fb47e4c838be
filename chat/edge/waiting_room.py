"""Places and waits of the people in line, read for many at once."""

from collections import defaultdict
from dataclasses import replace

from chat.edge.hub import Hub
from routing.actions.lines import Lines
from routing.rules.waiting import WaitBand, wait_band


async def read_places(
    lines: Lines, band: str, language: str, people: list[str]
) -> tuple[list[int | None], int, WaitBand | None]:
    """The place of each person (None: not in line), listeners available, what may be said about the wait."""
    now, available, waits, ranks, head = await lines.call(band, "places", language, *people)
    recent = [int(member.rpartition(b":")[2]) for member in waits]
    head_ms = int(float(head))
    wait = wait_band(recent, int(now) - head_ms if head_ms else 0)
    return [int(rank) + 1 if int(rank) >= 0 else None for rank in ranks], int(available), wait


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
            places, available, wait = await read_places(hub.lines, band, language, page)
            hub.waits[(language, band)] = wait
            for person_id, place in zip(page, places, strict=True):
                found = hub.people.get(person_id)
                if found is None or band not in found.records:
                    continue
                found.records[band] = replace(found.records[band], place=place, listeners_available=available)
                hub.show_all(found)
