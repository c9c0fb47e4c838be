"""Names, passwords, limits on guessing, clearances, hours: the pure rules."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chat.accounts import entries, pool_hours
from chat.accounts.clearances import age_bands_of, is_valid
from chat.accounts.pool_hours import Hours, OpenTime
from chat.accounts.refusal import Refused
from chat.accounts.sign_in_limits import KEPT, FailedTries


@pytest.mark.parametrize("name", ["wren", "a.b", "x_1", "0-", "a" * 40])
def test_names_that_are_taken(name: str) -> None:
    assert entries.name_of(name) == name


@pytest.mark.parametrize("name", ["", "a", "a" * 41, "Wren", "wr en", "wren\n", "ren\0", "wrén", "../x"])
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        entries.name_of(name)
    assert refused.value.code == "bad_name"


def test_length_is_the_only_rule_for_a_password() -> None:
    assert entries.password_of("aaaaaaaaaaaa")
    assert entries.password_of("x" * 200)
    for bad in ("x" * 11, "x" * 201, "twelve chars \ud800"):
        with pytest.raises(Refused):
            entries.password_of(bad)


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [("EN", "en"), ("pt-br", "pt-BR"), ("pt_BR", "pt-BR"), ("ZH-hant-tw", "zh-Hant-TW"), ("en-x-AB", "en-x-ab")],
)
def test_a_language_gets_its_usual_spelling(typed: str, spelled: str) -> None:
    assert entries.language_of(typed) == spelled


@pytest.mark.parametrize("typed", ["", "e", "english!", "en--us", "en\n", "a" * 36, "123"])
def test_what_is_no_language(typed: str) -> None:
    with pytest.raises(Refused):
        entries.language_of(typed)


def test_five_slips_are_free_then_waits_double_up_to_a_minute() -> None:
    tries = FailedTries(free_tries=5, longest_wait_ms=60_000)
    now = 0
    waits = []
    for _ in range(12):
        now += tries.wait_ms("wren", now)
        tries.failed("wren", now)
        waits.append(tries.wait_ms("wren", now))
    assert waits == [0, 0, 0, 0, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
    assert tries.wait_ms("otter", now) == 0


def test_success_and_time_forget_failures() -> None:
    tries = FailedTries(free_tries=1, longest_wait_ms=60_000)
    tries.failed("wren", 0)
    assert tries.wait_ms("wren", 1) > 0
    tries.succeeded("wren")
    assert tries.wait_ms("wren", 1) == 0
    for _ in range(8):
        tries.failed("otter", 0)
    tries.failed("otter", 31 * 60_000)
    assert tries.wait_ms("otter", 31 * 60_000) == 2_000


def test_memory_of_failures_is_bounded() -> None:
    tries = FailedTries(free_tries=1, longest_wait_ms=60_000)
    for n in range(KEPT + 10):
        tries.failed(str(n), 0)
    assert tries.wait_ms("0", 1) == 0
    assert tries.wait_ms(str(KEPT + 9), 1) > 0


@dataclass
class Held:
    kind: str
    value: str
    expires_at_ms: int | None = None
    withdrawn_at_ms: int | None = None


def test_a_clearance_holds_until_it_runs_out_or_is_withdrawn() -> None:
    assert is_valid(Held("topic", "grief"), 10)
    assert is_valid(Held("topic", "grief", expires_at_ms=11), 10)
    assert not is_valid(Held("topic", "grief", expires_at_ms=10), 10)
    assert not is_valid(Held("topic", "grief", withdrawn_at_ms=9), 10)


def test_age_bands_come_from_valid_clearances_for_age_bands_only() -> None:
    held = [Held("age_band", "teen", expires_at_ms=5), Held("age_band", "adult"), Held("topic", "teen")]
    assert age_bands_of(held, 4) == ("teen", "adult")
    assert age_bands_of(held, 5) == ("adult",)
    assert age_bands_of([], 5) == ()


def at(zone: str, *when: int) -> int:
    return round(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp() * 1000)  # type: ignore[arg-type, misc]


def test_evening_hours_in_the_pools_own_time_zone() -> None:
    hours = Hours("Europe/Berlin", [OpenTime(day, "18:00", "23:00") for day in range(5)])
    assert pool_hours.is_open_at(hours, at("Europe/Berlin", 2026, 7, 6, 18, 0))  # a Monday
    assert pool_hours.is_open_at(hours, at("UTC", 2026, 7, 6, 16, 0))
    assert not pool_hours.is_open_at(hours, at("Europe/Berlin", 2026, 7, 6, 23, 0))
    assert not pool_hours.is_open_at(hours, at("Europe/Berlin", 2026, 7, 11, 20, 0))  # a Saturday


def test_hours_over_midnight_belong_to_the_day_they_start() -> None:
    hours = Hours("UTC", [OpenTime(4, "22:00", "04:00")])
    assert pool_hours.is_open_at(hours, at("UTC", 2026, 7, 10, 23, 0))  # Friday night
    assert pool_hours.is_open_at(hours, at("UTC", 2026, 7, 11, 3, 59))
    assert not pool_hours.is_open_at(hours, at("UTC", 2026, 7, 11, 4, 0))
    assert not pool_hours.is_open_at(hours, at("UTC", 2026, 7, 10, 3, 0))


def test_a_day_may_end_at_24() -> None:
    hours = Hours("UTC", [OpenTime(0, "00:00", "24:00")])
    assert pool_hours.is_open_at(hours, at("UTC", 2026, 7, 6, 23, 59))
    assert not pool_hours.is_open_at(hours, at("UTC", 2026, 7, 7, 0, 0))


def test_the_next_opening_is_told_across_a_change_of_clocks() -> None:
    hours = Hours("Europe/Berlin", [OpenTime(0, "18:00", "20:00")])
    # Summer time ends on Sunday 25 October 2026.
    assert pool_hours.next_opening_ms(hours, at("UTC", 2026, 10, 20, 12, 0)) == at("Europe/Berlin", 2026, 10, 26, 18, 0)
    opening = at("Europe/Berlin", 2026, 10, 26, 18, 0)
    assert pool_hours.next_opening_ms(hours, opening) == at("Europe/Berlin", 2026, 11, 2, 18, 0)
    assert datetime.fromtimestamp(opening / 1000, UTC).hour == 17


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "", "\0", "/etc/localtime", "a" * 300])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(Refused) as refused:
        pool_hours.checked_hours(Hours(zone, [OpenTime(0, "18:00", "20:00")]))
    assert refused.value.code == "bad_hours"
