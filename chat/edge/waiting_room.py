"""Keeps everybody who waits told where they stand."""

from collections import defaultdict
from dataclasses import replace

from chat.edge.hub import Hub
from chat.edge.view import told_wait
from routing.actions.places import read_places


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
            for person_id in page:  # what a push has told them since the last look
                await _promise(hub, band, person_id)
            room = await read_places(hub.lines, band, language, page)
            hub.tell_waits(language, band, room.waits)
            for person_id, seen in zip(page, room.rows, strict=True):
                found = hub.people.get(person_id)
                if found is None or band not in found.records:
                    continue
                # The time of this reading, too: what is said of the wait follows from how long they waited.
                known = replace(found.records[band], place=seen.place, listeners_able=seen.able, now_ms=room.now_ms)
                found.records[band] = known
                hub.show_all(found)
                await _promise(hub, band, person_id)


async def _promise(hub: Hub, band: str, person_id: str) -> None:
    """What is announced first is held against the wait in the end; who was told nothing on arrival hears it here."""
    person = hub.people.get(person_id)
    record = person.records.get(band) if person is not None else None
    own = record.chats.get(record.own_chat) if record is not None else None
    if person is None or record is None or own is None or own.promised_s or record.place is None:
        return
    wait = told_wait(own, record, band, lambda *line: hub.waits.get(line))
    if wait is None:
        return
    promised = replace(own, promised_s=wait.high_s)
    person.records[band] = replace(record, chats={**record.chats, own.chat_id: promised})
    await hub.lines.call(band, "promised", own.chat_id, wait.high_s)
