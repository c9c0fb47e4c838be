"""What is said about a wait: a band that holds, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.rules.waiting import STARTS_NEEDED, WaitBand, renewed, wait_band, was_kept

MINUTE_MS = 60_000


def test_nothing_is_said_before_ten_chats_began_this_hour() -> None:
    assert wait_band([], 0) is None
    assert wait_band([MINUTE_MS] * (STARTS_NEEDED - 1), 5 * MINUTE_MS) is None
    assert wait_band([MINUTE_MS] * STARTS_NEEDED, 0) is not None


def test_a_quiet_night_promises_a_minute_never_less() -> None:
    assert wait_band([2_000] * 12, 0) == WaitBand(low_s=1, high_s=60)


def test_the_head_who_has_waited_long_widens_the_band() -> None:
    short = wait_band([2 * MINUTE_MS] * 12, 0)
    long = wait_band([2 * MINUTE_MS] * 12, 10 * MINUTE_MS)
    assert short == WaitBand(low_s=60, high_s=120)
    assert long == WaitBand(low_s=60, high_s=2 * 600 + 60)


def test_a_line_that_just_began_to_move_lowers_only_the_low_end() -> None:
    band = wait_band([8 * MINUTE_MS] * 12, 30_000)
    assert band is not None and band.low_s == 15 and band.high_s == 2 * 8 * 60 + 60


def test_only_the_latest_thirty_waits_count() -> None:
    now_quick = [5_000] * 30
    an_hour_ago = [50 * MINUTE_MS] * 30
    assert wait_band(now_quick + an_hour_ago, 0) == wait_band(now_quick, 0)


def test_one_extreme_wait_in_thirty_does_not_frighten_everybody() -> None:
    band = wait_band([60_000] * 29 + [55 * MINUTE_MS], 0)
    assert band is not None and band.high_s == 60


@pytest.mark.parametrize("head_ms", [0, 1, 20_000, 90_000, 3_600_000])
@pytest.mark.parametrize("wait_ms", [0, 999, 31_000, 400_000])
def test_a_band_is_a_band_and_ends_on_the_half_minute(wait_ms: int, head_ms: int) -> None:
    band = wait_band([wait_ms + 977 * number for number in range(15)], head_ms)
    assert band is not None
    assert 0 <= band.low_s < band.high_s and band.high_s % 30 == 0
    assert band.high_s * 1000 >= head_ms, "who waits at the head has waited longer than was promised"


bands = st.builds(
    lambda waits, head_ms: wait_band(waits, head_ms),
    st.lists(st.integers(0, 7_200_000), min_size=STARTS_NEEDED, max_size=40),
    st.integers(0, 7_200_000),
)


@given(bands, st.integers(-5_000, 40_000_000))
def test_what_is_said_while_waiting_is_never_behind_the_wait_itself(band: WaitBand, waited_ms: int) -> None:
    now = renewed(band, waited_ms)
    assert 0 <= band.low_s <= now.low_s <= now.high_s
    assert 1000 * now.low_s <= max(1000 * band.low_s, waited_ms), "no more than was waited, or was said before"
    assert 1000 * now.high_s > waited_ms, "an end that has passed is not announced again"
    assert now.high_s % 30 == 0


@given(bands, st.integers(0, 20_000_000), st.integers(0, 20_000_000))
def test_it_only_ever_grows_with_the_wait(band: WaitBand, one_ms: int, other_ms: int) -> None:
    sooner, later = (renewed(band, ms) for ms in sorted((one_ms, other_ms)))
    assert sooner.low_s <= later.low_s
    assert sooner.high_s <= later.high_s


def test_a_renewed_end_stands_still_until_it_has_passed_too() -> None:
    said = WaitBand(low_s=60, high_s=120)
    ends = [renewed(said, 1000 * waited_s).high_s for waited_s in range(700)]
    assert ends == [120] * 120 + [300] * 180 + [660] * 360 + [1380] * 40


def test_a_promise_is_kept_broken_or_nobody_knows() -> None:
    assert was_kept(60, 60_000, has_joined=True) is True
    assert was_kept(60, 60_001, has_joined=True) is False
    assert was_kept(60, 60_001, has_joined=False) is False, "who left after the announced end waited longer than that"
    assert was_kept(60, 20_000, has_joined=False) is None
