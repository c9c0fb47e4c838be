"""The staffing formulas against vectors of a 400,000-customer simulation and of published tables."""

import pytest

from routing.simulation.erlang import erlang_a, erlang_b, erlang_c, units_needed


@pytest.mark.parametrize(
    ("units", "abandons", "within"),
    [(400, 0.0499, 0.763), (420, 0.0199, 0.923)],
)
def test_erlang_a_agrees_with_what_was_computed_elsewhere(units: int, abandons: float, within: float) -> None:
    standing = erlang_a(1000 / 3600, 1500, 600, units, 60)
    assert standing.abandons == pytest.approx(abandons, abs=0.0001)
    assert standing.within == pytest.approx(within, abs=0.0005)


def test_erlang_c_agrees_with_a_published_vector() -> None:
    assert erlang_c(10 / 180, 180, 14, 20).within == pytest.approx(0.88835, abs=0.00001)


@pytest.mark.parametrize(
    ("per_hour", "patient_units", "units", "within", "abandons"),
    [
        (60, 31, 28, 0.824, 0.047),
        (300, 135, 126, 0.810, 0.040),
        (1000, 432, 404, 0.804, 0.043),
        (5000, 2107, 1983, 0.880, 0.049),
    ],
)
def test_both_agree_with_a_table_of_lines_of_every_size(
    per_hour: int, patient_units: int, units: int, within: float, abandons: float
) -> None:
    """25 min a chat, 80% within a minute; with Erlang-A a patience of 10 min."""
    per_s = per_hour / 3600
    assert erlang_c(per_s, 1500, patient_units, 60).within >= 0.8 > erlang_c(per_s, 1500, patient_units - 1, 60).within
    standing = erlang_a(per_s, 1500, 600, units, 60)
    assert (standing.within, standing.abandons) == pytest.approx((within, abandons), abs=0.0005)


def test_a_line_with_too_few_and_endless_patience_grows_for_ever() -> None:
    assert erlang_c(10 / 180, 180, 10, 20).waits == 1.0
    assert erlang_c(10 / 180, 180, 10, 20).within == 0.0


# The table says 1,983 in its last row; with 1,981 there are 4.98% who leave, which is few enough.
@pytest.mark.parametrize(("per_hour", "units"), [(60, 28), (300, 126), (1000, 404), (5000, 1981)])
def test_the_fewest_units_for_80_percent_in_a_minute_and_5_percent_lost(per_hour: int, units: int) -> None:
    needed = units_needed(per_hour / 3600, 1500, 600, within_s=60, share=0.8, abandons=0.05)
    assert needed == units
    fewer = erlang_a(per_hour / 3600, 1500, 600, units - 1, 60)
    assert fewer.within < 0.8 or fewer.abandons > 0.05


def test_endless_patience_is_erlang_c_and_no_patience_is_erlang_b() -> None:
    patient = erlang_a(10 / 180, 180, 1e9, 14, 20)
    assert patient.waits == pytest.approx(erlang_c(10 / 180, 180, 14, 20).waits, abs=1e-4)
    assert patient.within == pytest.approx(0.88835, abs=1e-4)
    gone_at_once = erlang_a(10 / 180, 180, 1e-6, 14, 20)
    assert gone_at_once.abandons == pytest.approx(erlang_b(10, 14), abs=1e-4)


def test_nobody_is_joined_within_less_than_no_time_but_those_who_found_somebody_free() -> None:
    standing = erlang_a(1000 / 3600, 1500, 600, 400, 0)
    assert standing.within == pytest.approx(1 - standing.waits)


def test_shares_hold_together_at_every_size() -> None:
    for units in (1, 5, 50, 500, 3000):
        standing = erlang_a(1000 / 3600, 1500, 600, units, 60)
        assert 0 <= standing.abandons <= standing.waits <= 1 and 0 <= standing.within <= 1
        # What is not lost is carried by the units, and they can't carry more than they are.
        assert (1 - standing.abandons) * 1000 / 3600 * 1500 <= units + 1e-6


def test_a_line_a_thousand_times_too_small_loses_nearly_all() -> None:
    standing = erlang_a(1000 / 60, 1500, 600, 25, 60)
    assert standing.abandons == pytest.approx(1 - 25 / 1500 * 60 / 1000, abs=1e-4)
    assert standing.waits == pytest.approx(1)
