"""Places and waits of the people in line, read for many at once."""

from dataclasses import dataclass

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

    now_ms: int
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
    return WaitingRoom(now, seen, [ordinary, ordinary, ordinary, urgent])
