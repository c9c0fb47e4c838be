"""When a pool is open. Pure; times in Unix ms, weeks in the pool's own time zone."""

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, Struct

from chat.accounts.refusal import Refused

#: `24:00` is the end of a day.
TimeOfDay = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$(?!\n)", max_length=5)]
Day = Annotated[int, Meta(ge=0, le=6, description="0 is Monday")]


class OpenTime(Struct, frozen=True):
    """One span of the week. `closes` at or before `opens` means the next day."""

    day: Day
    opens: TimeOfDay
    closes: TimeOfDay


class Hours(Struct, frozen=True):
    """The opening hours of a pool."""

    time_zone: Annotated[str, Meta(min_length=1, max_length=64, description="IANA name, such as Europe/Berlin")]
    weekly: Annotated[list[OpenTime], Meta(min_length=1, max_length=50)]


def checked_hours(hours: Hours) -> Hours:
    """The same hours. Raises Refused when the time zone isn't known here."""
    _zone(hours.time_zone)
    return hours


def is_open_at(hours: Hours, now_ms: int) -> bool:
    """Does this instant lie within the hours?"""
    local = datetime.fromtimestamp(now_ms / 1000, _zone(hours.time_zone))
    today, yesterday, minute = local.weekday(), (local.weekday() - 1) % 7, local.hour * 60 + local.minute
    for span in hours.weekly:
        opens, closes = _minutes(span.opens), _minutes(span.closes)
        ends_next_day = closes <= opens
        if span.day == today and opens <= minute and (ends_next_day or minute < closes):
            return True
        if ends_next_day and span.day == yesterday and minute < closes:
            return True
    return False


def next_opening_ms(hours: Hours, now_ms: int) -> int:
    """The first instant after `now_ms` at which a span starts."""
    zone = _zone(hours.time_zone)
    today = datetime.fromtimestamp(now_ms / 1000, zone).date()
    starts = []
    for ahead in range(9):
        day = today + timedelta(days=ahead)
        for span in hours.weekly:
            if span.day == day.weekday():
                start = datetime.combine(day, time(0), zone) + timedelta(minutes=_minutes(span.opens))
                starts.append(round(start.timestamp() * 1000))
    return min(start for start in starts if start > now_ms)


def _minutes(of_day: str) -> int:
    hour, _, minute = of_day.partition(":")
    return int(hour) * 60 + int(minute)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("bad_hours", "That time zone is not known here; Europe/Berlin is one.") from None
