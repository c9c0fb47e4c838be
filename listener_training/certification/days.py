"""Days and months of certificates. Pure. A day is a day in UTC, the same for everybody and on every machine."""

import calendar
from datetime import UTC, date, datetime

DAY_MS = 24 * 3600_000
_FIRST = date(1970, 1, 1)


def day_of(at_ms: int) -> date:
    """The day in UTC in which an instant (Unix ms) lies."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()


def first_ms_of(day: date) -> int:
    """The instant (Unix ms) at which a day begins."""
    return (day - _FIRST).days * DAY_MS


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of that month where it has no such day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
