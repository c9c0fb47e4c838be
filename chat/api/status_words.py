"""The public status as a page: which blocks of it are shown, and with what. Pure; all words are the page's own."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chat.accounts.pool_hours import Hours
from chat.api.page_blocks import Blocks, Filling
from chat.supervision.public_status import PastWeek, PoolStatus, ServiceStatus

#: What a block is shown with that needs no values of its own; and what hides it.
SHOWN: list[Filling] = [{}]
HIDDEN: list[Filling] = []
#: Waits up to here are told in seconds.
SECONDS_UP_TO = 90


def status_html(page: Blocks, status: ServiceStatus) -> str:
    """The page, filled in."""
    days = page.words["words_days"].split("|")
    return page.fill(
        {
            "organisation": status.organisation,
            "at": datetime.fromtimestamp(status.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M"),
            "unseen": HIDDEN if status.is_seen else SHOWN,
            "no_pools": HIDDEN if status.pools else SHOWN,
            "pool": [_pool(pool, days) for pool in status.pools],
            **_week(status.week, page.words),
        }
    )


def _pool(pool: PoolStatus, days: list[str]) -> Filling:
    return {
        "name": pool.name,
        "open": [_now(pool)] if pool.is_open else HIDDEN,
        "closed": HIDDEN if pool.is_open else [{"opens": _opens(pool, days)}],
        "any_hour": SHOWN if pool.is_open and pool.hours is None else HIDDEN,
        "hours": [_hours(pool.hours, days)] if pool.hours is not None else HIDDEN,
    }


def _now(pool: PoolStatus) -> Filling:
    blocks: dict[str, list[Filling]] = {}
    there = {True: "there", False: "not_there", None: "unknown"}
    for is_there, name in there.items():
        blocks[name] = SHOWN if pool.is_anyone_there is is_there else HIDDEN
    if pool.wait_low_s is None or pool.wait_high_s is None:
        blocks["cant_say"] = SHOWN if pool.is_anyone_there is not None else HIDDEN
        return blocks
    low, high = pool.wait_low_s // 60, max(1, -(-pool.wait_high_s // 60))
    if 1 <= low < high:
        blocks["band"] = [{"low": str(low), "n": str(high)}]
    else:
        blocks["up_to_one" if high == 1 else "up_to"] = [{"n": str(high)}]
    return blocks


def _opens(pool: PoolStatus, days: list[str]) -> list[Filling]:
    if pool.opens_at_ms is None or pool.hours is None:
        return HIDDEN
    local = datetime.fromtimestamp(pool.opens_at_ms / 1000, ZoneInfo(pool.hours.time_zone))
    return [{"day": days[local.weekday()], "clock": f"{local:%H:%M}", "zone": pool.hours.time_zone}]


def _hours(hours: Hours, days: list[str]) -> Filling:
    spans = sorted(hours.weekly, key=lambda span: (span.day, span.opens))
    return {
        "zone": hours.time_zone,
        "span": [{"day": days[span.day], "opens_at": span.opens, "closes_at": span.closes} for span in spans],
    }


def _week(week: PastWeek, words: dict[str, str]) -> Filling:
    def span(seconds: int) -> str:
        if seconds <= SECONDS_UP_TO:
            return words["words_seconds"].replace("{n}", str(seconds))
        minutes = -(-seconds // 60)
        return words["words_minutes"].replace("{n}", str(minutes))

    has_waits = week.median_wait_s is not None and week.p90_wait_s is not None
    waits = {"median": span(week.median_wait_s or 0), "p90": span(week.p90_wait_s or 0)}
    return {
        "kept_known": HIDDEN if week.kept_percent is None else [{"kept": str(week.kept_percent)}],
        "kept_few": SHOWN if week.kept_percent is None else HIDDEN,
        "waits": [waits] if has_waits else HIDDEN,
        "waits_few": HIDDEN if has_waits else SHOWN,
    }
